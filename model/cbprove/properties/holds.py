"""A condition is true each time a step begins."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.properties.events import Began, ClaimMade, Event, IsTrue
from cbprove.system.program import Holds


def claims(claim: Holds, event: Event) -> Iterator[ClaimMade]:
    """When the step begins, the condition is true."""
    if isinstance(event, Began) and event.step == claim.at:
        yield IsTrue(claim.condition)
