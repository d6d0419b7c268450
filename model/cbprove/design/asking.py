"""One formula, asked of a fresh solver."""

from __future__ import annotations

from cbprove.frozen import frozen
from cbprove.obligations.smtlib import Script
from cbprove.solving.solver import Answer, Limits, Z3Session
from cbprove.terms import Bool


@frozen
class Asked:
    """The answer to one formula, and the text it was asked with."""

    answer: Answer
    text: str


def ask(formula: Bool, ranges: dict[str, tuple[int, int]], limits: Limits) -> Asked:
    """Whether a formula can be true."""
    script = Script(ranges)
    script.assert_(formula)
    session = Z3Session(limits)
    session.add(script.text())
    return Asked(session.check(), script.text())
