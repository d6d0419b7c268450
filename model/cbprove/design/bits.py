"""Bits of stores under a model, as sets: where two of them surely differ by value, and where the values
that a run looked at lie as the model needs them.

Values that a run looks at are unknowns of its formula, which says neither when two of them share
bits nor that a store of a bool leaves some zero. So only candidates count where they lie apart, or
one on the other with one value, and where they have no bit that is zero. What is
preserved by value breaks only if the bits differ by value. That is sure where one side is
*arbitrary*: some store's bit that neither the run nor the other side hangs on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, product

from cbprove.design.evaluation import Evaluation, Piece
from cbprove.frozen import frozen
from cbprove.logic.terms import Int
from cbprove.obligations.definitions import Definition, within
from cbprove.obligations.members import MemberUnknown
from cbprove.reaching.universe import Candidates

_ARBITRARY = ("fresh", "debris")


@frozen
class Sides:
    """Where a bit that should be unchanged may come from, now and then, latest stores first."""

    now: tuple[Definition, ...]
    then: tuple[Definition, ...]


class Values:
    """The bits and values of stores, as an evaluation has them."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation, self._universe = evaluation, evaluation.universe

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
        self, definitions: Sequence[Definition]
    ) -> tuple[list[tuple[Candidates, Definition]], list[tuple[Candidates, Definition]]]:
        """Which stores a bit comes from, those that may have stored anything and those of known
        values, and where it does."""
        arbitrary, determined = [], []
        left = self._universe.all
        for definition in definitions:
            hit, missed = self._evaluation.truth(definition.hit)
            reaching = left & hit
            if reaching and definition.store.kind in _ARBITRARY:
                zero = self._evaluation.truth(within(definition.position, definition.store.zero))
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

    def _arbitrary(self, origins: list[tuple[Candidates, Definition]]) -> Candidates:
        """Where nothing that the run or the other side hangs on looks at an arbitrary bit."""
        arbitrary_at = 0
        for candidates, definition in origins:
            for variable in list(self._evaluation.looked.values()):
                if variable.store == definition.store.number:
                    candidates &= self._disjoint(
                        definition.position, 1, variable.position, variable.width
                    )
            arbitrary_at |= candidates
        return arbitrary_at

    def _bit(self, definition: Definition, little_endian: bool) -> list[tuple[Candidates, int]]:
        """The value of a bit of a store, where it is known; what is not a number is zero there."""
        store = definition.store
        if store.kind != "value" or store.value is None:
            return [(self._universe.all, 0)]
        if not isinstance(store.width, int):
            return []
        positions, width = self._evaluation.number(definition.position), store.width
        inside = (
            self._evaluation.compared("<=", self._plain(0), positions)[0]
            & self._evaluation.compared("<", positions, self._plain(width))[0]
        )
        ones = determined_at = 0
        for candidates, value in self._evaluation.values(self._evaluation.number(store.value.term)):
            determined_at |= candidates
            for weight in (i for i in range(width) if value >> i & 1):
                position = weight if little_endian else width - 1 - weight
                ones |= (
                    candidates & self._evaluation.compared("=", positions, self._plain(position))[0]
                )
        known = inside & determined_at
        return [(known & ones, 1), (known ^ (known & ones), 0)]

    def _plain(self, number: int) -> list[Piece]:
        return [(self._universe.all, (), number)]

    def possible(self, little_endian: bool) -> Candidates:
        """Where some run has the values looked at: of one store they share no bits, or the same
        ones, and have no bit that it leaves zero.

        The bits of values that are read in two widths are not compared.
        """
        consistent_at = self._universe.all
        looked = list(self._evaluation.looked.values())
        for variable in looked:
            consistent_at &= self._keeps_zeroes(variable, little_endian)
        for variable, other in combinations(looked, 2):
            if variable.store == other.store:
                consistent_at &= self._consistent(variable, other)
        return consistent_at

    def _consistent(self, variable: MemberUnknown, other: MemberUnknown) -> Candidates:
        consistent_at = self._disjoint(
            variable.position, variable.width, other.position, other.width
        )
        if variable.width == other.width and self._value(variable) == self._value(other):
            consistent_at |= self._evaluation.compared(
                "=",
                self._evaluation.number(variable.position),
                self._evaluation.number(other.position),
            )[0]
        return consistent_at

    def _keeps_zeroes(self, variable: MemberUnknown, little_endian: bool) -> Candidates:
        """Where a value has no bit that its store leaves zero."""
        value = self._value(variable)
        if not variable.zero or not value:
            return self._universe.all
        keeping: Candidates = 0
        positions = self._evaluation.number(variable.position)
        for candidates, position in self._evaluation.values(positions):
            bits = (
                bit - position
                for low, width in variable.zero
                for bit in range(max(low, position), min(low + width, position + variable.width))
            )
            weights = (bit if little_endian else variable.width - 1 - bit for bit in bits)
            if not any(value >> weight & 1 for weight in weights):
                keeping |= candidates
        return keeping

    def _value(self, variable: MemberUnknown) -> int:
        return int(self._evaluation.model.get(variable.unknown.args[0], 0))

    def _disjoint(self, one: Int, width: int, other: Int, size: int) -> Candidates:
        """Where two stretches of a store share no bit."""
        left, right = self._evaluation.number(one), self._evaluation.number(other)
        ends = [
            [(candidates, total, constant + length) for candidates, total, constant in side]
            for side, length in ((left, width), (right, size))
        ]
        return (
            self._evaluation.compared("<=", ends[0], right)[0]
            | self._evaluation.compared("<=", ends[1], left)[0]
        )


def _all(sets: Iterable[Candidates]) -> Candidates:
    union = 0
    for candidates in sets:
        union |= candidates
    return union
