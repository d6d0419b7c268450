"""Pinned structs of a candidate: laid out for the ABI they were found for, each member where it
can lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cbprove.diagnostics import Diagnostic, Note, Span
from cbprove.layout.abi import ABIS, LayoutError
from cbprove.layout.pins import misplaced
from cbprove.layout.records import width_of
from cbprove.layout.types import Record
from cbprove.meaning.context import Context
from cbprove.meaning.memo import Poison, mistake
from cbprove.meaning.names import hint, listed
from cbprove.syntax import ctree


def of_this_abi(cx: Context, pinning: ctree.Pinning) -> None:
    """Refuse a candidate whose ABI is not the one that a block is for: one mistake for all that is
    in the block.

    Raises Mistake CB0118 where there is no such ABI, CB0171 where it is another one.
    """
    pinned, abi = pinning.abi.text, cx.abi().name
    if pinned not in ABIS:
        help = hint(pinned, ABIS) or f"known are {listed(ABIS)}"
        raise mistake("CB0118", f"there is no abi `{pinned}`", pinning.abi.span, help)
    if pinned != abi:
        help = (
            f"say `abi {pinned};`, or write these types without pins where they are laid out "
            f"for `{abi}`"
        )
        raise mistake(
            "CB0171",
            f"types are pinned for `{pinned}` and laid out here for `{abi}`",
            pinning.abi.span,
            help,
        )


def check(
    cx: Context, built: Record, pinned: ctree.Pinned, members: Sequence[ctree.Member]
) -> None:
    """Report every member that cannot lie where it is pinned. Raises Poison if there is one."""
    widths = [width for width in _widths(cx, built, members) if width is not None]
    if len(widths) < len(members):
        raise Poison
    misfits = list(misplaced(built, pinned.size, widths, pinned.base))
    for wrong in misfits:
        notes = (
            ()
            if wrong.other is None
            else (Note("the other one lies here", _place(members[wrong.other])),)
        )
        cx.memo.report(
            Diagnostic("CB0170", wrong.message, _place(members[wrong.field]), notes=notes)
        )
    if misfits:
        raise Poison


def _widths(cx: Context, built: Record, members: Sequence[ctree.Member]) -> Iterator[int | None]:
    """The bits of each member; None for one that has no layout, which is reported."""
    for field, member in zip(built.fields, members, strict=True):
        try:
            yield width_of(field, cx.abi())
        except LayoutError as error:
            span = member.name.span if member.name else member.span
            cx.memo.report(Diagnostic("CB0131", str(error).replace("'", "`"), span))
            yield None


def _place(member: ctree.Member) -> Span:
    """Where it is said that a member lies, be it behind its name or behind the brace of its
    struct."""
    nodes = member.attributes.pins
    body = member.type
    while isinstance(body, ctree.ArrayType):
        body = body.element
    if isinstance(body, ctree.RecordBody):
        nodes += body.attributes.pins
    return next((pin.span for pin in nodes if isinstance(pin, ctree.PlacePin)), member.span)
