"""A claim as a formula: when a run reaches it, and when it is broken there.

`broken_by_sources` follows one symbolic bit and knows no values: what it calls unbroken is
unbroken, whatever is stored. `broken_by_values` follows plain extents and what was stored in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cbprove.frozen import frozen
from cbprove.logic.terms import Bool, Int, add, and_, eq, ite, le, lt, mul, not_, or_, sub, total
from cbprove.obligations.cells import Cells, Indexes, Reading, flags, number, positions
from cbprove.obligations.claiming import ghost_area
from cbprove.obligations.ops import MEMORY, Area, ClaimAt, Run, Store, Touched, Unfolding, merged
from cbprove.obligations.sources import BIT, Found, Trail, holds, identity, in_history, within
from cbprove.properties.events import SameMember, Stored, Unchanged
from cbprove.system.expressions import Leaf, Place


def _flag(at: ClaimAt, unfolding: Unfolding) -> tuple[int, Area]:
    return at.current.base + unfolding.ghost_lows[at.property], (
        at.current.number,
        ghost_area(at.property, None),
    )


def _of_a_mark(at: ClaimAt) -> bool:
    """Whether the claim is made only where a step has ended in the object's history."""
    return isinstance(at.claim, Unchanged) or (
        isinstance(at.claim, Stored) and at.claim.since is not None
    )


def _marked(store: Store) -> bool:
    return store.kind in ("mark", "head")


# --- by sources -----------------------------------------------------------------------------------


@frozen
class Compared:
    """A place of `Unchanged`: when it differs at `BIT`, where that bit may come from now, and
    where it came from then."""

    broken: Bool
    now: tuple[Found, ...]
    then: tuple[Found, ...]


def reached_by_sources(trail: Trail, at: ClaimAt) -> Bool:
    """When a run makes the claim."""
    if not _of_a_mark(at):
        return at.guard
    return and_(at.guard, holds(_marks(trail, at), lambda store, _: _marked(store)))


def _marks(trail: Trail, at: ClaimAt) -> list[Found]:
    """What the flag may hold that a property's step sets where it ends."""
    address, area = _flag(at, trail.unfolding)
    # Sources are of bit `BIT` of an extent. The flag is asked for whatever `BIT` is: its extent
    # begins that much earlier.
    return trail.sources(
        sub(address, BIT), 1, area=area, time=at.time, guard=at.guard, assumed=at.given
    )


def compared(trail: Trail, at: ClaimAt) -> tuple[Compared, ...]:
    """What `Unchanged` compares, place by place; nothing for other claims."""
    return tuple(_compared(trail, at, at.claim.places)) if isinstance(at.claim, Unchanged) else ()


def broken_by_sources(trail: Trail, at: ClaimAt, pairs: tuple[Compared, ...]) -> Bool:
    """When a run that makes the claim may find it broken at `BIT`; `pairs` is what `compared` says
    of it.

    Raises AssertionError where a kind of claim was added to `events.py` and not here.
    """
    if at.condition is not None:
        return not_(at.condition)
    match at.claim:
        case Unchanged():
            return or_(*(pair.broken for pair in pairs))
        case SameMember(place=place):
            definitions = _found(trail, at, place)
            inside = _in_object(trail, place, at.touched[0], place.width)
            return or_(*(_strange(definitions, leaf, inside, at) for leaf in place.leaves))
        case Stored(place=place) as claim:
            definitions = _found(trail, at, place)
            latest = _latest(trail, at) if claim.since is not None else None
            stored = holds(
                definitions,
                lambda s, position: and_(_stored(s, position, claim, at), _after(s, latest)),
            )
            inside = _in_object(trail, place, at.touched[0], _width(at, place))
            return and_(_observed(claim, at), not_(and_(stored, inside)))
    raise AssertionError(at.claim)


def _found(trail: Trail, at: ClaimAt, place: Place) -> list[Found]:
    touched = at.touched[0]
    return trail.sources(
        touched.low,
        _width(at, place),
        area=_memory(touched),
        time=at.time,
        guard=at.guard,
        assumed=at.given,
    )


def _width(at: ClaimAt, place: Place) -> int:
    """The most bits that the claim may speak of."""
    return place.width if at.length is None else 8 * at.length.high


