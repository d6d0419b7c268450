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
from cbprove.logic.terms import Bool, Int, Term
from cbprove.obligations.members import Held
from cbprove.obligations.sources import BIT, UNSURE, Found, within
from cbprove.reaching.universe import MOST_VALUES, Candidates, Sum, Universe
from cbprove.reaching.universe import universe as made

Model = Mapping[str, "int | bool"]
Piece = tuple[Candidates, Sum, int]  # at these candidates, a sum of axes times factors, and a constant
_ARBITRARY = ("fresh", "debris")
_BYTE = "byte of the place"  # the axis of the bits that are asked about, eight by eight
_MOST = 1 << 23  # candidates times bits that are told apart at once
Truth = tuple[Candidates, Candidates]  # where a formula is surely true, and where it is surely false


@frozen
class Sides:
    """Where a bit that should be unchanged may come from, now and then, latest stores first."""

    now: tuple[Found, ...]
    then: tuple[Found, ...]


@frozen
class Bits:
    """The bits of a place at which a formula about one bit is asked: every eighth of `width`, the one in the model with them."""

    width: int
    sides: Sides | None = None


def alike(
    universe: Universe,
    formula: Bool,
    model: Model,
    held: Sequence[Held] = (),
    bits: Bits | None = None,
    little_endian: bool = True,
) -> Candidates:
    """The candidates where a formula is true, of some bit, with the choices and values of a model.

    `held` says which bits of stores unknowns of the formula stand for. With `sides`, a bit counts where the two differ by value.
    """
    evaluation = Evaluation(universe, model, held)
    if bits is not None:
        evaluation = _of_each_bit(universe, model, held, bits.width)
    found = evaluation.truth(formula)[0]
    if bits is not None and bits.sides is not None and found:
        found &= evaluation.unequal(bits.sides, little_endian)
    # Last, since it speaks of the values that the evaluation has looked at by now.
    return _projected(found & evaluation.apart(), universe)


def _of_each_bit(universe: Universe, model: Model, held: Sequence[Held], width: int) -> Evaluation:
    """An evaluation in which the bit is an axis as well, unless there were too many candidates with it."""
    first = int(model.get(BIT.args[0], 0)) % 8
    count = len(range(first, width, 8))
    if count < 2 or count * universe.size > _MOST:
        return Evaluation(universe, model, held)
    wider = made(((_BYTE, range(count)), *universe.free))
    return Evaluation(wider, model, held, bit=((_BYTE, 8), first))


def _projected(found: Candidates, universe: Universe) -> Candidates:
    """The candidates that have some bit."""
    candidates = 0
    while found:
        # The axis of the bits counts slowest, so that each bit has all candidates side by side.
        candidates |= found & universe.all
        found >>= universe.size
    return candidates


def where(universe: Universe, condition: Bool) -> Candidates:
    """The candidates where a condition over the axes is true."""
    return Evaluation(universe, {}).truth(condition)[0]


