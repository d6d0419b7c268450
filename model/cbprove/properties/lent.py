"""No step touches an object by a name it gave up, and none stores to an object that is shared."""

from __future__ import annotations

from cbprove.properties.events import Accessed, ClaimMade, Event, NotGivenUp
from cbprove.system.program import Lent

_STORES = ("write", "clear", "copy to")


def claims(claim: Lent, event: Event) -> tuple[ClaimMade, ...]:
    """Each access is by a name still held, and each store to an object with one name."""
    if isinstance(event, Accessed):
        return (NotGivenUp(event.place, event.kind in _STORES, event.length),)
    return ()
