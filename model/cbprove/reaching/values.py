"""Which values an expression may have, as an interval: enough to see that most of what is stored
fits.

Of members nothing is known but their types. What is assumed of an expression counts where it is
written a few statements on, with nothing in between that could change it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from itertools import product

from cbprove.folds import members
from cbprove.properties.events import ReadsBack
from cbprove.reaching.universe import Candidates, Universe
from cbprove.system.expressions import (
    Binary,
    Conditional,
    Constant,
    Convert,
    Expr,
    InputValue,
    IntType,
    MemberValue,
    Place,
    Unary,
)
from cbprove.system.program import Input
from cbprove.system.statements import Assume, Read, Statement, When, Write

Interval = tuple[int, int]  # both included

_CORNERS: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_TRUTHS = frozenset(("<", "<=", ">", ">=", "==", "!=", "&&", "||"))
# `x < n` says `x <= n - 1`: what to add to n, and whether it is an upper bound.
_BOUNDS = {"<": (-1, True), "<=": (0, True), ">": (1, False), ">=": (0, False)}


class Assumed:
    """What was assumed on the way to a statement, and at which candidates."""

    def __init__(self, inputs: Mapping[str, Input], universe: Universe) -> None:
        self._inputs, self._universe = inputs, universe
        self._bounds: dict[Expr, list[tuple[Interval, Candidates]]] = {}

    def forget(self, statement: Statement | None = None) -> None:
        """Drop what may not be so behind a statement; without one, everything: another object may
        be the current one, or an input be drawn afresh."""
        if not self._bounds:
            return
        match statement:
            case Assume() | Read() | When():
                pass  # which statements a candidate has changes nothing
            case Write():
                self._bounds = {
                    expr: bounds
                    for expr, bounds in self._bounds.items()
                    if next(members(expr), None) is None
                }
            case _:
                self._bounds = {}

    def assume(self, condition: Expr, candidates: Candidates) -> None:
        """Keep what a condition says of an expression against a number."""
        match condition:
            case Binary("&&", left, right):
                self.assume(left, candidates)
                self.assume(right, candidates)
            case Binary(("<" | "<=" | ">" | ">=") as sign, left, right):
                low, high = self.interval(left, candidates)
                least, most = self.interval(right, candidates)
                added, is_upper = _BOUNDS[sign]
                bound = (
                    (low, min(high, most + added)) if is_upper else (max(low, least + added), high)
                )
                bare = self._bare(left, candidates)
                self._bounds.setdefault(bare, []).append((bound, candidates))
            case _:
                pass

    def may_be_cut_off(self, claim: ReadsBack, candidates: Candidates) -> Candidates:
        """The candidates at which a place may not hold a value."""
        cut_off = 0
        for among in self._told_apart(candidates):
            if not _holds(claim.place, self.interval(claim.value, among)):
                cut_off |= among
        return cut_off

    def _told_apart(self, candidates: Candidates) -> list[Candidates]:
        """Candidates by what is assumed at them."""
        parts = [candidates]
        for assumed_at in {at for bounds in self._bounds.values() for _, at in bounds}:
            halves = ((part & assumed_at, part ^ (part & assumed_at)) for part in parts)
            parts = [half for pair in halves for half in pair if half]
        return parts

    def _bare(self, expr: Expr, candidates: Candidates) -> Expr:
        """What an expression converts, where no value of it is another one then."""
        while isinstance(expr, Convert) and self.interval(
            expr.operand, candidates
        ) == self.interval(expr, candidates):
            expr = expr.operand
        return expr

    def interval(self, expr: Expr, candidates: Candidates) -> Interval:
        """An interval that has every value of an expression at some candidates. Raises TooMany."""
        low, high = self._unassumed(expr, candidates)
        for (least, most), assumed_at in self._bounds.get(expr, ()):
            if candidates & assumed_at == candidates:
                low, high = max(low, least), min(high, most)
        return low, high

    def _unassumed(self, expr: Expr, candidates: Candidates) -> Interval:
        """The same by the parts of the expression alone."""
        match expr:
            case Constant(value):
                values = self._universe.values(value)
                return min(values), max(values)
            case InputValue(name):
                return self._inputs[name].low, self._inputs[name].high
            case MemberValue(place, type):
                # Of a bool any bits may be read (decision 29).
                return _range(place.width, type.signed and not type.boolean)
            case Convert(operand, type):
                return _converted(self.interval(operand, candidates), type)
            case Conditional(_, then, otherwise):
                sides = self.interval(then, candidates), self.interval(otherwise, candidates)
                return min(low for low, _ in sides), max(high for _, high in sides)
            case Unary(sign, operand, type):
                return _unary(sign, self.interval(operand, candidates), type)
            case Binary(sign, left, right, type):
                sides = self.interval(left, candidates), self.interval(right, candidates)
                return _binary(sign, *sides, type)


def _binary(sign: str, left: Interval, right: Interval, type: IntType) -> Interval:
    if sign in _TRUTHS:
        return 0, 1
    if sign not in _CORNERS:
        return _range(type.bits, type.signed)
    # Each of the three is greatest and least at ends of both sides.
    ends = [_CORNERS[sign](one, other) for one, other in product(left, right)]
    return _converted((min(ends), max(ends)), type)


def _unary(sign: str, operand: Interval, type: IntType) -> Interval:
    low, high = operand
    match sign:
        case "-":
            return _converted((-high, -low), type)
        case "~":
            return _converted((~high, ~low), type)
        case _:
            return 0, 1


def _range(bits: int, signed: bool) -> Interval:
    """All values of a type of so many bits."""
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


def _converted(interval: Interval, type: IntType) -> Interval:
    """The values that some have once C has converted them: the same where the type holds all, any
    of its values where some may wrap."""
    if type.boolean:
        return 0, 1
    low, high = _range(type.bits, type.signed)
    return interval if low <= interval[0] and interval[1] <= high else (low, high)


def _holds(place: Place, interval: Interval) -> bool:
    """Whether a place's type holds each value of an interval unchanged."""
    assert place.type is not None
    low, high = (0, 1) if place.type.boolean else _range(place.type.bits, place.type.signed)
    return low <= interval[0] and interval[1] <= high
