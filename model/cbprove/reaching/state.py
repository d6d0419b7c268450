"""What is followed through a program: what may be in memory, what is known of it, and where a
statement stands.

A fact is an object that is equal to another where no claim can tell the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

from cbprove.frozen import by_identity, field, frozen
from cbprove.reaching.universe import Candidates
from cbprove.system.expressions import Leaf, Place


@by_identity
class State:
    """What may be in memory: facts by object and atom; at which candidates an object's history
    may have a snapshot."""

    memory: dict[int, list[Facts]] = field(default_factory=dict)
    marked: dict[int, Candidates] = field(default_factory=dict)

    def copy(self) -> State:
        return State(
            {number: list(atoms) for number, atoms in self.memory.items()}, dict(self.marked)
        )

    def join(self, other: State) -> bool:
        """Take in what may be after another way as well; whether that is more."""
        grown = False
        for number, atoms in other.memory.items():
            other_facts = self.memory.get(number)
            if other_facts is None:
                self.memory[number], grown = atoms, True
                continue
            for atom, facts in enumerate(atoms):
                before = other_facts[atom]
                if before is not facts:  # most atoms were not stored to since the ways parted
                    other_facts[atom] = merged = joined(before, facts)
                    grown |= merged is not before
        for number, marked in other.marked.items():
            already = self.marked.get(number, 0)
            grown |= marked | already != already
            self.marked[number] = already | marked
        return grown

    @property
    def any_marked(self) -> Candidates:
        """Where any object may have a snapshot."""
        everyone = 0
        for marked in self.marked.values():
            everyone |= marked
        return everyone


@frozen
class Here:
    """Where a statement stands: on which object, which names it sees, under which calls, for
    which candidates."""

    current: int
    scope: dict[str, int]
    calls: tuple[int, ...]
    among: Candidates
    step: str | None = None


Kind = Literal["debris", "blank", "unspecified", "stored"]
Own = tuple[
    str, int, tuple[tuple[str, str], ...]
]  # a bit of a member: its identity, the bit in it, and the union arms taken


@by_identity
class Source:
    """Where bits come from; made by `source` alone, so that equal ones are one.

    `members` are all that their first bit is of, by the store that gave it; `step` is the one that
    stored it (None: nobody's, or not known); `on` are the objects in whose history this run of it
    is once it has `ended`, and until then the one that it runs on.
    """

    kind: Kind
    members: tuple[Own, ...] = ()
    step: str | None = None
    on: frozenset[int] = frozenset()
    ended: bool = False


_sources: dict[tuple[object, ...], Source] = {}


def source(
    kind: Kind,
    members: tuple[Own, ...] = (),
    step: str | None = None,
    on: frozenset[int] = frozenset(),
    ended: bool = False,
) -> Source:
    """The one object that says so: facts are looked up again and again, by what they are."""
    key = kind, members, step, on, ended
    if key not in _sources:
        _sources[key] = Source(kind=kind, members=members, step=step, on=on, ended=ended)
    return _sources[key]


@by_identity
class Remembered:
    """A bit that the latest snapshot took, by where it lay in an object of a kind; made by
    `remembered` alone."""

    kind: str
    bit: int


@cache
def remembered(kind: str, bit: int) -> Remembered:
    """The one object that says so."""
    return Remembered(kind, bit)


OTHER = "other"  # not what the latest snapshot took
UNMARKED = "unmarked"  # held or stored before any snapshot

Fact = Source | Remembered | str
Facts = dict[Fact, Candidates]


def joined(first: Facts, other: Facts) -> Facts:
    """What may be after either of two ways; `first` itself where the other adds nothing."""
    union: Facts | None = None
    for fact, candidates in other.items():
        before = first.get(fact, 0)
        if candidates | before != before:
            union = union if union is not None else dict(first)
            union[fact] = before | candidates
    return first if union is None else union


def replaced(facts: Facts, candidates: Candidates, replacement: Facts) -> Facts:
    """What is known once bits are stored to: at these candidates nothing of before is left."""
    left = {
        fact: rest for fact, having in facts.items() if (rest := having ^ (having & candidates))
    }
    for fact, having in replacement.items():
        left[fact] = left.get(fact, 0) | having
    return left


def renamed(facts: Facts, names: Mapping[Fact, Fact]) -> Facts:
    """What is known when some facts are called otherwise."""
    by_name: Facts = {}
    for fact, having in facts.items():
        name = names.get(fact, fact)
        by_name[name] = by_name.get(name, 0) | having
    return by_name


def members_at(place: Place, position: int) -> tuple[Own, ...]:
    """What members a bit of a place is of."""
    return tuple(sorted(_members_at(place.leaves, position)))


def _members_at(leaves: tuple[Leaf, ...], position: int) -> Iterator[Own]:
    for leaf in leaves:
        if leaf.offset <= position < leaf.offset + leaf.width:
            yield leaf.identity, leaf.at + position - leaf.offset, leaf.arms


def is_padding(place: Place, position: int) -> bool:
    """Whether a plain write of a place leaves a bit of it unspecified."""
    return any(low <= position < low + width for low, width in place.padding)


def one_member(member: Own, other: Own) -> bool:
    """Whether two bits are the same bit of one member: in the same struct, by no union through
    different arms."""
    if member[:2] != other[:2]:
        return False
    numbers = dict(member[2])
    return all(numbers.get(union, arm) == arm for union, arm in other[2])
