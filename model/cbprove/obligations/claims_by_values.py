"""A claim as a formula over values: when a run reaches it, and when it is broken there.

Plain extents are followed, and what was stored in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cbprove.logic.terms import Bool, Int, add, and_, eq, ite, lt, not_, or_
from cbprove.obligations.cells import Cells, Reading, flags
from cbprove.obligations.claim_parts import (
    after,
    element_of,
    flag,
    hangs_on_a_mark,
    is_mark,
    leaf_pieces,
    leaf_runs,
    members_stored,
    memory_of,
    of_members,
    was_stored,
    width_of,
)
from cbprove.obligations.claiming import ghost_area
from cbprove.obligations.ops import ClaimAt, Run, Store, Unfolding
from cbprove.obligations.still import number, positions
from cbprove.properties.events import SameMember, Stored, Unchanged
from cbprove.system.expressions import Leaf, Place

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
    if not hangs_on_a_mark(at):
        return at.guard
    address, area = flag(at, unfolding)
    return and_(
        at.guard, cells.read(unfolding, _MARKED, low=address, width=8, area=area, time=at.time)
    )


_MARKED = flags(lambda store, position, width: is_mark(store))
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
            runs = ((0, width_of(at, place)),) if claim.all_bytes else leaf_runs(place)
            address, area = flag(at, unfolding) if claim.since is not None else (0, (0, ""))
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
                place, start - touched.instance.base, leaf_pieces(place)
            ):
                if not inside:
                    yield on
                    continue
                # The bits of a piece as one number: two pieces differ where their numbers do. Cut
                # at each member, since most are stored whole: sums over more take the solver ten
                # times as long.
                current = cells.read(
                    unfolding,
                    cells.values,
                    low=start + offset,
                    width=width,
                    area=memory_of(touched),
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
    element = element_of(leaf, at.touched[0].indexes)
    stored: dict[Store, list[tuple[Leaf, Int]]] = {}

    def judge(store: Store, position: int, width: int, bit: int) -> Bool:
        if store.kind == "blank":
            return True
        if store not in stored:
            stored[store] = members_stored(store, leaf)
        target = add(element, bit - leaf.offset)
        # From bit to bit both sides of `eq` grow by 1: where the first bits differ, all do, and where
        # they are surely the same, all are that the member was stored to.
        members = []
        for stored_leaf, into in stored[store]:
            same = eq(add(position, into), target)
            low, end = stored_leaf.offset, stored_leaf.offset + stored_leaf.width
            if same is True and low <= position and position + width <= end:
                return True
            if same is not False:
                members.append((stored_leaf, into))
        return and_(*(of_members(members, position + i, add(target, i)) for i in range(width)))

    return _failing(
        unfolding, at, cells=cells, place=place, run=(leaf.offset, leaf.width), judge=judge
    )


def _stored_judge(claim: Stored, at: ClaimAt, latest: Int | None) -> Judge:
    def judge(store: Store, position: int, width: int, bit: int) -> Bool:
        # Positions are plain numbers here, so that each is decided; what is not surely stored is
        # not.
        stored = all(was_stored(store, position + i, claim, at) is True for i in range(width))
        return and_(stored, after(store, latest))

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
                    area=memory_of(touched),
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
