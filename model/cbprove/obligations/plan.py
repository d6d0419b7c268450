"""How far the runs of a path are followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cbprove.frozen import frozen

if TYPE_CHECKING:
    from cbprove.obligations.facts import Fact
    from cbprove.obligations.ops import Store
    from cbprove.properties.events import Moment

FOLLOWED = 1000  # a HI up to this is followed to its end


class TooLarge(Exception):
    """The unfolding would pass a limit on its operations."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} operations")
        self.limit = limit


@frozen
class Plan:
    """How loops are followed.

    `cut`: a loop of many turns is one arbitrary turn after arbitrary earlier ones. Otherwise it is
    laid out for at most `turns` beyond its LO (a loop without HI, or with one over 1,000) and for
    at most `known` turns (any other). `heads` says what the earlier turns of a cut loop may have
    changed, where values are followed, and `facts` what is true of it whenever a turn begins.
    """

    cut: bool
    turns: int = 3
    known: int = 1000
    limit: int = 200_000
    heads: Mapping[Moment, Sequence[Store]] | None = None
    facts: Sequence[Fact] = ()
