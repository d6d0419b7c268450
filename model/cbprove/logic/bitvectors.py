"""Integer terms as bit-vectors, for solvers that know no integers: one width for all, so great that
nothing can overflow.

Every subterm's interval is found first. Where each lies in the signed numbers of the width, each
operation on bit-vectors gives the very integer that the term means, so that the text is satisfiable
if and only if the formula is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cbprove.logic.smtlib import Script
from cbprove.logic.terms import Bool, Int, Term, subterms

Interval = tuple[int, int]


class Unbounded(Exception):
    """A term may be any integer, so that no width is great enough; says which."""


def text(formulas: Sequence[Bool], ranges: Mapping[str, Interval]) -> str:
    """SMT-LIB of logic QF_BV that is satisfiable iff all formulas can be true at once, without
    `(check-sat)`.

    Raises Unbounded.
    """
    script_text = script(formulas, ranges)
    script_text.lines.append("(set-logic QF_BV)")
    for formula in formulas:
        script_text.assert_(formula)
    return script_text.text()


def script(formulas: Sequence[Bool], ranges: Mapping[str, Interval], least: int = 1) -> Script:
    """An empty script wide enough for all that formulas speak of, and `least` bits wide at
    least. Raises Unbounded."""
    return _Bits(ranges, max(least, width(formulas, ranges)))


def width(formulas: Sequence[Bool], ranges: Mapping[str, Interval]) -> int:
    """The bits of signed numbers that hold every value that a subterm can have. Raises
    Unbounded."""
    intervals: dict[Term, Interval] = {}
    extremes = [0]
    for low, high in ranges.values():
        extremes += [low, high]
    for term in subterms(*formulas):
        extremes += [arg for arg in term.args if isinstance(arg, int)]
        if not term.boolean:
            intervals[term] = _interval(term, intervals, ranges)
            extremes += intervals[term]
            if term.operator == "div":
                # The rest is taken off before dividing: the dividend may come to lie that much
                # lower.
                extremes.append(_of(term.args[0], intervals)[0] - term.args[1])
    return max((n if n >= 0 else ~n).bit_length() for n in extremes) + 1


def _of(term: Int, intervals: Mapping[Term, Interval]) -> Interval:
    return (term, term) if isinstance(term, int) else intervals[term]


def _interval(
    term: Term, intervals: Mapping[Term, Interval], ranges: Mapping[str, Interval]
) -> Interval:
    if term.operator == "var":
        if term.args[0] not in ranges:
            raise Unbounded(term.args[0])
        return ranges[term.args[0]]
    if term.operator == "named":
        return _of(term.args[1], intervals)
    left, right = (_of(arg, intervals) for arg in term.args[-2:])
    match term.operator:
        case "+":
            return left[0] + right[0], left[1] + right[1]
        case "-":
            return left[0] - right[1], left[1] - right[0]
        case "*":
            corners = [a * b for a in left for b in right]
            return min(corners), max(corners)
        case "ite":
            return min(left[0], right[0]), max(left[1], right[1])
        case "div":
            return left[0] // right[0], left[1] // right[0]
        case "mod":
            return 0, right[0] - 1
        case "&":
            return 0, (1 << term.args[0]) - 1
    raise AssertionError(term.operator)


_SAME = {"+": "bvadd", "-": "bvsub", "*": "bvmul", "<=": "bvsle", "<": "bvslt"}


class _Bits(Script):
    """A script whose integers are signed bit-vectors of one width."""

    def __init__(self, ranges: Mapping[str, Interval], width: int) -> None:
        super().__init__(ranges)
        self._width = width

    def _number(self, number: int) -> str:
        return f"(_ bv{number % (1 << self._width)} {self._width})"

    def _sort(self, boolean: bool) -> str:
        return "Bool" if boolean else f"(_ BitVec {self._width})"

    def _between(self, low: int, name: str, high: int) -> str:
        return f"(and (bvsle {self._number(low)} {name}) (bvsle {name} {self._number(high)}))"

    def _apply(self, term: Term) -> str:
        if term.operator in ("div", "mod"):
            return self._divided(term.operator, self._of(term.args[0]), term.args[1])
        if term.operator == "&":
            return (
                f"(bvand {' '.join(map(self._of, term.args[1:]))} "
                f"{self._number((1 << term.args[0]) - 1)})"
            )
        operator = _SAME.get(term.operator, term.operator)
        return f"({operator} {' '.join(map(self._of, term.args))})"

    def _divided(self, operator: str, dividend: str, divisor: int) -> str:
        """Rounded down, by a positive constant."""
        if divisor & (divisor - 1) == 0:
            if operator == "mod":
                return f"(bvand {dividend} {self._number(divisor - 1)})"
            return f"(bvashr {dividend} {self._number(divisor.bit_length() - 1)})"
        rest = f"(bvsmod {dividend} {self._number(divisor)})"
        return (
            rest
            if operator == "mod"
            else f"(bvsdiv (bvsub {dividend} {rest}) {self._number(divisor)})"
        )
