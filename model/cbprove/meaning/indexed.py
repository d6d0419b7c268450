"""Accesses whose index only a run knows, beside properties of members: they must touch all of a member's bits or none."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds
from cbprove.meaning.memo import mistake
from cbprove.system import Exact, Owned, Place, Program, Property, Written


def check(program: Program, prop: Property) -> None:
    """Raises a mistake for the first access that a run may move into a member of the property and out of it."""
    if not isinstance(prop.claim, Owned | Written | Exact) or prop.span is None:
        return
    for place in _accessed(program) if prop.claim.members else ():
        for member in prop.claim.members:
            if _partly(place, member, *_moved(program, place)):
                message = (
                    f"`{prop.name}` speaks of `{member.text}`, and only a run knows whether `{place.text}` is in it"
                )
                raise mistake("CB0169", message, member.span)


def _partly(place: Place, member: Place, least: int, limit: int) -> bool:
    """Whether the place, moved by so many bits, touches some of the member's bits and stays not inside of them."""
    if not any(member.is_over(place.view, leaf.member) for leaf in place.leaves):
        return False
    low, high = place.start + least, place.start + place.width + limit
    first, last = member.start, member.start + member.width
    return low < last and first < high and not (first <= low and high <= last)


def _moved(program: Program, place: Place) -> tuple[int, int]:
    """How far the inputs move a place, in bits: at least, at most. One that has a mistake of its own is not known."""
    known = [(program.inputs[name], stride) for name, stride in place.indexes if name in program.inputs]
    ends = [(stride * moved.low, stride * moved.high) for moved, stride in known]
    return sum(min(0, *end) for end in ends), sum(max(0, *end) for end in ends)


def _accessed(program: Program) -> Iterator[Place]:
    """The places with an index of a run that something reads or writes."""
    bodies = [step.body for step in program.steps.values()]
    bodies += [part.body for part in (*program.parts.values(), *program.paths)]
    named = (place for body in bodies for statement in folds.within(body) for place in folds.places(statement))
    return (place for place in named if place.indexes)