class Evaluation:
    """Terms under a model, as functions of the axes."""

    def __init__(
        self,
        universe: Universe,
        model: Model,
        held: Sequence[Held] = (),
        bit: tuple[tuple[str, int], int] | None = None,
    ) -> None:
        self.universe, self.model, self.bit = universe, model, bit
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
                return self._or(term.args)
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
            # On a piece both sides are sums of axes: the comparison is decided at each candidate.
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
                return self._branches(term)
            case "+":
                return self._joined(term, lambda a, b: (_added(a[0], b[0], 1), a[1] + b[1]))
            case "-":
                return self._joined(term, lambda a, b: (_added(a[0], b[0], -1), a[1] - b[1]))
            case "*":
                return self._times(self.number(term.args[0]), self.number(term.args[1]))
            case "div":
                return self._valued(self.number(term.args[0]), self.number(term.args[1]), lambda a, b: a // b)
            case "mod":
                return self._valued(self.number(term.args[0]), self.number(term.args[1]), lambda a, b: a % b)
            case "&":
                mask = (1 << term.args[0]) - 1
                return self._valued(self.number(term.args[1]), self.number(term.args[2]), lambda a, b: a & b & mask)
        raise AssertionError(term.operator)

    def _branches(self, term: Int) -> list[Piece]:
        """A chain of branches, each where the ones before are surely not taken; what is inside of a chain is not kept."""
        pieces: list[Piece] = []
        left = self.universe.all
        while left and isinstance(term, Term) and term.operator == "ite":
            yes, no = self.truth(term.args[0])
            if yes & left:
                pieces += _within(self.number(term.args[1]), yes & left)
            # Where a condition is neither surely true nor surely false no branch is followed, and the number is not known.
            left &= no
            term = term.args[2]
        return _together([*pieces, *_within(self.number(term), left)] if left else pieces)

    def _unknown(self, name: str) -> list[Piece]:
        if name == BIT.args[0] and self.bit is not None:
            axis, first = self.bit
            return [(self.universe.all, (axis,), first)]
        if name in self.universe.ranges:
            return [(self.universe.all, ((name, 1),), 0)]
        # What earlier turns left may be any number. Without a piece, what hangs on it is neither surely true nor surely false.
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
            # Not known at these candidates: a smaller region, and never a wrong one.
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

    def unequal(self, sides: Sides, little_endian: bool) -> Candidates:
        """Where a bit surely is another than it was: one side is arbitrary, or both are known and differ."""
        now, then = self._origins(sides.now), self._origins(sides.then)
        known = [
            [(own & at, bit) for own, found in side for at, bit in self._bit(found, little_endian)]
            for _, side in (now, then)
        ]
        free = [self._arbitrary(side) for side, _ in (now, then)]
        sure = [free[i] | _all(own for own, _ in known[i]) for i in (0, 1)]
        where = (free[0] & sure[1]) | (free[1] & sure[0])
        for (one, bit), (other, before) in product(*known):
            where |= one & other if bit != before else 0
        return where

    def _origins(self, found: Sequence[Found]) -> tuple[list[tuple[Candidates, Found]], list[tuple[Candidates, Found]]]:
        """Which stores a bit comes from, those that may have stored anything and those of known values, and where it does."""
        arbitrary, known = [], []
        left = self.universe.all
        for one in found:
            hit, missed = self.truth(one.hit)
            here = left & hit
            if here and one.store.kind in _ARBITRARY:
                zero = self.truth(within(one.position, one.store.zero))
                arbitrary.append((here & zero[1], one))
                known.append((here & zero[0], one))
            elif here and (one.store.kind == "blank" or one.store.value is not None):
                known.append((here, one))
            # Behind a store that may hit and may miss nothing is known: only where it surely misses is the next one asked.
            left &= missed
            if not left:
                break
        return arbitrary, known

    def _arbitrary(self, origins: list[tuple[Candidates, Found]]) -> Candidates:
        """Where nothing that the run or the other side hangs on looks at an arbitrary bit."""
        where = 0
        for own, found in origins:
            for held in self._looked.values():
                if held.store == found.store.number:
                    own &= self._disjoint(found.position, 1, held.position, held.width)
            where |= own
        return where

    def _bit(self, found: Found, little_endian: bool) -> list[tuple[Candidates, int]]:
        """The value of a bit of a store, where it is known; what is not a number is zero there."""
        store = found.store
        if store.kind != "value" or store.value is None:
            return [(self.universe.all, 0)]
        if not isinstance(store.width, int):
            return []
        positions, width = self.number(found.position), store.width
        inside = (
            self._compared("<=", self._plain(0), positions)[0] & self._compared("<", positions, self._plain(width))[0]
        )
        ones = told = 0
        for own, value in self._values(self.number(store.value.term)):
            told |= own
            for weight in (i for i in range(width) if value >> i & 1):
                position = weight if little_endian else width - 1 - weight
                ones |= own & self._compared("=", positions, self._plain(position))[0]
        return [(inside & told & ones, 1), (inside & told & ~ones, 0)]

    def _plain(self, number: int) -> list[Piece]:
        return [(self.universe.all, (), number)]

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


def _all(sets: Iterable[Candidates]) -> Candidates:
    everyone = 0
    for own in sets:
        everyone |= own
    return everyone


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
