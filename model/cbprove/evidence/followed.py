"""What the walk back follows: bits, the stores that account for them, and how far an access may
reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from cbprove.evidence.certificate import Reason, Spot
from cbprove.evidence.lengths import longest
from cbprove.frozen import frozen
from cbprove.system.expressions import Constant, Expr, Leaf, Place
from cbprove.system.program import Program
from cbprove.system.statements import Clear, Write


class Bit(NamedTuple):
    """A bit that is followed: bit `at` of an object, for the bit number `asked` of those that the
    claim is about.

    `zero` where something clears it later: then it must have been zero where the `preserved`
    begins. Until the walk comes there, such a bit lies in no object, as a lost one does.
    """

    object: str
    at: int
    asked: int
    zero: bool = False


Bits = frozenset[Bit]
# What a bit is of: a member of a `preserved` by its number, a leaf of a read, anything
Position = int | Leaf | None
# In place of an object, and no name of one: where a bit lies that must have been zero is known
# where the `preserved` begins
PENDING = "(zero)"
# Something else was stored to a bit of a claim that only runs make in which some step ended before:
# that it did not is what is left to show
LOST = Bit("(lost)", 0, 0)


class Wrong(Exception):
    """The certificate does not show what it is to show."""


@frozen
class PassedStore:
    """A store on the way back, its extent and the followed bits that it stores to."""

    at: Spot
    place: int
    object: str
    low: int
    high: int
    kind: Reason
    hits: Bits = frozenset()


@frozen
class State:
    """The bits followed, and what later gave some bits what they hold."""

    bits: Bits
    taken: tuple[PassedStore, ...] = ()

    @cached_property
    def _by_object(self) -> Mapping[str, list[Bit]]:
        by_object: dict[str, list[Bit]] = defaultdict(list)
        for bit in self.bits:
            by_object[bit.object].append(bit)
        return by_object

    def of(self, label: str) -> list[Bit]:
        """The bits followed in an object."""
        return self._by_object.get(label, [])

    def joined(self, other: State) -> State:
        return State(self.bits | other.bits, tuple(dict.fromkeys(self.taken + other.taken)))


def low_bit(place: Place) -> int:
    assert isinstance(place.low, int), "a certificate speaks of one candidate"
    return place.low


def member_bits(place: Place) -> list[int]:
    return [leaf.offset + i for leaf in place.leaves for i in range(leaf.width)]


def reach(program: Program, place: Place, length: Expr | None) -> tuple[range, bool]:
    """The bits of its object that an access may touch, in whatever area, and whether it touches
    all of them in every run."""
    moves = [
        (stride * program.inputs[name].low, stride * program.inputs[name].high)
        for name, stride in place.indexes
    ]
    low = low_bit(place) + sum(map(min, moves))
    size = place.width if length is None else 8 * longest(program, length)
    # Only an extent that every run has accounts for bits. Any other may be hit, and may be missed.
    sure = not moves and (length is None or isinstance(length, Constant))
    return range(
        max(0, low), min(place.size, low + sum(max(m) - min(m) for m in moves) + size)
    ), sure


@frozen
class Extent:
    """The bits of its object that a store may change, whether every run changes them, and from
    where to where they lie."""

    bits: frozenset[int]
    sure: bool
    low: int
    high: int


def extent(program: Program, statement: Write | Clear, place: Place) -> Extent:
    """Where a store to one of its places may change bits."""
    value = statement.value if isinstance(statement, Write) else None
    reached, sure = reach(program, place, None if value else statement.length)
    bits = frozenset(reached)
    if isinstance(statement, Write) and not place.indexes and (value or statement.length is None):
        padding = [] if value else [low + i for low, width in place.padding for i in range(width)]
        bits &= {low_bit(place) + i for i in [*member_bits(place), *padding]}
    return Extent(bits, sure, min(bits, default=0), max(bits, default=-1) + 1)
