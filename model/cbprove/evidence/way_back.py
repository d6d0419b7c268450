"""The walk back from each claim of a property to where every bit that it is about is accounted for,
on plain numbers.

It asks for the reason at every store that it meets, and for the invariant of every loop. Branches
are joined, a loop is closed under its invariant, and of values it knows only that a cleared bit is
zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Protocol, assert_never

from cbprove.evidence.certificate import Given, Reason, Spot
from cbprove.evidence.followed import (
    LOST,
    PENDING,
    Bit,
    Bits,
    Extent,
    PassedStore,
    State,
    Wrong,
    extent,
    low_bit,
    reach,
)
from cbprove.evidence.question import Question
from cbprove.evidence.ways import (
    Env,
    Level,
    Stood,
    events,
    excluded,
    inside,
    made,
    opened,
    sites,
    steady,
)
from cbprove.folds import Condition
from cbprove.frozen import replace
from cbprove.properties import table
from cbprove.properties.events import ClaimMade, Ended, Unchanged
from cbprove.system.program import Owned, Preserved, Program, Property, Written
from cbprove.system.statements import (
    Assume,
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

# What other properties claim hangs on events that this walk does not look for.
_BY_SOURCES = (Preserved, Owned, Written)

_KINDS: dict[type, Reason] = {Clear: "blank", Write: "own"}


# What is known of the claim's run: where it was met, what it came to
Facts = Sequence[tuple[Spot, Condition]]


class Advice(Protocol):
    """Says which cases there are, why stores do no harm and what loops keep; the walk believes
    nothing of it."""

    def cases(
        self, path: str, at: Spot, number: int, conditions: Mapping[Spot, Condition]
    ) -> tuple[Spot, ...]: ...
    def claim(self, path: str, at: Spot, number: int, conditions: Given) -> None: ...
    def justify(self, passed: PassedStore, state: State) -> None: ...
    def never(self, at: Spot, arm: int, arm_condition: Condition, facts: Facts) -> Spot | None: ...
    def kept(self, walk: Walk, loop: Stood, at: Spot, state: State) -> Bits: ...


class Walk:
    """Goes back from each claim of a property to where every followed bit is accounted for."""

    def __init__(self, program: Program, prop: Property, advice: Advice) -> None:
        self.program, self.prop, self.advice = program, prop, advice
        # The program holds its statements for as long as this lives, so that an id is of one.
        self._stores: dict[tuple[int, int], Extent] = {}
        self._inside: dict[tuple[str, Spot], tuple[Stood, ...]] = {}
        self._turned: tuple[Stood, State, State] | None = None

    def claims(self) -> None:
        """Every claim that the program makes; raises Wrong."""
        if not isinstance(self.prop.claim, _BY_SOURCES):
            raise Wrong(f"{self.prop.name} is not about where bits come from")
        for path in self.program.paths:
            levels = list(sites(self.program, opened(self.program, path)))
            conditions = dict(
                fact for level in levels for fact in _condition(self.program, level, True)
            )
            for level in levels:
                statement, env = level.here
                made_here = [
                    claim
                    for event in events(statement, env)
                    for claim in table.of_event(self.prop, event)
                ]
                for number, claim in enumerate(made_here):
                    self._cases(claim, number, level, conditions)

    def _cases(
        self, claim: ClaimMade, number: int, level: Level, conditions: Mapping[Spot, Condition]
    ) -> None:
        """A claim, once for each way that some conditions may come out."""
        path, at = level.here[1].path, level.here[1].spot(level.here[0])
        split = self.advice.cases(path, at, number, conditions)
        # Every way that the conditions may come out is walked, so that a split leaves out no run.
        for truths in product((True, False), repeat=len(split)):
            assumed = tuple(zip(split, truths, strict=True))
            self.advice.claim(path, at, number, assumed)
            self._claim(
                claim,
                level,
                [(condition, (conditions[condition][0], truth)) for condition, truth in assumed],
            )

    def _claim(self, claim: ClaimMade, level: Level, assumed: Facts) -> None:
        statement, env = level.here
        self.asked = Question(self.program, claim, env)
        self.facts = [*assumed, *_conditions(self.program, level)]
        state: State = State(frozenset(self.asked.bits(env)))
        above: Level | None = level
        while above is not None and state.bits:
            state = self.back(above.stood[: above.index], state)
            above = above.up
            if above is not None and above.here[1].spot(above.here[0]) == self.asked.reading:
                self.asked.reading = None  # what ran before the claim's own step began has ended
            if (
                above is not None
                and isinstance(loop := above.here[0], Each | Repeat)
                and loop.high != 1
            ):
                # The claim's turn may be any: before it came any number of whole turns.
                state, _ = self._turns(loop, above.here[1], state)
        # A run in which the step that the claim begins with never ended makes none.
        if any(bit.object != PENDING and (bit.zero or not self.asked.begins) for bit in state.bits):
            raise Wrong(
                f"bits of the claim at {env.spot(statement)} may have been stored by nobody"
            )

    # --- the way back -----------------------------------------------------------------------------

    def back(self, statement_at: Stood, state: State) -> State:
        """What is followed before some statements; raises Wrong."""
        for statement, env in reversed(statement_at):
            if state.bits:
                state = self._over(statement, env, state)
        return state

    def _over(self, statement: Statement, env: Env, state: State) -> State:
        match statement:
            case Write(places=places) | Clear(places=places):
                for index in reversed(range(len(places))):
                    state = self._stored(statement, index, env, state)
            case Copy():
                return self._copied(statement, env, state)
            case Make():
                return self._made(statement, env, state)
            case Either() | If():
                ways = [
                    w
                    for w in enumerate(self._blocks(statement, env))
                    if self._taken(statement, env, w[0])
                ]
                after = [self._arm(statement, env, arm, block, state) for arm, block in ways]
                joined = State(frozenset())
                for state_after in after:
                    joined = joined.joined(state_after)
                return joined
            case Each(low=low) | Repeat(low=low):
                none, one_or_more = self._turns(statement, env, state)
                return one_or_more if low else none
            case Call():
                if statement.kind == "step":
                    state = self._begun(statement, env, state)
                return self._through(statement, env, state)
            case On() | When():
                return self._through(statement, env, state)
            case Read() | Assume() | Share() | Consume():
                return state  # they change no bit
            case _:
                assert_never(statement)
        return state

    def _through(self, statement: Statement, env: Env, state: State) -> State:
        """What is followed before a statement that does what stands inside it."""
        for block in self._blocks(statement, env):
            state = self.back(block, state)
        return state

    def _blocks(self, statement: Statement, env: Env) -> tuple[Stood, ...]:
        """The blocks inside a statement, which stands in one place by its spot."""
        key = env.path, env.spot(statement)
        if key not in self._inside:
            self._inside[key] = inside(self.program, statement, env)
        return self._inside[key]

    def _arm(self, statement: Statement, env: Env, arm: int, block: Stood, state: State) -> State:
        """One way through a branch, whose condition is known on it."""
        facts_before = list(self.facts)
        if isinstance(statement, If) and steady(self.program, statement.condition):
            self.facts.append((env.spot(statement), (statement.condition, arm == 0)))
        after = self.back(block, state)
        self.facts = facts_before
        return after

    def _taken(self, statement: Either | If, env: Env, arm: int) -> bool:
        """Whether a run of the claim may go this way."""
        if not isinstance(statement, If) or not steady(self.program, statement.condition):
            return True
        at, arm_condition = env.spot(statement), (statement.condition, arm == 0)
        excluding = self.advice.never(at, arm, arm_condition, self.facts)
        # A run takes no arm whose condition one of its facts excludes. Both are steady: they do not
        # change on the way.
        if excluding is not None and not any(
            excluding == condition and excluded(self.program, fact, arm_condition)
            for condition, fact in self.facts
        ):
            raise Wrong(f"arm {arm} of the condition at {at} may be taken")
        return excluding is None

    def _turns(self, loop: Each | Repeat, env: Env, state: State) -> tuple[State, State]:
        """What is followed before any number of turns, and before at least one."""
        (block,) = self._blocks(loop, env)
        if loop.high == 1:
            after_one = self.back(block, state)
            return state.joined(after_one), after_one
        # The advice proposes an invariant. It holds before any number of turns, by induction: what
        # is followed now is in it, and a turn back from it leads into it.
        self._turned = None  # what was walked for another claim, or under other facts, says nothing
        invariant_state = replace(state, bits=self.advice.kept(self, block, env.spot(loop), state))
        after_some = self.turn(block, invariant_state)
        if not state.bits <= invariant_state.bits or not after_some.bits <= invariant_state.bits:
            raise Wrong(f"turns of the loop at {env.spot(loop)} do not keep the invariant")
        return invariant_state.joined(after_some), after_some

    def turn(self, block: Stood, state: State) -> State:
        """What is followed before a turn of a loop. The one that advice asked for last is not
        walked again."""
        last = self._turned
        if last is None or last[0] is not block or last[1] != state:
            last = self._turned = block, state, self.back(block, state)
        return last[2]

    # --- stores -----------------------------------------------------------------------------------

    def _stored(self, statement: Write | Clear, index: int, env: Env, state: State) -> State:
        place = statement.places[index]
        if (id(statement), index) not in self._stores:
            self._stores[id(statement), index] = extent(self.program, statement, place)
        there = self._stores[id(statement), index]
        if not there.bits:
            return state
        label = env.thing(place).label
        hits = frozenset(bit for bit in state.of(label) if bit.at in there.bits)
        left = {self.asked.after(hit, statement, place, env) for hit in hits}
        passed = PassedStore(
            at=env.spot(statement),
            place=index,
            object=label,
            low=there.low,
            high=there.high,
            kind="lost" if LOST in left else _KINDS[type(statement)],
            hits=hits,
        )
        self.advice.justify(passed, state)
        if not hits:
            return state
        # A store that may miss accounts for nothing: the bit is followed further back as well.
        accounted = hits if there.sure else frozenset()
        return State(
            state.bits - accounted | {bit for bit in left if bit},
            (*state.taken, passed) if accounted else state.taken,
        )

    def _copied(self, copy: Copy, env: Env, state: State) -> State:
        reached, sure = reach(self.program, copy.target, copy.length)
        if not reached:
            return state
        label, origin = env.thing(copy.target).label, env.thing(copy.origin).label
        hits = frozenset(bit for bit in state.of(label) if bit.at in reached)
        passed = PassedStore(
            at=env.spot(copy),
            place=0,
            object=label,
            low=reached.start,
            high=reached.stop,
            kind="brought",
            hits=hits,
        )
        self.advice.justify(passed, state)
        if not hits:
            return state
        shift = low_bit(copy.origin) - low_bit(copy.target)
        moved = frozenset(Bit(origin, bit.at + shift, bit.asked, bit.zero) for bit in hits)
        last = copy.origin.size
        if (
            copy.target.indexes
            or copy.origin.indexes
            or not all(0 <= bit.at < last for bit in moved)
        ):
            raise Wrong(f"what is copied at {passed.at} is not known")
        accounted = hits if sure else frozenset()
        return State(
            state.bits - accounted | moved, (*state.taken, passed) if accounted else state.taken
        )

    def _made(self, statement: Make, env: Env, state: State) -> State:
        """What is followed in an object lay in the one that it was cut from; what a new one
        holds, nobody stored."""
        thing = made(statement, env)
        if self.asked.reader.label == thing.label:
            self.asked.reader = env.current
        hits = frozenset(state.of(thing.label))
        if hits and statement.kind == "new":
            raise Wrong(
                f"bits of the claim may be those of the new object made at {env.spot(statement)}"
            )
        moved = {bit._replace(object=env.current.label) for bit in hits}
        return State(
            state.bits - hits | moved,
            tuple(copy for copy in state.taken if copy.object != thing.label),
        )

    def _begun(self, statement: Call, env: Env, state: State) -> State:
        """The members as a `preserved` remembers them are where it finds them; cleared ones must
        have been zero."""
        if env.current.label != self.asked.reader.label or not table.remembers(
            self.prop, Ended(env.path, statement.name)
        ):
            return state
        live = frozenset(bit for bit in state.bits if not bit.zero or bit.object == PENDING)
        if not live:
            return state
        if not isinstance(self.asked.claim, Unchanged):
            raise Wrong(
                f"bits of the claim may not have been stored since {statement.name} ended at "
                f"{env.spot(statement)}"
            )
        self.advice.justify(
            PassedStore(
                at=env.spot(statement),
                place=0,
                object=env.current.label,
                low=0,
                high=0,
                kind="begun",
                hits=live,
            ),
            state,
        )
        left = state.bits - live
        for bit in live:
            member, position = self.asked.wanted[bit.asked]
            assert isinstance(member, int)
            place = self.asked.claim.origins[member]
            # Where the step left it: a lost bit is in no object, and so not there.
            home = env.thing(place).label, low_bit(place) + position
            if place.indexes or (not bit.zero and (bit.object, bit.at) != home):
                raise Wrong(
                    f"{bit.object} {bit.at} holds another bit than was remembered at "
                    f"{env.spot(statement)}"
                )
            left |= {Bit(*home, bit.asked, zero=True)} if bit.zero else frozenset()
        return replace(state, bits=left)


def _condition(program: Program, level: Level, truth: bool) -> Iterator[tuple[Spot, Condition]]:
    """That an `if` on what never changes in a run came to this."""
    statement, env = level.here
    if isinstance(statement, If) and steady(program, statement.condition):
        yield env.spot(statement), (statement.condition, truth)


def _conditions(program: Program, level: Level) -> Iterator[tuple[Spot, Condition]]:
    """What the blocks around a claim say of its run."""
    while level.up is not None:
        yield from _condition(program, level.up, level.arm == 0)
        level = level.up
