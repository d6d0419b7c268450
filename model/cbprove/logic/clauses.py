"""Formulas as clauses: every integer in two's complement, as many bits as its range asks for, gate
by gate.

A literal is a number as DIMACS has it; variable 1 is true. Clauses define each gate both ways, so
that they can be met exactly where the formula is true for some values in the ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cbprove.frozen import frozen
from cbprove.logic.terms import Bool, Int, Term, subterms

Lit = int
Bits = tuple[Lit, ...]  # least significant first; the last is the sign
Interval = tuple[int, int]

TRUE: Lit = 1
FALSE: Lit = -1


class Unbounded(Exception):
    """An unknown has no range, so that no number of bits holds it."""


@frozen
class Cnf:
    """Clauses, how many variables they have, and the bits of each unknown by its name."""

    variables: int
    clauses: tuple[tuple[Lit, ...], ...]
    unknowns: Mapping[str, Bits]

    def dimacs(self) -> str:
        """The clauses as solvers read them."""
        lines = [
            f"p cnf {self.variables} {len(self.clauses)}",
            *(" ".join(map(str, (*c, 0))) for c in self.clauses),
        ]
        return "\n".join(lines) + "\n"


def cnf(formula: Bool, ranges: Mapping[str, Interval]) -> Cnf:
    """The clauses that can be met exactly if the formula can; raises Unbounded."""
    blaster = _Blaster(ranges)
    for term in subterms(formula):
        blaster.define(term)
    blaster.clauses.append((blaster.truth(formula),))
    return Cnf(blaster.variables, tuple(blaster.clauses), dict(blaster.unknowns))


class _Blaster:
    def __init__(self, ranges: Mapping[str, Interval]) -> None:
        self.ranges = ranges
        self.variables = 1
        self.clauses: list[tuple[Lit, ...]] = [(TRUE,)]
        self.unknowns: dict[str, Bits] = {}
        self._lits: dict[Term, Lit] = {}
        self._ints: dict[Term, tuple[Bits, Interval]] = {}
        self._gates: dict[tuple[object, ...], Lit] = {}
        self._quotients: dict[tuple[Bits, int], tuple[Bits, Bits]] = {}

    def define(self, term: Term) -> None:
        """A term whose arguments are defined already."""
        if term.boolean:
            self._lits[term] = self._truth(term)
        else:
            bits, interval = self._number(term)
            self._ints[term] = fitted(bits, _size(interval)), interval

    def truth(self, term: Bool) -> Lit:
        return (TRUE if term else FALSE) if isinstance(term, bool) else self._lits[term]

    def number(self, term: Int) -> tuple[Bits, Interval]:
        if isinstance(term, Term):
            return self._ints[term]
        return constant(term, _size((term, term))), (term, term)

    def _fresh(self) -> Lit:
        self.variables += 1
        return self.variables

    # --- truth values -----------------------------------------------------------------------------

    def _truth(self, term: Term) -> Lit:
        args: tuple[Any, ...] = term.args
        match term.operator:
            case "choice":
                self.unknowns[args[0]] = (lit := self._fresh(),)
                return lit
            case "named":
                return self.truth(args[1])
            case "not":
                return -self.truth(args[0])
            case "and":
                return self.all_of([self.truth(arg) for arg in args])
            case "or":
                return -self.all_of([-self.truth(arg) for arg in args])
        (a, _), (b, _) = self.number(args[0]), self.number(args[1])
        # One bit more than both have, so that a difference cannot overflow and its sign says which
        # is less.
        size = max(len(a), len(b)) + 1
        a, b = fitted(a, size), fitted(b, size)
        match term.operator:
            case "=":
                return self.all_of([-self.xor(x, y) for x, y in zip(a, b, strict=True)])
            case "<":
                return self.sum(a, negated(b), TRUE)[-1]
            case "<=":
                return -self.sum(b, negated(a), TRUE)[-1]
        raise AssertionError(term.operator)

    def all_of(self, lits: list[Lit]) -> Lit:
        """Whether all of some literals are true."""
        literals = tuple(sorted({lit for lit in lits if lit != TRUE}))
        if FALSE in literals or any(-lit in literals for lit in literals):
            return FALSE
        if len(literals) < 2:
            return literals[0] if literals else TRUE
        if ("and", literals) not in self._gates:
            out = self._gates["and", literals] = self._fresh()
            self.clauses += [(-out, lit) for lit in literals]
            self.clauses.append((out, *(-lit for lit in literals)))
        return self._gates["and", literals]

    def xor(self, a: Lit, b: Lit) -> Lit:
        """Whether two literals differ."""
        if abs(a) == TRUE or abs(b) == TRUE or abs(a) == abs(b):
            constant_case = {TRUE: -b, FALSE: b}.get(a, {TRUE: -a, FALSE: a}.get(b))
            return constant_case if constant_case is not None else (FALSE if a == b else TRUE)
        sign = 1 if (a > 0) == (b > 0) else -1
        a, b = sorted((abs(a), abs(b)))
        if ("xor", a, b) not in self._gates:
            out = self._gates["xor", a, b] = self._fresh()
            self.clauses += [(-out, a, b), (-out, -a, -b), (out, -a, b), (out, a, -b)]
        return sign * self._gates["xor", a, b]

    def either(self, condition: Lit, if_true: Lit, otherwise: Lit) -> Lit:
        """One of two literals, by a third."""
        return -self.all_of(
            [-self.all_of([condition, if_true]), -self.all_of([-condition, otherwise])]
        )

    def most(self, a: Lit, b: Lit, c: Lit) -> Lit:
        """Whether two of three are true."""
        pairs = [self.all_of([a, b]), self.all_of([a, c]), self.all_of([b, c])]
        return -self.all_of([-pair for pair in pairs])

    # --- numbers ----------------------------------------------------------------------------------

    def _number(self, term: Term) -> tuple[Bits, Interval]:
        args: tuple[Any, ...] = term.args
        match term.operator:
            case "var":
                return self._unknown(args[0])
            case "named":
                return self.number(args[1])
            case "ite":
                return self._choose(self.truth(args[0]), self.number(args[1]), self.number(args[2]))
            case "&":
                return self._common(args[0], self.number(args[1])[0], self.number(args[2])[0])
        a, (low, high) = self.number(args[0])
        b, (first, last) = self.number(args[1])
        match term.operator:
            case "+":
                interval = low + first, high + last
                return self.sum(
                    fitted(a, _size(interval)), fitted(b, _size(interval)), FALSE
                ), interval
            case "-":
                interval = low - last, high - first
                return self.sum(
                    fitted(a, _size(interval)), negated(fitted(b, _size(interval))), TRUE
                ), interval
            case "*":
                corners = [x * y for x in (low, high) for y in (first, last)]
                interval = min(corners), max(corners)
                return self._product(a, b, _size(interval)), interval
            case "div":
                return self._divided(a, (low, high), first)[0], (low // first, high // first)
            case "mod":
                return self._divided(a, (low, high), first)[1], (0, first - 1)
        raise AssertionError(term.operator)

    def _unknown(self, name: str) -> tuple[Bits, Interval]:
        if name not in self.ranges:
            raise Unbounded(f"nothing bounds {name}")
        interval = self.ranges[name]
        bits = tuple(self._fresh() for _ in range(_size(interval)))
        self.unknowns[name] = bits
        self._within(bits, interval)
        return bits, interval

    def _within(self, bits: Bits, interval: Interval) -> None:
        """Assert that a number lies between two others, both included."""
        size = max(len(bits), _size(interval)) + 1
        low, high, wide = (
            constant(interval[0], size),
            constant(interval[1], size),
            fitted(bits, size),
        )
        self.clauses.append((-self.sum(wide, negated(low), TRUE)[-1],))
        self.clauses.append((-self.sum(high, negated(wide), TRUE)[-1],))

    def _choose(
        self, condition: Lit, if_true: tuple[Bits, Interval], other: tuple[Bits, Interval]
    ) -> tuple[Bits, Interval]:
        interval = min(if_true[1][0], other[1][0]), max(if_true[1][1], other[1][1])
        pairs = zip(
            fitted(if_true[0], _size(interval)), fitted(other[0], _size(interval)), strict=True
        )
        return tuple(self.either(condition, x, y) for x, y in pairs), interval

    def _common(self, width: int, a: Bits, b: Bits) -> tuple[Bits, Interval]:
        pairs = zip(fitted(a, width), fitted(b, width), strict=True)
        return (*(self.all_of([x, y]) for x, y in pairs), FALSE), (0, (1 << width) - 1)

    def sum(self, a: Bits, b: Bits, carry: Lit) -> Bits:
        """The sum of two numbers of one size and a carry, modulo that size."""
        out: list[Lit] = []
        # A ripple of full adders: the shortest proofs are not the aim, but gates that are easily
        # seen to be right, since these are trusted.
        for x, y in zip(a, b, strict=True):
            half = self.xor(x, y)
            out.append(self.xor(half, carry))
            carry = self.most(x, y, carry)
        return tuple(out)

    def _product(self, a: Bits, b: Bits, size: int) -> Bits:
        """The product modulo a size that holds it: a sum of shifted numbers."""
        if sum(abs(lit) != TRUE for lit in a) < sum(abs(lit) != TRUE for lit in b):
            a, b = b, a
        a, b = fitted(a, size), fitted(b, size)
        result = (FALSE,) * size
        for shift, digit in enumerate(b):
            row = (*([FALSE] * shift), *(self.all_of([digit, lit]) for lit in a[: size - shift]))
            result = self.sum(result, row, FALSE)
        return result

    def _divided(self, a: Bits, interval: Interval, divisor: int) -> tuple[Bits, Bits]:
        """The quotient, rounded down, and the remainder: the one pair for which a = divisor *
        quotient + remainder."""
        if divisor & (divisor - 1) == 0:
            shift = divisor.bit_length() - 1
            wide = fitted(a, max(len(a), shift + 1))
            return wide[shift:], (*wide[:shift], FALSE)
        quotients, rests = (interval[0] // divisor, interval[1] // divisor), (0, divisor - 1)
        # By multiplying back: quotient and rest are unknowns, and the clauses let just one pair of
        # them be. `div` and `mod` of one number share the pair.
        if (a, divisor) not in self._quotients:
            quotient = tuple(self._fresh() for _ in range(_size(quotients)))
            rest = tuple(self._fresh() for _ in range(_size(rests)))
            self._quotients[a, divisor] = quotient, rest
            self._within(quotient, quotients)
            self._within(rest, rests)
            size = _size((quotients[0] * divisor, (quotients[1] + 1) * divisor)) + 1
            product = self._product(quotient, constant(divisor, _size((divisor, divisor))), size)
            back = self.sum(product, fitted(rest, size), FALSE)
            self.clauses += [(-self.xor(x, y),) for x, y in zip(back, fitted(a, size), strict=True)]
        return self._quotients[a, divisor]


def _size(interval: Interval) -> int:
    """The bits that hold every number of an interval, sign included."""
    return 1 + max((~number if number < 0 else number).bit_length() for number in interval)


def constant(number: int, size: int) -> Bits:
    return tuple(TRUE if number >> i & 1 else FALSE for i in range(size))


def fitted(bits: Bits, size: int) -> Bits:
    """The same number in so many bits, which hold it."""
    return bits[:size] if size <= len(bits) else bits + bits[-1:] * (size - len(bits))


def negated(bits: Bits) -> Bits:
    """Every bit the other way: the number's negative less one."""
    return tuple(-bit for bit in bits)
