"""Every bit read was stored by somebody, or by those named, before, or since a step ended."""

from __future__ import annotations

from cbprove.properties.events import Accessed, ClaimMade, Ended, Event, Stored
from cbprove.properties.members import named
from cbprove.system.program import Written


def moment(claim: Written, event: Event) -> bool:
    """Whether stores count from now on: the step that they are asked since has ended."""
    return isinstance(event, Ended) and event.step == claim.since


def claims(claim: Written, event: Event) -> tuple[ClaimMade, ...]:
    """Each read finds bits that were stored."""
    if isinstance(event, Accessed) and event.kind == "read" and event.place:
        place = named(event.place, claim.members)
        if place is not None:
            stored = Stored(
                place=place,
                length=event.length,
                by=claim.by,
                cleared=claim.cleared,
                since=claim.since,
                members=bool(claim.members),
            )
            return (stored,)
    return ()