def _memory(touched: Touched) -> Area:
    return touched.instance.number, MEMORY


def _compared(trail: Trail, at: ClaimAt, places: tuple[Place, ...]) -> Iterator[Compared]:
    # The flag takes the first byte of what is remembered, and the members follow in their order.
    low = at.current.base + trail.unfolding.ghost_lows[at.property] + 8
    for index, (place, touched) in enumerate(zip(places, at.touched, strict=True)):
        area = (at.current.number, ghost_area(at.property, index))
        numbers: dict[int, int] = {}
        definitions = trail.sources(
            touched.low,
            place.width,
            area=_memory(touched),
            time=at.time,
            guard=at.guard,
            assumed=at.given,
        )
        remembered = trail.sources(
            low, place.width, area=area, time=at.time, guard=at.guard, assumed=at.given
        )
        current, earlier = identity(definitions, numbers), identity(remembered, numbers)
        # Alike are a bit of one store, and bits that are known to be zero. Of others no value is
        # known: they count as different.
        same = and_(
            eq(current[0], earlier[0]),
            eq(current[1], earlier[1]),
            _in_object(trail, place, touched, place.width),
        )
        broken = and_(within(BIT, _leaf_runs(place)), not_(same))
        yield Compared(broken, tuple(definitions), tuple(remembered))
        low += place.width


def _in_object(trail: Trail, place: Place, touched: Touched, width: int) -> Bool:
    """Whether `BIT`, one of the first `width`, lies in the object: outside of it no claim about
    a bit is true."""
    first, last = touched.instance.base, touched.instance.base + place.size
    low = trail.bounds.of(touched.low)
    if low is not None and first <= low[0] and low[1] + width <= last:
        return True
    address = add(touched.low, BIT)
    return and_(le(first, address), lt(address, last))


def _observed(claim: Stored, at: ClaimAt) -> Bool:
    in_leaves = True if claim.all_bytes else within(BIT, _leaf_runs(claim.place))
    if at.length is None:
        return in_leaves
    return and_(in_leaves, le(0, BIT), lt(BIT, mul(at.length.term, 8)))


def _leaf_runs(place: Place) -> tuple[Run, ...]:
    return merged([(leaf.offset, leaf.width) for leaf in place.leaves])


def _strange(definitions: list[Found], leaf: Leaf, inside: Bool, at: ClaimAt) -> Bool:
    """`BIT` lies in a leaf and was last stored as another member's, or lies nowhere."""
    inner = within(BIT, ((leaf.offset, leaf.width),))
    if at.length is not None:
        inner = and_(inner, lt(BIT, mul(at.length.term, 8)))
    target = add(BIT, sub(_element(leaf, at.touched[0].indexes), leaf.offset))
    same = holds(definitions, lambda store, position: _same_member(store, position, leaf, target))
    return and_(inner, not_(and_(same, inside)))


def _same_member(store: Store, position: Int, leaf: Leaf, target: Int) -> Bool:
    if store.kind == "blank":
        return True
    return _of_members(_members_stored(store, leaf), position, target)


def _of_members(members: list[tuple[Leaf, Int]], position: Int, target: Int) -> Bool:
    """Whether a bit of a store was stored as the wanted one of a member; `members` is what
    `_members_stored` says of the store."""
    return or_(
        *(
            and_(
                within(position, ((stored.offset, stored.width),)), eq(add(position, into), target)
            )
            for stored, into in members
        )
    )


def _members_stored(store: Store, leaf: Leaf) -> list[tuple[Leaf, Int]]:
    """The leaves through which a store gives bits of a leaf's member, each with what is added to
    a position in the store for the position among the member's bits."""
    if store.kind not in ("fresh", "value"):
        return []
    return [
        (stored, sub(_element(stored, store.indexes), stored.offset))
        for stored in store.leaves
        if stored.shares_member(leaf)
    ]


def _element(leaf: Leaf, indexes: Indexes) -> Int:
    """The position of a leaf's first bit among its identity's, which inputs that count array
    elements move."""
    unknowns = {declared.name: unknown for declared, unknown, _ in indexes}
    return total([leaf.at, *(mul(unknowns[name], bits) for name, bits in leaf.shifts)])


