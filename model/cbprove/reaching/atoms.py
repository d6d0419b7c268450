"""The bits of objects cut into atoms: no extent of any candidate, and no member in one, has a part
of an atom only.

Objects of one kind (the packet and all that is made from it; each declared object) are cut alike.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TypeVar

from cbprove import folds
from cbprove.frozen import by_identity, field, frozen
from cbprove.logic.terms import Int
from cbprove.reaching.state import Fact, Own, members_at
from cbprove.reaching.universe import Candidates, Universe
from cbprove.system.expressions import Place
from cbprove.system.program import Owned, Preserved, Program, Written
from cbprove.system.statements import Block, Copy, Given, Statement, When

T = TypeVar("T")
PACKET = "."  # the kind of the packet and of all that is made from it


class NotStill(Exception):
    """An extent hangs on the run: on an input, or on a length."""


@frozen
class Covered:
    """An atom that a place covers: its number, and from which bit of the place on, for which
    candidates."""

    atom: int
    positions: tuple[tuple[int, Candidates], ...]

    @property
    def candidates(self) -> Candidates:
        """All candidates at which the place covers the atom."""
        return _everyone(self.positions)


@by_identity
class Observed:
    """An atom that members in a place have: its number, and which bit of the place its first one
    is, for which candidates. `foreign` is kept by who reads the place: where a fact is another's,
    by fact."""

    atom: int
    positions: tuple[tuple[int, Candidates], ...]
    foreign: dict[Fact, Candidates] = field(default_factory=dict)

    @cached_property
    def candidates(self) -> Candidates:
        """All candidates at which the members have the atom."""
        return _everyone(self.positions)


class Atoms:
    """The atoms of a program's objects."""

    def __init__(self, program: Program, universe: Universe) -> None:
        self.universe = universe
        self.declared = frozenset(o.name for o in program.objects[1:])
        self.widths = {
            PACKET: program.objects[0].width,
            **{o.name: o.width for o in program.objects[1:]},
        }
        self.outside: Candidates = 0  # candidates at which some extent is not wholly in its object
        self._cuts: dict[str, set[int]] = {name: {0, width} for name, width in self.widths.items()}
        self.copies = [s for s, _ in _statements(program) if isinstance(s, Copy)]
        self.places: list[Place] = []  # all that a run touches or a property names
        for place, given in _places(program):
            self.places.append(place)
            self._cut(place, universe.all if given is None else universe.truth(given.condition))
        while any(self._level(copy) for copy in self.copies):  # until none brings a cut that is new
            pass
        self.starts = {name: sorted(cuts) for name, cuts in self._cuts.items()}
        self._covered: dict[tuple[str, Int, int, int], tuple[Covered, ...]] = {}
        self._reached: dict[tuple[str, Int, int, int], tuple[tuple[int, Candidates], ...]] = {}
        self._observed: dict[int, tuple[Observed, ...]] = {}
        self._members: dict[tuple[int, int], tuple[Own, ...]] = {}
        self._kept: list[Place] = []  # places whose identity is a key

    def count(self, kind: str) -> int:
        """How many atoms an object of a kind has."""
        return len(self.starts[kind]) - 1

    def kind(self, place: Place) -> str:
        """The kind of the object that a place lies in."""
        return place.object if place.object in self.declared else PACKET

    def low(self, kind: str, atom: int) -> int:
        """The first bit of an atom."""
        return self.starts[kind][atom]

    def width(self, kind: str, atom: int) -> int:
        """How many bits an atom has."""
        return self.starts[kind][atom + 1] - self.starts[kind][atom]

    def at(self, kind: str, bit: int) -> int | None:
        """The atom that begins at a bit, None outside of the object."""
        starts = self.starts[kind]
        place = bisect_left(starts, bit)
        return place if place < len(starts) - 1 and starts[place] == bit else None

    def covered(self, place: Place, first: int, width: int) -> tuple[Covered, ...]:
        """The atoms that bits [first, first + width) of a place cover."""
        key = self.kind(place), place.low, first, width  # what many packings have in common
        if key not in self._covered:
            self._covered[key] = tuple(self._all_covered(place, first, width))
        return self._covered[key]

    def reached(self, place: Place, blank: bool) -> tuple[tuple[int, Candidates], ...]:
        """The atoms that a store to a place changes, each with the candidates where it does: a
        clear every bit, a write those of members and the padding that it leaves unspecified."""
        written = -1 if blank else _written(place)
        key = self.kind(place), place.low, place.width, written
        if key not in self._reached:
            self._reached[key] = tuple(
                (covered.atom, candidates)
                for covered in self.covered(place, 0, place.width)
                if (candidates := _at(covered, written))
            )
        return self._reached[key]

    def observed(self, place: Place) -> tuple[Observed, ...]:
        """The atoms that members in a place have, by their first bits: no extent and no member
        begins or ends inside of an atom, so that what its first bit is of, all are."""
        key = id(place)
        if key not in self._observed:
            self._kept.append(place)
            self._observed[key] = tuple(
                Observed(covered.atom, positions)
                for covered in self.covered(place, 0, place.width)
                if (positions := tuple(p for p in covered.positions if self.members(place, p[0])))
            )
        return self._observed[key]

    def members(self, place: Place, position: int) -> tuple[Own, ...]:
        """What members a bit of a place is of."""
        key = id(place), position
        if key not in self._members:
            self._kept.append(place)
            self._members[key] = members_at(place, position)
        return self._members[key]

    def _all_covered(self, place: Place, first: int, width: int) -> Iterator[Covered]:
        kind = self.kind(place)
        starts = self.starts[kind]
        by_atom: dict[int, list[tuple[int, Candidates]]] = {}
        for low, candidates in self.universe.values(place.low).items():
            atom = bisect_left(starts, max(low + first, 0))
            while atom < len(starts) - 1 and starts[atom] < low + first + width:
                by_atom.setdefault(atom, []).append((starts[atom] - low, candidates))
                atom += 1
        for atom, positions in sorted(by_atom.items()):
            yield Covered(atom, tuple(positions))

    # --- cuts -------------------------------------------------------------------------------------

    def _cut(self, place: Place, having: Candidates) -> None:
        """Cut where a place and its parts begin and end; `having` are the candidates that have
        it."""
        if place.indexes:
            raise NotStill
        cuts, ends = self._cuts[self.kind(place)], _ends(place)
        for low, candidates in self.universe.values(place.low).items():
            if low < 0 or low + place.width > place.size:
                self.outside |= candidates & having
            cuts.update(
                low + end for end in ends if 0 <= low + end <= self.widths[self.kind(place)]
            )

    def _level(self, copy: Copy) -> bool:
        """Cut what a copy reads as what it writes, and the other way round; whether a cut was
        new."""
        origin_cuts, other = self._cuts[self.kind(copy.origin)], self._cuts[self.kind(copy.target)]
        before = len(origin_cuts) + len(other)
        width = min(copy.origin.width, copy.target.width)
        for low, at_low in self.universe.values(copy.origin.low).items():
            for goal, at_goal in self.universe.values(copy.target.low).items():
                if at_low & at_goal:
                    shift = goal - low
                    cuts_there = {cut for cut in origin_cuts if low <= cut <= low + width}
                    cuts_inside = {cut for cut in other if goal <= cut <= goal + width}
                    last = self.widths[self.kind(copy.target)]
                    other.update(cut + shift for cut in cuts_there if 0 <= cut + shift <= last)
                    last = self.widths[self.kind(copy.origin)]
                    origin_cuts.update(
                        cut - shift for cut in cuts_inside if 0 <= cut - shift <= last
                    )
        return len(origin_cuts) + len(other) > before


