"""Members that were found at a place: whether all those of a record can lie where they are said
to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cbprove.frozen import frozen
from cbprove.layout.types import Field, Record


@frozen
class Misplaced:
    """A field, by its number in the record, that cannot lie where it is pinned; `other` is the one
    in its way.

    The message names ranges in bytes, `[4..8)`, a dot before the bit where they are no whole bytes.
    """

    field: int
    message: str
    other: int | None = None


@frozen
class _Placed:
    """A field that has its bits [low, high) to itself."""

    field: int
    low: int
    high: int


def is_padding(field: Field) -> bool:
    """Whether a field is an unnamed bit-field: no member, and where it lies is seen from the
    others."""
    return field.name is None and field.bits is not None


def misplaced(
    record: Record, size: int, widths: Sequence[int], base: int = 0
) -> Iterator[Misplaced]:
    """Every field of a pinned record of `size` bytes that cannot lie where it is; `widths` are the
    fields', in bits.

    `base` is the record's own first bit in what the messages count from.
    """
    placed: list[_Placed] = []
    end = 0
    for number, (field, width) in enumerate(zip(record.fields, widths, strict=True)):
        if is_padding(field):
            continue
        wrong = _alone(record, 8 * size, field, width, base)
        if wrong or field.at is None:
            yield Misplaced(number, wrong)
            continue
        placed_field = _Placed(number, field.at, field.at + width)
        # Where a field begins behind all others so far, as in a struct that is in order, none is
        # searched.
        clash = (
            _clash(placed, placed_field)
            if record.kind == "struct" and placed_field.low < end
            else None
        )
        if clash is not None:
            yield Misplaced(number, _overlap(record, placed_field, clash, base), clash.field)
            continue
        placed.append(placed_field)
        end = max(end, placed_field.high)


def _alone(record: Record, size: int, field: Field, width: int, base: int) -> str:
    """What is wrong with the place of a field whatever the others do; `size` is in bits."""
    at = field.at
    if at is None:
        return f"{_called(record.kind, field)} has no place in a pinned {record.kind}"
    if field.bits is None and at % 8:
        wrong = "is no bit-field"
    elif record.kind == "union" and at:
        wrong = f"its union begins at {_position(base)}"
    elif at < 0 or at + width > size:
        wrong = f"its {record.kind} at {_span(base, size)}"
    else:
        return ""
    return f"{_called(record.kind, field)} lies at {_span(base + at, width)}, and {wrong}"


def _clash(placed: list[_Placed], placed_field: _Placed) -> _Placed | None:
    return next(
        (
            other
            for other in placed
            if other.low < placed_field.high and placed_field.low < other.high
        ),
        None,
    )


def _overlap(record: Record, placed_field: _Placed, other: _Placed, base: int) -> str:
    spans = (
        f"{_called('struct', record.fields[p.field])} lies at {_span(base + p.low, p.high - p.low)}"
        for p in (placed_field, other)
    )
    return ", and ".join(spans)


def _called(kind: str, field: Field) -> str:
    """A field by name; one without is a record, by its kind."""
    if field.name is not None:
        return f"`{field.name}`"
    inner = field.type.kind if isinstance(field.type, Record) else kind
    return f"an anonymous {inner}"


def _span(low: int, width: int) -> str:
    return f"[{_position(low)}..{_position(low + width)})"


def _position(bit: int) -> str:
    """A bit's position in bytes: `12`, or `12.3` for bit 3 of byte 12."""
    return f"{bit // 8}.{bit % 8}" if bit % 8 else str(bit // 8)
