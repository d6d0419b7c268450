"""What memory holds when every extent is a plain number: values and sources of runs of bits, under
guards.

A run of bits is followed back as one piece until a store or a copy covers a part of it only; then
it is cut there.

Operations on plain numbers: each with one fixed extent, under a guard.

An extent that an input moves becomes one for each value of the input, a run-time length one for
each byte.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Generic, TypeVar

from cbprove.frozen import frozen, replace
from cbprove.logic.terms import (
    Bool,
    Bounds,
    Int,
    Interval,
    Term,
    add,
    and_,
    ite,
    lt,
    mul,
    not_,
    or_,
    var,
)
from cbprove.obligations.ops import (
    MEMORY,
    Area,
    Made,
    Run,
    Store,
    Touched,
    Unfolding,
)
from cbprove.obligations.still import Still, number, positions, stilled
from cbprove.obligations.values import Value, bounded, field, interval_of, wrap
from cbprove.properties.events import Moment
from cbprove.system.expressions import Place

T = TypeVar("T")


@frozen
class Reading(Generic[T]):
    """What is asked of a run of bits.

    `leaf` says it of bits [position, position + width) of one store, `choose` of either by a guard,
    `join` of pieces that lie side by side, given as (width, answer) in order.
    """

    leaf: Callable[[Store, int, int], T]
    choose: Callable[[Bool, T, T], T]
    join: Callable[[list[tuple[int, T]]], T]


def flags(judge: Callable[[Store, int, int], Bool]) -> Reading[Bool]:
    """Whether all bits of a run come from sources that the judge accepts."""

    def choose(guard: Bool, if_true: Bool, otherwise: Bool) -> Bool:
        return or_(and_(guard, if_true), and_(not_(guard), otherwise))

    return Reading(judge, choose, lambda parts: and_(*(p for _, p in parts)))


class Cells:
    """The memory of one unfolding whose extents are plain numbers."""

    def __init__(self, little_endian: bool) -> None:
        self.little_endian = little_endian
        self.free: dict[tuple[int, int], Term] = {}
        self._stills: dict[Area, list[Still]] = {}
        self._times: dict[Area, list[int]] = {}
        self._made: dict[int, tuple[int, bool]] = {}
        self._indexed = 0
        self._memo: dict[tuple[object, ...], object] = {}
        self._intervals: dict[Term, Interval] = {}  # of values stored, and of unknown bytes
        self._bounds: Bounds | None = None
        self.values: Reading[Int] = Reading(self._value_of, ite, self._compose)

    def value(
        self, unfolding: Unfolding, place: Place, touched: Touched, moment: Moment, guard: Bool
    ) -> Value:
        """What a place holds now, as its type reads it."""
        assert place.type is not None
        area, base = (touched.instance.number, MEMORY), touched.instance.base
        raw: Int = 0
        for on, low in positions(number(touched.low), touched.indexes):
            outside = unfolding.outside(touched.instance.number, moment)
            extent, memory = (low, low + place.width), (base, base + place.size)
            read = self._bounded(
                unfolding,
                self.values,
                extent=extent,
                bound=memory,
                outside=outside,
                area=area,
                time=len(unfolding.operations),
            )
            raw = ite(on, read, raw)
        if place.type.boolean:
            return unfolding.boolean(raw, place, moment, guard)
        if self._bounds is None:
            self._bounds = Bounds(unfolding.ranges, known=self._intervals)
        value = bounded(raw, self._bounds, 0, (1 << place.width) - 1)
        return wrap(value, replace(place.type, bits=place.width))

    def read(
        self, unfolding: Unfolding, reading: Reading[T], low: int, width: int, area: Area, time: int
    ) -> T:
        """The answer for bits [low, low + width) of an area, before operation `time`."""
        self._index(unfolding)
        return self._follow(
            unfolding,
            reading,
            low=low,
            last=low + width,
            area=area,
            index=bisect_left(self._times.get(area, []), time),
        )

    def _index(self, unfolding: Unfolding) -> None:
        """Take in the operations added since the last time."""
        operations = unfolding.operations
        for time in range(self._indexed, len(operations)):
            operation = operations[time]
            if isinstance(operation, Made):
                self._made[operation.instance.number] = (time, operation.debris)
                continue
            for still in stilled(operation, time):
                self._stills.setdefault(still.area, []).append(still)
                self._times.setdefault(still.area, []).append(time)
        self._indexed = len(operations)

    def _follow(
        self, unfolding: Unfolding, reading: Reading[T], low: int, last: int, area: Area, index: int
    ) -> T:
        """The answer before the area's operation number `index`."""
        stills = self._stills.get(area, [])
        # Operations beside the run are passed over, so that different times with nothing between
        # them that counts are one question, asked once.
        while index and not (stills[index - 1].low < last and low < stills[index - 1].last):
            index -= 1
        key = (id(reading), low, last, area, index)
        if key not in self._memo:
            if index:
                answer = self._meet(
                    unfolding,
                    reading,
                    low=low,
                    last=last,
                    area=area,
                    index=index,
                    still=stills[index - 1],
                )
            else:
                answer = self._origin(unfolding, reading, low, last, area)
            # The reading is held with its answer: as long as it lives no other has its id.
            self._memo[key] = (answer, reading)
        return self._memo[key][0]  # type: ignore[index, no-any-return]

    def _meet(
        self,
        unfolding: Unfolding,
        reading: Reading[T],
        low: int,
        last: int,
        area: Area,
        index: int,
        still: Still,
    ) -> T:
        first, end = max(low, still.low), min(last, still.last)
        # Of what the operation covers partly each piece has a source of its own. Cut here and not
        # to bits at once: most runs are stored and read whole.
        if (first, end) != (low, last):
            cuts = [(a, b) for a, b in ((low, first), (first, end), (end, last)) if a < b]
            return reading.join(
                [
                    (b - a, self._follow(unfolding, reading, low=a, last=b, area=area, index=index))
                    for a, b in cuts
                ]
            )
        new = self._defined(unfolding, reading, low, last, still)
        if still.guard is True:
            return new
        return reading.choose(
            still.guard,
            new,
            self._follow(unfolding, reading, low=low, last=last, area=area, index=index - 1),
        )

    def _defined(
        self, unfolding: Unfolding, reading: Reading[T], low: int, last: int, still: Still
    ) -> T:
        if still.store is not None:
            return reading.leaf(still.store, still.position + low - still.low, last - low)
        # What a copy brings was read before it: followed on from its time, at its origin.
        start = still.origin_low + low - still.low
        return self._carried(unfolding, reading, start, start + last - low, still)

    def _carried(
        self, unfolding: Unfolding, reading: Reading[T], low: int, last: int, still: Still
    ) -> T:
        """Bits brought by a copy; those from outside of the object nobody stored."""
        if still.origin_bound is None:
            return self.read(
                unfolding, reading, low=low, width=last - low, area=still.origin, time=still.time
            )
        outside = unfolding.outside(still.origin[0], still.moment)
        return self._bounded(
            unfolding,
            reading,
            extent=(low, last),
            bound=still.origin_bound,
            outside=outside,
            area=still.origin,
            time=still.time,
        )

    def _bounded(
        self,
        unfolding: Unfolding,
        reading: Reading[T],
        extent: Run,
        bound: Run,
        outside: Store,
        area: Area,
        time: int,
    ) -> T:
        """The answer for bits [low, last), of which only those in the bound are read from the
        area."""
        low, last = extent
        first = min(max(low, bound[0]), last)
        end = max(min(last, bound[1]), first)
        parts: list[tuple[int, T]] = []
        if low < first:
            parts.append((first - low, reading.leaf(outside, low, first - low)))
        if first < end:
            parts.append(
                (
                    end - first,
                    self.read(
                        unfolding, reading, low=first, width=end - first, area=area, time=time
                    ),
                )
            )
        if end < last:
            parts.append((last - end, reading.leaf(outside, end, last - end)))
        return parts[0][1] if len(parts) == 1 else reading.join(parts)

    def _origin(
        self, unfolding: Unfolding, reading: Reading[T], low: int, last: int, area: Area
    ) -> T:
        """Bits that no operation on this object defined: those of the object it was made from,
        or debris."""
        instance = unfolding.instances[area[0]]
        time, debris = self._made.get(instance.number, (0, True))
        parent = instance.parent
        if parent is None or (debris and not area[1].startswith("#")):
            return reading.leaf(unfolding.debris[instance.number], low - instance.base, last - low)
        moved = parent.base - instance.base
        return self.read(
            unfolding,
            reading,
            low=low + moved,
            width=last - low,
            area=(parent.number, area[1]),
            time=time,
        )

    # --- values -----------------------------------------------------------------------------------

    def _value_of(self, store: Store, position: int, width: int) -> Int:
        if store.kind == "blank":
            return 0
        if store.kind == "mark":
            return 1
        parts = [
            (size, 0 if zero else self._stored(store, at, size))
            for at, size, zero in _cut(store.zero, position, width)
        ]
        return parts[0][1] if len(parts) == 1 else self._compose(parts)

    def _stored(self, store: Store, position: int, width: int) -> Int:
        if store.kind == "value":
            assert store.value is not None
            return self._bits(store.value, number(store.width), position, width)
        return self._free(store, position, width)

    def _bits(self, value: Value, size: int, position: int, width: int) -> Int:
        """Bits [position, position + width) of a value that is stored in `size` bits."""
        low = position if self.little_endian else size - position - width
        # Two's complement: `field` counts the bits of numbers that are not negative.
        if value.low < 0:
            value = Value(add(value.term, ite(lt(value.term, 0), 1 << size, 0)), 0, (1 << size) - 1)
        self._intervals.update(interval_of(value))
        return field(value, low, width)

    def _free(self, store: Store, position: int, width: int) -> Int:
        """Bits that may be anything, an unknown for each byte of the store."""
        parts: list[tuple[int, Int]] = []
        last = position + width
        # By bytes of the store and not by what is asked for, so that all reads of a bit see one
        # unknown.
        while position < last:
            byte, within = divmod(position, 8)
            size = min(last - position, 8 - within)
            unknown = self.free.setdefault((store.number, byte), var(f"bits@{store.number}.{byte}"))
            parts.append((size, self._bits(Value(unknown, 0, 255), 8, within, size)))
            position += size
        return parts[0][1] if len(parts) == 1 else self._compose(parts)

    def _compose(self, parts: list[tuple[int, Int]]) -> Int:
        """One number of pieces that lie side by side; the first is the least significant on
        little-endian ABIs."""
        result: Int = 0
        shift = 0
        for width, part in parts if self.little_endian else reversed(parts):
            result = add(result, mul(part, 1 << shift))
            shift += width
        return result


def _cut(zero: tuple[Run, ...], position: int, width: int) -> list[tuple[int, int, bool]]:
    """A run cut where known zeroes begin and end, as (position, width, whether zero)."""
    parts: list[tuple[int, int, bool]] = []
    at, last = position, position + width
    for low, size in zero:
        first, end = max(at, low), min(last, low + size)
        if first < end:
            if at < first:
                parts.append((at, first - at, False))
            parts.append((first, end - first, True))
            at = end
    if at < last:
        parts.append((at, last - at, False))
    return parts
