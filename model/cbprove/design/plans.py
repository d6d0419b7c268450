"""How far loops are laid out, plan by plan."""

from __future__ import annotations

from cbprove.obligations.plan import FOLLOWED, Plan
from cbprove.solving.solver import Limits

_LATE = (
    # A flag set in one turn, tested in a second that sets another, tested in a third: later turns
    # bring nothing new
    3
)


def late(limits: Limits) -> Plan:
    """Every loop laid out for three turns beyond its LO, a loop of few turns for all."""
    return Plan(cut=False, turns=_LATE, known=_LATE, limit=limits.operations)


def plans(bound: int, limits: Limits) -> list[Plan]:
    """Loops laid out for more and more turns; the last goes as far as is asked."""
    plans, turns, longest = [], 1, limits.operations
    while turns < FOLLOWED:
        plans.append(Plan(cut=False, turns=min(turns, bound), known=turns, limit=longest))
        turns *= 4
    plans.append(Plan(cut=False, turns=bound, known=FOLLOWED, limit=longest))
    return plans
