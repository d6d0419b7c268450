"""Structs as the compiler lays them out in a tree, before a patch and after it, instead of those
of the model's text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from cbprove.comparing.layouts import placed
from cbprove.frozen import field, frozen, replace
from cbprove.layout.abi import ABIS
from cbprove.meaning import builtin
from cbprove.meaning.shapes import Shape
from cbprove.patching.change import Change
from cbprove.patching.counted import counted
from cbprove.patching.functions import Files, Reading, laid
from cbprove.patching.hanging import NOTHING, Hanging
from cbprove.patching.onto import Onto
from cbprove.patching.relayout import Relaid, shapes, tags, under
from cbprove.patching.structs import embedding
from cbprove.source.accesses import Unread
from cbprove.source.definitions import definitions
from cbprove.source.structs import Part, Struct, defined
from cbprove.syntax import tree as syntax

_SOURCE = "the structs of the compiler"
_Shapes = Mapping[str, Shape]


@frozen
class Sides:
    """Structs by the tags of a model, before a patch and after it; a tag that one side does not
    know is not in it. `unread` are the files that a side cannot read, by the tags of theirs."""

    before: Mapping[str, Struct]
    after: Mapping[str, Struct]
    unread: Mapping[str, Unread] = field(default_factory=dict)

    def differ(self, tag: str) -> bool:
        """Whether the patch changes how a struct lies."""
        return self.before.get(tag) != self.after.get(tag)

    def both(self, other: Sides) -> Sides:
        """What either says."""
        return Sides(
            {**self.before, **other.before},
            {**self.after, **other.after},
            {**self.unread, **other.unread},
        )


class Compiler:
    """Asks how structs lie in a tree on both sides of a patch."""

    def __init__(self, files: Files, how: Reading, hung: Hanging = NOTHING) -> None:
        self.files, self.how, self.hung = files, how, hung

    @cached_property
    def defined(self) -> frozenset[str]:
        """The structs that the files of the patch define, on either side, and those of other files
        that hang on a name which the patch changes."""
        texts = (text for side in (self.files.before, self.files.after) for text in side.values())
        return frozenset((*self.hung.structs, *(tag for text in texts for tag in defined(text))))

    def defines(self, tree: syntax.Tree) -> bool:
        """Whether the files of the patch define a struct of a spec."""
        return any(tag.partition("___")[0] in self.defined for tag in tags(tree))

    @property
    def abi(self) -> str:
        """The name of the ABI of the tree's kernel, empty where none is known."""
        architecture = self.how.kernel.architecture
        return next((abi.name for abi in ABIS.values() if architecture == abi.folder), "")

    @property
    def origin(self) -> str:
        return f"libclang, Linux {self.how.kernel.version or 'tree'} as it was configured"

    def counted(
        self, whole_change: Change, names_known: frozenset[str]
    ) -> tuple[Change, tuple[str, ...]]:
        """The change with its macros as numbers, and those of a model that hang on them."""
        return counted(whole_change, names_known, self.hung, self.files, self.how)

    def sides(self, tags_wanted: Collection[str]) -> Sides:
        """These structs of a model, those left out that the tree does not define."""
        before, unread = self._side(tags_wanted, self.files.texts(new=False))
        after, problems = self._side(tags_wanted, self.files.texts(new=True))
        return Sides(before, after, {**unread, **problems})

    def _side(
        self, tags_wanted: Collection[str], texts: Mapping[str, str]
    ) -> tuple[dict[str, Struct], dict[str, Unread]]:
        homes = definitions(sorted(tags_wanted), self.how.kernel.tree, texts)
        answers = laid(sorted(set(homes.values())), _by_file(homes), texts, self.how)
        by_tag: dict[str, Struct] = {}
        unread: dict[str, Unread] = {}
        for name, home in homes.items():
            if (problem := answers[home].unread) is not None:
                unread[name] = problem
                continue
            lies = {each.tag: each for each in answers[home].structs}
            by_tag |= {tag: each for tag, each in lies.items() if tag not in by_tag}
            if (struct_named := lies.get(name.partition("___")[0])) is not None:
                by_tag[name] = replace(struct_named, tag=name)
        return by_tag, unread


