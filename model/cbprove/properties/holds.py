"""A condition is true each time a step begins."""

from __future__ import annotations

from cbprove.properties.events import Began, ClaimMade, Event, IsTrue
from cbprove.system.program import Holds


def claims(claim: Holds, event: Event) -> tuple[ClaimMade, ...]:
    """When the step begins, the condition is true."""
    if isinstance(event, Began) and event.step == claim.at:
        return (IsTrue(claim.condition),)
    return ()
