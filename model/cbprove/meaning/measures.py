"""Sizes, alignments and ends of members of the structs that have several layouts, by layout:
what conditions are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cbprove.frozen import frozen
from cbprove.layout.records import Layout
from cbprove.meaning.system import System
from cbprove.meaning.types import tagged
from cbprove.syntax import tree as syntax
from cbprove.system.axes import FREE, Axis, NeedsValue


@frozen
class Measure:
    """A number of a struct that hangs on its layout, as C spells it; `divides` where it is an
    alignment."""

    text: str
    axis: str
    values: Mapping[str, int]
    divides: bool = False


_BYTE = 8


def measures(system: System) -> tuple[Measure, ...]:
    """Those that hang on the layout alone and not on any other axis; none where there are
    several ABIs."""
    if any(axis.kind == "abi" and len(axis.values) > 1 for axis in system.axes):
        return ()
    return tuple(
        each for axis in system.axes if axis.kind == "packing" for each in _of(system, axis)
    )


def _of(system: System, axis: Axis) -> Iterator[Measure]:
    layouts: dict[str, Layout] = {}
    for arm in map(str, axis.values):
        if (layout := _layout(system, axis.name, arm)) is None:
            return
        layouts[arm] = layout
    name = f"{_kind(system, axis.name)} {axis.name}"
    yield Measure(
        text=f"sizeof({name})",
        axis=axis.name,
        values={arm: each.size for arm, each in layouts.items()},
    )
    ends = [_ends(each) for each in layouts.values()]
    for member in ends[0]:
        if all(member in each for each in ends):
            values = {arm: each[member] for arm, each in zip(layouts, ends, strict=True)}
            yield Measure(text=f"offsetofend({name}, {member})", axis=axis.name, values=values)
    aligns = {arm: each.align for arm, each in layouts.items()}
    yield Measure(text=f"_Alignof({name})", axis=axis.name, values=aligns, divides=True)


def _kind(system: System, tag: str) -> str:
    cx = system.context
    node = cx.names.tags[tag]
    assert isinstance(node, syntax.Packing)
    return node.kind


def _ends(layout: Layout) -> dict[str, int]:
    """Where each member ends, in bytes."""
    return {
        each.name: -(-(each.offset + each.width) // _BYTE) for each in layout.members if each.name
    }


def _layout(system: System, tag: str, arm: str) -> Layout | None:
    """The struct in one of its layouts, None where it takes more than that to know it, or has
    none."""
    cx = system.context
    axes = {axis.name: axis.values[0] if axis.kind == "abi" else FREE for axis in system.axes}
    cx.memo.begin({**axes, tag: arm})
    try:
        return cx.memo.attempt(lambda: cx.layout(tagged(cx, tag)))
    except NeedsValue:
        return None
