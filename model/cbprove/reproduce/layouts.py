"""What is asserted of layouts: sizes and offsets as cbprove has them, for every choice that they hang on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import product

from cbprove.language import syntax
from cbprove.language.elaborate_context import Context
from cbprove.language.elaborate_places import object_type
from cbprove.language.elaborate_types import tagged
from cbprove.layout.records import Layout
from cbprove.reproduce import shapes
from cbprove.reproduce.spelling import identifier
from cbprove.system import AxisValue

# So many choices are told apart for one type; of one with more only the shown candidate's layout is asserted.
_MOST = 64


def asserted(cx: Context, tag: str, shown: Mapping[str, AxisValue]) -> list[str]:
    """Static asserts on the size of a struct or union and the offsets of its members."""
    found = cx.names.tags[tag]
    if isinstance(found, syntax.EnumBody):
        return []
    if isinstance(found, syntax.Packing):
        lines: list[str] = []
        for arm in found.arms:
            spelled, chosen = f"struct {tag}_{arm.name.text}", {**shown, tag: arm.name.text}
            lines += _asserted(cx, spelled, arm.body, chosen, lambda: cx.layout(tagged(cx, tag)), tag)
        return lines
    return _asserted(cx, f"{found.kind} {tag}", found, shown, lambda: cx.layout(tagged(cx, tag)))


def of_object(cx: Context, name: str, shown: Mapping[str, AxisValue]) -> list[str]:
    """The same for an object."""
    node = cx.names.objects[name]
    return _asserted(cx, f"struct object_{name}", node, shown, lambda: cx.layout(object_type(cx, name)))


def _asserted(
    cx: Context,
    spelled: str,
    node: object,
    shown: Mapping[str, AxisValue],
    layout: Callable[[], Layout],
    fixed: str = "",
) -> list[str]:
    own = {fixed} if fixed else set()
    axes = [axis for axis in _axes(cx, node, own) if len(cx.names.axes[axis].values) > 1]
    if "abi" in cx.names.axes and len(cx.names.axes["abi"].values) > 1:
        axes = ["abi", *(axis for axis in axes if axis != "abi")]
    values: list[list[AxisValue]] = [list(cx.names.axes[axis].values) for axis in axes]
    count = 1
    for some in values:
        count *= len(some)
    choices: list[tuple[AxisValue, ...]] = (
        list(product(*values)) if count <= _MOST else [tuple(shown[axis] for axis in axes)]
    )
    found: dict[tuple[AxisValue, ...], tuple[str, ...]] = {}
    for choice in choices:
        lines = _lines(cx, spelled, {**shown, **dict(zip(axes, choice, strict=True))}, layout)
        if lines:
            found[choice] = lines
    if len(choices) == count:
        axes, found = _without_idle(axes, found)
    told: dict[tuple[str, ...], list[str]] = {}
    for choice, lines in found.items():
        equal = (_equals(cx, axis, value) for axis, value in zip(axes, choice, strict=True))
        told.setdefault(lines, []).append(" && ".join(equal))
    cx.memo.begin(shown)
    return list(_guarded(told, len(choices) == count))


def _without_idle(
    axes: list[str], found: dict[tuple[AxisValue, ...], tuple[str, ...]]
) -> tuple[list[str], dict[tuple[AxisValue, ...], tuple[str, ...]]]:
    """Without the axes on which nothing hangs."""
    for number in reversed(range(len(axes))):
        fewer: dict[tuple[AxisValue, ...], set[tuple[str, ...]]] = {}
        for choice, lines in found.items():
            fewer.setdefault((*choice[:number], *choice[number + 1 :]), set()).add(lines)
        if all(len(some) == 1 for some in fewer.values()):
            axes = [*axes[:number], *axes[number + 1 :]]
            found = {choice: next(iter(some)) for choice, some in fewer.items()}
    return axes, found


def _guarded(told: Mapping[tuple[str, ...], list[str]], complete: bool) -> Iterator[str]:
    if len(told) == 1 and complete:
        yield from next(iter(told))
        return
    for lines, conditions in told.items():
        yield f"#if {' || '.join(f'({c})' for c in conditions) if len(conditions) > 1 else conditions[0]}"
        yield from lines
        yield "#endif"


def _equals(cx: Context, axis: str, value: AxisValue) -> str:
    return f"{identifier(axis)} == {value}" if isinstance(value, int) else shapes.is_axis(axis, value)


def _lines(
    cx: Context, spelled: str, assignment: Mapping[str, AxisValue], layout: Callable[[], Layout]
) -> tuple[str, ...]:
    cx.memo.begin(assignment)
    found = cx.memo.attempt(layout)
    if found is None:  # a candidate that is a mistake, and excluded
        return ()
    asserts = [f"CB_AT({spelled}, {name}, {at});" for name, at in _offsets(found, 0)]
    return (f"CB_SIZE({spelled}, {found.size});", *asserts)


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
