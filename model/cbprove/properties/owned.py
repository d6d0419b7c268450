"""Every bit read through a view is blank or was last written as that bit of that member."""

from __future__ import annotations

from cbprove.properties.events import Accessed, ClaimMade, Event, SameMember
from cbprove.properties.members import named
from cbprove.system.program import Owned


def claims(claim: Owned, event: Event) -> tuple[ClaimMade, ...]:
    """Each read through a view finds its own members' bits."""
    if (
        isinstance(event, Accessed)
        and event.kind == "read"
        and event.place
        and event.place.view is not None
    ):
        place = named(event.place, claim.members)
        if place is not None:
            return (SameMember(place, event.length),)
    return ()
