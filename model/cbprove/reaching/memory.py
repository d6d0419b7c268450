"""What statements do to memory, for all candidates at once: objects made, bits stored, copied,
remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cbprove.reaching.atoms import PACKET, Atoms
from cbprove.reaching.state import (
    OTHER,
    UNMARKED,
    Fact,
    Facts,
    Here,
    Source,
    State,
    joined,
    remembered,
    renamed,
    replaced,
    source,
)
from cbprove.reaching.stores import Stores
from cbprove.reaching.universe import Candidates, Universe
from cbprove.system.expressions import Place
from cbprove.system.program import Exact, Fits, Preserved, Property
from cbprove.system.statements import Copy

BLIND = Exact | Fits  # claims of where accesses lie and what is stored: of memory they ask nothing


class Memory:
    """The objects of one path, by numbers: what each is made from, and where statements store.
    What they hold is a State's."""

    def __init__(self, prop: Property, universe: Universe, atoms: Atoms, stores: Stores) -> None:
        self.prop, self.universe, self.atoms, self.stores = prop, universe, atoms, stores
        self.remembers = isinstance(prop.claim, Preserved)
        # Whose stores they are counts only where a property asks for those of some steps.
        self.authors: frozenset[str] = getattr(prop.claim, "by", None) or frozenset()
        self._authored: set[Fact] = set()  # all facts that name one of them, wherever they are
        self.blind = isinstance(prop.claim, BLIND)
        self.numbers: dict[tuple[int, ...], int] = {}
        self.parents: list[int | None] = []
        self.kinds: list[str] = []

    def object(self, state: State, kind: str) -> int:
        number = len(self.kinds)
        self.parents.append(None)
        self.kinds.append(kind)
        state.memory[number] = [self._debris(state)] * self.atoms.count(kind)
        return number

    def _debris(self, state: State) -> Facts:
        """What an object holds that nobody stored to."""
        if not self.remembers:
            return {source("debris"): self.universe.all}
        return self._unlike(state, self.universe.all)

    def _unlike(self, state: State, candidates: Candidates) -> Facts:
        """What is not a remembered bit, as far as there may be a snapshot by now."""
        marked = state.any_marked & candidates
        return {
            fact: part for fact, part in ((OTHER, marked), (UNMARKED, candidates ^ marked)) if part
        }

    def find(self, place: Place, frame: Here) -> int:
        if place.object == ".":
            return frame.current
        if place.object == "..":
            parent = self.parents[frame.current]
            assert parent is not None, "resolve lets no parent be named where there is none"
            return parent
        return frame.scope[place.object]

    def make(self, uid: int, clone: bool, frame: Here, state: State) -> int:
        """Make an object; in every turn of a loop it is the same one here, since its name ends
        with the turn."""
        key = (*frame.calls, uid)
        if key not in self.numbers:
            self.numbers[key] = len(self.kinds)
            self.parents.append(frame.current)
            self.kinds.append(PACKET)
        number = self.numbers[key]
        if self.authors:
            self._rename(state, lambda fact: _made(fact, frame.current, number))
        self.parents[number] = frame.current
        state.marked[number] = state.marked.get(frame.current, 0)
        state.memory[number] = (
            list(state.memory[frame.current])
            if clone
            else [self._debris(state)] * self.atoms.count(PACKET)
        )
        return number

    def drop(self, uid: int, frame: Here, state: State) -> None:
        """Leave out what an object holds whose name has ended: nothing comes to it any more. What
        was remembered in its history stays known (`State.any_marked`)."""
        del state.memory[self.numbers[(*frame.calls, uid)]]

    def end(self, step: str, frame: Here, state: State) -> None:
        """The run of a step has ended: from now on it is in the history of its object."""
        if step in self.authors:
            self._rename(state, lambda fact: _ended(fact, step, frame.current))

    # --- stores -----------------------------------------------------------------------------------

    def store(self, kind: str, place: Place, frame: Here, state: State) -> None:
        if self.blind:
            return
        memory = state.memory[self.find(place, frame)]
        # No values are known here: a bit that is stored to is another one, even if it is stored as
        # it was.
        if self.remembers:
            for candidates, atoms in self.stores.reached(place, kind == "blank"):
                if reached := candidates & frame.among:
                    _replace(memory, atoms, reached, self._unlike(state, reached))
            return
        run = self._run(frame)
        for store in self.stores.of(kind, place, run, frame.among):
            if run is not None:
                self._authored.update(store.facts)
            memory[store.atom] = replaced(memory[store.atom], store.reached, store.facts)

    def _run(self, frame: Here) -> tuple[str, int] | None:
        """The step run that stores, if it is of a step that counts."""
        return (frame.step, frame.current) if frame.step in self.authors else None

    def _rename(self, state: State, rename: Callable[[Fact], Fact]) -> None:
        """Call facts otherwise, in all objects: only such change as name an author."""
        names = {fact: name for fact in self._authored if (name := rename(fact)) is not fact}
        if not names:
            return
        self._authored.update(names.values())
        untouched = names.keys().isdisjoint
        for number, atoms in state.memory.items():
            for atom in self.stores.asked[self.kinds[number]]:
                if not untouched(atoms[atom]):
                    atoms[atom] = renamed(atoms[atom], names)

    def copy(self, copy: Copy, frame: Here, state: State) -> None:
        if self.blind:
            return
        origin, target = self.find(copy.origin, frame), self.find(copy.target, frame)
        kind, memory = self.kinds[origin], state.memory[origin]
        # All is read before any of it is stored, since the two places may overlap.
        brought: list[tuple[int, Candidates, Facts]] = []
        for covered in self.stores.covered(copy.target):
            facts: Facts = {}
            reached = 0
            for position, at_position in covered.positions:
                for low, at_low in self.universe.values(copy.origin.low).items():
                    reading = at_position & at_low & frame.among
                    atom = self.atoms.at(kind, low + position) if reading else None
                    # No candidate is here, or one whose extents are not wholly in their objects
                    if atom is None:
                        continue
                    reached |= reading
                    for fact, candidates in memory[atom].items():
                        if candidates & reading:
                            facts[fact] = facts.get(fact, 0) | (candidates & reading)
            brought.append((covered.atom, reached, self._carried(facts, state)))
        for atom, reached, facts in brought:
            state.memory[target][atom] = replaced(state.memory[target][atom], reached, facts)

    def _carried(self, facts: Facts, state: State) -> Facts:
        """What is known of bits once they were copied: who stored them, wherever they lie."""
        unmarked = facts.get(UNMARKED, 0)
        if not unmarked & state.any_marked:
            return facts
        rest = {fact: having for fact, having in facts.items() if fact != UNMARKED}
        return joined(rest, self._unlike(state, unmarked))

    def snapshot(self, frame: Here, state: State) -> None:
        """The members' bits are the remembered ones from now on, and no other bit is."""
        assert isinstance(self.prop.claim, Preserved)
        for number, atoms in state.memory.items():
            for atom in self.stores.asked[self.kinds[number]]:
                facts, stale = atoms[atom], 0
                for having in facts.values():
                    stale |= having & frame.among
                if stale:
                    atoms[atom] = replaced(facts, frame.among, {OTHER: stale})
        for member in self.prop.claim.members:
            number = self.find(member, frame)
            for covered in self.stores.covered(member):
                kind = self.kinds[number]
                bit: Fact = remembered(kind, self.atoms.low(kind, covered.atom))
                candidates = covered.candidates & frame.among
                memory = state.memory[number]
                memory[covered.atom] = replaced(
                    memory[covered.atom], candidates, {bit: candidates} if candidates else {}
                )
        state.marked[frame.current] = state.marked.get(frame.current, 0) | frame.among


