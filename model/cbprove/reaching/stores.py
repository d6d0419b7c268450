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
        # The program holds its places for as long as this lives, so that an id is of one place.
        self._stored: dict[tuple[int, str, StepRun | None, Candidates], list[Stored]] = {}
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
        for covered in self.covered(place):
            facts: Facts = {}
            reached = 0
            for position, at_position in covered.positions:
                candidates = at_position & among
                fact = self._fact(kind, place, position, run) if candidates else None
                if fact is not None:
                    facts[fact] = facts.get(fact, 0) | candidates
                    reached |= candidates
            if reached:
                yield Stored(atom=covered.atom, reached=reached, facts=facts)

    def _fact(self, kind: str, place: Place, position: int, run: StepRun | None) -> Source | None:
        """What a store makes of a bit of its place; None where it leaves it as it was."""
        if kind == "blank":
            return _by(run, "blank", ())
        members = self.atoms.members(place, position)
        if members:
            return _by(run, "stored", members if self._named else ())
        return source("unspecified") if is_padding(place, position) else None


def _by(run: StepRun | None, kind: Kind, members: tuple[Own, ...]) -> Source:
    if run is None:
        return source(kind, members)
    step, number = run
    return source(kind, members, step, frozenset({number}))
