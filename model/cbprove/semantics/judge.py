"""The reading of each claim on numbers: the bits that break it now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from cbprove.frozen import frozen
from cbprove.properties.events import (
    ClaimMade,
    Inside,
    IsTrue,
    NotGivenUp,
    ReadsBack,
    SameMember,
    Stored,
    Unchanged,
)
from cbprove.semantics import arithmetic
from cbprove.semantics.memory import Extent, ObjectKey, Source
from cbprove.semantics.state import Frame, State
from cbprove.system.expressions import Place

_STORED = ("fresh", "value")

# So many bits behind an object are shown of a read whose length goes beyond it; the rest are alike.
_SHOWN = 8 * 64


@frozen
class BrokenBit:
    """A bit of an object that is not as claimed; `remembered` is what `Unchanged` had found
    there."""

    object: ObjectKey
    bit: int
    actual: Source
    remembered: Source | None = None


def is_about_something(claim: ClaimMade, state: State, frame: Frame) -> bool:
    """Whether the claim speaks of any bit; one of members without bits, or of the first 0 bytes,
    says nothing."""
    match claim:
        case Unchanged(places=places):
            return any(place.covered for place in places)
        case SameMember(place=place, length=length):
            end = state.extent(frame, place).width(state.length(frame, length))
            return any(position < end for position in place.covered)
        case Stored(place=place, length=length) if not claim.all_bytes:
            end = state.extent(frame, place).width(state.length(frame, length))
            return any(position < end for position in place.covered)
        case Stored(place=place, length=length) | Inside(place=place, length=length):
            return state.extent(frame, place).width(state.length(frame, length)) > 0
        case NotGivenUp(place=Place() as place, length=length):
            single = place.object in state.declared
            return not single and state.extent(frame, place).width(state.length(frame, length)) > 0
    return True


# The bits that break a claim; None where the claim holds. A claim that is not about bits breaks
# with none of them.
Finding = tuple[BrokenBit, ...] | None


def judge(claim: ClaimMade, name: str, state: State, frame: Frame) -> Finding:
    """What breaks the claim that the property `name` makes now."""
    return _READINGS[type(claim)](claim, name, state, frame)


def _finding(bits: list[BrokenBit]) -> Finding:
    return tuple(bits) or None


def _bit(extent: Extent, position: int, remembered: Source | None = None) -> BrokenBit:
    return BrokenBit(
        extent.name.object.key, extent.low + position, extent.source(position), remembered
    )


def remember(
    claim_places: tuple[Any, ...], state: State, frame: Frame
) -> tuple[dict[int, Source], ...]:
    """The sources of the members' bits now, by position, for each place."""
    extents = (state.extent(frame, place) for place in claim_places)
    return tuple({i: extent.source(i) for i in extent.observed()} for extent in extents)


def _unchanged(claim: Unchanged, name: str, state: State, frame: Frame) -> Finding:
    """Each bit of the members lies in the object and is the one remembered, by value."""
    snapshot = frame.current.object.snapshots[name]
    broken = []
    for place, before in zip(claim.places, snapshot, strict=True):
        extent = state.extent(frame, place)
        pairs = [(i, before[i]) for i in extent.observed() if i in before]
        broken += [
            _bit(extent, i, source)
            for i, source in pairs
            # By value (language.md, section 9): a bit that was stored again as it was is not lost.
            if extent.is_nowhere(i) or not state.same(extent.source(i), source)
        ]
    return _finding(broken)


def _same_member(claim: SameMember, name: str, state: State, frame: Frame) -> Finding:
    """Each bit of each leaf is blank, or came in through the same bit of the same leaf."""
    extent = state.extent(frame, claim.place)
    end = extent.width(state.length(frame, claim.length))
    broken: dict[int, BrokenBit] = {}
    for leaf in state.counted(frame, claim.place).leaves:
        of_leaf = range(leaf.offset, min(leaf.offset + leaf.width, end))
        bits = zip(of_leaf, extent.sources(of_leaf), strict=True)
        # Neighbours mostly come from one store, which is looked up once for all of them.
        for key, neighbours in groupby(bits, key=lambda bit: bit[1].store):
            if key.kind == "blank":
                continue
            store = state.stores.get(key) if key.kind in _STORED else None
            runs = store.through(leaf) if store is not None else ()
            for i, source in neighbours:
                if not _came_through(runs, source.position, leaf.at + i - leaf.offset):
                    broken.setdefault(i, _bit(extent, i))
    return _finding([broken[position] for position in sorted(broken)])


def _came_through(runs: Sequence[tuple[int, int, int]], position: int, at: int) -> bool:
    """Whether the bit at a position of a store was stored as the one of a member; `runs` is what
    `Store.through` says of that."""
    return any(low <= position < end and position + shift == at for low, end, shift in runs)


def _stored(claim: Stored, name: str, state: State, frame: Frame) -> Finding:
    """Each bit observed was stored, by those named if any are."""
    extent = state.extent(frame, claim.place)
    length = state.length(frame, claim.length)
    meant: Sequence[int] = observed(extent, length)
    if not claim.all_bytes:
        meant = [i for i in extent.observed() if i < extent.width(length)]
    return _finding(
        [
            _bit(extent, i)
            for i in meant
            if not _was_stored(claim, name, state, frame, extent.source(i))
        ]
    )


def observed(extent: Extent, length: int | None) -> range:
    """The positions of a place or of so many bytes, those far behind the object left out."""
    last = len(extent.name.object.bits) - extent.low + _SHOWN
    return range(min(extent.width(length), max(last, extent.place.width)))


def _was_stored(claim: Stored, name: str, state: State, frame: Frame, source: Source) -> bool:
    """The object that a bit is read on is the one the step runs on, wherever the bit lies."""
    kind = source.store.kind
    if kind not in _STORED and not (kind == "blank" and (claim.cleared or claim.blank_is_enough)):
        return False
    if claim.blank_is_enough:
        return True
    store, reader = state.stores[source.store], frame.current.object
    if claim.since is not None and store.before < reader.since[name]:
        return False
    # Who stored is asked of the reader's history, which has what ran on the object that it was made
    # from (decision 0011): so a clone's reader finds what was stored before the cut.
    return claim.by is None or (store.step in claim.by and store.began in reader.history)


def _reads_back(claim: ReadsBack, name: str, state: State, frame: Frame) -> Finding:
    """The value fits."""
    return None if arithmetic.holds(state.number(frame, claim.value), claim.place) else ()


def _is_true(claim: IsTrue, name: str, state: State, frame: Frame) -> Finding:
    """The condition is not 0."""
    return None if state.number(frame, claim.condition) else ()


def _inside(claim: Inside, name: str, state: State, frame: Frame) -> Finding:
    """The access stays in the area that it began in."""
    return (
        None if state.extent(frame, claim.place).contains(state.length(frame, claim.length)) else ()
    )


def _not_given_up(claim: NotGivenUp, name: str, state: State, frame: Frame) -> Finding:
    """The name is live, and for a store the object has no other."""
    used = frame.current if claim.place is None else state.name(frame, claim.place.object)
    return None if used.live and not (claim.store and used.object.shared) else ()


_READINGS: Mapping[type, Callable[[Any, str, State, Frame], Finding]] = {
    Unchanged: _unchanged,
    SameMember: _same_member,
    Stored: _stored,
    ReadsBack: _reads_back,
    IsTrue: _is_true,
    Inside: _inside,
    NotGivenUp: _not_given_up,
}