def _latest(trail: Trail, at: ClaimAt) -> Int:
    """The order of the latest mark on the object's history.

    What earlier turns of a cut loop left has the order of the turn that follows them, so that only
    what that turn stores, and what comes later, is after a mark of theirs.
    """
    order: Int = 0
    for mark in reversed(_marks(trail, at)):
        order = ite(mark.hit, mark.store.order, order)
    return order


def _after(store: Store, mark: Int | None) -> Bool:
    return True if mark is None else lt(mark, store.order)


def _stored(store: Store, position: Int, claim: Stored, at: ClaimAt) -> Bool:
    if store.kind not in ("fresh", "value") and not (
        store.kind == "blank" and (claim.cleared or claim.blank_is_enough)
    ):
        return False
    layer = claim.by
    if layer is not None and not (
        store.run and store.run.step in layer and in_history(store, at.current, at.clock)
    ):
        return False
    return not_(within(position, store.unspecified))


# --- by values ------------------------------------------------------------------------------------

Source = tuple[Store, int]
Origins = list[tuple[int, "Source | tuple[Bool, Origins, Origins]"]]

_ORIGINS: Reading[Origins] = Reading(
    lambda store, position, width: [(width, (store, position))],
    lambda guard, earlier, otherwise: [(sum(w for w, _ in earlier), (guard, earlier, otherwise))],
    lambda parts: [run for _, runs in parts for run in runs],
)
Judge = Callable[[Store, int, int, int], Bool]  # store, position, width, bit of the place
_Known = dict[tuple[int, int], Bool]


def reached_by_values(unfolding: Unfolding, at: ClaimAt, cells: Cells) -> Bool:
    """When a run makes the claim."""
    if not _of_a_mark(at):
        return at.guard
    address, area = _flag(at, unfolding)
    return and_(
        at.guard, cells.read(unfolding, _MARKED, low=address, width=8, area=area, time=at.time)
    )


_MARKED = flags(lambda store, position, width: _marked(store))
# A flag is stored as a whole, so that it never has more than one piece.
_LATEST: Reading[Int] = Reading(
    lambda store, position, width: store.order, ite, lambda parts: parts[0][1]
)


def broken_by_values(unfolding: Unfolding, at: ClaimAt, cells: Cells) -> Bool:
    """When a run that makes the claim finds it broken.

    Raises AssertionError where a kind of claim was added to `events.py` and not here.
    """
    if at.condition is not None:
        return not_(at.condition)
    match at.claim:
        case Unchanged(places=places):
            return or_(*_differing(unfolding, at, cells, places))
        case SameMember(place=place):
            return or_(*(_taken_over(unfolding, at, cells, place, leaf) for leaf in place.leaves))
        case Stored(place=place) as claim:
            runs = ((0, _width(at, place)),) if claim.all_bytes else _leaf_runs(place)
            address, area = _flag(at, unfolding) if claim.since is not None else (0, (0, ""))
            latest = (
                cells.read(unfolding, _LATEST, low=address, width=8, area=area, time=at.time)
                if claim.since is not None
                else None
            )
            judge = _stored_judge(claim, at, latest)
            return or_(
                *(
                    _failing(unfolding, at, cells=cells, place=place, run=run, judge=judge)
                    for run in runs
                )
            )
    raise AssertionError(at.claim)


def _differing(
    unfolding: Unfolding, at: ClaimAt, cells: Cells, places: tuple[Place, ...]
) -> Iterator[Bool]:
    low = at.current.base + unfolding.ghost_lows[at.property] + 8
    for index, (place, touched) in enumerate(zip(places, at.touched, strict=True)):
        ghost = (at.current.number, ghost_area(at.property, index))
        for on, start in positions(number(touched.low), touched.indexes):
            for offset, width, inside in _pieces(
                place, start - touched.instance.base, _leaf_runs(place)
            ):
                if not inside:
                    yield on
                    continue
                # All bits of a run as one number: two runs differ where their numbers do.
                current = cells.read(
                    unfolding,
                    cells.values,
                    low=start + offset,
                    width=width,
                    area=_memory(touched),
                    time=at.time,
                )
                earlier = cells.read(
                    unfolding, cells.values, low=low + offset, width=width, area=ghost, time=at.time
                )
                yield and_(on, not_(eq(current, earlier)))
        low += place.width


