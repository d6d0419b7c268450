"""Where a bit comes from, as terms: the last store that defined it, followed back through copies
and makings.

One symbolic bit is followed through all runs at once. What the formula says of extents hangs on the
layout: each store that could touch the bit for some candidate leaves its comparison in it.
`keep_all` keeps those of the others as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cbprove.frozen import frozen, replace
from cbprove.logic.terms import (
    Bool,
    Bounds,
    Int,
    Interval,
    Term,
    add,
    and_,
    choice,
    ite,
    le,
    lt,
    not_,
    or_,
    sub,
    var,
)
from cbprove.obligations.definitions import Definition, within
from cbprove.obligations.ops import (
    BASE,
    MEMORY,
    Area,
    Copied,
    Made,
    Run,
    Store,
    Unfolding,
)
from cbprove.system.statements import Given

BIT = var("bit")  # the bit of the place that is asked about, counted from the place's first
# No object or view has more. A place may lie far outside of its object, and be endless: then its
# first bits are outside already, and break what is claimed of them.
BITS = {BIT.args[0]: (0, BASE - 1)}
UNSURE = "?"  # begins the names of unknowns that stand for what was not followed
_EVERYONE = -1  # all candidates, as the bits of a number (`system.Given.among`)


def conjuncts(guard: Bool) -> frozenset[Bool]:
    """The parts of a guard that are all true where it is."""
    if isinstance(guard, Term) and guard.operator == "and":
        return frozenset(guard.args)
    return frozenset() if guard is True else frozenset((guard,))


@frozen
class Whereabouts:
    """The bit in one area: when it lies there (unless a later store had it), at which address, and
    between which numbers that is, both included (None: anywhere)."""

    present: Bool
    address: Int
    interval: Interval | None

    def meets(self, extent: Interval | None) -> bool:
        """Whether an extent can hold the bit."""
        return (
            self.interval is None
            or extent is None
            or (self.interval[0] <= extent[1] and extent[0] <= self.interval[1])
        )

    def or_else(self, other: Whereabouts) -> Whereabouts:
        """The bit here or there: a bit is in one place."""
        return Whereabouts(
            present=or_(other.present, self.present),
            address=ite(self.present, self.address, other.address),
            interval=_hull(self.interval, other.interval),
        )


class Trail:
    """Follows bits of one unfolding backwards."""

    def __init__(self, unfolding: Unfolding, bounds: Bounds, keep_all: bool = False) -> None:
        self.unfolding, self.bounds, self.keep_all = unfolding, bounds, keep_all

    def sources(
        self, low: Int, width: int, area: Area, time: int, guard: Bool, assumed: Given | None = None
    ) -> list[Definition]:
        """The stores that bit `BIT` of [low, low + width) in an area may come from before operation
        `time`, latest first.

        `guard` is what holds where it matters, `assumed` says which candidates of a merged program
        it matters for. The last one found always hits.
        """
        return _Walk(
            trail=self, low=low, width=width, area=area, guard=guard, assumed=assumed
        ).back(time)


class _Walk:
    """One bit on its way back."""

    def __init__(
        self, trail: Trail, low: Int, width: int, area: Area, guard: Bool, assumed: Given | None
    ) -> None:
        self.unfolding, self.bounds, self.keep_all = trail.unfolding, trail.bounds, trail.keep_all
        # Which areas the bit can still be in: it is in one of them, until a store has it.
        self.areas: dict[Area, Whereabouts] = {}
        self._bring(
            area, True, add(low, BIT), interval=self._in_memory(area, self._run(low, width))
        )
        # What stands for a bit that lies nowhere, which no claim is true of
        self.nobody = Definition(True, self.unfolding.debris[area[0]], add(low, BIT))
        self.known = conjuncts(guard)
        self.among = _EVERYONE if assumed is None else assumed.among
        self.definitions: list[Definition] = []

    def back(self, time: int) -> list[Definition]:
        operations = self.unfolding.operations
        if not self.areas:
            return [self.nobody]
        for index in range(time - 1, -1, -1):
            operation = operations[index]
            if isinstance(operation, Made):
                self._made(operation)
            elif isinstance(operation, Store) and operation.kind == "head":
                self._earlier_turns(operation)
            elif operation.area in self.areas and self._shared(operation):
                self._reached(operation, self.areas[operation.area])
            if not self.areas:
                return self._settled()
        self.definitions.extend(self._originals())
        return self.definitions

    def _settled(self) -> list[Definition]:
        """Every run has met a store by now: the earliest is what is left."""
        last = self.definitions[-1]
        self.definitions[-1] = Definition(True, last.store, last.position)
        return self.definitions

    def _in_memory(self, area: Area, interval: Interval | None) -> Interval | None:
        """The part of an interval that lies in its object: what an access finds outside is no
        bit that is followed."""
        if area[1] != MEMORY:
            return interval
        instance = self.unfolding.instances[area[0]]
        return _within((instance.base, instance.base + instance.shape.width), interval)

    def _run(self, low: Int, width: Int) -> Interval | None:
        first, size = self.bounds.of(low), self.bounds.of(width)
        return None if first is None or size is None else (first[0], first[1] + size[1] - 1)

    def _extent(self, operation: Store | Copied) -> Interval | None:
        extent = self._run(operation.low, operation.width)
        return extent if operation.bound is None else _within(operation.bound, extent)

    def _shared(self, operation: Store | Copied) -> bool:
        """Whether a candidate that the bit is still followed for has the operation."""
        return operation.given is None or bool(operation.given.among & self.among)

    def _sure(self, operation: Store | Copied, where: Whereabouts) -> bool:
        """Whether every run that matters comes to the operation where the bit lies there, at each
        candidate that has it."""
        # By the guard's parts as they are written: that other parts imply one is not seen, and
        # costs no more than a store that stays in the formula.
        certain = conjuncts(operation.guard)
        if operation.given is not None:
            certain -= conjuncts(operation.given.condition)
        return certain <= self.known | conjuncts(where.present)

    def _covers(self, operation: Store | Copied, where: Whereabouts) -> bool:
        """Whether the operation defines every bit that can still be meant, in every run that
        comes to it, at each candidate that has it."""
        low, width = self.bounds.of(operation.low), self.bounds.of(operation.width)
        if self.keep_all or where.interval is None or low is None or width is None:
            return False
        if isinstance(operation, Store) and operation.runs is not None:
            return False
        first, last = where.interval
        if operation.bound is not None and not (
            operation.bound[0] <= first and last < operation.bound[1]
        ):
            return False
        # From the greatest begin to the least end: so at each candidate and in each run.
        return low[1] <= first and last < low[0] + width[0]

    def _reached(self, operation: Store | Copied, where: Whereabouts) -> None:
        """An operation on an area that the bit may lie in."""
        if not self.keep_all and not where.meets(self._extent(operation)):
            return
        if isinstance(operation, Copied):
            self._copied(operation, where)
        else:
            self._stored(operation, where)

    def _stored(self, store: Store, where: Whereabouts) -> None:
        covers = self._covers(store, where)
        hit = and_(where.present, store.guard, True if covers else inside(store, where.address))
        position = sub(where.address, store.low)
        if store.runs is not None:
            hit = and_(hit, within(position, store.runs))
        self.definitions.append(Definition(hit, store, position))
        if covers and self._sure(store, where):
            rest = self._without(store)
            if not rest:
                del self.areas[store.area]
            elif len(self.areas) == 1:
                # With another area left the bit may still lie there at the candidates that have
                # the store.
                self.among = rest

    def _copied(self, copied: Copied, where: Whereabouts) -> None:
        covers = self._covers(copied, where)
        brought = and_(copied.guard, True if covers else inside(copied, where.address))
        # Wherever the bit lies there, the copy brought it.
        surely = covers and self._sure(copied, where) and not self._without(copied)
        hit = where.present if surely else and_(where.present, brought)
        moved = add(sub(where.address, copied.low), copied.origin_low)
        if copied.origin_bound is not None:
            low, high = copied.origin_bound
            outside = or_(lt(moved, low), le(high, moved))
            nobody = self.unfolding.outside(copied.origin[0], copied.moment)
            self.definitions.append(Definition(and_(hit, outside), nobody, moved))
        interval = self._in_memory(copied.origin, self._run(copied.origin_low, copied.width))
        if surely:
            del self.areas[copied.area]
        elif copied.origin == copied.area:
            self.areas[copied.area] = Whereabouts(
                present=where.present,
                address=ite(brought, moved, where.address),
                interval=_hull(where.interval, interval),
            )
            return
        else:
            left = and_(where.present, not_(brought))
            self.areas[copied.area] = replace(where, present=left)
        self._bring(copied.origin, hit, moved, interval)

    def _bring(self, area: Area, present: Bool, address: Int, interval: Interval | None) -> None:
        """The bit may lie in an area as well; nothing is added where the interval is empty."""
        if interval is not None and interval[0] > interval[1]:
            return
        brought = Whereabouts(present=present, address=address, interval=interval)
        before = self.areas.get(area)
        self.areas[area] = brought if before is None else brought.or_else(before)

    def _without(self, operation: Store | Copied) -> int:
        """The candidates that the bit is still followed for and that do not have the operation."""
        return 0 if operation.given is None else self.among ^ (self.among & operation.given.among)

    def _made(self, creation: Made) -> None:
        instance, parent = creation.instance, creation.instance.parent
        for area in [area for area in self.areas if area[0] == instance.number]:
            assert parent is not None
            where = self.areas.pop(area)
            if creation.debris and not area[1].startswith("#"):
                memory = and_(
                    where.present, lt(where.address, instance.base + instance.shape.width)
                )
                store = self.unfolding.debris[instance.number]
                self.definitions.append(
                    Definition(memory, store, sub(where.address, instance.base))
                )
                continue
            by = parent.base - instance.base
            moved = where.interval and (where.interval[0] + by, where.interval[1] + by)
            self._bring((parent.number, area[1]), where.present, add(where.address, by), moved)

    def _earlier_turns(self, head: Store) -> None:
        moment = head.key[1]
        for index, store in enumerate(self.unfolding.heads.get(moment, ())):  # type: ignore[call-overload]
            where = self.areas.get(store.area)
            if where is None or not self._shared(store) or not where.meets(self._extent(store)):
                continue
            # Any may be the last that a turn made, in whatever order the text has them: each is
            # free to hit (docs/soundness.md, section 7, sentence 2).
            maybe = choice(f"{UNSURE}{spelled(head.key)}.{index}")
            hit = and_(where.present, head.guard, maybe, inside(store, where.address))
            if store.given is not None:
                hit = and_(hit, store.given.condition)
            position = sub(where.address, store.low)
            if store.runs is not None:
                hit = and_(hit, within(position, store.runs))
            self.definitions.append(Definition(hit, store, position))

    def _originals(self) -> Iterator[Definition]:
        """What objects hold that nobody stored; the last hits where no other does."""
        for left, (area, where) in enumerate(sorted(self.areas.items(), key=_area), 1):
            number, _ = area
            store = self.unfolding.debris[number]
            present = where.present if left < len(self.areas) else True
            yield Definition(present, store, sub(where.address, number * BASE))


def _area(item: tuple[Area, Whereabouts]) -> Area:
    return item[0]


def inside(operation: Store | Copied, address: Int) -> Bool:
    """Whether an address lies in the extent that an operation defines."""
    inner = and_(le(operation.low, address), lt(address, add(operation.low, operation.width)))
    if operation.bound is not None:
        inner = and_(inner, le(operation.bound[0], address), lt(address, operation.bound[1]))
    return inner


def _hull(one: Interval | None, other: Interval | None) -> Interval | None:
    """The least interval that has both."""
    if one is None or other is None:
        return None
    return min(one[0], other[0]), max(one[1], other[1])


def _within(run: Run, interval: Interval | None) -> Interval:
    """The part of an interval that lies in a run of addresses, half open; empty (first > last)
    where none does."""
    low, last = run
    return (
        (low, last - 1) if interval is None else (max(low, interval[0]), min(last - 1, interval[1]))
    )


def spelled(key: Sequence[object]) -> str:
    """A key as a name in formulas."""
    words = [".".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in key]
    return "@".join(words)
