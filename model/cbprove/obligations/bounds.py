"""Between which numbers a term surely lies, so that stores that cannot touch a bit leave no trace in its formula."""

from __future__ import annotations

from collections.abc import Mapping

from cbprove.logic.terms import Int, Term

Interval = tuple[int, int]


class Bounds:
    """Intervals (both ends included) of terms whose unknowns lie in given ranges."""

    def __init__(self, ranges: Mapping[str, Interval]) -> None:
        self.ranges = dict(ranges)
        self._known: dict[Term, Interval | None] = {}

    def of(self, term: Int) -> Interval | None:
        """The interval of a term, None if nothing is known."""
        if isinstance(term, int):
            return term, term
        if term not in self._known:
            self._known[term] = self._find(term)
        return self._known[term]

    def _find(self, term: Term) -> Interval | None:
        match term.operator:
            case "var":
                return self.ranges.get(term.args[0])
            case "named":
                return self.of(term.args[1])
            case "&":
                return 0, (1 << term.args[0]) - 1
        pair = self.of(term.args[-2]), self.of(term.args[-1])
        left, right = pair
        if left is None or right is None:
            return None
        match term.operator:
            case "+":
                return left[0] + right[0], left[1] + right[1]
            case "-":
                return left[0] - right[1], left[1] - right[0]
            case "ite":
                return min(left[0], right[0]), max(left[1], right[1])
            case "*":
                corners = [a * b for a in left for b in right]
                return min(corners), max(corners)
            case "mod":
                return 0, right[1] - 1
        return None
