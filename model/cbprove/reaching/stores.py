"""What stores make of the atoms that a property asks about, worked out once for each place."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.frozen import frozen
from cbprove.reaching.asked import Asked
from cbprove.reaching.atoms import Atoms, Covered
from cbprove.reaching.state import Facts, Kind, Own, Source, is_padding, source
from cbprove.reaching.universe import Candidates
from cbprove.system.expressions import Place
from cbprove.system.program import Owned, Property

StepRun = tuple[str, int]  # a step, and the object that it runs on
Bits = tuple[Kind, tuple[Own, ...]]  # what a store makes of bits, and the members that they are of


@frozen
class Stored:
    """What a store makes of an atom, and at which candidates it reaches it."""

    atom: int
    reached: Candidates
    facts: Facts


class Stores:
    """The stores of a program, as far as a property asks about them."""

    def __init__(self, prop: Property, atoms: Atoms, asked: Asked, among: Candidates) -> None:
        """`among` are the candidates that are asked about."""
        self.atoms, self.asked, self.among = atoms, asked, among
        # Which member a bit was stored as counts only where a read asks for its own.
        self._named = isinstance(prop.claim, Owned)
        self._by_some = bool(getattr(prop.claim, "by", None))
        # The program holds its places for as long as this lives, so that an id is of one place.
        self._stored: dict[tuple[int, str, StepRun | None, Candidates], list[Stored]] = {}
        self._by_place: dict[tuple[int, str], list[tuple[int, dict[Bits, Candidates]]]] = {}
        self._reached: dict[tuple[int, bool], list[tuple[Candidates, list[int]]]] = {}

    def covered(self, place: Place) -> Iterator[Covered]:
        """The atoms of a place."""
        among = self.asked[self.atoms.kind(place)]
        covered = self.atoms.covered(place, 0, place.width)
        return (each for each in covered if each.atom in among)

    def reached(self, place: Place, blank: bool) -> list[tuple[Candidates, list[int]]]:
        """The atoms that a store to a place changes, by the candidates where it does."""
        key = id(place), blank
        if key not in self._reached:
            among = self.asked[self.atoms.kind(place)]
            by_candidates: dict[Candidates, list[int]] = {}
            for atom, candidates in self.atoms.reached(place, blank):
                if atom in among:
                    by_candidates.setdefault(candidates & self.among, []).append(atom)
            self._reached[key] = list(by_candidates.items())
        return self._reached[key]

    def of(self, kind: str, place: Place, run: StepRun | None, among: Candidates) -> list[Stored]:
        """What a store of a kind makes of the atoms of its place, at some candidates."""
        key = id(place), kind, run, among
        if key not in self._stored:
            self._stored[key] = list(self._all(kind, place, run, among & self.among))
        return self._stored[key]

    def _all(
        self, kind: str, place: Place, run: StepRun | None, among: Candidates
    ) -> Iterator[Stored]:
        for atom, made in self._made_of(kind, place):
            facts: Facts = {}
            reached = 0
            for bits, having in made.items():
                if candidates := having & among:
                    fact = self._fact(*bits, run)
                    facts[fact] = facts.get(fact, 0) | candidates
                    reached |= candidates
            if reached:
                yield Stored(atom=atom, reached=reached, facts=facts)

    def _made_of(self, kind: str, place: Place) -> list[tuple[int, dict[Bits, Candidates]]]:
        """What a store makes of each atom of its place, whoever stores."""
        key = id(place), kind
        if key not in self._by_place:
            self._by_place[key] = [
                (covered.atom, self._bits(kind, place, covered)) for covered in self.covered(place)
            ]
        return self._by_place[key]

    def _bits(self, kind: str, place: Place, covered: Covered) -> dict[Bits, Candidates]:
        made: dict[Bits, Candidates] = {}
        for position, candidates in covered.positions:
            bits = self._bits_at(kind, place, position)
            if bits is not None:
                made[bits] = made.get(bits, 0) | candidates
        return made

    def _bits_at(self, kind: str, place: Place, position: int) -> Bits | None:
        """What a store makes of a bit of its place; None where it leaves it as it was."""
        if kind == "blank":
            return "blank", ()
        members = self.atoms.members(place, position)
        if members:
            return "stored", members if self._named else ()
        return ("unspecified", ()) if is_padding(place, position) else None

    def _fact(self, kind: Kind, members: tuple[Own, ...], run: StepRun | None) -> Source:
        if run is None or kind == "unspecified":
            # Where only the stores of some steps count, all others are nobody's.
            return source("debris") if self._by_some else source(kind, members)
        step, number = run
        return source(kind, members, step, frozenset({number}))