def _pieces(place: Place, low: int, runs: tuple[Run, ...]) -> Iterator[tuple[int, int, bool]]:
    """Runs of a place that begins at a bit of its object, cut where the object begins and ends;
    whether each lies in it."""
    for offset, width in runs:
        end = offset + width
        first = min(max(offset, -low), end)
        last = max(first, min(end, place.size - low))
        for begin, stop, inside in (
            (offset, first, False),
            (first, last, True),
            (last, end, False),
        ):
            if begin < stop:
                yield begin, stop - begin, inside


def _taken_over(unfolding: Unfolding, at: ClaimAt, cells: Cells, place: Place, leaf: Leaf) -> Bool:
    element = _element(leaf, at.touched[0].indexes)
    stored: dict[Store, list[tuple[Leaf, Int]]] = {}

    def judge(store: Store, position: int, width: int, bit: int) -> Bool:
        if store.kind == "blank":
            return True
        if store not in stored:
            stored[store] = _members_stored(store, leaf)
        target = add(element, bit - leaf.offset)
        # From bit to bit both sides of `eq` grow by 1: where the first bits differ, all do.
        members = [
            (stored_leaf, into)
            for stored_leaf, into in stored[store]
            if eq(add(position, into), target) is not False
        ]
        return and_(*(_of_members(members, position + i, add(target, i)) for i in range(width)))

    return _failing(
        unfolding, at, cells=cells, place=place, run=(leaf.offset, leaf.width), judge=judge
    )


def _stored_judge(claim: Stored, at: ClaimAt, latest: Int | None) -> Judge:
    def judge(store: Store, position: int, width: int, bit: int) -> Bool:
        # Positions are plain numbers here, so that each is decided; what is not surely stored is
        # not.
        stored = all(_stored(store, position + i, claim, at) is True for i in range(width))
        return and_(stored, _after(store, latest))

    return judge


def _failing(
    unfolding: Unfolding, at: ClaimAt, cells: Cells, place: Place, run: Run, judge: Judge
) -> Bool:
    """Whether some bit of a run of the place comes from a source that is not accepted."""
    touched = at.touched[0]
    failures: list[Bool] = []
    for on, start in positions(number(touched.low), touched.indexes):
        for offset, width, inside in _pieces(place, start - touched.instance.base, (run,)):
            # No claim is true of a bit that lies outside of its object (decision 0014).
            if not inside:
                failures.append(
                    and_(on, True if at.length is None else lt(offset // 8, at.length.term))
                )
                continue
            for first, size, reached in _by_length(at, offset, width):
                origins = cells.read(
                    unfolding,
                    _ORIGINS,
                    low=start + first,
                    width=size,
                    area=_memory(touched),
                    time=at.time,
                )
                failures.append(and_(on, reached, not_(_accepted(origins, judge, first, {}))))
    return or_(*failures)


def _by_length(at: ClaimAt, offset: int, width: int) -> Iterator[tuple[int, int, Bool]]:
    """A run byte by byte, each under the condition that the length reaches it; whole where there
    is no length."""
    if at.length is None:
        yield offset, width, True
        return
    last = offset + width
    while offset < last:
        size = min(last - offset, 8 - offset % 8)
        yield offset, size, lt(offset // 8, at.length.term)
        offset += size


def _accepted(origins: Origins, judge: Judge, bit: int, results: _Known) -> Bool:
    """Whether bits of a place, from `bit` on, come from sources that a judge accepts. Ways that
    join again share what was before: `results` has what was worked out of it (by its id, which is
    of one list as long as all are held by the first)."""
    if (id(origins), bit) in results:
        return results[id(origins), bit]
    result: Bool = True
    at = bit
    for width, origin in origins:
        if len(origin) == 2:
            result = and_(result, judge(origin[0], origin[1], width, at))
        else:
            guard, if_true, otherwise = origin
            allowed, denied = (_accepted(side, judge, at, results) for side in (if_true, otherwise))
            result = and_(result, or_(and_(guard, allowed), and_(not_(guard), denied)))
        at += width
    results[id(origins), bit] = result
    return result
