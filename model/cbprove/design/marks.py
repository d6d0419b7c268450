"""What a sheet says of a candidate, as small numbers, and which verdict each stands for."""

from __future__ import annotations

from cbprove.verdicts import Verdict

# HARD: no formula for many candidates speaks of this one, and it is settled by itself.
EXCLUDED, INAPPLICABLE, REFUTED, PROVED, VACUOUS, UNKNOWN, BOUNDED, HARD = range(1, 9)
MARKS = range(HARD + 1)  # all of them, and 0, which is none

VERDICTS: dict[int, Verdict] = {
    EXCLUDED: "excluded",
    REFUTED: "refuted",
    PROVED: "proved",
    BOUNDED: "proved",
    VACUOUS: "vacuous",
    UNKNOWN: "unknown",
}
_OF_ONE: dict[Verdict, int] = {
    "refuted": REFUTED,
    "proved": PROVED,
    "vacuous": VACUOUS,
    "unknown": UNKNOWN,
}


def mark(verdict: Verdict, bounded: bool) -> int:
    """The mark of a verdict on one candidate; `bounded` says that it is a proof up to a bound."""
    return BOUNDED if bounded else _OF_ONE[verdict]
