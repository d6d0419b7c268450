"""Operations on plain extents: which bits each gives new sources, and where an extent may begin."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.frozen import by_identity, replace
from cbprove.logic.terms import Bool, Int, and_, eq, lt
from cbprove.obligations.ops import Area, Copied, Indexes, Run, Store
from cbprove.properties.events import Moment


@by_identity
class Still:
    """Bits [low, last) of an area get new sources where `guard` holds: those of `store` from
    `position` on, or, where there is none, those of `origin` from `origin_low` on as they were
    before operation `time`."""

    area: Area
    low: int
    last: int
    guard: Bool
    time: int
    store: Store | None
    position: int
    origin: Area = (-1, "")
    origin_low: int = 0
    origin_bound: Run | None = None
    moment: Moment = ()


def stilled(operation: Store | Copied, time: int) -> Iterator[Still]:
    """The fixed pieces of an operation, clipped to its bound."""
    for goal, low in positions(number(operation.low), operation.indexes):
        for piece in _at(operation, low, and_(operation.guard, goal), time):
            clipped = _clip(piece, operation.bound)
            if clipped is not None:
                yield clipped


def positions(low: int, indexes: Indexes) -> list[tuple[Bool, int]]:
    """Where an extent may begin: for each value of the inputs that move it, the condition and
    the address."""
    result: list[tuple[Bool, int]] = [(True, low)]
    for declared, unknown, stride in indexes:
        values = range(declared.low, declared.high + 1)
        result = [(and_(on, eq(unknown, v)), at + stride * v) for on, at in result for v in values]
    return result


def _at(operation: Store | Copied, low: int, guard: Bool, time: int) -> Iterator[Still]:
    for first, width, on in _stretches(operation, low):
        all_of_it = Still(
            area=operation.area,
            low=low + first,
            last=low + first + width,
            guard=and_(guard, on),
            time=time,
            store=None,
            position=first,
        )
        if isinstance(operation, Store):
            yield replace(all_of_it, store=operation)
        else:
            for start, at in positions(number(operation.origin_low), operation.origin_indexes):
                yield replace(
                    all_of_it,
                    guard=and_(all_of_it.guard, start),
                    origin=operation.origin,
                    origin_low=at + first,
                    origin_bound=operation.origin_bound,
                    moment=operation.moment,
                )


def _stretches(operation: Store | Copied, low: int) -> Iterator[tuple[int, int, Bool]]:
    """The parts of the extent as (first bit from its start, width, condition)."""
    length = operation.length
    if length is None:
        runs = operation.runs if isinstance(operation, Store) else None
        for first, width in runs or ((0, number(operation.width)),):
            yield first, width, True
        return
    assert operation.bound is not None
    count = min(max(0, length.high), (operation.bound[1] - low + 7) // 8)
    for byte in range(count):
        yield 8 * byte, 8, lt(byte, length.term)


def _clip(piece: Still, bound: Run | None) -> Still | None:
    if bound is None:
        return piece
    first, last = max(piece.low, bound[0]), min(piece.last, bound[1])
    if first >= last:
        return None
    moved = first - piece.low
    return replace(
        piece,
        low=first,
        last=last,
        position=piece.position + moved,
        origin_low=piece.origin_low + moved,
    )


def number(term: Int) -> int:
    """A term that must be a plain number here."""
    assert isinstance(term, int), "values are followed on plain numbers"
    return term
