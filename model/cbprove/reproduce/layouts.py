"""What is asserted of layouts: sizes and offsets as cbprove has them, for every choice that they hang on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import product
from textwrap import wrap

from cbprove.language import syntax
from cbprove.language.elaborate_context import Context
from cbprove.language.elaborate_places import object_type
from cbprove.language.elaborate_types import tagged
from cbprove.layout.records import Layout
from cbprove.reproduce import shapes
from cbprove.system import AxisValue

# So many choices are told apart for one type; of one with more only the shown candidate's layout is asserted.
_MOST = 64


def asserted(cx: Context, tag: str, shown: Mapping[str, AxisValue]) -> list[str]:
    """Static asserts on the size of a struct or union and the offsets of its members."""
    found = cx.names.tags[tag]
    if isinstance(found, syntax.EnumBody):
        return []
    return _asserted(cx, f"{found.kind} {tag}", found, shown, lambda: cx.layout(tagged(cx, tag)))


def of_object(cx: Context, name: str, shown: Mapping[str, AxisValue]) -> list[str]:
    """The same for an object."""
    node = cx.names.objects[name]
    return _asserted(cx, f"struct object_{name}", node, shown, lambda: cx.layout(object_type(cx, name)))


def _asserted(
    cx: Context, spelled: str, node: object, shown: Mapping[str, AxisValue], layout: Callable[[], Layout]
) -> list[str]:
    axes = [axis for axis in _axes(cx, node, set()) if len(cx.names.axes[axis].values) > 1]
    if "abi" in cx.names.axes and len(cx.names.axes["abi"].values) > 1:
        axes = ["abi", *(axis for axis in axes if axis != "abi")]
    values: list[list[AxisValue]] = [list(cx.names.axes[axis].values) for axis in axes]
    count = 1
    for some in values:
        count *= len(some)
    choices: list[tuple[AxisValue, ...]] = (
        list(product(*values)) if count <= _MOST else [tuple(shown[axis] for axis in axes)]
    )
    told: dict[tuple[str, ...], list[str]] = {}
    for choice in choices:
        chosen: dict[str, AxisValue] = dict(zip(axes, choice, strict=True))
        lines = _lines(cx, spelled, {**shown, **chosen}, layout)
        if lines:
            told.setdefault(lines, []).append(" && ".join(_equals(cx, axis, value) for axis, value in chosen.items()))
    cx.memo.begin(shown)
    return list(_guarded(told, len(choices) == count))


def _guarded(told: Mapping[tuple[str, ...], list[str]], complete: bool) -> Iterator[str]:
    if len(told) == 1 and complete:
        yield from next(iter(told))
        return
    for lines, conditions in told.items():
        yield f"#if {' || '.join(f'({c})' for c in conditions) if len(conditions) > 1 else conditions[0]}"
        yield from lines
        yield "#endif"


def _equals(cx: Context, axis: str, value: AxisValue) -> str:
    return f"({axis}) == {value}" if isinstance(value, int) else shapes.is_axis(axis, value)


def _lines(
    cx: Context, spelled: str, assignment: Mapping[str, AxisValue], layout: Callable[[], Layout]
) -> tuple[str, ...]:
    cx.memo.begin(assignment)
    found = cx.memo.attempt(layout)
    if found is None:  # a candidate that is a mistake, and excluded
        return ()
    asserts = [f"CB_SIZE({spelled}, {found.size});"]
    asserts += [f"CB_LIES({spelled}, {name}, {at});" for name, at in _offsets(found, 0)]
    return tuple(wrap(" ".join(asserts), 118, break_long_words=False, break_on_hyphens=False))


def _offsets(layout: Layout, start: int) -> Iterator[tuple[str, int]]:
    """Named members that have an offset, those of anonymous structs too; in bytes."""
    for member in layout.members:
        if member.name is None and member.layout is not None:
            yield from _offsets(member.layout, start + member.offset)
        elif member.name is not None and not member.bitfield:
            yield member.name, (start + member.offset) // 8


def _axes(cx: Context, node: object, seen: set[str]) -> list[str]:
    """The axes that a type hangs on, by its own words and those of the types in it."""
    found: list[str] = []
    if isinstance(node, syntax.Packing):
        found.append(node.tag.text)
    if isinstance(node, syntax.Name) and node.text not in seen:
        seen.add(node.text)
        if node.text in cx.names.axes:
            found.append(node.text)
        for table in (cx.names.tags, cx.names.typedefs, cx.names.constants, cx.names.objects, cx.names.views):
            if node.text in table:
                found += _axes(cx, table[node.text], seen)
    elif isinstance(node, tuple):
        for part in node:
            found += _axes(cx, part, seen)
    elif is_dataclass(node):
        for one in fields(node):
            found += _axes(cx, getattr(node, one.name), seen) if one.name != "span" else []
    return list(dict.fromkeys(found))