def _by_file(homes: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {
        home: frozenset(tag.partition("___")[0] for tag, its in homes.items() if its == home)
        for home in homes.values()
    }


def compiled(
    onto_specs: Sequence[tuple[str, Onto]], compiler: Compiler, viewed: Collection[str]
) -> tuple[list[tuple[str, Onto]], tuple[str, ...]]:
    """Both sides of each spec under the structs of the compiler; what it knows nothing of is as it
    was. And what is said of structs of which neither it nor a text tells whether they change.

    `viewed` are structs that functions newly use: those count in the tree's form as well where that
    is not the model's. Raises SpecError where neither it nor a text says how a struct lies.
    """
    tags_asked = [
        {*each.relaid.before, *each.edited, *_plainly(each, {*compiler.defined, *viewed})}
        for _, each in onto_specs
    ]
    near = {tag for tags in tags_asked for tag in tags}
    first = compiler.sides(near)
    embedding_tags = [
        _around(each, first, _plainly(each, viewed), compiler) for _, each in onto_specs
    ]
    sides = first.both(compiler.sides({tag for tags in embedding_tags for tag in tags} - near))
    explained = {tag for _, each in onto_specs for tag in (*each.relaid.before, *each.edited)}
    return [
        (spec, _compiled(each, tags, sides, compiler))
        for (spec, each), tags in zip(onto_specs, embedding_tags, strict=True)
    ], tuple(_blind(first, near - explained))


def _blind(sides: Sides, tags_asked: Collection[str]) -> Iterator[str]:
    for tag, each in sides.unread.items():
        if tag in tags_asked:
            yield (
                f"{tag} is not laid out anew: {each.file}: {each.errors} errors, the first: "
                f"{each.first}"
            )


def _plainly(each: Onto, names: Collection[str]) -> list[str]:
    """The structs of a spec that go by these names, those of modules too."""
    return [tag for tag in tags(each.new) if tag.partition("___")[0] in names]


def _around(each: Onto, sides: Sides, viewed: Sequence[str], compiler: Compiler) -> list[str]:
    """The structs of a spec that the patch changes, by their text or by the compiler, and those
    that hold them."""
    tags_known = tags(each.new)
    changed = {
        tag
        for tag in tags_known
        if sides.differ(tag) and tag in sides.before and tag in sides.after
    }
    tags_viewed = [tag for tag in viewed if tag in sides.after]
    if tags_viewed:
        ours = shapes(each.new, tags_viewed)
        tags_relaid = {tag for tag in tags_viewed if ours[tag].abi.name == compiler.abi}
        tree_made = (
            under(each.new, _text(sorted(tags_relaid), sides.after, tags_known, compiler), _SOURCE)
            if tags_relaid
            else each.new
        )
        shapes_compiled = shapes(tree_made, tags_viewed)
        changed |= {tag for tag in tags_viewed if _bytes(ours[tag]) != _bytes(shapes_compiled[tag])}
    return embedding(tags_known, changed | each.edited | each.relaid.before.keys())


def _compiled(each: Onto, tags_around: Sequence[str], sides: Sides, compiler: Compiler) -> Onto:
    """One spec; all of its own where it is about another ABI than the tree was configured for."""
    shapes_known = {
        tag: shape
        for side in (each.old, each.new)
        for tag, shape in shapes(side, tags_around).items()
    }
    other = next(
        (shape.abi.name for shape in shapes_known.values() if shape.abi.name != compiler.abi), ""
    )
    missing = [
        tag for tag in tags_around if other or tag not in sides.before or tag not in sides.after
    ]
    if each.unlaid is not None and not each.edited.isdisjoint(missing):
        raise each.unlaid
    notes = tuple(_missing([shapes_known[tag] for tag in missing], other, sides, compiler))
    tags_wanted = [tag for tag in tags_around if tag not in missing]
    if not tags_wanted:
        return replace(each, notes=notes)
    old, new = (
        under(tree, _text(tags_wanted, side, tags(tree), compiler), _SOURCE)
        for tree, side in ((each.old, sides.before), (each.new, sides.after))
    )
    before, after = shapes(old, tags_around), shapes(new, tags_around)
    packed, unpacked = (
        [tag for tag in tags_of_kind if tag in missing]
        for tags_of_kind in (each.relaid.packed, each.relaid.kept)
    )
    complaints = _disagreements(
        each,
        tags_wanted,
        (before, after),
        shapes(each.new if each.reverse else each.old, tags_wanted),
    )
    relaid = Relaid(new, before, after, tuple(packed), tuple(unpacked))
    spoken = _hung(tags_wanted, sides, compiler)
    return replace(
        each, old=old, new=new, relaid=relaid, unlaid=None, notes=(*spoken, *complaints, *notes)
    )


# --- what is said where they are not those of the model -------------------------------------------


def _missing(
    shapes_known: Sequence[Shape], other: str, sides: Sides, compiler: Compiler
) -> Iterator[str]:
    """The structs that no compiler was asked for, and why."""
    why = ""
    if other:
        why = (
            f"the tree was configured for {compiler.abi or 'no ABI that is known'}, the model "
            f"for {other}"
        )
    for shape in shapes_known:
        unread = sides.unread.get(str(shape.record.tag))
        alone = f"{unread.file} cannot be read" if unread else "the tree does not define it"
        yield f"{_title(shape)} is laid out by its text: {why or alone}"
    for each in dict.fromkeys(sides.unread.values()) if shapes_known else ():
        yield f"not read: {each.file}: {each.errors} errors, the first: {each.first}"


def _hung(tags_wanted: Sequence[str], sides: Sides, compiler: Compiler) -> Iterator[str]:
    """The structs that no file of the patch defines, and the name through which it changes them."""
    for tag in tags_wanted:
        name = compiler.hung.structs.get(tag.partition("___")[0])
        if name is not None and sides.differ(tag):
            yield f"{sides.after[tag].kind} {tag} hangs on {name}, which the patch changes"


def _disagreements(
    each: Onto, tags_wanted: Sequence[str], model_shapes: tuple[_Shapes, _Shapes], model: _Shapes
) -> Iterator[str]:
    """Where the compiler has a struct of the tree otherwise than the model, or than the text
    that the patch makes of it."""
    if each.unlaid is not None:
        yield f"laid out by the compiler alone: {each.unlaid.diagnostics[0].message}"
    old_shapes, new_shapes = reversed(model_shapes) if each.reverse else model_shapes
    text = each.relaid.before if each.reverse else each.relaid.after
    for tag in tags_wanted:
        if _bytes(model[tag]) != _bytes(old_shapes[tag]):
            yield (
                f"{_title(model[tag])}: "
                f"{_other(model[tag], old_shapes[tag], 'in the model', 'in this tree')}"
            )
        elif tag in text and _bytes(text[tag]) != _bytes(new_shapes[tag]):
            yield (
                f"{_title(text[tag])}: "
                f"{_other(text[tag], new_shapes[tag], 'by its text', 'by the compiler')}"
            )


def _title(shape: Shape) -> str:
    return f"{shape.record.kind} {shape.record.tag}"


def _bytes(shape: Shape) -> tuple[int, tuple[tuple[str, int, int], ...]]:
    size, _, members = placed(shape)
    return size, members


def _other(ours: Shape, model_shape: Shape, old_name: str, new_name: str) -> str:
    (size, end_before), (other, has) = _bytes(ours), _bytes(model_shape)
    if size != other:
        return f"{size} bytes {old_name}, {other} {new_name}, which counts"
    names = [name for name, _, _ in {*end_before} ^ {*has}]
    first = next(name for name, _, _ in (*end_before, *has) if name in names)
    return f"`{first}` lies otherwise {new_name} than {old_name}, and the former counts"


# --- structs of the compiler as text --------------------------------------------------------------


def _text(
    tags_wanted: Sequence[str],
    side: Mapping[str, Struct],
    tags_known: Collection[str],
    compiler: Compiler,
) -> str:
    """The structs and all that lies in them by value, pinned."""
    lines: list[str] = []
    written: set[str] = set()
    waiting = list(reversed(tags_wanted))
    while waiting:
        tag = waiting.pop()
        if tag not in written and tag in side:
            written.add(tag)
            called = {tag_held: _called(tag_held, tag, tags_known) for tag_held in side[tag].holds}
            waiting += called.values()
            lines += _struct(side[tag], tag, called)
    return "\n".join([f'pinned {compiler.abi} "{compiler.origin}" {{', *lines, "}", ""])


def _called(tag_held: str, tag: str, tags_known: Collection[str]) -> str:
    """What the model calls a struct that lies in one of a module."""
    flavour = f"{tag_held}___{tag.partition('___')[2]}"
    return flavour if tag_held not in tags_known and flavour in tags_known else tag_held


def _struct(struct: Struct, tag: str, called: Mapping[str, str]) -> Iterator[str]:
    yield f"{struct.kind} {tag} {{"
    for part in struct.parts:
        yield from _part(part, 0, called)
    yield f"}} __size({struct.size}) __aligned({struct.align});"


def _part(part: Part, base: int, called: Mapping[str, str]) -> Iterator[str]:
    """The lines of a member; `base` is the first bit of the struct around it in the outermost
    one."""
    byte, bit = divmod(base + part.start, 8)
    name = f" {part.name}{part.brackets}" if part.name else ""
    if part.inside is not None and builtin.canonical(part.type) is None:
        yield f"{part.inside.kind} {{"
        for each in part.inside.parts:
            yield from _part(each, base + part.start, called)
        yield f"}}{name} __at({byte}) __size({part.inside.size});"
        return
    width = f":{part.bits} __at({byte}, {bit})" if part.bits is not None else f" __at({byte})"
    yield f"{_type(part, called)}{name}{width};"


def _type(part: Part, called: Mapping[str, str]) -> str:
    kind, _, tag = part.plain.partition(" ")
    if kind in ("struct", "union"):
        return f"{kind} {called.get(tag, tag)}"
    ours = builtin.canonical(part.type)
    return (
        part.type
        if ours is not None and (part.inside is not None or ours == part.plain)
        else part.plain
    )
