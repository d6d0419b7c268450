"""Terms as sets: with everything but the axes as a model has it, a formula is the candidates where it
is true, and a number is pieces, each a sum of axes at some candidates.

What was not followed is never guessed: where it decides, a candidate is neither surely in the set nor
surely out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product

from cbprove.logic.terms import Bool, Int, Term
from cbprove.obligations.members import MemberUnknown
from cbprove.obligations.sources import BIT, UNSURE
from cbprove.reaching.universe import MOST_VALUES, Candidates, Sum, Universe

Model = Mapping[str, "int | bool"]
# At these candidates, a sum of axes times factors, and a constant
Piece = tuple[Candidates, Sum, int]
# Where a formula is surely true, and where it is surely false
Truth = tuple[Candidates, Candidates]


def where(universe: Universe, condition: Bool) -> Candidates:
    """The candidates where a condition over the axes is true."""
    return Evaluation(universe, {}).truth(condition)[0]


class Evaluation:
    """Terms under a model, as functions of the axes. `looked` are the bits of stores that were asked
    for a value so far, by their unknowns."""

    def __init__(
        self,
        universe: Universe,
        model: Model,
        variables: Sequence[MemberUnknown] = (),
        bit: tuple[tuple[str, int], int] | None = None,
    ) -> None:
        self.universe, self.model, self.bit = universe, model, bit
        self._unknowns = {variable.unknown.args[0]: variable for variable in variables}
        self.looked: dict[str, MemberUnknown] = {}
        self._truths: dict[Term, Truth] = {}
        self._numbers: dict[Term, list[Piece]] = {}

    # --- truth values -----------------------------------------------------------------------------

    def truth(self, term: Bool) -> Truth:
        """Where a formula is surely true, and where it is surely false."""
        if not isinstance(term, Term):
            return (self.universe.all, 0) if term else (0, self.universe.all)
        if term not in self._truths:
            self._truths[term] = self._truth(term)
        return self._truths[term]

    def _truth(self, term: Term) -> Truth:
        match term.operator:
            case "and":
                return self._and(term.args)
            case "or":
                return self._or(term.args)
            case "not":
                true_at, false_at = self.truth(term.args[0])
                return false_at, true_at
            case "named":
                return self.truth(term.args[1])
            case "choice":
                return self._choice(term.args[0])
            case "<=" | "<" | "=":
                return self.compared(
                    term.operator, self.number(term.args[0]), self.number(term.args[1])
                )
        raise AssertionError(term.operator)

    def _and(self, terms: Iterable[Bool]) -> Truth:
        true_at, false_at = self.universe.all, 0
        for term in terms:
            left_true, other = self.truth(term)
            true_at, false_at = true_at & left_true, false_at | other
            if false_at == self.universe.all:
                break
        return true_at, false_at

    def _or(self, terms: Iterable[Bool]) -> Truth:
        true_at, false_at = 0, self.universe.all
        for term in terms:
            left_true, other = self.truth(term)
            true_at, false_at = true_at | left_true, false_at & other
            if true_at == self.universe.all:
                break
        return true_at, false_at

    def _choice(self, name: str) -> Truth:
        """A choice of the model. That earlier turns left something is a guess; that they left
        nothing is none: there may have been none."""
        is_true = bool(self.model.get(name, False))
        if name.startswith(UNSURE) and is_true:
            return 0, 0
        return (self.universe.all, 0) if is_true else (0, self.universe.all)

    def compared(self, operator: str, left: list[Piece], right: list[Piece]) -> Truth:
        """Where a number surely compares so with another, and where it surely does not."""
        true_at = false_at = 0
        for (left_at, a, b), (other, c, d) in product(left, right):
            common = left_at & other
            if not common:
                continue
            rest = _added(c, a, -1)
            # On a piece both sides are sums of axes: the comparison is decided at each candidate.
            if operator == "=":
                holds = self.universe.at_least(rest, d - b) & self.universe.at_least(
                    _added((), rest, -1), b - d
                )
            else:
                holds = self.universe.at_least(rest, d - b - (operator == "<"))
            holding = common & holds
            true_at |= holding
            false_at |= common ^ holding
        return true_at, false_at

    # --- numbers ----------------------------------------------------------------------------------

    def number(self, term: Int) -> list[Piece]:
        """What a number is, piece by piece; no piece has a candidate where it is not known."""
        if not isinstance(term, Term):
            return [(self.universe.all, (), int(term))]
        if term not in self._numbers:
            self._numbers[term] = self._number(term)
        return self._numbers[term]

    def _number(self, term: Term) -> list[Piece]:
        match term.operator:
            case "var":
                return self._unknown(term.args[0])
            case "named":
                return self.number(term.args[1])
            case "ite":
                return self._branches(term)
            case "+":
                return self._joined(term, lambda a, b: (_added(a[0], b[0], 1), a[1] + b[1]))
            case "-":
                return self._joined(term, lambda a, b: (_added(a[0], b[0], -1), a[1] - b[1]))
            case "*":
                return self._times(self.number(term.args[0]), self.number(term.args[1]))
            case "div":
                return self._valued(
                    self.number(term.args[0]), self.number(term.args[1]), lambda a, b: a // b
                )
            case "mod":
                return self._valued(
                    self.number(term.args[0]), self.number(term.args[1]), lambda a, b: a % b
                )
            case "&":
                mask = (1 << term.args[0]) - 1
                return self._valued(
                    self.number(term.args[1]), self.number(term.args[2]), lambda a, b: a & b & mask
                )
        raise AssertionError(term.operator)

    def _branches(self, term: Int) -> list[Piece]:
        """A chain of branches, each where the ones before are surely not taken; what is inside
        of a chain is not kept."""
        pieces: list[Piece] = []
        left = self.universe.all
        while left and isinstance(term, Term) and term.operator == "ite":
            true_at, false_at = self.truth(term.args[0])
            if true_at & left:
                pieces += _within(self.number(term.args[1]), true_at & left)
            # Where a condition is neither surely true nor surely false no branch is followed, and
            # the number is not known.
            left &= false_at
            term = term.args[2]
        return _together([*pieces, *_within(self.number(term), left)] if left else pieces)

    def _unknown(self, name: str) -> list[Piece]:
        if name == BIT.args[0] and self.bit is not None:
            axis, first = self.bit
            return [(self.universe.all, (axis,), first)]
        if name in self.universe.ranges:
            return [(self.universe.all, ((name, 1),), 0)]
        # What earlier turns left may be any number. Without a piece, what hangs on it is neither
        # surely true nor surely false.
        if name.startswith(UNSURE):
            return []
        if name in self._unknowns:
            self.looked[name] = self._unknowns[name]
        return [(self.universe.all, (), int(self.model.get(name, 0)))]

    def _joined(
        self, term: Term, join: Callable[[tuple[Sum, int], tuple[Sum, int]], tuple[Sum, int]]
    ) -> list[Piece]:
        left, right = self.number(term.args[0]), self.number(term.args[1])
        if len(left) == len(right) == 1 and left[0][0] == right[0][0] == self.universe.all:
            return [(self.universe.all, *join(left[0][1:], right[0][1:]))]
        pieces = [
            (a[0] & b[0], *join(a[1:], b[1:])) for a, b in product(left, right) if a[0] & b[0]
        ]
        return _together(pieces)

    def _times(self, left: list[Piece], right: list[Piece]) -> list[Piece]:
        pieces = []
        for a, b in product(left, right):
            if not a[0] & b[0]:
                continue
            if a[1] and b[1]:
                pieces += self._valued([a], [b], lambda x, y: x * y)
                continue
            (_, total, constant), factor = (a, b[2]) if a[1] else (b, a[2])
            scaled = (
                tuple((axis, coefficient * factor) for axis, coefficient in total) if factor else ()
            )
            pieces.append((a[0] & b[0], scaled, constant * factor))
        return _together(pieces)

    def _valued(
        self, left: list[Piece], right: list[Piece], apply: Callable[[int, int], int]
    ) -> list[Piece]:
        """An operation that is not linear, value by value; unknown where there are too many
        values."""
        values: dict[int, Candidates] = {}
        for (left_at, a), (other, b) in product(self.values(left), self.values(right)):
            if left_at & other:
                result = apply(a, b)
                values[result] = values.get(result, 0) | (left_at & other)
        return [(candidates, (), value) for value, candidates in values.items()]

    def values(self, pieces: list[Piece]) -> list[tuple[Candidates, int]]:
        """Pieces as plain numbers, each with the candidates that have it."""
        by_value: dict[int, Candidates] = {}
        for candidates, total, constant in pieces:
            domains = [self.universe.ranges[axis] for axis, _ in total]
            count = 1
            for domain in domains:
                count *= len(domain)
            # Not known at these candidates: a smaller region, and never a wrong one.
            if count > MOST_VALUES:
                continue
            for values in product(*domains):
                candidates_of_value, value = candidates, constant
                for (axis, factor), at in zip(total, values, strict=True):
                    candidates_of_value &= self.universe.value(axis, at)
                    value += factor * at
                if candidates_of_value:
                    by_value[value] = by_value.get(value, 0) | candidates_of_value
        return [(candidates, value) for value, candidates in by_value.items()]


def _added(left: Sum, right: Sum, sign: int) -> Sum:
    """The sum of two sums, or their difference."""
    if not right:
        return left
    if not left and sign == 1:
        return right
    factors = dict(left)
    for axis, factor in right:
        factors[axis] = factors.get(axis, 0) + sign * factor
    return tuple(sorted((axis, factor) for axis, factor in factors.items() if factor))


def _within(pieces: list[Piece], candidates: Candidates) -> list[Piece]:
    return [
        (candidates_of & candidates, total, constant)
        for candidates_of, total, constant in pieces
        if candidates_of & candidates
    ]


def _together(pieces: list[Piece]) -> list[Piece]:
    """Pieces that say the same as one."""
    if len(pieces) < 2:
        return pieces
    by_sum: dict[tuple[Sum, int], Candidates] = {}
    for candidates, total, constant in pieces:
        by_sum[total, constant] = by_sum.get((total, constant), 0) | candidates
    return [(candidates, total, constant) for (total, constant), candidates in by_sum.items()]
