"""From one run of one candidate to all candidates at which the same choices do the same.

With everything but the axes as a model has it, a formula is one over the axes alone: the set of
candidates where it is true is found exactly, set by set instead of candidate by candidate. What was
not followed is never guessed: where it decides, the candidate is in no set.

Values that a run looks at are unknowns of the formula, which does not say when two of them share
bits. So only candidates count where they lie apart, or one on the other with one value. What is
preserved by value breaks only if the bits differ by value. That is sure where one side is
*arbitrary*: some store's bit that neither the run nor the other side hangs on.
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
# At these candidates, a sum of axes times factors, and a constant
Piece = tuple[Candidates, Sum, int]
_ARBITRARY = ("fresh", "debris")
_BYTE = "byte of the place"  # the axis of the bits that are asked about, eight by eight
_MOST = 1 << 23  # candidates times bits that are told apart at once
# Where a formula is surely true, and where it is surely false
Truth = tuple[Candidates, Candidates]


@frozen
class Sides:
    """Where a bit that should be unchanged may come from, now and then, latest stores first."""

    now: tuple[Found, ...]
    then: tuple[Found, ...]


@frozen
class Bits:
    """The bits of a place at which a formula about one bit is asked: every eighth of `width`,
    the one in the model with them."""

    width: int
    sides: Sides | None = None


def alike(
    universe: Universe,
    formula: Bool,
    model: Model,
    variables: Sequence[Held] = (),
    bits: Bits | None = None,
    little_endian: bool = True,
) -> Candidates:
    """The candidates where a formula is true, of some bit, with the choices and values of a model.

    `variables` says which bits of stores unknowns of the formula stand for. With `sides`, a bit
    counts where the two differ by value.
    """
    evaluation = Evaluation(universe, model, variables)
    if bits is not None:
        evaluation = _of_each_bit(universe, model, variables, bits.width)
    candidates = evaluation.truth(formula)[0]
    if bits is not None and bits.sides is not None and candidates:
        candidates &= evaluation.unequal(bits.sides, little_endian)
    # Last, since it speaks of the values that the evaluation has looked at by now.
    return _projected(candidates & evaluation.apart(), universe)


def _of_each_bit(
    universe: Universe, model: Model, variables: Sequence[Held], width: int
) -> Evaluation:
    """An evaluation in which the bit is an axis as well, unless there were too many candidates
    with it."""
    first = int(model.get(BIT.args[0], 0)) % 8
    count = len(range(first, width, 8))
    if count < 2 or count * universe.size > _MOST:
        return Evaluation(universe, model, variables)
    wider = made(((_BYTE, range(count)), *universe.free))
    return Evaluation(wider, model, variables, bit=((_BYTE, 8), first))


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
        variables: Sequence[Held] = (),
        bit: tuple[tuple[str, int], int] | None = None,
    ) -> None:
        self.universe, self.model, self.bit = universe, model, bit
        self._held = {variable.unknown.args[0]: variable for variable in variables}
        self._looked: dict[str, Held] = {}
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
                return self._compared(
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

    def _compared(self, operator: str, left: list[Piece], right: list[Piece]) -> Truth:
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
            true_at |= common & holds
            false_at |= common & ~holds
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
        if name in self._held:
            self._looked[name] = self._held[name]
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
        for (left_at, a), (other, b) in product(self._values(left), self._values(right)):
            if left_at & other:
                result = apply(a, b)
                values[result] = values.get(result, 0) | (left_at & other)
        return [(candidates, (), value) for value, candidates in values.items()]

    def _values(self, pieces: list[Piece]) -> list[tuple[Candidates, int]]:
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

    # --- values looked at -------------------------------------------------------------------------

    def unequal(self, sides: Sides, little_endian: bool) -> Candidates:
        """Where a bit surely is another than it was: one side is arbitrary, or both are known
        and differ."""
        current, earlier = self._origins(sides.now), self._origins(sides.then)
        determined = [
            [
                (candidates & at, bit)
                for candidates, definition in side
                for at, bit in self._bit(definition, little_endian)
            ]
            for _, side in (current, earlier)
        ]
        free = [self._arbitrary(side) for side, _ in (current, earlier)]
        sure = [free[i] | _all(candidates for candidates, _ in determined[i]) for i in (0, 1)]
        unequal_at = (free[0] & sure[1]) | (free[1] & sure[0])
        for (candidates_now, bit), (other, before) in product(*determined):
            unequal_at |= candidates_now & other if bit != before else 0
        return unequal_at

    def _origins(
        self, definitions: Sequence[Found]
    ) -> tuple[list[tuple[Candidates, Found]], list[tuple[Candidates, Found]]]:
        """Which stores a bit comes from, those that may have stored anything and those of known
        values, and where it does."""
        arbitrary, determined = [], []
        left = self.universe.all
        for definition in definitions:
            hit, missed = self.truth(definition.hit)
            reaching = left & hit
            if reaching and definition.store.kind in _ARBITRARY:
                zero = self.truth(within(definition.position, definition.store.zero))
                arbitrary.append((reaching & zero[1], definition))
                determined.append((reaching & zero[0], definition))
            elif reaching and (
                definition.store.kind == "blank" or definition.store.value is not None
            ):
                determined.append((reaching, definition))
            # Behind a store that may hit and may miss nothing is known: only where it surely misses
            # is the next one asked.
            left &= missed
            if not left:
                break
        return arbitrary, determined

    def _arbitrary(self, origins: list[tuple[Candidates, Found]]) -> Candidates:
        """Where nothing that the run or the other side hangs on looks at an arbitrary bit."""
        arbitrary_at = 0
        for candidates, definition in origins:
            for variable in self._looked.values():
                if variable.store == definition.store.number:
                    candidates &= self._disjoint(
                        definition.position, 1, variable.position, variable.width
                    )
            arbitrary_at |= candidates
        return arbitrary_at

    def _bit(self, definition: Found, little_endian: bool) -> list[tuple[Candidates, int]]:
        """The value of a bit of a store, where it is known; what is not a number is zero there."""
        store = definition.store
        if store.kind != "value" or store.value is None:
            return [(self.universe.all, 0)]
        if not isinstance(store.width, int):
            return []
        positions, width = self.number(definition.position), store.width
        inside = (
            self._compared("<=", self._plain(0), positions)[0]
            & self._compared("<", positions, self._plain(width))[0]
        )
        ones = determined_at = 0
        for candidates, value in self._values(self.number(store.value.term)):
            determined_at |= candidates
            for weight in (i for i in range(width) if value >> i & 1):
                position = weight if little_endian else width - 1 - weight
                ones |= candidates & self._compared("=", positions, self._plain(position))[0]
        return [(inside & determined_at & ones, 1), (inside & determined_at & ~ones, 0)]

    def _plain(self, number: int) -> list[Piece]:
        return [(self.universe.all, (), number)]

    def apart(self) -> Candidates:
        """Where the values looked at share no bits, or the same ones, wherever two of them are of
        one store.

        The bits of values that are read in two widths are not compared.
        """
        consistent_at = self.universe.all
        done: set[str] = set()
        # Positions hang on values that are looked at in their turn
        while len(done) < len(self._looked):
            done = set(self._looked)
            for variable, other in combinations([self._looked[name] for name in done], 2):
                if variable.store == other.store:
                    consistent_at &= self._consistent(variable, other)
        return consistent_at

    def _consistent(self, variable: Held, other: Held) -> Candidates:
        consistent_at = self._disjoint(
            variable.position, variable.width, other.position, other.width
        )
        if variable.width == other.width and self._value(variable) == self._value(other):
            consistent_at |= self._compared(
                "=", self.number(variable.position), self.number(other.position)
            )[0]
        return consistent_at

    def _value(self, variable: Held) -> int:
        return int(self.model.get(variable.unknown.args[0], 0))

    def _disjoint(self, one: Int, width: int, other: Int, size: int) -> Candidates:
        """Where two stretches of a store share no bit."""
        left, right = self.number(one), self.number(other)
        ends = [
            [(candidates, total, constant + length) for candidates, total, constant in side]
            for side, length in ((left, width), (right, size))
        ]
        return self._compared("<=", ends[0], right)[0] | self._compared("<=", ends[1], left)[0]


def _all(sets: Iterable[Candidates]) -> Candidates:
    everyone = 0
    for candidates_of in sets:
        everyone |= candidates_of
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
