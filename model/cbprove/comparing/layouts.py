"""What changed between two specs before any verdict is asked: layouts of structs, and where
views lie."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from cbprove.frozen import frozen
from cbprove.layout.records import Layout, lay_out
from cbprove.layout.types import Aligned, Array, Record, Type
from cbprove.meaning.shapes import Shape
from cbprove.pictures import bits
from cbprove.pictures.layout import shape
from cbprove.system.program import Program, View


@frozen
class Reshaped:
    """A struct before and after; None on the side that does not have it. `name` has the arm of a
    packing behind it."""

    name: str
    before: Shape | None
    after: Shape | None


@frozen
class Moved:
    """A view whose extent is another one; an extent is `skb.cb[0..20)`, None on the side that
    does not have the view."""

    view: str
    layer: str
    before: str | None
    after: str | None
    proposals: tuple[str, ...]


def layouts(before: Sequence[Shape], after: Sequence[Shape]) -> tuple[Reshaped, ...]:
    """The structs whose bytes differ, in the later order; other spellings of the same types are
    no difference."""
    old, new = ({_name(each): each for each in shapes} for shapes in (before, after))
    return tuple(
        Reshaped(name, old.get(name), new.get(name))
        for name in {**new, **old}
        if name not in old or name not in new or placed(old[name]) != placed(new[name])
    )


def placed(shape: Shape) -> tuple[int, int, tuple[tuple[str, int, int], ...]]:
    """Size and alignment in bytes, and each member that has a name, with its first bit and width
    in bits."""
    layout = lay_out(shape.record, shape.abi)
    return layout.size, layout.align, tuple(_flat(layout, "", 0))


def drawn(before: Shape, after: Shape, titles: tuple[str, str]) -> list[str]:
    """Both as pahole prints them, one turned into the other, as a unified diff; `titles` stand
    over the two."""
    lines_before, other = (shape(each).splitlines() for each in (before, after))
    return list(difflib.unified_diff(lines_before, other, *titles, lineterm=""))


def views(before: Mapping[str, Program], after: Mapping[str, Program]) -> tuple[Moved, ...]:
    """The views that lie elsewhere, under the proposals (with one candidate of each) that both
    have."""
    by_change: dict[tuple[str, str, str | None, str | None], list[str]] = {}
    for name in after:
        if name in before:
            for moved in _moved(before[name], after[name]):
                by_change.setdefault(moved, []).append(name)
    return tuple(Moved(*moved, tuple(names)) for moved, names in by_change.items())


def _moved(before: Program, after: Program) -> Iterator[tuple[str, str, str | None, str | None]]:
    old, new = (
        {(view.name, view.layer): _extent(program, view) for view in program.views}
        for program in (before, after)
    )
    for key in {**new, **old}:
        if old.get(key) != new.get(key):
            yield (*key, old.get(key), new.get(key))


def _extent(program: Program, view: View) -> str:
    place = view.place
    assert isinstance(place.low, int)
    first = place.low - place.bound[0]
    owner = program.objects[0].name if place.object == "." else place.object
    return f"{owner}.{place.area}{bits.span(first, first + place.width)}"


def _name(shape: Shape) -> str:
    return f"{shape.record.kind} {shape.record.tag}" + (f" ({shape.note})" if shape.note else "")


def _flat(layout: Layout, path: str, base: int) -> Iterator[tuple[str, int, int]]:
    for member in layout.members:
        name = ".".join(part for part in (path, member.name) if part)
        first = base + member.offset
        if member.name is not None:
            yield name, first, member.width
        if member.layout is not None and _untagged(member.type):
            yield from _flat(member.layout, name, first)


def _untagged(type: Type) -> bool:
    """Whether a type has no name of its own: what has one is told of under that."""
    match type:
        case Array(inner, _) | Aligned(inner, _):
            return _untagged(inner)
        case _:
            return isinstance(type, Record) and type.tag is None
