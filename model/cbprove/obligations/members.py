"""What a member holds, as a term, where extents may hang on axes left free: the value of the store
that covers it whole.

A store that covers a part of it only is not looked into; the unknown that stands for it then says
so by its name.
"""

from __future__ import annotations

from cbprove.frozen import frozen
from cbprove.logic.terms import (
    Bool,
    Bounds,
    Int,
    Interval,
    Term,
    add,
    and_,
    eq,
    ite,
    le,
    not_,
    or_,
    sub,
    var,
)
from cbprove.obligations.ops import MEMORY, Area, Copied, Key, Made, Run, Store, Touched, Unfolding
from cbprove.obligations.sources import UNSURE, conjuncts, spelled
from cbprove.obligations.values import Value, bounded, greatest, interval_of, least, unsigned, wrap
from cbprove.properties.events import Moment
from cbprove.system.expressions import Place


@frozen
class MemberUnknown:
    """An unknown for the bits [position, position + width) of a store that may hold anything, but
    for the runs `zero` of its place, which it leaves zero: a formula does not say that of it."""

    unknown: Term
    store: int
    position: Int
    width: int
    zero: tuple[Run, ...] = ()


class Members:
    """The memory that `by_sources` looks values up in."""

    def __init__(self, ranges: dict[str, Interval]) -> None:
        self.axes = ranges
        self.unknowns: dict[tuple[object, ...], MemberUnknown] = {}
        self.ranges: dict[str, Interval] = {}
        self.not_followed: dict[tuple[str, Key], dict[tuple[object, ...], int]] = {}
        self.stored: dict[Term, Interval] = {}  # what is known of values that were stored
        self._bounds: dict[int, tuple[Unfolding, Bounds]] = {}  # by the identity of what is kept

    def bounds_in(self, unfolding: Unfolding) -> Bounds:
        """What is known of terms of an unfolding."""
        if id(unfolding) not in self._bounds:
            bounds = Bounds(unfolding.ranges, self.ranges, self.axes, known=self.stored)
            self._bounds[id(unfolding)] = unfolding, bounds
        return self._bounds[id(unfolding)][1]

    def value(
        self, unfolding: Unfolding, place: Place, touched: Touched, moment: Moment, guard: Bool
    ) -> Value:
        """What a place holds now."""
        assert place.type is not None
        return _Look(
            memory=self,
            unfolding=unfolding,
            place=place,
            touched=touched,
            moment=moment,
            guard=guard,
        ).value()

    def unknown(self, name: str, low: int, high: int) -> Term:
        """An unknown of a range, under a name."""
        self.ranges[name] = (low, high)
        return var(name)


