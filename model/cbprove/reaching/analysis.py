"""Which candidates some run may break a property at, by data flow: an account of loops of its own,
for every number of turns.

What may be in each atom of memory is followed forward through the program, for all candidates at
once: a store replaces it where it surely covers the atom, branches join, a loop goes on until
nothing is added. Every branch is a free choice here, and of values an interval is known: what it does not call
broken is broken by no run, as far as sources and intervals can tell. Where extents hang on the run,
or a claim on more of values, it says "may break" of every candidate.
"""

from __future__ import annotations

from contextlib import suppress
from typing import assert_never

from cbprove.folds import reads, within
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
from cbprove.reaching.memory import BLIND, Memory
from cbprove.reaching.state import (
    Here,
    State,
)
from cbprove.reaching.stores import Stores
from cbprove.reaching.universe import Candidates, TooMany, Universe
from cbprove.reaching.values import Assumed
from cbprove.system.expressions import Expr, Place
from cbprove.system.program import (
    Aligned,
    Disjoint,
    Exact,
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
        if self.atoms is None or any(isinstance(prop.claim, Holds | Lent) for prop in props):
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
        self.broken_at: Candidates = 0
        self.blind = isinstance(prop.claim, BLIND)
        self.assumed = Assumed(program.inputs, universe)
        self.stores = Stores(prop, atoms, {} if self.blind else asked(prop, atoms), candidates)
        # What a property claims of an access, by the ids of what is accessed, which its event holds.
        self._accesses: dict[tuple[object, ...], tuple[Event, tuple[ClaimMade, ...]]] = {}
        self._seen: dict[int, Place] = {}

    def broken(self) -> Candidates:
        for path in self.program.paths:
            if self._claims_in(path):
                self._path(path)
        return self.broken_at & self.among

    def _claims_in(self, path: Part) -> bool:
        """Whether the property may claim something in a path: one that is narrowed claims nothing
        outside of its paths and steps, and what is preserved to a step is claimed where that is
        called."""
        claim, where = self.prop.claim, self.prop.where
        if isinstance(claim, Preserved) and claim.end not in self._called(path):
            return False
        if not where.narrows or path.name in (where.paths or ()):
            return True
        return where.steps is not None and not where.steps.isdisjoint(self._called(path))

    def _called(self, part: Part) -> set[str]:
        """The steps that are called in a part, and in what it calls."""
        steps: set[str] = set()
        for statement in within(part.body):
            if isinstance(statement, Call):
                is_step = statement.kind == "step"
                name = statement.name
                steps |= {name} if is_step else self._called(self.program.parts[name])
        return steps

    def _path(self, path: Part) -> None:
        self.path = path.name
        self.memory = Memory(self.prop, self.universe, self.atoms, self.stores)
        state = State()
        packet = self.memory.object(state, PACKET)
        scope = {
            name: self.memory.object(state, name)
            for name in (o.name for o in self.program.objects[1:])
        }
        self._block(path.body, Here(packet, scope, (), self.among), state)

    # --- statements -------------------------------------------------------------------------------

    def _block(self, block: Block, frame: Here, state: State) -> None:
        self.assumed.forget()
        self._statements(block, replace(frame, scope=dict(frame.scope)), state)

    def _statements(self, block: Block, frame: Here, state: State) -> None:
        for statement in block:
            self._statement(statement, frame, state)
            self.assumed.forget(statement)
        for statement in block:
            if isinstance(statement, Make):
                self.memory.drop(statement.uid, frame, state)

    def _statement(self, statement: Statement, frame: Here, state: State) -> None:
        match statement:
            case Read(places=places):
                self._accessed("read", places, frame, state)
            case Write(places=places, value=value, exact_value=exact):
                self._evaluated(value, frame, state)
                for place in places:
                    self._accessed("write", (place,), frame, state, exact)
                    self.memory.store("stored", place, frame, state)
            case Clear(places=places):
                for place in places:
                    self._accessed("clear", (place,), frame, state)
                    self.memory.store("blank", place, frame, state)
            case Copy():
                self._copy(statement, frame, state)
            case Make(uid=uid, kind=kind, name=name):
                frame.scope[name] = self._make(uid, kind == "clone", frame, state)
            case Share(name=name):
                frame.scope[name] = frame.current
            case On(name=name, body=body):
                self._block(body, replace(frame, current=frame.scope[name]), state)
            case When():
                self._when(statement, frame, state)
            case Either(arms=arms):
                self._either(arms, frame, state)
            case If(condition=condition, then=then, otherwise=otherwise):
                self._evaluated(condition, frame, state)
                self._either((then, otherwise), frame, state)
            case Each() | Repeat():
                self._loop(statement, frame, state)
            case Call(uid=uid, kind="part", name=name):
                self._part(uid, name, frame, state)
            case Call(uid=uid, name=name):
                self._step(uid, name, frame, state)
            case Assume(condition=condition):
                self._assume(condition, frame)
            case Consume():
                pass
            case _:
                assert_never(statement)

    def _assume(self, condition: Expr, frame: Here) -> None:
        # Outside of steps an input may be drawn afresh for each statement. Others claim nothing of
        # values.
        if frame.step is not None and isinstance(self.prop.claim, Exact):
            self.assumed.assume(condition, frame.among)

    def _declared(self, frame: Here) -> dict[str, int]:
        return {o.name: frame.scope[o.name] for o in self.program.objects[1:]}

    def _copy(self, copy: Copy, frame: Here, state: State) -> None:
        self._accessed("copy from", (copy.origin,), frame, state)
        self._accessed("copy to", (copy.target,), frame, state)
        self.memory.copy(copy, frame, state)

    def _when(self, statement: When, frame: Here, state: State) -> None:
        given, candidates = statement.given, frame.among
        if given is not None:
            candidates &= self.universe.truth(given.condition)
        if candidates:
            inner = replace(frame, among=candidates, scope=dict(frame.scope))
            self._statements(statement.body, inner, state)

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
        if self.blind:  # where memory is not asked every turn claims the same
            self._turn(loop, frame, state)
            return
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
        if isinstance(loop, Each):
            self.memory.drop(loop.uid, frame, state)

    def _make(self, uid: int, clone: bool, frame: Here, state: State) -> int:
        if self.memory.kinds[frame.current] != PACKET:
            raise NotStill
        if clone:
            self._announce(Accessed(self.path, frame.step, "cut", None), frame, state)
        return self.memory.make(uid, clone, frame, state)

    def _part(self, uid: int, name: str, frame: Here, state: State) -> None:
        inner = replace(frame, scope=self._declared(frame), calls=(*frame.calls, uid))
        self.assumed.forget()
        self._statements(self.program.parts[name].body, inner, state)

    def _step(self, uid: int, name: str, frame: Here, state: State) -> None:
        inner = replace(frame, scope=self._declared(frame), calls=(*frame.calls, uid), step=name)
        self._announce(Began(self.path, name), inner, state)
        self.assumed.forget()
        self._statements(self.program.steps[name].body, inner, state)
        ended = Ended(self.path, name)
        if isinstance(self.prop.claim, Preserved) and table.remembers(self.prop, ended):
            self.memory.snapshot(inner, state)
        self.memory.end(name, frame, state)
        self._announce(ended, inner, state)

    # --- claims -----------------------------------------------------------------------------------

    def _accessed(
        self,
        kind: Access,
        places: tuple[Place, ...],
        frame: Here,
        state: State,
        value: Expr | None = None,
    ) -> None:
        if isinstance(self.prop.claim, Preserved):
            return  # claims something of steps alone
        for place in places:
            key = self.path, frame.step, kind, id(place), id(value)
            if key not in self._accesses:
                event = Accessed(
                    path=self.path,
                    step=frame.step,
                    kind=kind,
                    place=place,
                    length=None,
                    value=value,
                )
                self._accesses[key] = event, table.of_event(self.prop, event)
            self._judge(self._accesses[key][1], frame, state)

    def _evaluated(self, expr: Expr | None, frame: Here, state: State) -> None:
        for _, place in reads(expr) if expr is not None else ():
            self._accessed("read", (place,), frame, state)

    def _announce(self, event: Event, frame: Here, state: State) -> None:
        self._judge(table.of_event(self.prop, event), frame, state)

    def _judge(self, made: tuple[ClaimMade, ...], frame: Here, state: State) -> None:
        for claim in made:
            for place in claims.places(claim):
                self._see_to(place)
                number = frame.current if place is None else self.memory.find(place, frame)
                marked = state.marked.get(frame.current, 0)
                scene = claims.Scene(
                    here=frame,
                    memory=state.memory[number],
                    marked=marked,
                    assumed=self.assumed,
                )
                self.broken_at |= claims.may_break(claim, place, self.atoms, scene)

    def _see_to(self, place: Place | None) -> None:
        """Raises NotStill where a claim is about something that was not followed."""
        if self.blind or place is None or id(place) in self._seen:
            return
        if not covers(self.stores.asked, place, self.atoms):
            raise NotStill
        self._seen[id(place)] = place
