"""Which candidates some run may break a property at, by data flow: an account of loops of its own,
for every number of turns.

What may be in each atom of memory is followed forward through the program, for all candidates at
once: a store replaces it where it surely covers the atom, branches join, a loop goes on until
nothing is added. Every branch is a free choice here, no value is known: what it does not call
broken is broken by no run, as far as sources alone can tell. Where extents hang on the run, or a
claim on values, it says "may break" of every candidate.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import assert_never

from cbprove.folds import reads
from cbprove.frozen import replace
from cbprove.properties import table
from cbprove.properties.events import (
    Access,
    Accessed,
    Began,
    ClaimMade,
    Ended,
    Event,
)
from cbprove.reaching import claims
from cbprove.reaching.asked import asked, covers
from cbprove.reaching.atoms import PACKET, Atoms, NotStill
from cbprove.reaching.state import (
    OTHER,
    UNMARKED,
    Fact,
    Facts,
    Here,
    Remembered,
    Source,
    State,
    joined,
    renamed,
    replaced,
    source,
)
from cbprove.reaching.stores import Stores
from cbprove.reaching.universe import Candidates, TooMany, Universe
from cbprove.system.expressions import Expr, Place
from cbprove.system.program import (
    Aligned,
    Disjoint,
    Exact,
    Fits,
    Holds,
    Lent,
    Part,
    Preserved,
    Program,
    Property,
)
from cbprove.system.statements import (
    Assume,
    Block,
    Call,
    Clear,
    Consume,
    Copy,
    Each,
    Either,
    If,
    Make,
    On,
    Read,
    Repeat,
    Share,
    Statement,
    When,
    Write,
)

_EXACT = 2  # turns that are followed one by one before they are joined


class Reaching:
    """A (merged) program, its memory cut into atoms once for all properties."""

    def __init__(self, program: Program, universe: Universe) -> None:
        self.program, self.universe = program, universe
        self.atoms: Atoms | None = None
        with suppress(NotStill, TooMany):
            self.atoms = Atoms(program, universe)

    def may_break(self, name: str, candidates: Candidates) -> Candidates:
        """The candidates among some at which a run may break a property, by sources."""
        props = [prop for prop in self.program.properties if prop.name == name]
        if all(isinstance(prop.claim, Aligned | Disjoint) for prop in props):
            return 0  # no run is asked
        if self.atoms is None or any(
            isinstance(prop.claim, Exact | Holds | Lent) for prop in props
        ):
            return candidates  # extents or claims hang on the run
        # Atoms do not say what an access outside of its object does.
        broken = self.atoms.outside & candidates
        for prop in props:
            broken |= self._broken(prop, self.atoms, candidates)
        return broken

    def _broken(self, prop: Property, atoms: Atoms, candidates: Candidates) -> Candidates:
        try:
            applicable = (
                candidates
                if prop.given is None
                else candidates & self.universe.truth(prop.given.condition)
            )
            return (
                _Flow(self.program, self.universe, atoms, prop, applicable).broken()
                if applicable
                else 0
            )
        except (NotStill, TooMany):
            # What is not known may break: too many candidates are called so, never too few.
            return candidates


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
    return source(fact.kind, fact.members, fact.step if on else None, on, fact.ended and bool(on))


class _Flow:
    """One property of one program."""

    def __init__(
        self,
        program: Program,
        universe: Universe,
        atoms: Atoms,
        prop: Property,
        candidates: Candidates,
    ) -> None:
        self.program, self.universe, self.atoms, self.prop, self.among = (
            program,
            universe,
            atoms,
            prop,
            candidates,
        )
        self.remembers = isinstance(prop.claim, Preserved)
        # Whose stores they are counts only where a property asks for those of some steps.
        self.authors: frozenset[str] = getattr(prop.claim, "by", None) or frozenset()
        self.found: Candidates = 0
        self.blind = isinstance(prop.claim, Fits)  # asks where accesses lie, and nothing of memory
        self.stores = Stores(prop, atoms, {} if self.blind else asked(prop, atoms), candidates)
        self._claims: dict[Event, tuple[ClaimMade, ...]] = {}
        self._seen: dict[int, Place] = {}

    def broken(self) -> Candidates:
        for path in self.program.paths:
            self._path(path)
        return self.found & self.among

    def _path(self, path: Part) -> None:
        self.path = path.name
        self.numbers: dict[tuple[int, ...], int] = {}
        self.parents: list[int | None] = []
        self.kinds: list[str] = []
        state = State()
        packet = self._object(state, PACKET)
        scope = {
            name: self._object(state, name) for name in (o.name for o in self.program.objects[1:])
        }
        self._block(path.body, Here(packet, scope, (), self.among), state)

    def _object(self, state: State, kind: str) -> int:
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
            fact: part for fact, part in ((OTHER, marked), (UNMARKED, candidates & ~marked)) if part
        }

    # --- statements -------------------------------------------------------------------------------

    def _block(self, block: Block, frame: Here, state: State) -> None:
        frame = replace(frame, scope=dict(frame.scope))
        for statement in block:
            self._statement(statement, frame, state)

    def _statement(self, statement: Statement, frame: Here, state: State) -> None:
        match statement:
            case Read(places=places):
                self._accessed("read", places, frame, state)
            case Write(places=places, value=value, exact_value=exact):
                self._evaluated(value, frame, state)
                for place in places:
                    self._accessed("write", (place,), frame, state, exact)
                    self._store("stored", place, frame, state)
            case Clear(places=places):
                for place in places:
                    self._accessed("clear", (place,), frame, state)
                    self._store("blank", place, frame, state)
            case Copy():
                self._accessed("copy from", (statement.origin,), frame, state)
                self._accessed("copy to", (statement.target,), frame, state)
                self._copy(statement, frame, state)
            case Make(uid=uid, kind=kind, name=name):
                frame.scope[name] = self._make(uid, kind == "clone", frame, state)
            case Share(name=name):
                frame.scope[name] = frame.current
            case On(name=name, body=body):
                self._block(body, replace(frame, current=frame.scope[name]), state)
            case When(body=body, given=condition_given):
                candidates = (
                    frame.among
                    if condition_given is None
                    else frame.among & self.universe.truth(condition_given.condition)
                )
                if candidates:
                    self._block(body, replace(frame, among=candidates), state)
            case Either(arms=arms):
                self._either(arms, frame, state)
            case If(condition=condition, then=then, otherwise=otherwise):
                self._evaluated(condition, frame, state)
                self._either((then, otherwise), frame, state)
            case Each() | Repeat():
                self._loop(statement, frame, state)
            case Call(uid=uid, kind="part", name=name):
                inner = replace(frame, scope=self._declared(frame), calls=(*frame.calls, uid))
                self._block(self.program.parts[name].body, inner, state)
            case Call(uid=uid, name=name):
                self._step(uid, name, frame, state)
            case Assume() | Consume():
                pass
            case _:
                assert_never(statement)

    def _declared(self, frame: Here) -> dict[str, int]:
        return {o.name: frame.scope[o.name] for o in self.program.objects[1:]}

    def _either(self, arms: tuple[Block, ...], frame: Here, state: State) -> None:
        ways = [state.copy() for _ in arms]
        for arm, way in zip(arms, ways, strict=True):
            self._block(arm, frame, way)
        first, *rest = ways
        for way in rest:
            first.join(way)
        state.memory, state.marked = first.memory, first.marked

    def _loop(self, loop: Each | Repeat, frame: Here, state: State) -> None:
        """Turn by turn as far as it is sure that there are so many, then joined until no turn
        adds anything."""
        exact = min(loop.low, _EXACT)
        for _ in range(exact):
            self._turn(loop, frame, state)
        left = None if loop.high is None else loop.high - exact
        while left is None or left > 0:
            after = state.copy()
            self._turn(loop, frame, after)
            # There are finitely many facts, and joining only adds: this ends. Where a turn adds
            # nothing, no later one does.
            if not state.join(after):
                return
            left = None if left is None else left - 1

    def _turn(self, loop: Each | Repeat, frame: Here, state: State) -> None:
        inner = replace(frame, calls=(*frame.calls, loop.uid))
        if isinstance(loop, Each):
            state_made = self._make(loop.uid, True, frame, state)
            inner = replace(inner, current=state_made, scope={**frame.scope, loop.name: state_made})
        self._block(loop.body, inner, state)

    def _step(self, uid: int, name: str, frame: Here, state: State) -> None:
        inner = replace(frame, scope=self._declared(frame), calls=(*frame.calls, uid), step=name)
        self._announce(Began(self.path, name), inner, state)
        self._block(self.program.steps[name].body, inner, state)
        ended = Ended(self.path, name)
        if self.remembers and table.remembers(self.prop, ended):
            self._snapshot(inner, state)
        if name in self.authors:
            self._rename(state, lambda fact: _ended(fact, name, frame.current))
        self._announce(ended, inner, state)

    # --- objects ----------------------------------------------------------------------------------

    def _find(self, place: Place, frame: Here) -> int:
        if place.object == ".":
            return frame.current
        if place.object == "..":
            parent = self.parents[frame.current]
            assert parent is not None, "resolve lets no parent be named where there is none"
            return parent
        return frame.scope[place.object]

    def _make(self, uid: int, clone: bool, frame: Here, state: State) -> int:
        """Make an object; in every turn of a loop it is the same one here, since its name ends
        with the turn."""
        key = (*frame.calls, uid)
        if self.kinds[frame.current] != PACKET:
            raise NotStill
        if clone:
            self._announce(Accessed(self.path, frame.step, "cut", None), frame, state)
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

    # --- stores -----------------------------------------------------------------------------------

    def _store(self, kind: str, place: Place, frame: Here, state: State) -> None:
        if self.blind:
            return
        memory = state.memory[self._find(place, frame)]
        # No values are known here: a bit that is stored to is another one, even if it is stored as
        # it was.
        if self.remembers:
            for atom, candidates in self.stores.reached(place, kind == "blank"):
                if reached := candidates & frame.among:
                    memory[atom] = replaced(memory[atom], reached, self._unlike(state, reached))
            return
        for store in self.stores.of(kind, place, self._run(frame)):
            reached = store.reached & frame.among
            if not reached:
                continue
            if reached == store.reached:
                facts = store.facts
            else:
                facts = {
                    fact: reached_by
                    for fact, having in store.facts.items()
                    if (reached_by := having & reached)
                }
            memory[store.atom] = replaced(memory[store.atom], reached, facts)

    def _run(self, frame: Here) -> tuple[str, int] | None:
        """The step run that stores, if it is of a step that counts."""
        return (frame.step, frame.current) if frame.step in self.authors else None

    def _rename(self, state: State, rename: Callable[[Fact], Fact]) -> None:
        """Call facts otherwise, in all objects."""
        for number, atoms in state.memory.items():
            for atom in self.stores.asked[self.kinds[number]]:
                atoms[atom] = renamed(atoms[atom], rename)

    def _copy(self, copy: Copy, frame: Here, state: State) -> None:
        if self.blind:
            return
        origin, target = self._find(copy.origin, frame), self._find(copy.target, frame)
        kind, memory = self.kinds[origin], state.memory[origin]
        # All is read before any of it is stored, since the two places may overlap.
        brought: list[tuple[int, Candidates, Facts]] = []
        for covered in self.stores.covered(copy.target):
            facts: Facts = {}
            reached = 0
            for position, at_position in covered.positions:
                for low, at_low in self.universe.values(copy.origin.low).items():
                    among = at_position & at_low & frame.among
                    atom = self.atoms.at(kind, low + position) if among else None
                    # No candidate is here, or one whose extents are not wholly in their objects
                    if atom is None:
                        continue
                    reached |= among
                    for fact, candidates in memory[atom].items():
                        if candidates & among:
                            facts[fact] = facts.get(fact, 0) | (candidates & among)
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

    def _snapshot(self, frame: Here, state: State) -> None:
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
            number = self._find(member, frame)
            for covered in self.stores.covered(member):
                remembered: Fact = Remembered(
                    self.kinds[number], self.atoms.low(self.kinds[number], covered.atom)
                )
                candidates = covered.candidates & frame.among
                memory = state.memory[number]
                memory[covered.atom] = replaced(
                    memory[covered.atom], candidates, {remembered: candidates} if candidates else {}
                )
        state.marked[frame.current] = state.marked.get(frame.current, 0) | frame.among

    # --- claims -----------------------------------------------------------------------------------

    def _accessed(
        self,
        kind: Access,
        places: tuple[Place, ...],
        frame: Here,
        state: State,
        value: Expr | None = None,
    ) -> None:
        for place in places:
            self._announce(
                Accessed(
                    path=self.path,
                    step=frame.step,
                    kind=kind,
                    place=place,
                    length=None,
                    value=value,
                ),
                frame,
                state,
            )

    def _evaluated(self, expr: Expr | None, frame: Here, state: State) -> None:
        for _, place in reads(expr) if expr is not None else ():
            self._accessed("read", (place,), frame, state)

    def _announce(self, event: Event, frame: Here, state: State) -> None:
        if event not in self._claims:
            self._claims[event] = table.of_event(self.prop, event)
        for claim in self._claims[event]:
            for place in claims.places(claim):
                self._see_to(place)
                number = frame.current if place is None else self._find(place, frame)
                marked = state.marked.get(frame.current, 0)
                scene = claims.Scene(here=frame, memory=state.memory[number], marked=marked)
                self.found |= claims.may_break(claim, place, self.atoms, scene)

    def _see_to(self, place: Place | None) -> None:
        """Raises NotStill where a claim is about something that was not followed."""
        if self.blind or place is None or id(place) in self._seen:
            return
        if not covers(self.stores.asked, place, self.atoms):
            raise NotStill
        self._seen[id(place)] = place