def _everyone(positions: Sequence[tuple[int, Candidates]]) -> Candidates:
    everyone = 0
    for _, candidates in positions:
        everyone |= candidates
    return everyone


def _written(place: Place) -> int:
    """The bits of a place that a write changes, as the bits of a number."""
    written = 0
    for low, width in (*place.padding, *((leaf.offset, leaf.width) for leaf in place.leaves)):
        written |= ((1 << width) - 1) << low
    return written


def _at(covered: Covered, written: int) -> Candidates:
    candidates_found = 0
    for position, candidates in covered.positions:
        if written >> position & 1:
            candidates_found |= candidates
    return candidates_found


def _ends(place: Place) -> set[int]:
    """Where parts of a place begin and end, in bits from its first."""
    runs = [(0, place.width), *place.padding, *((leaf.offset, leaf.width) for leaf in place.leaves)]
    return {end for low, width in runs for end in (low, low + width)}


# What stands in a program, and under which candidates alone, if so
Standing = tuple[T, "Given | None"]


def _statements(program: Program) -> Iterator[Standing[Statement]]:
    parts = (part.body for part in (*program.paths, *program.parts.values()))
    for body in (*parts, *(step.body for step in program.steps.values())):
        yield from _within(body, None)


def _within(body: Block, given: Given | None) -> Iterator[Standing[Statement]]:
    """The statements of a block and of all inside: one that is merged from several programs may
    stand at several places."""
    for statement in body:
        yield statement, given
        inner = statement.given or given if isinstance(statement, When) else given
        for block in folds.blocks(statement):
            yield from _within(block, inner)


def _places(program: Program) -> Iterator[Standing[Place]]:
    """Every place that a run touches or a property names."""
    for statement, given in _statements(program):
        if any(touch.length is not None for touch in folds.touches(statement)):
            raise NotStill
        yield from ((place, given) for place in folds.places(statement))
    for prop in program.properties:
        match prop.claim:
            case Preserved(members=members, later=later):
                yield from ((place, prop.given) for place in (*members, *later))
            case Owned(members=members) | Written(members=members):
                yield from ((place, prop.given) for place in members)
            case _:
                pass
