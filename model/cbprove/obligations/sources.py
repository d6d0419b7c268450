"""Where a bit comes from, as terms: the last store that defined it, followed back through copies and makings.

One symbolic bit is followed through all runs at once. Nothing is decided here about extents: each store that could touch
the bit's area leaves its comparison in the formula, so that the formula hangs on the layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cbprove.obligations.ops import BASE, Area, Copied, Instance, Made, Run, Store, Touched, Unfolding
from cbprove.obligations.values import Value, greatest, least
from cbprove.properties.events import Moment
from cbprove.system import Place
from cbprove.terms import Bool, Int, add, and_, ite, le, lt, not_, or_, sub, var

ZERO = 0  # the number of the source that all bits known to be zero share, where only values matter


class AnyValue:
    """A memory that knows no values: what a place holds is an unknown of its type, the same until something is stored."""

    def __init__(self) -> None:
        self.unknowns: dict[tuple[object, ...], Value] = {}

    def value(self, unfolding: Unfolding, place: Place, touched: Touched, moment: Moment) -> Value:
        """An unknown for what the place holds now."""
        assert place.type is not None
        key = (unfolding.path, touched.instance.number, touched.low, place.width, place.type, len(unfolding.operations))
        if key not in self.unknowns:
            name = f"{place.text}@{len(self.unknowns)}"
            self.unknowns[key] = Value(var(name), least(place.type), greatest(place.type))
        return self.unknowns[key]


@dataclass(frozen=True)
class Found:
    """One store that a bit may come from: when it does (unless a later one did), and the position in it (bits)."""

    hit: Bool
    store: Store
    position: Int


def within(position: Int, runs: tuple[Run, ...]) -> Bool:
    """Whether a position lies in one of the runs."""
    return or_(*(and_(le(low, position), lt(position, low + width)) for low, width in runs))


class Trail:
    """Follows bits of one unfolding backwards."""

    def __init__(self, unfolding: Unfolding) -> None:
        self.unfolding = unfolding

    def sources(self, address: Int, area: Area, time: int) -> list[Found]:
        """The stores that the bit at an address of an area may come from before operation `time`, latest first.

        The last one always hits: it is the debris the bit was made of.
        """
        areas = {area}
        found: list[Found] = []
        for index in range(time - 1, -1, -1):
            operation = self.unfolding.operations[index]
            if isinstance(operation, Made):
                address = self._before_making(operation, address, areas, found)
            elif isinstance(operation, Copied):
                if operation.area in areas:
                    hit = and_(operation.guard, inside(operation, address))
                    moved = add(sub(address, operation.low), operation.origin_low)
                    found.extend(_beyond(operation, hit, moved))
                    address = ite(hit, moved, address)
                    areas.add(operation.origin)
            elif operation.kind == "head":
                found.extend(self._earlier_turns(operation, address, areas))
            elif operation.area in areas:
                hit = and_(operation.guard, inside(operation, address))
                position = sub(address, operation.low)
                if operation.runs is not None:
                    hit = and_(hit, within(position, operation.runs))
                found.append(Found(hit, operation, position))
        found.extend(self._originals(address, areas))
        return found

    def _before_making(self, made: Made, address: Int, areas: set[Area], found: list[Found]) -> Int:
        instance = made.instance
        of_it = [a for a in areas if a[0] == instance.number]
        if not of_it:
            return address
        others = len(of_it) < len(areas)
        here = and_(le(instance.base, address), lt(address, instance.base + BASE)) if others else True
        areas.difference_update(of_it)
        if made.debris:
            plain = [a for a in of_it if not a[1].startswith("#")]
            if plain:
                store = self.unfolding.debris[instance.number]
                memory = and_(here, lt(address, instance.base + instance.shape.width))
                found.append(Found(memory, store, sub(address, instance.base)))
            of_it = [a for a in of_it if a[1].startswith("#")]
        parent = instance.parent
        assert parent is not None
        areas.update((parent.number, name) for _, name in of_it)
        return ite(here, add(address, parent.base - instance.base), address)

    def _earlier_turns(self, head: Store, address: Int, areas: set[Area]) -> Iterator[Found]:
        moment = head.key[1]
        for area, low, width in self.unfolding.heads.get(moment, ()):  # type: ignore[call-overload]
            if area in areas:
                hit = and_(head.guard, le(low, address), lt(address, add(low, width)))
                yield Found(hit, head, address)

    def _originals(self, address: Int, areas: set[Area]) -> Iterator[Found]:
        numbers = sorted({number for number, _ in areas})
        for number in numbers[:-1]:
            store = self.unfolding.debris[number]
            yield Found(lt(address, (number + 1) * BASE), store, sub(address, number * BASE))
        if numbers:
            last = numbers[-1]
            yield Found(True, self.unfolding.debris[last], sub(address, last * BASE))


def inside(operation: Store | Copied, address: Int) -> Bool:
    """Whether an address lies in the extent that an operation defines."""
    inner = and_(le(operation.low, address), lt(address, add(operation.low, operation.width)))
    if operation.bound is not None:
        inner = and_(inner, le(operation.bound[0], address), lt(address, operation.bound[1]))
    return inner


def _beyond(copied: Copied, hit: Bool, moved: Int) -> Iterator[Found]:
    """A copy from beyond a control block brings bits that nobody stored."""
    if copied.origin_bound is not None:
        low, high = copied.origin_bound
        outside = or_(lt(moved, low), le(high, moved))
        yield Found(and_(hit, outside), beyond(copied.origin), moved)


def beyond(area: Area) -> Store:
    """What an access finds outside the control block it must stay in: the spec says nothing of it."""
    return Store(-1 - area[0], ("beyond", area[0]), "debris", area, 0, 0, True)


# --- reading what was found -------------------------------------------------------------------------------


def identity(found: list[Found]) -> tuple[Int, Int]:
    """The source as two numbers, the store and the position in it, equal only where the values surely are."""
    number: Int = 0
    position: Int = 0
    for one in reversed(found):
        own, at = _identity_in(one.store, one.position)
        number = ite(one.hit, own, number)
        position = ite(one.hit, at, position)
    return number, position


def _identity_in(store: Store, position: Int) -> tuple[Int, Int]:
    if store.kind == "blank":
        return ZERO, 0
    if store.zero:
        zero = within(position, store.zero)
        return ite(zero, ZERO, store.number), ite(zero, 0, position)
    return store.number, position


def holds(found: list[Found], judge: Callable[[Store, Int], Bool]) -> Bool:
    """Whether the bit's source is one that the judge accepts."""
    result: Bool = False
    for one in reversed(found):
        good = judge(one.store, one.position)
        result = or_(and_(one.hit, good), and_(not_(one.hit), result))
    return result


def in_history(store: Store, reader: Instance, time: int) -> bool:
    """Whether the step run that made a store had ended by `time` (events) on the reading object, or on one it was made
    from before that making."""
    run = store.run
    if run is None or run.ended is None:
        return False
    instance: Instance | None = reader
    while instance is not None:
        if instance is run.instance:
            return run.ended <= time
        time = min(time, instance.made)
        instance = instance.parent
    return False
