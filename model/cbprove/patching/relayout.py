"""The structs of a spec after a patch, laid out anew: those that their text explains, and pins
moved along for the others.

A pinned struct that its text does not explain: each member as much further on as its text alone
moves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

from cbprove.comparing.layouts import placed
from cbprove.diagnostics import Diagnostic, Source, SpecError
from cbprove.frozen import frozen, replace
from cbprove.layout.records import Layout, lay_out
from cbprove.layout.types import Aligned, Array, Record, Type
from cbprove.meaning import axes, elaborate
from cbprove.meaning.collect import collect
from cbprove.meaning.mistakes import tidy
from cbprove.meaning.shapes import Shape, plain
from cbprove.patching.mail import bad
from cbprove.patching.pieces import Piece
from cbprove.patching.structs import Body, body, embedding, parts, written
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.syntax.substitute import substitute

SOURCE = "the structs of the patch"
_BOTH = "change it in a copy of the spec, and give both: cbprove diff BASE HEAD"


@frozen
class Relaid:
    """A tree under other structs: the shapes before and after of all that hold what was changed, by
    tag.

    `packed` are those that the model's text explains as packed, `kept` those that it does not
    explain at all.
    """

    tree: syntax.Tree
    before: Mapping[str, Shape]
    after: Mapping[str, Shape]
    packed: tuple[str, ...]
    kept: tuple[str, ...]


def tags(tree: syntax.Tree) -> dict[str, ctree.RecordBody]:
    """The structs and unions that a tree declares, but no packings."""
    return {
        each.type.tag.text: each.type
        for each in tree.declarations
        if isinstance(each, syntax.TypeDeclaration)
        and isinstance(each.type, ctree.RecordBody)
        and each.type.tag
    }


def relaid(
    tree: syntax.Tree,
    changed: Mapping[str, Body],
    created: Sequence[Body],
    values: Callable[[syntax.Tree], syntax.Tree] = lambda tree: tree,
) -> Relaid:
    """The tree with these structs instead of its own, and other `values` for names. Raises
    SpecError for unknown types."""
    if not changed and not created:
        return Relaid(values(tree), {}, {}, (), ())
    tags_known = tags(tree)
    embedding_tags = embedding(tags_known, changed)
    _without_choices(tags_known[tag] for tag in embedding_tags)
    before = shapes(tree, embedding_tags)
    texts = _explained(tree, before, {tag: body(tags_known[tag], tag) for tag in embedding_tags})
    new = texts.changed_to(changed)
    new_tree = values(under(tree, "\n".join(map(written, [*created, *new.values()]))))
    after = shapes(new_tree, embedding_tags)
    if texts.pinned:
        loose = shapes(under(tree, "\n".join(map(written, texts.bodies.values()))), embedding_tags)
        moved = [
            moved_pins(new[tag], tags_known[tag], (before[tag], loose[tag], after[tag]))
            for tag in embedding_tags
            if tag in texts.pinned
        ]
        rest = (new[tag] for tag in embedding_tags if tag not in texts.pinned)
        new_tree = values(under(tree, "\n".join([*map(written, (*created, *rest)), *moved])))
        after = shapes(new_tree, embedding_tags)
    names = (
        tuple(tag for tag in embedding_tags if tag in chosen)
        for chosen in (texts.packed - texts.pinned, texts.pinned)
    )
    return Relaid(new_tree, before, after, *names)


@frozen
class _Texts:
    """The structs of a tree as their text lays them out: those of which it does so only if they
    are packed, and those that stay pinned since it does not explain them at all."""

    bodies: Mapping[str, Body]
    packed: Set[str]
    pinned: Set[str]

    def changed_to(self, bodies: Mapping[str, Body]) -> dict[str, Body]:
        """All structs, some with other members; what was packed stays so."""
        new = {
            tag: replace(
                each, packed=(self.bodies[tag].packed and not each.loosened) or each.packed
            )
            for tag, each in bodies.items()
        }
        return {**self.bodies, **new}


def _explained(
    tree: syntax.Tree, before: Mapping[str, Shape], bodies: Mapping[str, Body]
) -> _Texts:
    packed = _unlike(tree, before, bodies)
    bodies = {tag: replace(each, packed=tag in packed) for tag, each in bodies.items()}
    pinned = _unlike(tree, before, bodies) if packed else set[str]()
    bodies = {
        tag: replace(each, packed=each.packed and tag not in pinned) for tag, each in bodies.items()
    }
    return _Texts(bodies, packed, pinned)


def _without_choices(nodes: Iterable[ctree.RecordBody]) -> None:
    """Raise SpecError CB0347 for structs with members under a condition, which their text as
    lines does not have."""
    wrong = [
        Diagnostic(
            "CB0347",
            f"`{node.kind} {node.tag.text}` has members under `#if`, so that the patch is not "
            f"laid out",
            node.tag.span,
            _BOTH,
        )
        for node in nodes
        if node.tag is not None
        and any(isinstance(part, ctree.MemberChoice) for part in parts(node))
    ]
    if wrong:
        raise SpecError(tuple(wrong))


def _unlike(tree: syntax.Tree, before: Mapping[str, Shape], bodies: Mapping[str, Body]) -> set[str]:
    """The structs that lie otherwise if they are laid out from their text."""
    loose = shapes(under(tree, "\n".join(map(written, bodies.values()))), tuple(bodies))
    return {tag for tag in bodies if _bytes(before[tag]) != _bytes(loose[tag])}


def _bytes(shape: Shape) -> tuple[int, tuple[tuple[str, int, int], ...]]:
    size, _, members = placed(shape)
    return size, members


def under(tree: syntax.Tree, text: str, name: str = SOURCE) -> syntax.Tree:
    """The tree with structs of this text; what it needs besides goes before them."""
    source = Source(name, text)
    declarations, _ = substitute(tree, syntax.Tree(parse(source), (source,)))
    return declarations


def shapes(tree: syntax.Tree, tags_wanted: Sequence[str]) -> dict[str, Shape]:
    """The layouts of some structs of a tree. Raises SpecError where one has none."""
    kinds = (
        syntax.TypeDeclaration,
        syntax.Typedef,
        syntax.Define,
        syntax.AbiAxis,
        syntax.Packing,
        syntax.Param,
    )
    names = collect(
        syntax.Tree(
            tuple(each for each in tree.declarations if isinstance(each, kinds)), tree.sources
        )
    )
    cx = elaborate.context(names)
    axes.axes(cx)
    candidate = {
        axis.name: axis.values[0] if axis.default is None else axis.default
        for axis in names.axes.values()
    }
    shapes_found = plain(cx, tags_wanted, candidate)
    if len(shapes_found) < len(tags_wanted):
        raise SpecError(tidy((*names.diagnostics, *cx.memo.diagnostics()), tree.sources))
    return shapes_found


_Path = tuple[str, ...]
Sides = tuple[Shape, Shape, Shape]


def moved_pins(body: Body, node: ctree.RecordBody, sides: Sides) -> str:
    """The text of the struct with pins; `sides` are the model's shape, that of its text alone, and
    that of the new text.

    Raises SpecError CB0344 where it holds nested structs without a name in another number than
    before.
    """
    pinned, loose, after = (dict(_flat(side)) for side in sides)
    if _nameless(loose) != _nameless(after):
        message = (
            f"`{body.kind} {body.tag}` does not lie as its text says, and its nested "
            f"structs are others"
        )
        raise bad("CB0344", message, "pin it by hand in a spec of your own")
    shift: dict[_Path, tuple[int, int]] = {
        path: (pinned[path][0] - loose[path][0], pinned[path][1] - loose[path][1])
        for path in pinned.keys() & loose
    }
    assert node.pinned is not None
    pinning = node.pinned.by
    text = _text(body, dict(_shifted(after, shift)))
    return f'pinned {pinning.abi.text} "{pinning.origin}" {{\n{text}}}\n'


def _nameless(paths: Iterable[_Path]) -> int:
    return sum(path[-1].startswith("#") for path in paths if path)


def _shifted(
    after: Mapping[_Path, tuple[int, int]], shift: Mapping[_Path, tuple[int, int]]
) -> Iterator[tuple[_Path, tuple[int, int]]]:
    """Each member moved by as much as the model has it elsewhere than its text; a new one as the
    one in front of it."""
    last: dict[_Path, int] = {}
    for path, (low, width) in after.items():
        further, wider = shift.get(path, (last.get(path[:-1], 0), 0))
        last[path[:-1]] = last[path] = further
        yield path, (low + further, width + wider)


def _flat(shape: Shape) -> Iterator[tuple[_Path, tuple[int, int]]]:
    """The first bit and the width of each member, and under () of the whole; `#1` is the first
    nested one without a name."""
    layout = lay_out(shape.record, shape.abi)
    yield (), (0, 8 * layout.size)
    yield from _members(layout, (), 0)


def _members(layout: Layout, path: _Path, base: int) -> Iterator[tuple[_Path, tuple[int, int]]]:
    nameless = 0
    for member in layout.members:
        nameless += member.name is None
        member_path = (*path, member.name or f"#{nameless}")
        yield member_path, (base + member.offset, member.width)
        if member.layout is not None and _written_out(member.type):
            yield from _members(member.layout, member_path, base + member.offset)


def _written_out(type: Type) -> bool:
    match type:
        case Array(inner, _) | Aligned(inner, _):
            return _written_out(inner)
        case _:
            return isinstance(type, Record) and type.tag is None


def _text(body: Body, places: Mapping[_Path, tuple[int, int]]) -> str:
    """The struct, each member with its place, counted from the start of the struct."""
    lines, path, nameless = [f"{body.kind} {body.tag} {{"], list[str](), [0]
    for number, piece in enumerate(body.pieces):
        if piece.kind == "open":
            name = _name_of(body.pieces, number)
            nameless[-1] += not name
            path.append(name or f"#{nameless[-1]}")
            nameless.append(0)
            lines.append(f"{piece.text} {{")
        elif piece.kind == "close":
            low, width = places[tuple(path)]
            lines.append(f"{piece.text} __at({low // 8}) __size({width // 8});")
            path.pop()
            nameless.pop()
        else:
            lines.append(f"{piece.text} {_place(piece, places[(*path, piece.name)][0])};")
    ending = f" {body.behind}" if body.behind else ""
    return "\n".join([*lines, f"}} __size({places[()][1] // 8}){ending};"]) + "\n"


def _place(piece: Piece, low: int) -> str:
    return f"__at({low // 8}, {low % 8})" if ":" in piece.text else f"__at({low // 8})"


def _name_of(pieces_read: tuple[Piece, ...], start: int) -> str:
    """The name behind the brace that closes what this piece opens."""
    depth = 0
    for piece in pieces_read[start:]:
        depth += (piece.kind == "open") - (piece.kind == "close")
        if not depth:
            return piece.name
    return ""
