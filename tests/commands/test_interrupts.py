"""A signal that comes while Z3 is at work ends the work, and Python's handler runs."""

from __future__ import annotations

import signal
from types import FrameType

import pytest

from cbprove.solving.solver import Limits, Z3Session


def _pigeons(holes: int) -> str:
    """One pigeon more than holes: unsatisfiable, and hours of work for a solver without
    symmetry."""
    names = [[f"p{pigeon}_{hole}" for hole in range(holes)] for pigeon in range(holes + 1)]
    lines = [f"(declare-const {name} Bool)" for row in names for name in row]
    lines += [f"(assert (or {' '.join(row)}))" for row in names]
    for hole in range(holes):
        for first in range(holes + 1):
            lines += [
                f"(assert (or (not {names[first][hole]}) (not {names[second][hole]})))"
                for second in range(first)
            ]
    return "\n".join(lines)


def test_a_signal_ends_a_check_under_way() -> None:
    def leave(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, leave)
    try:
        session = Z3Session(Limits(resources=0, seconds=600))
        session.add(_pigeons(14))
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            session.check()
    finally:
        signal.signal(signal.SIGALRM, before)
