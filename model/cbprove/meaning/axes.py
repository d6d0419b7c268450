"""Axes: what may vary, with domains that hold for every candidate and defaults inside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cbprove.diagnostics import Diagnostic
from cbprove.layout.abi import ABIS, DEFAULT_ABI
from cbprove.meaning.context import Context, text_of
from cbprove.meaning.memo import Mistake, mistake
from cbprove.meaning.names import hint, listed
from cbprove.meaning.static import unknown_value, value_name
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system.axes import Axis, AxisValue

# The most values that a range may have, and the most choices of all ranges together.
MOST_VALUES = 10_000_000

_DEFAULT_ABI = Axis("abi", "abi", (DEFAULT_ABI,), DEFAULT_ABI)


class OneValued(dict[str, AxisValue]):
    """The axes that have one value; the others have none where a domain is being worked out."""

    def __missing__(self, name: str) -> AxisValue:
        raise _Varies(name)


class _Varies(Exception):
    """A value that must be the same for every candidate depends on an axis."""

    def __init__(self, axis: str) -> None:
        super().__init__(axis)
        self.axis = axis


def axes(cx: Context) -> None:
    """Work out every axis, in order of declaration; `abi` comes first if the spec does not name
    one."""
    by_name: dict[str, Axis] = {}
    cx.names.axes = by_name
    if "abi" not in cx.names.axis_declarations:
        by_name["abi"] = _DEFAULT_ABI
    for name, node in cx.names.axis_declarations.items():
        cx.memo.begin(constants(cx))
        axis = cx.memo.attempt(lambda node=node: _axis(cx, node))  # type: ignore[misc]
        cx.names.diagnostics.extend(cx.memo.diagnostics())
        if axis is not None:
            by_name[name] = axis
    cx.names.diagnostics.extend(_too_many(cx, by_name))


def _too_many(cx: Context, by_name: Mapping[str, Axis]) -> Iterator[Diagnostic]:
    """The first param whose range multiplies with those before it to more candidates than can be
    judged."""
    choices = 1
    for name, axis in by_name.items():
        choices *= len(axis.values) if isinstance(axis.values, range) else 1
        if choices > MOST_VALUES:
            message = (
                f"with `{name}` the ranges of params have {choices:,} choices, more than "
                f"{MOST_VALUES:,} that can be judged"
            )
            help = "narrow a range, or ask in two specs"
            node = cx.names.axis_declarations[name]
            assert isinstance(node, syntax.Param), "only params have ranges"
            yield Diagnostic("CB0125", message, node.name.span, help)
            return


def constants(cx: Context) -> OneValued:
    """An assignment of the axes that have one value."""
    return OneValued(
        {a.name: _plain(a.values[0]) for a in cx.names.axes.values() if len(a.values) == 1}
    )


def fixed_number(cx: Context, node: ctree.Expr, subject: str) -> int:
    """A number that is the same for every candidate. Raises Mistake CB0165 where it depends on
    an axis."""
    try:
        return cx.number(node)
    except _Varies as error:
        message = f"{subject} cannot depend on the axis `{error.axis}`"
        raise mistake("CB0165", message, node.span) from None


def value_in(cx: Context, axis: Axis, node: ctree.Expr) -> AxisValue:
    """A value that was written for an axis, which must be one of its own.

    Raises Mistake CB0162 for any other number, CB0107 for any other name.
    """
    if not isinstance(axis.values, range):
        return value_name(axis, node)
    number = fixed_number(cx, node, f"a value of `{axis.name}`")
    if number not in axis.values:
        raise mistake(
            "CB0162", f"{number} is not a value of `{axis.name}`", node.span, span_of(axis.values)
        )
    return number


def range_in(cx: Context, axis: Axis, sides: tuple[ctree.Expr, ctree.Expr]) -> range:
    """A part of a ranged param's values.

    Raises Mistake CB0162 where the axis has named values, or where an end is not one of its
    numbers.
    """
    if not isinstance(axis.values, range):
        raise mistake(
            "CB0162",
            f"`{axis.name}` has named values and no range",
            sides[0].span,
            f"write `{axis.name} in {{ ... }}`",
        )
    low, high = _range(cx, axis.name, sides)
    for number, node in ((low, sides[0]), (high, sides[1])):
        if number not in axis.values:
            raise mistake(
                "CB0162",
                f"{number} is not a value of `{axis.name}`",
                node.span,
                span_of(axis.values),
            )
    return range(low, high + 1)


def names_in(axis: Axis, names: tuple[ctree.Name, ...]) -> tuple[str, ...]:
    """Some of an axis's named values, in its own order.

    Raises Mistake CB0162 where the axis is a range of numbers, CB0107 where it has no such value.
    """
    if isinstance(axis.values, range):
        raise mistake(
            "CB0162", f"`{axis.name}` is a range of numbers", names[0].span, span_of(axis.values)
        )
    for name in names:
        if name.text not in axis.values:
            raise unknown_value(axis, name)
    values = {name.text for name in names}
    return tuple(v for v in axis.values if v in values)


def span_of(values: range) -> str:
    return f"its values are {values[0]}..{values[-1]}"


def _plain(value: str | int) -> AxisValue:
    return value


def _axis(cx: Context, node: syntax.AbiAxis | syntax.Packing | syntax.Param) -> Axis | None:
    match node:
        case syntax.AbiAxis():
            return _abi(cx, node)
        case syntax.Packing():
            return _packing(cx, node)
        case syntax.Param():
            return _param(cx, node)


def _abi(cx: Context, node: syntax.AbiAxis) -> Axis:
    for name in node.values:
        if name.text not in ABIS:
            help = hint(name.text, ABIS) or f"known are {listed(ABIS)}"
            cx.memo.report(Diagnostic("CB0118", f"there is no abi `{name.text}`", name.span, help))
    values = _distinct(cx, [n for n in node.values if n.text in ABIS]) or (DEFAULT_ABI,)
    return Axis("abi", "abi", values, _default_name(cx, node.default, "abi", values, node.values))


def _packing(cx: Context, node: syntax.Packing) -> Axis:
    name = node.tag.text
    if not node.arms:
        raise mistake("CB0125", f"the packing `{name}` has no arm to choose", node.tag.span)
    values = tuple(dict.fromkeys(arm.name.text for arm in node.arms))
    titles = {arm.name.text: arm.title for arm in node.arms if arm.title}
    return Axis(name, "packing", values, _default_name(cx, node.default, name, values, ()), titles)


def _param(cx: Context, node: syntax.Param) -> Axis | None:
    name = node.name.text
    if node.range is not None:
        low, high = _range(cx, name, node.range)
        axis = Axis(name, "param", range(low, high + 1), None)
    else:
        values = ("no", "yes") if node.values is None else _distinct(cx, node.values)
        if not values:
            raise mistake("CB0125", f"the param `{name}` has no values", node.name.span)
        axis = Axis(name, "param", values, None)
    if node.default is None:
        return axis
    default = node.default
    return Axis(name, "param", axis.values, cx.memo.attempt(lambda: _default(cx, axis, default)))


def _default(cx: Context, axis: Axis, node: ctree.Expr) -> AxisValue:
    try:
        return value_in(cx, axis, node)
    except Mistake as error:
        diagnostic = error.diagnostic
        if diagnostic.code in ("CB0107", "CB0162"):
            text = f"the default `{text_of(node.span)}` is no value of `{axis.name}`"
            raise mistake("CB0126", text, node.span, diagnostic.help) from None
        raise


def _default_name(
    cx: Context,
    node: ctree.Name | None,
    axis: str,
    values: tuple[str, ...],
    written: Iterable[ctree.Name],
) -> str | None:
    if node is None:
        return values[0] if len(values) == 1 else None
    if node.text in values:
        return node.text
    if node.text not in {name.text for name in written}:
        help = hint(node.text, values) or f"its values are {listed(values)}"
        cx.memo.report(
            Diagnostic(
                "CB0126", f"the default `{node.text}` is no value of `{axis}`", node.span, help
            )
        )
    return None


def _distinct(cx: Context, names: Iterable[ctree.Name]) -> tuple[str, ...]:
    first: dict[str, ctree.Name] = {}
    for name in names:
        if name.text in first:
            cx.memo.report(
                Diagnostic(
                    "CB0110", f"the value `{name.text}` is declared a second time", name.span
                )
            )
        first.setdefault(name.text, name)
    return tuple(first)


def _range(cx: Context, name: str, sides: tuple[ctree.Expr, ctree.Expr]) -> tuple[int, int]:
    low, high = (fixed_number(cx, side, f"the range of `{name}`") for side in sides)
    if low > high:
        raise mistake(
            "CB0124",
            f"the range {low}..{high} of `{name}` is empty",
            sides[0].span,
            f"write `{high}..{low}`",
        )
    if high - low >= MOST_VALUES:
        message = (
            f"the range {low}..{high} of `{name}` has {high - low + 1} values, more than "
            f"{MOST_VALUES}"
        )
        raise mistake("CB0125", message, sides[0].span)
    if not -(1 << 63) <= low <= high < 1 << 63:
        raise mistake(
            "CB0129",
            f"the range {low}..{high} of `{name}` does not fit a `long long`",
            sides[0].span,
        )
    return low, high
