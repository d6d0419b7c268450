"""All properties: which claims each makes, of events and of placements. A new one is a module
and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cbprove.properties import exact, holds, lent, owned, placement, preserved, written
from cbprove.properties.events import Accessed, ClaimMade, Event
from cbprove.system.program import (
    Aligned,
    Disjoint,
    Exact,
    Fits,
    Holds,
    Lent,
    Owned,
    Preserved,
    Program,
    Property,
    Where,
    Written,
)

_OF_EVENTS: dict[type, Callable[[Any, Event], tuple[ClaimMade, ...]]] = {
    Preserved: preserved.claims,
    Owned: owned.claims,
    Written: written.claims,
    Exact: exact.claims,
    Holds: holds.claims,
    Fits: placement.accesses_inside,
    Lent: lent.claims,
}

_OF_PLACEMENTS: dict[type, Callable[[Any, Program], Iterator[placement.Misplaced]]] = {
    Fits: placement.views_inside,
    Aligned: placement.members_aligned,
    Disjoint: placement.views_disjoint,
}


def of_event(prop: Property, event: Event) -> tuple[ClaimMade, ...]:
    """The claims a property makes of an event, none outside its WHERE."""
    claims = _OF_EVENTS.get(type(prop.claim))
    if claims is None or (prop.where.narrows and not _inside(prop.where, event)):
        return ()
    return claims(prop.claim, event)


def of_placement(prop: Property, program: Program) -> tuple[placement.Misplaced, ...]:
    """The claims a property makes of where things lie: they are made in no path and no step, so
    that a WHERE leaves them out."""
    claims = _OF_PLACEMENTS.get(type(prop.claim))
    return tuple(claims(prop.claim, program)) if claims and not prop.where.narrows else ()


def remembers(prop: Property, event: Event) -> bool:
    """Whether a property has to remember this event, and a `preserved` its members now, on the
    current object."""
    match prop.claim:
        case Preserved():
            return preserved.snapshot(prop.claim, event)
        case Written():
            return written.moment(prop.claim, event)
        case _:
            return False


def _inside(condition: Where, event: Event) -> bool:
    """Whether an event is in one of the paths or steps that a condition names."""
    step = event.step if not isinstance(event, Accessed) else event.step or ""
    return event.path in (condition.paths or ()) or step in (condition.steps or ())
