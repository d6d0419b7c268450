"""The reading of each claim on what may be in memory: at which candidates it may be broken."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cbprove.frozen import frozen
from cbprove.properties.events import ClaimMade, Inside, ReadsBack, SameMember, Stored, Unchanged
from cbprove.reaching.atoms import Atoms, Observed
from cbprove.reaching.state import (
    OTHER,
    Fact,
    Facts,
    Here,
    Own,
    Remembered,
    Source,
    one_member,
)
from cbprove.reaching.universe import Candidates
from cbprove.reaching.values import Assumed
from cbprove.system.expressions import Place


@frozen
class Scene:
    """A moment: where it is, what the atoms of the object hold that a place lies in, at which
    candidates the current object's history may have a snapshot, and what was assumed."""

    here: Here
    memory: list[Facts]
    marked: Candidates
    assumed: Assumed


def may_break(claim: ClaimMade, place: Place | None, atoms: Atoms, scene: Scene) -> Candidates:
    """The candidates at which a claim on a place of it may be broken; all where it hangs on
    values or on lengths."""
    candidates = scene.here.among
    match claim:
        case Unchanged() if place is not None:
            return _changed(claim, place, atoms, scene)
        case SameMember(length=None) if place is not None:
            return _foreign(place, atoms, scene)
        case Stored(length=None, since=None) if place is not None:
            return _unwritten(claim, place, atoms, scene)
        case Inside(length=None) if place is not None:
            return _beyond(place, atoms) & candidates
        case ReadsBack():
            return scene.assumed.may_be_cut_off(claim, candidates)
        # What values decide otherwise is not followed: it may be broken anywhere.
        case _:
            return candidates


def places(claim: ClaimMade) -> tuple[Place | None, ...]:
    """The places that a claim is judged on, one by one."""
    match claim:
        case Unchanged(places=places_claimed):
            return places_claimed
        case SameMember(place=place) | Stored(place=place) | Inside(place=place):
            return (place,)
        case _:
            return (None,)


def _observed(place: Place, atoms: Atoms, scene: Scene) -> Iterator[tuple[int, Candidates, Facts]]:
    """Each bit of a member that is the first of an atom in a place, from the place's first; where
    it is that, and what it may hold."""
    for observed in atoms.observed(place):
        for position, at_position in observed.positions:
            if candidates := at_position & scene.here.among:
                yield position, candidates, scene.memory[observed.atom]


def _changed(claim: Unchanged, place: Place, atoms: Atoms, scene: Scene) -> Candidates:
    origin = claim.origins[claim.places.index(place)]
    kind, lows = atoms.kind(origin), atoms.universe.values(origin.low)
    broken = 0
    for position, candidates, facts in _observed(place, atoms, scene):
        for fact, having in facts.items():
            if fact == OTHER:
                broken |= having & candidates
            elif isinstance(fact, Remembered) and (both := having & candidates):
                # The candidates at which the bit remembered is the one at this position of the
                # member.
                right = lows.get(fact.bit - position, 0) if fact.kind == kind else 0
                broken |= both ^ (both & right)
    # An arrival without a snapshot makes no claim.
    return broken & scene.marked


def _foreign(place: Place, atoms: Atoms, scene: Scene) -> Candidates:
    """Where a bit of a member may be another's."""
    broken = 0
    for observed in atoms.observed(place):
        if not (candidates := observed.candidates & scene.here.among):
            continue
        for fact, having in scene.memory[observed.atom].items():
            # Most facts are of other candidates: of a struct that is packed or lies otherwise.
            if both := having & candidates:
                if fact not in observed.foreign:
                    observed.foreign[fact] = _not_own(place, observed, fact, atoms)
                broken |= both & observed.foreign[fact]
    return broken


def _not_own(place: Place, observed: Observed, fact: Fact, atoms: Atoms) -> Candidates:
    """Where an atom is read as other members' than those that a fact says it was stored as."""
    not_own = 0
    for position, candidates in observed.positions:
        if not _came_through(atoms.members(place, position), fact):
            not_own |= candidates
    return not_own


@lru_cache(maxsize=1 << 16)
def _came_through(members_wanted: tuple[Own, ...], fact: Fact) -> bool:
    """Whether a bit is blank, or was stored as every member's that it is read as."""
    assert isinstance(fact, Source)
    if fact.kind == "blank":
        return True
    return fact.kind == "stored" and all(
        any(one_member(member, each) for member in fact.members) for each in members_wanted
    )


def _unwritten(claim: Stored, place: Place, atoms: Atoms, scene: Scene) -> Candidates:
    broken = 0
    for observed in atoms.observed(place):
        if not (candidates := observed.candidates & scene.here.among):
            continue
        for fact, having in scene.memory[observed.atom].items():
            if having & candidates & ~broken and not _was_stored(fact, claim, scene):
                broken |= having & candidates
    return broken


def _was_stored(fact: Fact, claim: Stored, scene: Scene) -> bool:
    assert isinstance(fact, Source)
    if fact.kind != "stored" and not (
        fact.kind == "blank" and (claim.cleared or claim.blank_is_enough)
    ):
        return False
    if claim.by is None:
        return True
    # A step enters the history of its object where it ends: what a run still stores is nobody's yet.
    return fact.step in claim.by and fact.ended and scene.here.current in fact.on


def _beyond(place: Place, atoms: Atoms) -> Candidates:
    """Where a place does not lie inside the area that it begins in."""
    first, last = place.bound
    broken = 0
    for low, candidates in atoms.universe.values(place.low).items():
        broken |= candidates if low < first or last < low + place.width else 0
    return broken
