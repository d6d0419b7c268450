"""What one step left is intact when another begins, where it was or where it was brought."""

from __future__ import annotations

from cbprove.properties.events import Began, ClaimMade, Ended, Event, Unchanged
from cbprove.system.program import Preserved


def snapshot(claim: Preserved, event: Event) -> bool:
    """Whether the members are to be remembered now: the step they are preserved from has ended."""
    return isinstance(event, Ended) and event.step == claim.start


def claims(claim: Preserved, event: Event) -> tuple[ClaimMade, ...]:
    """When the step they are preserved to begins, the members have the bits remembered on this
    object's history."""
    if isinstance(event, Began) and event.step == claim.end:
        bits = Unchanged(claim.later, claim.members) if claim.later else Unchanged(claim.members)
        return (bits,)
    return ()
