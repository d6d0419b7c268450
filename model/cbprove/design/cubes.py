"""From one model to all candidates that are alike for the same reason.

A formula that is true at a point is true for reasons: some of its comparisons. Those, with everything but the free axes (and the
bit asked about) fixed as the model has it, are linear conditions on the axes: a region around the point.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cbprove.frozen import frozen
from cbprove.obligations.sources import UNSURE
from cbprove.terms import Bool, Int, Term, Valuation

Linear = tuple[tuple[tuple[str, int], ...], int]  # coefficients by name, and the constant


class NotLinear(Exception):
    """The reasons are not linear in the free axes, or hang on what was not followed; only the point itself is known."""


@frozen
class Region:
    """All points where each sum (coefficients * axes + constant) is at least 0."""

    conditions: tuple[Linear, ...]

    def interval(self, fixed: Mapping[str, int], axis: str, low: int, high: int) -> tuple[int, int]:
        """The values of one axis in low..high that lie in the region, the other axes being fixed; low > high if none."""
        for coefficients, constant in self.conditions:
            factor, rest = 0, constant
            for name, coefficient in coefficients:
                if name == axis:
                    factor = coefficient
                else:
                    rest += coefficient * fixed[name]
            if factor > 0:
                low = max(low, -(rest // factor))
            elif factor < 0:
                high = min(high, rest // -factor)
            elif rest < 0:
                return 1, 0
        return low, high


def region(formula: Bool, model: Mapping[str, int | bool], axes: frozenset[str], bit: str | None) -> Region:
    """The region of axes where the formula has the value that it has in the model, for the same reasons.

    Raises NotLinear.
    """
    reasons = _Reasons(formula, model, axes | ({bit} if bit else frozenset()))
    reasons.of(formula)
    conditions = reasons.conditions
    return Region(tuple(dict.fromkeys(_without(bit, conditions) if bit else conditions)))


class _Reasons:
    """Collects comparisons that suffice for a formula's value in a model."""

    def __init__(self, formula: Bool, model: Mapping[str, int | bool], unknowns: frozenset[str]) -> None:
        self._unknowns = unknowns
        self._valuation = Valuation(model)
        self._open: dict[Term, bool] = {}
        self._seen: set[Term] = set()
        self._linear: dict[Term, tuple[dict[str, int], int]] = {}
        self.conditions: list[Linear] = []

    def depends(self, term: Int | Bool) -> bool:
        """Whether the value of a term may hang on the axes or the bit, or on what was not followed.

        That earlier turns left nothing is no guess: there may have been none.
        """
        if not isinstance(term, Term):
            return False
        if term not in self._open:
            self._open[term] = self._unknown(term) or self._any(term.args)
        return self._open[term]

    def _any(self, args: tuple[Any, ...]) -> bool:
        for arg in args:  # noqa: SIM110  (`any` would call back through C, whose stack is not as deep as runs are long)
            if self.depends(arg):
                return True
        return False

    def _unknown(self, term: Term) -> bool:
        if term.operator == "choice":
            return bool(term.args[0].startswith(UNSURE) and self.value(term))
        return term.operator == "var" and (term.args[0] in self._unknowns or term.args[0].startswith(UNSURE))

    def value(self, term: Int | Bool) -> int:
        return int(self._valuation.of(term))

    def of(self, term: Bool) -> None:
        """Note why a formula has its value."""
        if not isinstance(term, Term) or term in self._seen or not self.depends(term):
            return
        self._seen.add(term)
        held = bool(self.value(term))
        match term.operator:
            case "and" | "or":
                decisive = held == (term.operator == "or")
                parts = [arg for arg in term.args if bool(self.value(arg)) == held] if decisive else list(term.args)
                for arg in [self._cheapest(parts)] if decisive else parts:
                    self.of(arg)
            case "not":
                self.of(term.args[0])
            case "named":
                self.of(term.args[1])
            case "<=" | "<" | "=":
                self._compare(term.operator, term.args[0], term.args[1], held)
            case _:
                raise NotLinear

    def _cheapest(self, parts: list[Bool]) -> Bool:
        return next((part for part in parts if not self.depends(part)), parts[0])

    def _compare(self, operator: str, left: Int, right: Int, held: bool) -> None:
        a, b = self.value(left), self.value(right)
        if operator == "=" and held:
            self._note(left, right, 0)
            self._note(right, left, 0)
        elif operator == "=":
            self._note(*((left, right) if a < b else (right, left)), 1)
        elif held:
            self._note(left, right, int(operator == "<"))
        else:
            self._note(right, left, int(operator == "<="))

    def _note(self, small: Int, large: Int, gap: int) -> None:
        """large - small >= gap."""
        least, low = self.linear(small)
        most, high = self.linear(large)
        sums = dict(most)
        for name, coefficient in least.items():
            sums[name] = sums.get(name, 0) - coefficient
        kept = tuple(sorted((n, c) for n, c in sums.items() if c))
        if kept:
            self.conditions.append((kept, high - low - gap))

    def linear(self, term: Int) -> tuple[dict[str, int], int]:
        """A term as a sum over the axes and the bit, with the branches it takes in the model."""
        if not isinstance(term, Term) or not self.depends(term):
            return {}, int(self.value(term))
        if term not in self._linear:
            self._linear[term] = self._linear_of(term)
        return self._linear[term]

    def _linear_of(self, term: Term) -> tuple[dict[str, int], int]:
        match term.operator:
            case "var" if term.args[0] in self._unknowns:
                return {term.args[0]: 1}, 0
            case "named":
                return self.linear(term.args[1])
            case "ite":
                self.of(term.args[0])
                return self.linear(term.args[1] if self.value(term.args[0]) else term.args[2])
            case "+" | "-":
                sign = 1 if term.operator == "+" else -1
                (left, a), (right, b) = self.linear(term.args[0]), self.linear(term.args[1])
                sums = dict(left)
                for name, coefficient in right.items():
                    sums[name] = sums.get(name, 0) + sign * coefficient
                return sums, a + sign * b
            case "*":
                (left, a), (right, b) = self.linear(term.args[0]), self.linear(term.args[1])
                if left and right:
                    raise NotLinear
                factor, (sums, constant) = (a, (right, b)) if not left else (b, (left, a))
                return {n: c * factor for n, c in sums.items()}, constant * factor
            case "div" | "mod":
                # Linear only where the branches taken leave nothing open.
                if any(self.linear(arg)[0] for arg in term.args):
                    raise NotLinear
                return {}, int(self.value(term))
        raise NotLinear


def _without(bit: str, conditions: list[Linear]) -> list[Linear]:
    """The conditions that remain when the bit may be any that meets them all."""
    lows: list[Linear] = []
    highs: list[Linear] = []
    rest: list[Linear] = []
    for condition in dict.fromkeys(conditions):
        factor = dict(condition[0]).get(bit, 0)
        if abs(factor) > 1:
            raise NotLinear
        (rest if not factor else lows if factor > 0 else highs).append(condition)
    return rest + [_sum(low, high, bit) for low in lows for high in highs]


def _sum(low: Linear, high: Linear, bit: str) -> Linear:
    sums = dict(low[0])
    for name, coefficient in high[0]:
        sums[name] = sums.get(name, 0) + coefficient
    kept = tuple(sorted((n, c) for n, c in sums.items() if c and n != bit))
    return kept, low[1] + high[1]
