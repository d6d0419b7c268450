"""Members and elements: what follows the beginning of a place, after a dot or in brackets."""

from __future__ import annotations

from collections.abc import Sequence

from cbprove.diagnostics import Span
from cbprove.layout import types
from cbprove.layout.types import Type
from cbprove.logic.terms import Int
from cbprove.meaning import leaves
from cbprove.meaning.context import Context, text_of
from cbprove.meaning.leaves import Spot
from cbprove.meaning.memo import mistake
from cbprove.meaning.names import hint, listed
from cbprove.meaning.types import bare, described
from cbprove.syntax import ctree

# The names made or shared around a statement, and how.
_FEW = 8  # members that a message lists


def follow(
    cx: Context,
    spot: Spot,
    suffixes: tuple[ctree.Dot | ctree.Index | ctree.Star, ...],
    start: bool = False,
    free: bool = False,
) -> Spot:
    """The spot that is named by what follows the beginning of a place; `start` says that a last
    index begins a rest of its array, `free` that offsets may hang on axes.

    Raises Mistake where a type has no such member or element.
    """
    for number, suffix in enumerate(suffixes):
        last = number == len(suffixes) - 1
        if isinstance(suffix, ctree.Dot):
            spot = _member(cx, spot, suffix.name)
        elif isinstance(suffix, ctree.Index):
            spot = _element(
                cx, spot, suffix, rest=start and last, free=free, bounded=not (free and last)
            )
        elif not isinstance(bare(spot.type), types.Record):
            raise mistake(
                "CB0141", f"`.*` needs a struct or union; this is {_a_type(spot.type)}", suffix.span
            )
        elif not last:
            raise mistake("CB0141", "nothing can follow `.*`", suffix.span)
    return spot


def _a_type(type: Type) -> str:
    words = described(type)
    return words if words.startswith(("a ", "an ")) else f"`{words}`"


def _member(cx: Context, spot: Spot, name: ctree.Name) -> Spot:
    if not isinstance(bare(spot.type), types.Record):
        raise mistake(
            "CB0103", f"{_a_type(spot.type)} has no members, so no `{name.text}`", name.span
        )
    spot_of_member = leaves.member(spot, name.text, cx.layout)
    if spot_of_member is None:
        members = leaves.member_names(spot, cx.layout)
        text = (
            spot.identity.removeprefix("object ")
            if spot.identity.startswith("object ")
            else described(spot.type)
        )
        subject = text if text.startswith("a ") else f"`{text}`"
        # `has()` asks for members that are not there, and reports none.
        raise mistake(
            "CB0103",
            f"{subject} has no member `{name.text}`",
            name.span,
            lambda: hint(name.text, members) or _all_of(members),
        )
    return spot_of_member


def _all_of(members: Sequence[str]) -> str:
    return f"it has {listed(members)}" if len(members) in range(1, _FEW) else ""


def _element(
    cx: Context, spot: Spot, suffix: ctree.Index, rest: bool, free: bool, bounded: bool
) -> Spot:
    array = bare(spot.type)
    span = _span(suffix.value)
    if not isinstance(array, types.Array):
        raise mistake("CB0143", f"{_a_type(spot.type)} is no array and has no elements", span)
    varying = _input(cx, suffix.value)
    if varying is not None:
        return leaves.varying(spot, varying, cx.layout)
    index: Int = cx.term(suffix.value) if free else cx.number(suffix.value)
    if (
        isinstance(index, int)
        and bounded
        and not (0 <= index < (array.count if array.count is not None else index + 1))
    ):
        raise mistake(
            "CB0130",
            f"element {index} of an array of {array.count}",
            span,
            _elements(array.count or 0),
        )
    if rest and array.count is not None and isinstance(index, int):
        return leaves.rest(spot, index, cx.layout)
    return leaves.element(
        spot, index, text_of(span) if not isinstance(index, int) else str(index), cx.layout
    )


def _elements(count: int) -> str:
    return f"its elements are 0 to {count - 1}" if count else "it has no elements"


def _span(node: ctree.Expr) -> Span:
    return node.span


def _input(cx: Context, node: ctree.Expr) -> str | None:
    if isinstance(node, ctree.Place) and not node.suffixes and node.base.text in cx.names.inputs:
        return node.base.text
    return None