class _Look:
    """One member followed back."""

    def __init__(
        self,
        memory: Members,
        unfolding: Unfolding,
        place: Place,
        touched: Touched,
        moment: Moment,
        guard: Bool,
    ) -> None:
        assert place.type is not None
        self.memory, self.unfolding, self.place, self.type = memory, unfolding, place, place.type
        self.instance, self.moment = touched.instance, moment
        self.bounds = memory.bounds_in(unfolding)
        self.guard, self.known = guard, conjuncts(guard)
        self.address: Int = touched.low
        self.area: Area = (touched.instance.number, MEMORY)
        self.low, self.high = least(self.type), greatest(self.type)
        if self.type.boolean:
            self.low, self.high = 0, (1 << place.width) - 1
        self._values: dict[tuple[int, Int, Area], Int] = {}

    def value(self) -> Value:
        raw = self._before(len(self.unfolding.operations), self.address, self.area)
        if (outside := not_(self._in_object())) is not False:
            raw = ite(
                outside,
                self._not_followed(("outside", self.moment, self.instance.number), self.address),
                raw,
            )
        if self.type.boolean:
            return self.unfolding.boolean(raw, self.place, self.moment, self.guard)
        # What was stored may be known better than the type says it: a sum of few numbers wraps at
        # no bound, and is written without `mod`.
        return bounded(raw, self.bounds, self.low, self.high)

    def _in_object(self) -> Bool:
        """Whether all of the member lies in its object."""
        first, last = self.instance.base, self.instance.base + self.place.size - self.place.width
        low = self.bounds.of(self.address)
        if low is not None and first <= low[0] and low[1] <= last:
            return True
        return and_(le(first, self.address), le(self.address, last))

    def _before(self, time: int, address: Int, area: Area) -> Int:
        """The value at an address before an operation, worked out once: copies of copies ask for
        the same again and again."""
        key = (time, address, area)
        if key not in self._values:
            self._values[key] = self._followed_back(time, address, area)
        return self._values[key]

    def _followed_back(self, time: int, address: Int, area: Area) -> Int:
        """What each operation that may reach the address makes of it, latest first."""
        answers: list[tuple[Bool, Int]] = []
        last: Int | None = None
        for index in range(time - 1, -1, -1):
            operation = self.unfolding.operations[index]
            if isinstance(operation, Made):
                if operation.instance.number == area[0]:
                    last = self._made(operation, index, address, area)
                    break
            elif isinstance(operation, Store) and operation.kind == "head":
                answers.extend(self._earlier(operation, area, address))
            elif operation.area == area and self._near(operation, address):
                wholly, partly = self._parts_inside(operation, index, address)
                # Every run that matters comes to it, and it defines all of the member: nothing
                # earlier is left to see.
                if (
                    conjuncts(operation.guard) <= self.known
                    and self._whole(operation, address) is True
                ):
                    last = wholly[1]
                    break
                answers += [wholly, partly]
        result = self._free(self.unfolding.debris[area[0]], address) if last is None else last
        for condition, answer in reversed(answers):
            result = ite(condition, answer, result)
        return result

    def _near(self, operation: Store | Copied, address: Int) -> bool:
        bounds, low, width = (
            self.bounds.of(address),
            self.bounds.of(operation.low),
            self.bounds.of(operation.width),
        )
        bound = operation.bound
        if (
            bounds is not None
            and bound
            and not (bounds[0] < bound[1] and bound[0] < bounds[1] + self.place.width)
        ):
            return False
        if bounds is None or low is None or width is None:
            return True
        return bounds[0] < low[1] + width[1] and low[0] < bounds[1] + self.place.width

    def _parts_inside(
        self, operation: Store | Copied, index: int, address: Int
    ) -> tuple[tuple[Bool, Int], tuple[Bool, Int]]:
        contained = self._whole(operation, address)
        extents = [
            (operation.low, add(operation.low, operation.width)),
            *([operation.bound] if operation.bound else []),
        ]
        # Neither wholly inside nor wholly apart: the operation defines a part, which is not looked
        # into. The unknown allows more runs than there are, and its name says that something was
        # not followed.
        apart = or_(
            *(
                or_(le(add(address, self.place.width), low), le(last, address))
                for low, last in extents
            )
        )
        unknown = self._not_followed(operation.key, address)
        if isinstance(operation, Store):
            answer = self._stored(operation, address, unknown)
        else:
            moved = add(sub(address, operation.low), operation.origin_low)
            contained = and_(contained, self._within(moved, operation.origin_bound))
            answer = self._before(index, moved, operation.origin)
        partly = and_(operation.guard, not_(contained), not_(apart))
        return (and_(operation.guard, contained), answer), (partly, unknown)

    def _whole(self, operation: Store | Copied, address: Int) -> Bool:
        """Whether an operation defines all of the member."""
        runs = operation.runs if isinstance(operation, Store) else None
        end = add(address, self.place.width)
        stretches = [(operation.low, add(operation.low, operation.width))]
        if runs is not None:
            stretches = [
                (add(operation.low, low), add(operation.low, low + width)) for low, width in runs
            ]
        covered = or_(*(and_(le(low, address), le(end, high)) for low, high in stretches))
        return and_(covered, self._within(address, operation.bound))

    def _within(self, address: Int, bound: Run | None) -> Bool:
        if bound is None:
            return True
        return and_(le(bound[0], address), le(add(address, self.place.width), bound[1]))

    def _stored(self, store: Store, address: Int, unknown: Int) -> Int:
        if store.kind == "blank":
            return 0
        if store.kind == "value" and store.value is not None:
            # A value is read back only at the very place and width that it was stored to: what a
            # piece of it reads is byte order's matter, which `cells.py` follows.
            exact = eq(store.low, address)
            if isinstance(store.width, int) and store.width == self.place.width:
                # Of a bool the bits are asked: what was stored may be a negative number.
                narrow = (
                    unsigned(store.value, self.place.width)
                    if self.type.boolean
                    else wrap(store.value, self.type)
                )
                self.memory.stored.update(interval_of(narrow))
                return ite(exact, narrow.term, unknown)
            return unknown
        return self._free(store, address)

    def _free(self, store: Store, address: Int) -> Int:
        """An unknown for bits that may be anything, the same each time these bits are asked for."""
        position = sub(address, store.low)
        key = (store.number, position, self.place.width, self.type)
        if key not in self.memory.unknowns:
            # Numbered among the unknowns for bits of that store, so that no two pieces of it have
            # one name.
            name = f"{self.place.text}@{spelled(store.key)}@{len(self._alike(store))}"
            self.memory.unknowns[key] = MemberUnknown(
                self.memory.unknown(name, self.low, self.high),
                store.number,
                position,
                self.place.width,
                store.zero,
            )
        return self.memory.unknowns[key].unknown

    def _alike(self, store: Store) -> list[MemberUnknown]:
        """The unknowns there are for bits of a store."""
        return [
            variable for variable in self.memory.unknowns.values() if variable.store == store.number
        ]

    def _not_followed(self, key: Key, address: Int) -> Term:
        """An unknown for what some operation left at an address, the same each time it is asked
        for."""
        refused = self.memory.not_followed.setdefault((self.unfolding.path, key), {})
        number = refused.setdefault((address, self.place.width, self.type), len(refused))
        name = f"{UNSURE}{self.place.text}@{spelled((self.unfolding.path, *key))}@{number}"
        return self.memory.unknown(name, self.low, self.high)

    def _earlier(self, head: Store, area: Area, address: Int) -> list[tuple[Bool, Int]]:
        """Earlier turns of a loop may have left anything in what the loop stores to; which that
        is, is not known yet."""
        return [(head.guard, self._not_followed((*head.key, area[0]), address))]

    def _made(self, creation: Made, index: int, address: Int, area: Area) -> Int:
        instance, parent = creation.instance, creation.instance.parent
        if creation.debris or parent is None:
            return self._free(self.unfolding.debris[instance.number], address)
        return self._before(
            index, add(address, parent.base - instance.base), (parent.number, area[1])
        )
