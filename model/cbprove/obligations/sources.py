"""Where a bit comes from, as terms: the last store that defined it, followed back through copies
and makings.

One symbolic bit is followed through all runs at once. What the formula says of extents hangs on the
layout: each store that could touch the bit for some candidate leaves its comparison in it.
`keep_all` keeps those of the others as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cbprove.frozen import by_identity
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
    or_,
    sub,
    var,
)
from cbprove.obligations.found import Found, within
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
UNSURE = "?"  # begins the names of unknowns that stand for what was not followed
_EVERYONE = -1  # all candidates, as the bits of a number (`system.Given.among`)


def conjuncts(guard: Bool) -> frozenset[Bool]:
    """The parts of a guard that are all true where it is."""
    if isinstance(guard, Term) and guard.operator == "and":
        return frozenset(guard.args)
    return frozenset() if guard is True else frozenset((guard,))


@by_identity
class Reach:
    """Which addresses the bit can still have, by area: between which numbers, both included
    (None: anywhere)."""

    areas: dict[Area, Interval | None]

    def meets(self, area: Area, extent: Interval | None) -> bool:
        """Whether an extent can hold the bit."""
        if area not in self.areas:
            return False
        interval_of_area = self.areas[area]
        return (
            interval_of_area is None
            or extent is None
            or (interval_of_area[0] <= extent[1] and extent[0] <= interval_of_area[1])
        )

    def widen(self, area: Area, interval: Interval | None) -> None:
        """The bit may be there as well; nothing is added where the interval is empty."""
        if interval is not None and interval[0] > interval[1]:
            return
        interval_of_area = self.areas.get(area, interval)
        if interval_of_area is None or interval is None:
            self.areas[area] = None
        else:
            self.areas[area] = (
                min(interval_of_area[0], interval[0]),
                max(interval_of_area[1], interval[1]),
            )


class Trail:
    """Follows bits of one unfolding backwards."""

    def __init__(self, unfolding: Unfolding, bounds: Bounds, keep_all: bool = False) -> None:
        self.unfolding, self.bounds, self.keep_all = unfolding, bounds, keep_all

    def sources(
        self, low: Int, width: int, area: Area, time: int, guard: Bool, assumed: Given | None = None
    ) -> list[Found]:
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
        self.address = add(low, BIT)
        self.reach = Reach({})
        self.reach.widen(area, self._in_memory(area, self._run(low, width)))
        self.nobody = self.unfolding.debris[
            area[0]
        ]  # what stands for a bit that lies nowhere, which no claim is true of
        self.known = conjuncts(guard)
        self.among = _EVERYONE if assumed is None else assumed.among
        self.found: list[Found] = []

    def back(self, time: int) -> list[Found]:
        operations = self.unfolding.operations
        if not self.reach.areas:
            return [Found(True, self.nobody, self.address)]
        for index in range(time - 1, -1, -1):
            operation = operations[index]
            if isinstance(operation, Made):
                self._made(operation)
            elif not self._shared(operation):
                continue
            elif isinstance(operation, Copied):
                self._copied(operation)
            elif operation.kind == "head":
                self._earlier_turns(operation)
            else:
                self._stored(operation)
            if not self.reach.areas:
                return self._settled()
        self.found.extend(self._originals())
        return self.found

    def _settled(self) -> list[Found]:
        """Every run has met a store by now: the earliest is what is left."""
        last = self.found[-1]
        self.found[-1] = Found(True, last.store, last.position)
        return self.found

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

    def _sure(self, operation: Store | Copied) -> bool:
        """Whether every run that matters comes to the operation, at each candidate that has it."""
        # By the guard's parts as they are written: that other parts imply one is not seen, and
        # costs no more than a store that stays in the formula.
        certain = conjuncts(operation.guard)
        if operation.given is not None:
            certain -= conjuncts(operation.given.condition)
        return certain <= self.known

    def _covers(self, operation: Store | Copied) -> bool:
        """Whether the operation defines every bit that can still be meant, in every run that
        matters, at each candidate that has it."""
        interval_of_area = self.reach.areas[operation.area]
        low, width = self.bounds.of(operation.low), self.bounds.of(operation.width)
        if interval_of_area is None or low is None or width is None or not self._sure(operation):
            return False
        if isinstance(operation, Store) and operation.runs is not None:
            return False
        if operation.bound is not None and not (
            operation.bound[0] <= interval_of_area[0] and interval_of_area[1] < operation.bound[1]
        ):
            return False
        # From the greatest begin to the least end: so at each candidate and in each run.
        return low[1] <= interval_of_area[0] and interval_of_area[1] < low[0] + width[0]

    def _stored(self, store: Store) -> None:
        if not (
            self.reach.meets(store.area, self._extent(store))
            or (self.keep_all and store.area in self.reach.areas)
        ):
            return
        hit = and_(store.guard, inside(store, self.address))
        position = sub(self.address, store.low)
        if store.runs is not None:
            hit = and_(hit, within(position, store.runs))
        self.found.append(Found(hit, store, position))
        if not self.keep_all and self._covers(store):
            self._leave(store)

    def _copied(self, copied: Copied) -> None:
        if not (
            self.reach.meets(copied.area, self._extent(copied))
            or (self.keep_all and copied.area in self.reach.areas)
        ):
            return
        covers = not self.keep_all and self._covers(copied)
        # The bit lies in no other area, so that the copy brought it, in every run that matters.
        surely = covers and len(self.reach.areas) == 1 and not self._without(copied)
        hit = True if surely else and_(copied.guard, inside(copied, self.address))
        moved = add(sub(self.address, copied.low), copied.origin_low)
        if copied.origin_bound is not None:
            low, high = copied.origin_bound
            outside = or_(lt(moved, low), le(high, moved))
            nobody = self.unfolding.outside(copied.origin[0], copied.moment)
            self.found.append(Found(and_(hit, outside), nobody, moved))
        self.address = ite(hit, moved, self.address)
        if covers:
            self._leave(copied)
        self.reach.widen(
            copied.origin,
            self._in_memory(copied.origin, self._run(copied.origin_low, copied.width)),
        )

    def _without(self, operation: Store | Copied) -> int:
        """The candidates that the bit is still followed for and that do not have the operation."""
        return 0 if operation.given is None else self.among ^ (self.among & operation.given.among)

    def _leave(self, operation: Store | Copied) -> None:
        """Follow the bit no longer in an area that an operation defines: at no candidate, or at
        none that has the operation."""
        rest = self._without(operation)
        if not rest:
            del self.reach.areas[operation.area]
        # With another area left the bit may still lie there at the candidates that have the
        # operation, and what a copy brings is followed on at its origin for just these.
        elif isinstance(operation, Store) and len(self.reach.areas) == 1:
            self.among = rest

    def _made(self, creation: Made) -> None:
        instance = creation.instance
        of_it = {
            area: interval
            for area, interval in self.reach.areas.items()
            if area[0] == instance.number
        }
        if not of_it:
            return
        partial = len(of_it) < len(self.reach.areas)
        # Areas of other objects are followed too: this one's addresses are told from theirs by its
        # base.
        inside = (
            and_(le(instance.base, self.address), lt(self.address, instance.base + BASE))
            if partial
            else True
        )
        parent = instance.parent
        assert parent is not None
        for area, interval in of_it.items():
            del self.reach.areas[area]
            if creation.debris and not area[1].startswith("#"):
                store = self.unfolding.debris[instance.number]
                memory = and_(inside, lt(self.address, instance.base + instance.shape.width))
                self.found.append(Found(memory, store, sub(self.address, instance.base)))
            else:
                moved = (
                    None
                    if interval is None
                    else (
                        interval[0] - instance.base + parent.base,
                        interval[1] - instance.base + parent.base,
                    )
                )
                self.reach.widen((parent.number, area[1]), moved)
        self.address = ite(inside, add(self.address, parent.base - instance.base), self.address)

    def _earlier_turns(self, head: Store) -> None:
        moment = head.key[1]
        for index, store in enumerate(self.unfolding.heads.get(moment, ())):  # type: ignore[call-overload]
            if self._shared(store) and self.reach.meets(store.area, self._extent(store)):
                # Any may be the last that a turn made, in whatever order the text has them: each is
                # free to hit (docs/soundness.md, section 7, sentence 2).
                maybe = choice(f"{UNSURE}{spelled(head.key)}.{index}")
                hit = and_(head.guard, maybe, inside(store, self.address))
                if store.given is not None:
                    hit = and_(hit, store.given.condition)
                position = sub(self.address, store.low)
                if store.runs is not None:
                    hit = and_(hit, within(position, store.runs))
                self.found.append(Found(hit, store, position))

    def _originals(self) -> Iterator[Found]:
        numbers = sorted({number for number, _ in self.reach.areas})
        for number in numbers[:-1]:
            store = self.unfolding.debris[number]
            yield Found(
                lt(self.address, (number + 1) * BASE), store, sub(self.address, number * BASE)
            )
        if numbers:
            last = numbers[-1]
            yield Found(True, self.unfolding.debris[last], sub(self.address, last * BASE))


def inside(operation: Store | Copied, address: Int) -> Bool:
    """Whether an address lies in the extent that an operation defines."""
    inner = and_(le(operation.low, address), lt(address, add(operation.low, operation.width)))
    if operation.bound is not None:
        inner = and_(inner, le(operation.bound[0], address), lt(address, operation.bound[1]))
    return inner


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
