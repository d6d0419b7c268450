"""One formula, asked of a fresh solver."""

from __future__ import annotations

from cbprove.frozen import frozen
from cbprove.logic import bitvectors
from cbprove.logic.smtlib import Script
from cbprove.logic.terms import Bool, subterms
from cbprove.solving.solver import Answer, Limits, Z3Session

_MANY = 8  # bits; fewer are split into cases faster


@frozen
class Asked:
    """The answer to one formula, and the text it was asked with."""

    answer: Answer
    text: str


def ask(formula: Bool, ranges: dict[str, tuple[int, int]], limits: Limits) -> Asked:
    """Whether a formula can be true.

    Where bits of run-time values are taken apart, bit-vectors are asked first: integers do not decide such formulas in any time
    that one would wait. They are believed where they find nothing (`logic/bitvectors.py`); models are of the integers.
    """
    script = Script(ranges)
    script.assert_(formula)
    if impossible_by_bits(formula, ranges, limits):
        return Asked(Answer("unsat", {}), script.text())
    session = Z3Session(limits)
    session.add(script.text())
    return Asked(session.check(), script.text())


def impossible_by_bits(formula: Bool, ranges: dict[str, tuple[int, int]], limits: Limits) -> bool:
    """Whether a formula about single bits of values is found to have no model, as bit-vectors."""
    return _bitwise(formula) and _by_bits(formula, ranges, limits).result == "unsat"


def _bitwise(formula: Bool) -> bool:
    """Whether a formula takes so many single bits out of values that it is about them."""
    return len([term for term in subterms(formula) if term.operator == "mod" and term.args[1] == 2]) >= _MANY


def _by_bits(formula: Bool, ranges: dict[str, tuple[int, int]], limits: Limits) -> Answer:
    """What Z3 says of the formula as bit-vectors; unknown where an integer has no bounds."""
    try:
        text = bitvectors.text((formula,), ranges)
    except bitvectors.Unbounded as wrong:
        return Answer("unknown", {}, f"{wrong} has no bounds")
    session = Z3Session(limits)
    session.add(text.replace("(set-logic QF_BV)\n", ""))
    return session.check()
