"""What is followed through a program: what may be in memory, and where a statement stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from cbprove.frozen import frozen
from cbprove.reaching.facts import Facts, joined
from cbprove.reaching.universe import Candidates


@dataclass
class State:
    """What may be in memory: facts by object and atom; at which candidates an object's history may have a snapshot."""

    memory: dict[int, list[Facts]] = field(default_factory=dict)
    marked: dict[int, Candidates] = field(default_factory=dict)

    def copy(self) -> State:
        return State({number: list(atoms) for number, atoms in self.memory.items()}, dict(self.marked))

    def join(self, other: State) -> bool:
        """Take in what may be after another way as well; whether that is more."""
        grown = False
        for number, atoms in other.memory.items():
            own = self.memory.get(number)
            if own is None:
                self.memory[number], grown = atoms, True
                continue
            for atom, facts in enumerate(atoms):
                both = joined(own[atom], facts)
                grown |= both is not own[atom]
                own[atom] = both
        for number, marked in other.marked.items():
            before = self.marked.get(number, 0)
            grown |= bool(marked & ~before)
            self.marked[number] = before | marked
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
    """Where a statement stands: on which object, which names it sees, under which calls, for which candidates."""

    current: int
    scope: dict[str, int]
    calls: tuple[int, ...]
    among: Candidates
    step: str | None = None
    open: frozenset[tuple[str, int]] = frozenset()
