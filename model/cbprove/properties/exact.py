"""Each value written is read back unchanged: the width is enough."""

from __future__ import annotations

from cbprove.properties.events import Accessed, ClaimMade, Event, ReadsBack
from cbprove.properties.members import named
from cbprove.system.program import Exact


def claims(claim: Exact, event: Event) -> tuple[ClaimMade, ...]:
    """Each `write M = EXPR` stores a value that M can hold."""
    if (
        isinstance(event, Accessed)
        and event.value is not None
        and event.place
        and named(event.place, claim.members)
    ):
        return (ReadsBack(event.place, event.value),)
    return ()
