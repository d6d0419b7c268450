"""Structs as the compiler lays them out in a tree, before a patch and after it, instead of those of the model's text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from cbprove.comparing.layouts import placed
from cbprove.frozen import frozen, replace
from cbprove.meaning import builtin
from cbprove.meaning.shapes import Shape
from cbprove.patching.functions import Files, Reading, laid
from cbprove.patching.onto import Onto
from cbprove.patching.relayout import Relaid, shapes, tags, under
from cbprove.patching.structs import embedding
from cbprove.source.accesses import Unread
from cbprove.source.definitions import definitions
from cbprove.source.structs import Part, Struct, defined
from cbprove.syntax import tree as syntax

# What kernels call their architectures, and specs their ABIs.
_ABIS = {
    "x86": "x86_64",
    "arm64": "aarch64",
    "arm": "arm",
    "riscv": "riscv64",
    "s390": "s390x",
    "powerpc": "ppc64le",
}
_SOURCE = "the structs of the compiler"
_Shapes = Mapping[str, Shape]


@frozen
class Sides:
    """Structs by the tags of a model, before a patch and after it; a tag that one side does not know is not in it."""

    before: Mapping[str, Struct]
    after: Mapping[str, Struct]
    unread: tuple[Unread, ...] = ()

    def differ(self, tag: str) -> bool:
        """Whether the patch changes how a struct lies."""
        return self.before.get(tag) != self.after.get(tag)

    def both(self, other: Sides) -> Sides:
        """What either says."""
        return Sides({**self.before, **other.before}, {**self.after, **other.after}, (*self.unread, *other.unread))


class Compiler:
    """Asks how structs lie in a tree on both sides of a patch."""

    def __init__(self, files: Files, how: Reading) -> None:
        self.files, self.how = files, how

    @cached_property
    def defined(self) -> frozenset[str]:
        """The structs that the files of the patch define, on either side."""
        texts = (text for side in (self.files.before, self.files.after) for text in side.values())
        return frozenset(tag for text in texts for tag in defined(text))

    def defines(self, tree: syntax.Tree) -> bool:
        """Whether the files of the patch define a struct of a spec."""
        return any(tag.partition("___")[0] in self.defined for tag in tags(tree))

    @property
    def abi(self) -> str:
        return _ABIS.get(self.how.kernel.architecture, "")

    @property
    def origin(self) -> str:
        return f"libclang, Linux {self.how.kernel.version or 'tree'} as it was configured"

    def sides(self, wanted: Collection[str]) -> Sides:
        """These structs of a model, those left out that the tree does not define."""
        before, unread = self._side(wanted, self.files.texts(new=False))
        after, more = self._side(wanted, self.files.texts(new=True))
        return Sides(before, after, tuple(dict.fromkeys((*unread, *more))))

    def _side(self, wanted: Collection[str], texts: Mapping[str, str]) -> tuple[dict[str, Struct], tuple[Unread, ...]]:
        homes = definitions(sorted(wanted), self.how.kernel.tree, texts)
        answers = laid(sorted(set(homes.values())), _by_file(homes), texts, self.how)
        found: dict[str, Struct] = {}
        for name, home in homes.items():
            if answers[home].unread is not None:
                continue
            lies = {each.tag: each for each in answers[home].structs}
            found |= {tag: each for tag, each in lies.items() if tag not in found}
            if (mine := lies.get(name.partition("___")[0])) is not None:
                found[name] = replace(mine, tag=name)
        return found, tuple(unread for each in answers.values() if (unread := each.unread) is not None)


def _by_file(homes: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {
        home: frozenset(tag.partition("___")[0] for tag, its in homes.items() if its == home) for home in homes.values()
    }


def compiled(found: Sequence[tuple[str, Onto]], compiler: Compiler, viewed: Collection[str]) -> list[tuple[str, Onto]]:
    """Both sides of each spec under the structs of the compiler; what it knows nothing of is as it was.

    `viewed` are structs that functions newly use: those count in the tree's form as well where that is not the model's.
    Raises SpecError where neither it nor a text says how a struct lies.
    """
    asked = [{*each.relaid.before, *each.edited, *_plainly(each, {*compiler.defined, *viewed})} for _, each in found]
    near = {tag for tags in asked for tag in tags}
    first = compiler.sides(near)
    around = [_around(each, first, _plainly(each, viewed), compiler) for _, each in found]
    sides = first.both(compiler.sides({tag for tags in around for tag in tags} - near))
    return [(spec, _compiled(each, tags, sides, compiler)) for (spec, each), tags in zip(found, around, strict=True)]


def _plainly(each: Onto, names: Collection[str]) -> list[str]:
    """The structs of a spec that go by these names, those of modules too."""
    return [tag for tag in tags(each.new) if tag.partition("___")[0] in names]


def _around(each: Onto, sides: Sides, viewed: Sequence[str], compiler: Compiler) -> list[str]:
    """The structs of a spec that the patch changes, by their text or by the compiler, and those that hold them."""
    known = tags(each.new)
    changed = {tag for tag in known if sides.differ(tag) and tag in sides.before and tag in sides.after}
    there = [tag for tag in viewed if tag in sides.after]
    if there:
        ours = shapes(each.new, there)
        mine = {tag for tag in there if ours[tag].abi.name == compiler.abi}
        made = under(each.new, _text(sorted(mine), sides.after, known, compiler), _SOURCE) if mine else each.new
        theirs = shapes(made, there)
        changed |= {tag for tag in there if _bytes(ours[tag]) != _bytes(theirs[tag])}
    return embedding(known, changed | each.edited | each.relaid.before.keys())


def _compiled(each: Onto, around: Sequence[str], sides: Sides, compiler: Compiler) -> Onto:
    """One spec; all of its own where it is about another ABI than the tree was configured for."""
    known = {tag: shape for side in (each.old, each.new) for tag, shape in shapes(side, around).items()}
    other = next((shape.abi.name for shape in known.values() if shape.abi.name != compiler.abi), "")
    missing = [tag for tag in around if other or tag not in sides.before or tag not in sides.after]
    if each.unlaid is not None and not each.edited.isdisjoint(missing):
        raise each.unlaid
    notes = tuple(_missing([known[tag] for tag in missing], other, sides, compiler))
    wanted = [tag for tag in around if tag not in missing]
    if not wanted:
        return replace(each, notes=notes)
    old, new = (
        under(tree, _text(wanted, side, tags(tree), compiler), _SOURCE)
        for tree, side in ((each.old, sides.before), (each.new, sides.after))
    )
    before, after = shapes(old, around), shapes(new, around)
    packed, kept = ([tag for tag in chosen if tag in missing] for chosen in (each.relaid.packed, each.relaid.kept))
    said = _disagreements(each, wanted, (before, after), shapes(each.new if each.reverse else each.old, wanted))
    relaid = Relaid(new, before, after, tuple(packed), tuple(kept))
    return replace(each, old=old, new=new, relaid=relaid, unlaid=None, notes=(*said, *notes))


# --- what is said where they are not those of the model ------------------------------------------------------


def _missing(found: Sequence[Shape], other: str, sides: Sides, compiler: Compiler) -> Iterator[str]:
    """The structs that no compiler was asked for, and why."""
    why = "the tree does not define it"
    if other:
        why = f"the tree was configured for {compiler.abi or 'no ABI that is known'}, the model for {other}"
    yield from (f"{_title(shape)} is laid out by its text: {why}" for shape in found)
    for each in sides.unread if found else ():
        yield f"not read: {each.file}: {each.errors} errors, the first: {each.first}"


def _disagreements(each: Onto, wanted: Sequence[str], theirs: tuple[_Shapes, _Shapes], model: _Shapes) -> Iterator[str]:
    """Where the compiler has a struct of the tree otherwise than the model, or than the text that the patch makes of it."""
    if each.unlaid is not None:
        yield f"laid out by the compiler alone: {each.unlaid.diagnostics[0].message}"
    here, there = reversed(theirs) if each.reverse else theirs
    text = each.relaid.before if each.reverse else each.relaid.after
    for tag in wanted:
        if _bytes(model[tag]) != _bytes(here[tag]):
            yield f"{_title(model[tag])}: {_other(model[tag], here[tag], 'in the model', 'in this tree')}"
        elif tag in text and _bytes(text[tag]) != _bytes(there[tag]):
            yield f"{_title(text[tag])}: {_other(text[tag], there[tag], 'by its text', 'by the compiler')}"


def _title(shape: Shape) -> str:
    return f"{shape.record.kind} {shape.record.tag}"


def _bytes(shape: Shape) -> tuple[int, tuple[tuple[str, int, int], ...]]:
    size, _, members = placed(shape)
    return size, members


def _other(ours: Shape, theirs: Shape, here: str, there: str) -> str:
    (size, had), (other, has) = _bytes(ours), _bytes(theirs)
    if size != other:
        return f"{size} bytes {here}, {other} {there}, which counts"
    names = [name for name, _, _ in {*had} ^ {*has}]
    first = next(name for name, _, _ in (*had, *has) if name in names)
    return f"`{first}` lies otherwise {there} than {here}, and the former counts"


# --- structs of the compiler as text -------------------------------------------------------------------------


def _text(wanted: Sequence[str], side: Mapping[str, Struct], known: Collection[str], compiler: Compiler) -> str:
    """The structs and all that lies in them by value, pinned."""
    lines: list[str] = []
    written: set[str] = set()
    waiting = list(reversed(wanted))
    while waiting:
        tag = waiting.pop()
        if tag not in written and tag in side:
            written.add(tag)
            called = {held: _called(held, tag, known) for held in side[tag].holds}
            waiting += called.values()
            lines += _struct(side[tag], tag, called)
    return "\n".join([f'pinned {compiler.abi} "{compiler.origin}" {{', *lines, "}", ""])


def _called(held: str, tag: str, known: Collection[str]) -> str:
    """What the model calls a struct that lies in one of a module."""
    flavour = f"{held}___{tag.partition('___')[2]}"
    return flavour if held not in known and flavour in known else held


def _struct(struct: Struct, tag: str, called: Mapping[str, str]) -> Iterator[str]:
    yield f"{struct.kind} {tag} {{"
    for part in struct.parts:
        yield from _part(part, 0, called)
    yield f"}} __size({struct.size}) __aligned({struct.align});"


def _part(part: Part, base: int, called: Mapping[str, str]) -> Iterator[str]:
    """The lines of a member; `base` is the first bit of the struct around it in the outermost one."""
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
    return part.type if ours is not None and (part.inside is not None or ours == part.plain) else part.plain
