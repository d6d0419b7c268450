"""From one run of one candidate to all candidates at which the same choices do the same.

With everything but the axes as a model has it, a formula is one over the axes alone: the set of candidates where it is true is
found exactly, set by set instead of candidate by candidate. What was not followed is never guessed: where it decides, the
candidate is in no set.

Values that a run looks at are unknowns of the formula, which does not say when two of them share bits. So only candidates count
where they lie apart, or one on the other with one value. What is preserved by value breaks only if the bits differ by value.
That is sure where one side is *arbitrary*: some store's bit that neither the run nor the other side hangs on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, product

from cbprove.frozen import frozen
from cbprove.obligations.members import Held
from cbprove.obligations.sources import UNSURE, Found, within
from cbprove.reaching.universe import MOST_VALUES, Candidates, Sum, Universe
from cbprove.terms import Bool, Int, Term, subterms

Model = Mapping[str, "int | bool"]
Piece = tuple[Candidates, Sum, int]  # at these candidates, a sum of axes times factors, and a constant
Truth = tuple[Candidates, Candidates]  # where a formula is surely true, and where it is surely false


@frozen
class Differs:
    """Two stores that a bit comes from, one of them arbitrary: `found` ends with the arbitrary one, and `value` is what the other
    stored (None: another arbitrary bit, or zero)."""

    found: tuple[Found, ...]
    value: Int | None = None


@frozen
class Unequal:
    """Two stores of known values (or zeros) that a bit comes from now and came from then; each list ends with its store."""

    now: tuple[Found, ...]
    then: tuple[Found, ...]


def alike(
    universe: Universe,
    formula: Bool,
    model: Model,
    held: Sequence[Held] = (),
    differs: Differs | Unequal | None = None,
    little_endian: bool = True,
) -> Candidates:
    """The candidates where a formula is true with the choices and values of a model.

    `held` says which bits of stores unknowns of the formula stand for. With `differs`, what differs by value in the model does so
    there.
    """
    evaluation = Evaluation(universe, model, held)
    found = evaluation.truth(formula)[0]
    if isinstance(differs, Differs) and found:
        found &= evaluation.differ(differs)
    if isinstance(differs, Unequal) and found:
        found &= evaluation.unequal(differs, little_endian)
    return found & evaluation.apart()


def where(universe: Universe, condition: Bool) -> Candidates:
    """The candidates where a condition over the axes is true."""
    return Evaluation(universe, {}).truth(condition)[0]


class Evaluation:
    """Terms under a model, as functions of the axes."""

    def __init__(self, universe: Universe, model: Model, held: Sequence[Held] = ()) -> None:
        self.universe, self.model = universe, model
        self._held = {one.unknown.args[0]: one for one in held}
        self._looked: dict[str, Held] = {}
        self._truths: dict[Term, Truth] = {}
        self._numbers: dict[Term, list[Piece]] = {}

    # --- truth values -----------------------------------------------------------------------------------

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
                yes, no = self._or(term.args)
                return yes, no
            case "not":
                yes, no = self.truth(term.args[0])
                return no, yes
            case "named":
                return self.truth(term.args[1])
            case "choice":
                return self._choice(term.args[0])
            case "<=" | "<" | "=":
                return self._compared(term.operator, self.number(term.args[0]), self.number(term.args[1]))
        raise AssertionError(term.operator)

    def _and(self, terms: Iterable[Bool]) -> Truth:
        yes, no = self.universe.all, 0
        for term in terms:
            own, other = self.truth(term)
            yes, no = yes & own, no | other
            if no == self.universe.all:
                break
        return yes, no

    def _or(self, terms: Iterable[Bool]) -> Truth:
        yes, no = 0, self.universe.all
        for term in terms:
            own, other = self.truth(term)
            yes, no = yes | own, no & other
            if yes == self.universe.all:
                break
        return yes, no

    def _choice(self, name: str) -> Truth:
        """A choice of the model. That earlier turns left something is a guess; that they left nothing is none: there may have
        been none."""
        chosen = bool(self.model.get(name, False))
        if name.startswith(UNSURE) and chosen:
            return 0, 0
        return (self.universe.all, 0) if chosen else (0, self.universe.all)

    def _compared(self, operator: str, left: list[Piece], right: list[Piece]) -> Truth:
        yes = no = 0
        for (one, a, b), (other, c, d) in product(left, right):
            both = one & other
            if not both:
                continue
            rest = _added(c, a, -1)
            if operator == "=":
                holds = self.universe.at_least(rest, d - b) & self.universe.at_least(_added((), rest, -1), b - d)
            else:
                holds = self.universe.at_least(rest, d - b - (operator == "<"))
            yes |= both & holds
            no |= both & ~holds
        return yes, no

    # --- numbers ------------------------------------------------------------------------------------------

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
                yes, no = self.truth(term.args[0])
                then = self.number(term.args[1]) if yes else []
                otherwise = self.number(term.args[2]) if no else []
                return _together([*_within(then, yes), *_within(otherwise, no)])
            case "+":
                return self._joined(term, lambda a, b: (_added(a[0], b[0], 1), a[1] + b[1]))
            case "-":
                return self._joined(term, lambda a, b: (_added(a[0], b[0], -1), a[1] - b[1]))
            case "*":
                return self._times(self.number(term.args[0]), self.number(term.args[1]))
            case "div":
                return self._plain(term, lambda a, b: a // b)
            case "mod":
                return self._plain(term, lambda a, b: a % b)
        raise AssertionError(term.operator)

    def _unknown(self, name: str) -> list[Piece]:
        if name in self.universe.ranges:
            return [(self.universe.all, ((name, 1),), 0)]
        if name.startswith(UNSURE):
            return []
        if name in self._held:
            self._looked[name] = self._held[name]
        return [(self.universe.all, (), int(self.model.get(name, 0)))]

    def _joined(self, term: Term, join: Callable[[tuple[Sum, int], tuple[Sum, int]], tuple[Sum, int]]) -> list[Piece]:
        left, right = self.number(term.args[0]), self.number(term.args[1])
        if len(left) == len(right) == 1 and left[0][0] == right[0][0] == self.universe.all:
            return [(self.universe.all, *join(left[0][1:], right[0][1:]))]
        pieces = [(a[0] & b[0], *join(a[1:], b[1:])) for a, b in product(left, right) if a[0] & b[0]]
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
            scaled = tuple((axis, own * factor) for axis, own in total) if factor else ()
            pieces.append((a[0] & b[0], scaled, constant * factor))
        return _together(pieces)

    def _plain(self, term: Term, apply: Callable[[int, int], int]) -> list[Piece]:
        return self._valued(self.number(term.args[0]), self.number(term.args[1]), apply)

    def _valued(self, left: list[Piece], right: list[Piece], apply: Callable[[int, int], int]) -> list[Piece]:
        """An operation that is not linear, value by value; unknown where there are too many values."""
        values: dict[int, Candidates] = {}
        for (one, a), (other, b) in product(self._values(left), self._values(right)):
            if one & other:
                result = apply(a, b)
                values[result] = values.get(result, 0) | (one & other)
        return [(candidates, (), value) for value, candidates in values.items()]

    def _values(self, pieces: list[Piece]) -> list[tuple[Candidates, int]]:
        """Pieces as plain numbers, each with the candidates that have it."""
        found: dict[int, Candidates] = {}
        for candidates, total, constant in pieces:
            domains = [self.universe.ranges[axis] for axis, _ in total]
            count = 1
            for domain in domains:
                count *= len(domain)
            if count > MOST_VALUES:
                continue
            for chosen in product(*domains):
                own, value = candidates, constant
                for (axis, factor), at in zip(total, chosen, strict=True):
                    own &= self.universe.value(axis, at)
                    value += factor * at
                if own:
                    found[value] = found.get(value, 0) | own
        return [(candidates, value) for value, candidates in found.items()]

    # --- values looked at ---------------------------------------------------------------------------------

    def differ(self, differs: Differs) -> Candidates:
        """Where the bit that is found last is arbitrary as it is in the model: nothing that the run or the other side hangs on
        looks at it."""
        found = differs.found[-1]
        where = self._first(differs.found) & self.truth(within(found.position, found.store.zero))[1]
        for term in subterms(differs.value) if differs.value is not None else ():
            if term.operator in ("var", "choice") and term.args[0].startswith(UNSURE):
                return 0
            if term.operator == "var" and term.args[0] in self._held:
                self._looked[term.args[0]] = self._held[term.args[0]]
        for held in self._looked.values():
            if held.store == found.store.number:
                where &= self._disjoint(found.position, 1, held.position, held.width)
        return where

    def unequal(self, unequal: Unequal, little_endian: bool) -> Candidates:
        """Where the bit that is found last on one side is another than on the other side."""
        now, then = (self._bit(found[-1], little_endian) for found in (unequal.now, unequal.then))
        where = 0
        for (one, bit), (other, before) in product(now, then):
            where |= one & other if bit != before else 0
        return where & self._first(unequal.now) & self._first(unequal.then)

    def _bit(self, found: Found, little_endian: bool) -> list[tuple[Candidates, int]]:
        """The value of a bit of a store of a known value."""
        store = found.store
        if store.value is None or not isinstance(store.width, int):
            return [(self.universe.all, 0)] if store.kind == "blank" else []
        bits = []
        values, positions = self._values(self.number(store.value.term)), self._values(self.number(found.position))
        for (one, value), (other, position) in product(values, positions):
            weight = position if little_endian else store.width - 1 - position
            if one & other and 0 <= weight < store.width:
                bits.append((one & other, value >> weight & 1))
        return bits

    def _first(self, found: Sequence[Found]) -> Candidates:
        """Where the last one found is the first that hits."""
        *later, last = found
        where = self.truth(last.hit)[0]
        for one in later:
            where &= self.truth(one.hit)[1]
        return where

    def apart(self) -> Candidates:
        """Where the values looked at share no bits, or the same ones, wherever two of them are of one store.

        The bits of values that are read in two widths are not compared.
        """
        where = self.universe.all
        done: set[str] = set()
        while len(done) < len(self._looked):  # positions hang on values that are looked at in their turn
            done = set(self._looked)
            for one, other in combinations([self._looked[name] for name in done], 2):
                if one.store == other.store:
                    where &= self._consistent(one, other)
        return where

    def _consistent(self, one: Held, other: Held) -> Candidates:
        where = self._disjoint(one.position, one.width, other.position, other.width)
        if one.width == other.width and self._value(one) == self._value(other):
            where |= self._compared("=", self.number(one.position), self.number(other.position))[0]
        return where

    def _value(self, held: Held) -> int:
        return int(self.model.get(held.unknown.args[0], 0))

    def _disjoint(self, one: Int, width: int, other: Int, size: int) -> Candidates:
        """Where two stretches of a store share no bit."""
        left, right = self.number(one), self.number(other)
        ends = [
            [(own, total, constant + by) for own, total, constant in side]
            for side, by in ((left, width), (right, size))
        ]
        return self._compared("<=", ends[0], right)[0] | self._compared("<=", ends[1], left)[0]


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
    return [(own & candidates, total, constant) for own, total, constant in pieces if own & candidates]


def _together(pieces: list[Piece]) -> list[Piece]:
    """Pieces that say the same as one."""
    if len(pieces) < 2:
        return pieces
    found: dict[tuple[Sum, int], Candidates] = {}
    for candidates, total, constant in pieces:
        found[total, constant] = found.get((total, constant), 0) | candidates
    return [(candidates, total, constant) for (total, constant), candidates in found.items()]