def _replace(
    memory: list[Facts], atoms: Sequence[int], candidates: Candidates, replacement: Facts
) -> None:
    """Store to some atoms alike. Neighbours that were always stored to together hold one object:
    what becomes of it is worked out once."""
    by_facts: dict[int, tuple[Facts, Facts]] = {}  # by identity of the first, which is kept
    for atom in atoms:
        facts = memory[atom]
        if id(facts) not in by_facts:
            by_facts[id(facts)] = facts, replaced(facts, candidates, replacement)
        memory[atom] = by_facts[id(facts)][1]


def _ended(fact: Fact, step: str, number: int) -> Fact:
    """A fact once the run of a step on an object has ended: it is in the history of that one, and
    of none that was made from it meanwhile."""
    running = isinstance(fact, Source) and fact.step == step and not fact.ended
    if isinstance(fact, Source) and running and number in fact.on:
        return source(fact.kind, fact.members, step, fact.on, True)
    return fact


def _made(fact: Fact, parent: int, number: int) -> Fact:
    """A fact once an object was made from another: it begins with the history of that one. Runs on
    the one that the turn before made are in no history of this one."""
    if not isinstance(fact, Source) or fact.step is None:
        return fact
    others = fact.on - {number}
    on = others | {number} if fact.ended and parent in others else others
    return source(fact.kind, fact.members, fact.step, on, fact.ended) if on else source("debris")
