"""A claim as a formula over sources: when a run reaches it, and when it is broken there.

One symbolic bit is followed, and no values are known: what is called unbroken is unbroken, whatever
is stored.
"""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.frozen import frozen
from cbprove.logic.terms import Bool, Int, add, and_, ite, le, lt, mul, not_, or_, sub
from cbprove.obligations.claim_parts import (
    after,
    element_of,
    flag,
    hangs_on_a_mark,
    is_mark,
    leaf_runs,
    members_stored,
    memory_of,
    of_members,
    was_stored,
    width_of,
)
from cbprove.obligations.claiming import ghost_area
from cbprove.obligations.definitions import Definition, alike, holds, within
from cbprove.obligations.ops import ClaimAt, Store, Touched
from cbprove.obligations.sources import BIT, Trail
from cbprove.properties.events import SameMember, Stored, Unchanged
from cbprove.system.expressions import Leaf, Place


@frozen
class Compared:
    """A place of `Unchanged`: when it differs at `BIT`, where that bit may come from now, and
    where it came from then."""

    broken: Bool
    now: tuple[Definition, ...]
    then: tuple[Definition, ...]


def reached_by_sources(trail: Trail, at: ClaimAt) -> Bool:
    """When a run makes the claim."""
    if not hangs_on_a_mark(at):
        return at.guard
    return and_(at.guard, holds(_marks(trail, at), lambda store, _: is_mark(store)))


def _marks(trail: Trail, at: ClaimAt) -> list[Definition]:
    """What the flag may hold that a property's step sets where it ends."""
    address, area = flag(at, trail.unfolding)
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
            definitions = _definitions(trail, at, place)
            inside = _in_object(trail, place, at.touched[0], place.width)
            return or_(*(_strange(definitions, leaf, inside, at) for leaf in place.leaves))
        case Stored(place=place) as claim:
            definitions = _definitions(trail, at, place)
            latest = _latest(trail, at) if claim.since is not None else None
            stored = holds(
                definitions,
                lambda s, position: and_(was_stored(s, position, claim, at), after(s, latest)),
            )
            inside = _in_object(trail, place, at.touched[0], width_of(at, place))
            return and_(_observed(claim, at), not_(and_(stored, inside)))
    raise AssertionError(at.claim)


def _definitions(trail: Trail, at: ClaimAt, place: Place) -> list[Definition]:
    touched = at.touched[0]
    return trail.sources(
        touched.low,
        width_of(at, place),
        area=memory_of(touched),
        time=at.time,
        guard=at.guard,
        assumed=at.given,
    )


def _compared(trail: Trail, at: ClaimAt, places: tuple[Place, ...]) -> Iterator[Compared]:
    # The flag takes the first byte of what is remembered, and the members follow in their order.
    low = at.current.base + trail.unfolding.ghost_lows[at.property] + 8
    for index, (place, touched) in enumerate(zip(places, at.touched, strict=True)):
        area = (at.current.number, ghost_area(at.property, index))
        definitions = trail.sources(
            touched.low,
            place.width,
            area=memory_of(touched),
            time=at.time,
            guard=at.guard,
            assumed=at.given,
        )
        remembered = trail.sources(
            low, place.width, area=area, time=at.time, guard=at.guard, assumed=at.given
        )
        # Alike are a bit of one store, and bits that are known to be zero. Of others no value is
        # known: they count as different.
        inside = _in_object(trail, place, touched, place.width)
        same = and_(alike(definitions, remembered), inside)
        broken = and_(within(BIT, leaf_runs(place)), not_(same))
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
    in_leaves = True if claim.all_bytes else within(BIT, leaf_runs(claim.place))
    if at.length is None:
        return in_leaves
    return and_(in_leaves, le(0, BIT), lt(BIT, mul(at.length.term, 8)))


def _strange(definitions: list[Definition], leaf: Leaf, inside: Bool, at: ClaimAt) -> Bool:
    """`BIT` lies in a leaf and was last stored as another member's, or lies nowhere."""
    inner = within(BIT, ((leaf.offset, leaf.width),))
    if at.length is not None:
        inner = and_(inner, lt(BIT, mul(at.length.term, 8)))
    target = add(BIT, sub(element_of(leaf, at.touched[0].indexes), leaf.offset))
    same = holds(definitions, lambda store, position: _same_member(store, position, leaf, target))
    return and_(inner, not_(and_(same, inside)))


def _same_member(store: Store, position: Int, leaf: Leaf, target: Int) -> Bool:
    if store.kind == "blank":
        return True
    return of_members(members_stored(store, leaf), position, target)


def _latest(trail: Trail, at: ClaimAt) -> Int:
    """The order of the latest mark on the object's history.

    What earlier turns of a cut loop left has the order of the turn that follows them, so that only
    what that turn stores, and what comes later, is after a mark of theirs.
    """
    order: Int = 0
    for mark in reversed(_marks(trail, at)):
        order = ite(mark.hit, mark.store.order, order)
    return order
