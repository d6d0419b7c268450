"""From one model to all candidates that are alike for the same reason.

A formula that is true at a point is true for reasons: some of its comparisons. Those, with everything but the free axes (and the
bit asked about) fixed as the model has it, are linear conditions on the axes: a region around the point.

Values that a run looks at are unknowns of the formula, which does not say when two of them share bits. So that they lie apart
(or where they do, in one another) as they do at the point is a reason, too. What is preserved by value breaks only if the bits
differ by value. That is sure where one side is *arbitrary*: some store's bit that neither the run nor the other side hangs on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from cbprove.frozen import frozen
from cbprove.obligations.members import Held
from cbprove.obligations.sources import UNSURE, Found, within
from cbprove.terms import Bool, Int, Term, Valuation, subterms

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


@frozen
class Differs:
    """Two stores that a bit comes from, one of them arbitrary: `found` ends with the arbitrary one, and `value` is what the other
    stored (None: another arbitrary bit, or zero)."""

    found: tuple[Found, ...]
    value: Int | None = None


def region(
    formula: Bool,
    model: Mapping[str, int | bool],
    axes: frozenset[str],
    bit: str | None,
    held: Sequence[Held] = (),
    differs: Differs | None = None,
) -> Region:
    """The region of axes where the formula has the value that it has in the model, for the same reasons.

    `held` says which bits of stores unknowns of the formula stand for. With `differs`, the arbitrary bit stays arbitrary.
    Raises NotLinear.
    """
    reasons = _Reasons(model, axes | ({bit} if bit else frozenset()), held)
    reasons.of(formula)
    if differs is not None:
        reasons.differ(differs)
    reasons.keep_apart()
    conditions = reasons.conditions
    return Region(tuple(dict.fromkeys(_without(bit, conditions) if bit else conditions)))


class _Reasons:
    """Collects comparisons that suffice for a formula's value in a model."""

    def __init__(self, model: Mapping[str, int | bool], unknowns: frozenset[str], held: Sequence[Held]) -> None:
        self._unknowns = unknowns
        self._held = {one.unknown.args[0]: one for one in held}
        self._looked: dict[str, Held] = {}
        self._valuation = Valuation(model)
        self._open: dict[Term, bool] = {}
        self._seen: set[Term] = set()
        self._linear: dict[Term, tuple[dict[str, int], int]] = {}
        self.conditions: list[Linear] = []

    def depends(self, term: Int | Bool) -> bool:
        """Whether the value of a term may hang on the axes or the bit, on a value looked at, or on what was not followed.

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
        if term.operator != "var":
            return False
        name = term.args[0]
        return name in self._unknowns or name in self._held or name.startswith(UNSURE)

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

    # --- values -------------------------------------------------------------------------------------------

    def differ(self, differs: Differs) -> None:
        """Note why the bit that is found last is arbitrary: nothing that the run or the other side hangs on looks at it."""
        *later, found = differs.found
        for one in later:
            self.of(one.hit)
        self.of(found.hit)
        self.of(within(found.position, found.store.zero))
        for term in subterms(differs.value) if differs.value is not None else ():
            if term.operator in ("var", "choice") and term.args[0].startswith(UNSURE):
                raise NotLinear
            if term.operator == "var" and term.args[0] in self._held:
                self._looked[term.args[0]] = self._held[term.args[0]]
        for held in self._looked.values():
            if held.store == found.store.number and not self._apart(found.position, 1, held.position, held.width):
                raise NotLinear

    def keep_apart(self) -> None:
        """Note that values looked at share no bits, or the same ones, wherever two of them are of one store."""
        for one, other in combinations(list(self._looked.values()), 2):
            if one.store != other.store or self._apart(one.position, one.width, other.position, other.width):
                continue
            # Where they overlap they must agree, as they do at the point: so they must lie as they do at the point. The bits of
            # values that are read in two widths are not compared here.
            if one.width != other.width or self.value(one.position) != self.value(other.position):
                raise NotLinear
            if self.value(one.unknown) != self.value(other.unknown):
                raise NotLinear
            self._note(one.position, other.position, 0)
            self._note(other.position, one.position, 0)

    def _apart(self, one: Int, width: int, other: Int, size: int) -> bool:
        """Note that two stretches of a store share no bit, if they share none at the point."""
        if self.value(one) + width <= self.value(other):
            self._note(one, other, width)
        elif self.value(other) + size <= self.value(one):
            self._note(other, one, size)
        else:
            return False
        return True

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
            case "var" if term.args[0] in self._held:
                self._looked[term.args[0]] = self._held[term.args[0]]
                return {}, int(self.value(term))
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
