"""The structs of a spec after a patch, laid out anew: those that their text explains, and pins moved along for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cbprove.comparing.layouts import placed
from cbprove.diagnostics import Source, SpecError
from cbprove.frozen import frozen
from cbprove.meaning import axes, elaborate
from cbprove.meaning.mistakes import tidy
from cbprove.meaning.names import collect
from cbprove.patching import pins
from cbprove.patching.structs import Body, body, embedding, written
from cbprove.pictures.layout import Shape
from cbprove.pictures.shapes import plain
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.syntax.substitute import substitute

SOURCE = "the structs of the patch"


@frozen
class Relaid:
    """A tree under other structs: the shapes before and after of all that hold what was changed, by tag.

    `packed` are those that the model's text explains as packed, `kept` those that it does not explain at all.
    """

    tree: syntax.Tree
    before: Mapping[str, Shape]
    after: Mapping[str, Shape]
    packed: tuple[str, ...]
    kept: tuple[str, ...]


def tags(tree: syntax.Tree) -> dict[str, syntax.RecordBody]:
    """The structs and unions that a tree declares, but no packings."""
    return {
        each.type.tag.text: each.type
        for each in tree.declarations
        if isinstance(each, syntax.TypeDeclaration) and isinstance(each.type, syntax.RecordBody) and each.type.tag
    }


def relaid(
    tree: syntax.Tree,
    changed: Mapping[str, Body],
    created: Sequence[Body],
    values: Callable[[syntax.Tree], syntax.Tree] = lambda tree: tree,
) -> Relaid:
    """The tree with these structs instead of its own, and other `values` for names. Raises SpecError for unknown types."""
    if not changed and not created:
        return Relaid(values(tree), {}, {}, (), ())
    known = tags(tree)
    around = embedding(known, changed)
    old = {tag: body(known[tag], tag) for tag in around}
    before = shapes(tree, around)
    packed = _unlike(tree, before, old)
    old = {tag: replace(each, packed=tag in packed) for tag, each in old.items()}
    kept = _unlike(tree, before, old) if packed else set[str]()
    old = {tag: replace(each, packed=each.packed and tag not in kept) for tag, each in old.items()}
    new = {**old, **{tag: replace(each, packed=old[tag].packed or each.packed) for tag, each in changed.items()}}
    made = values(under(tree, "\n".join(map(written, [*created, *new.values()]))))
    after = shapes(made, around)
    if kept:
        loose = shapes(under(tree, "\n".join(map(written, old.values()))), around)
        moved = [
            pins.moved(new[tag], known[tag], (before[tag], loose[tag], after[tag])) for tag in around if tag in kept
        ]
        rest = [written(each) for each in (*created, *(new[tag] for tag in around if tag not in kept))]
        made = values(under(tree, "\n".join([*rest, *moved])))
        after = shapes(made, around)
    names = (tuple(tag for tag in around if tag in chosen) for chosen in (packed - kept, kept))
    return Relaid(made, before, after, *names)


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
    made, _ = substitute(tree, syntax.Tree(parse(source), (source,)))
    return made


def shapes(tree: syntax.Tree, wanted: Sequence[str]) -> dict[str, Shape]:
    """The layouts of some structs of a tree. Raises SpecError where one has none."""
    kinds = (syntax.TypeDeclaration, syntax.Typedef, syntax.Define, syntax.AbiAxis, syntax.Packing, syntax.Param)
    names = collect(syntax.Tree(tuple(each for each in tree.declarations if isinstance(each, kinds)), tree.sources))
    cx = elaborate.context(names)
    axes.axes(cx)
    candidate = {axis.name: axis.values[0] if axis.default is None else axis.default for axis in names.axes.values()}
    found = plain(cx, wanted, candidate)
    if len(found) < len(wanted):
        raise SpecError(tidy((*names.diagnostics, *cx.memo.diagnostics()), tree.sources))
    return found
