"""One formula, asked of a fresh solver."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from cbprove.logic.smtlib import Script
from cbprove.logic.terms import Bool, Term, and_, subterms
from cbprove.obligations.sources import BITS
from cbprove.solving.library import common
from cbprove.solving.solver import Answer, Limits, Z3Session

Interval = tuple[int, int]

_MANY = 8  # bits; fewer are split into cases faster


def ask(formula: Bool, ranges: Mapping[str, Interval], limits: Limits) -> Answer:
    """Whether a formula can be true."""
    script = script_for((formula,), ranges)
    script.assert_(formula)
    answer = _check(script, limits)
    if answer.result != "unknown" or type(script) is Script:
        return answer
    script = Script(ranges)
    script.assert_(formula)
    return _check(script, limits)


_impossible: dict[str, None] = {}
"""Texts that Z3 found no model of, the latest last: properties of one path suppose the same of its
loops, and ask the same."""
_MOST_TEXTS, _LONGEST = 64, 1 << 17  # texts that are kept, and characters of one


def _check(script: Script, limits: Limits) -> Answer:
    text = script.text()
    if text in _impossible:
        return Answer("unsat", {})
    session = Z3Session(limits, bits=type(script) is not Script, context=common())
    session.add(text)
    answer = session.check()
    if answer.result == "unsat" and len(text) <= _LONGEST:
        _impossible[text] = None
        if len(_impossible) > _MOST_TEXTS:
            del _impossible[next(iter(_impossible))]
    return answer


def impossible_by_bits(
    formulas: Sequence[Bool], ranges: Mapping[str, Interval], limits: Limits
) -> bool:
    """Whether formulas about single bits of values are found to have no model together."""
    return _bitwise(formulas) and ask(and_(*formulas), ranges, limits).result == "unsat"


def script_for(formulas: Sequence[Bool], ranges: Mapping[str, Interval]) -> Script:
    """An empty script for formulas, and for more that say no more of integers than how these
    compare with ones of 32 bits.

    Where bits of run-time values are taken apart it speaks of bit-vectors: integers do not decide
    such formulas in any time that one would wait. They mean the same (`logic/bitvectors.py`).
    """
    if _bitwise(formulas):
        from cbprove.logic import bitvectors  # few specs have such formulas

        with contextlib.suppress(bitvectors.Unbounded):
            return bitvectors.script(formulas, {**BITS, **ranges}, least=_COMPARED)
    return Script(ranges)


def _bitwise(formulas: Sequence[Bool]) -> bool:
    """Whether formulas combine values bit by bit, take so many single bits out of values that they
    are about them, or take bits out of what was put together of bits, again and again."""
    terms = list(subterms(*formulas))
    single = [term for term in terms if term.operator == "mod" and term.args[1] == 2]
    return (
        len(single) >= _MANY
        or any(term.operator == "&" and term.args[0] >= _MANY for term in terms)
        or (sum(map(_is_taken, terms)) >= _MANY and _nested(terms) >= _MANY)
    )


def _is_taken(term: Term) -> bool:
    """Whether some bits are taken out of a byte; what wraps, or is a byte of more, is a sum still,
    which integers decide sooner."""
    return term.operator in ("mod", "div") and term.args[1] < 1 << _MANY


def _nested(terms: Sequence[Term]) -> int:
    """How often at most bits are taken out of what hangs on bits that were taken out; operands
    come before what they are in."""
    depth: dict[Term, int] = {}
    for term in terms:
        inner = max((depth[arg] for arg in term.args if isinstance(arg, Term)), default=0)
        depth[term] = inner + _is_taken(term)
    return max(depth.values(), default=0)


_COMPARED = 34  # bits of a signed number that holds any of 32 bits, and one more than that
