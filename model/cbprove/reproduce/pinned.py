"""Structs that were found and not computed: plain C where a compiler lays them out so anyway, else every gap is said."""

from __future__ import annotations

from dataclasses import replace

from cbprove.layout.abi import LayoutError
from cbprove.layout.records import Layout, lay_out
from cbprove.layout.types import Record
from cbprove.meaning.context import Context
from cbprove.meaning.types import type_of
from cbprove.syntax import tree as syntax


def gaps(cx: Context, body: syntax.RecordBody) -> tuple[list[list[str]], int] | None:
    """For a pinned struct that C lays out otherwise: the padding before each member and behind the last one, and the alignment.

    None where plain C does as well.
    """
    if body.pinned is None:
        return None
    type = type_of(cx, body)
    assert isinstance(type, Record)
    layout = lay_out(type, cx.abi())
    if _alike(layout, _natural(cx, type)):
        return None
    padding, end = [], 0
    for number, member in enumerate(layout.members):
        start = 0 if type.kind == "union" else member.offset
        padding.append(_padding(end, start, f"cb_gap{number}"))
        end = 0 if type.kind == "union" else start + member.width
    return [*padding, _padding(end, 8 * layout.size, "cb_rest")], layout.align


def _natural(cx: Context, type: Record) -> Layout | None:
    plain = replace(type, size=None, align=None, fields=tuple(replace(field, at=None) for field in type.fields))
    try:
        return lay_out(plain, cx.abi())
    except LayoutError:
        return None


def _alike(layout: Layout, natural: Layout | None) -> bool:
    if natural is None or (layout.size, layout.align) != (natural.size, natural.align):
        return False
    pairs = zip(layout.members, natural.members, strict=True)
    return all((member.offset, member.width) == (other.offset, other.width) for member, other in pairs)


def _padding(first: int, last: int, name: str) -> list[str]:
    """The bits [first, last) of nobody, in a packed struct: to the next whole byte, whole bytes, and what is left."""
    if first // 8 == last // 8:
        return [f"unsigned char :{last - first};"] if last > first else []
    whole = -(-first // 8)
    pieces = [f"unsigned char :{8 * whole - first};"] if first % 8 else []
    pieces += [f"unsigned char {name}[{last // 8 - whole}];"] if last // 8 > whole else []
    return [*pieces, *([f"unsigned char :{last % 8};"] if last % 8 else [])]
