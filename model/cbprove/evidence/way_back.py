"""The walk back from each claim of a property to where every bit that it is about is accounted for,
on plain numbers.

It asks for the reason at every store that it meets, and for the invariant of every loop. Branches
are joined, a loop is closed under its invariant, and of values it knows only that a cleared bit is
zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple, Protocol, assert_never

from cbprove.evidence.certificate import Given, Reason, Spot
from cbprove.evidence.lengths import longest
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
from cbprove.frozen import frozen, replace
from cbprove.properties import table
from cbprove.properties.events import ClaimMade, Ended, SameMember, Stored, Unchanged
from cbprove.system.expressions import Constant, Expr, Leaf, Place
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


class Bit(NamedTuple):
    """A bit that is followed: bit `at` of an object, for the bit number `asked` of those that the
    claim is about.

    `zero` where something clears it later: then it must have been zero where the `preserved`
    begins. Until the walk comes there, such a bit lies in no object.
    """

    object: str
    at: int
    asked: int
    zero: bool = False


Bits = frozenset[Bit]
# What a bit is of: a member of a `preserved` by its number, a leaf of a read, anything
_Asked = int | Leaf | None
# In place of an object: where a bit lies that must have been zero is known where the `preserved`
# begins
_PENDING = ""

# What other properties claim hangs on events that this walk does not look for.
_BY_SOURCES = (Preserved, Owned, Written)

_KINDS: dict[type, Reason] = {Clear: "blank", Write: "own"}


class Wrong(Exception):
    """The certificate does not show what it is to show."""


@frozen
class Met:
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
    taken: tuple[Met, ...] = ()

    def joined(self, other: State) -> State:
        return State(self.bits | other.bits, tuple(dict.fromkeys(self.taken + other.taken)))


# What is known of the claim's run: where it was met, what it came to
Facts = Sequence[tuple[Spot, Condition]]


class Advice(Protocol):
    """Says which cases there are, why stores do no harm and what loops keep; the walk believes
    nothing of it."""

    def cases(
        self, path: str, at: Spot, number: int, conditions: Mapping[Spot, Condition]
    ) -> tuple[Spot, ...]: ...
    def claim(self, path: str, at: Spot, number: int, conditions: Given) -> None: ...
    def met(self, store_met: Met, state: State) -> None: ...
    def never(self, at: Spot, arm: int, arm_condition: Condition, facts: Facts) -> Spot | None: ...
    def kept(self, walk: Walk, loop: Stood, at: Spot, state: State) -> Bits: ...


class Walk:
    """Goes back from each claim of a property to where every followed bit is accounted for."""

    def __init__(self, program: Program, prop: Property, advice: Advice) -> None:
        self.program, self.prop, self.advice = program, prop, advice

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
        self.claim, self.reader, self.reading = claim, env.current, env.began
        self.facts = [*assumed, *_conditions(self.program, level)]
        self.wanted: list[tuple[_Asked, int]] = []
        state: State = State(frozenset(self._asked(claim, env)))
        above: Level | None = level
        while above is not None and state.bits:
            state = self.back(above.stood[: above.index], state)
            above = above.up
            if above is not None and above.here[1].spot(above.here[0]) == self.reading:
                self.reading = None  # what ran before the claim's own step began has ended
            if (
                above is not None
                and isinstance(loop := above.here[0], Each | Repeat)
                and loop.high != 1
            ):
                # The claim's turn may be any: before it came any number of whole turns.
                state, _ = self._turns(loop, above.here[1], state)
        # A run whose history has no step that the claim is about makes none.
        unasked = isinstance(claim, Unchanged) or (
            isinstance(claim, Stored) and claim.since is not None
        )
        if any(bit.object != _PENDING and (bit.zero or not unasked) for bit in state.bits):
            raise Wrong(
                f"bits of the claim at {env.spot(statement)} may have been stored by nobody"
            )

    # --- what a claim asks ------------------------------------------------------------------------

    def _asked(self, claim: ClaimMade, env: Env) -> Iterator[Bit]:
        """The bits that the claim is about; `wanted` says member and position of each."""
        match claim:
            case Unchanged(places=places):
                for number, place in enumerate(places):
                    yield from self._want(place, env, [(number, i, i) for i in _members(place)])
            case SameMember(place=place, length=length):
                bits = [(x, x.at + i, x.offset + i) for x in place.leaves for i in range(x.width)]
                limit = place.width if length is None else 8 * longest(self.program, length)
                yield from self._want(place, env, [bit for bit in bits if bit[2] < limit])
            case Stored(place=place, length=length):
                limit = place.width if length is None else 8 * longest(self.program, length)
                bits_asked = [bit for bit in _members(place) if bit < limit]
                if claim.all_bytes:
                    bits_asked = list(range(min(limit, place.size + 1)))
                yield from self._want(place, env, [(None, i, i) for i in bits_asked])
            case _:
                raise Wrong("what the property claims is not where bits come from")

    def _want(
        self, place: Place, env: Env, bits: Sequence[tuple[_Asked, int, int]]
    ) -> Iterator[Bit]:
        if place.indexes:
            raise Wrong(f"an input says where {place.text} lies")
        low = _low(place)
        for position, at, offset in bits:
            if not 0 <= low + offset < place.size:
                raise Wrong(f"{place.text} may be read outside of its object")
            yield Bit(env.thing(place).label, low + offset, len(self.wanted))
            self.wanted.append((position, at))

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
                    for w in enumerate(inside(self.program, statement, env))
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
        for block in inside(self.program, statement, env):
            state = self.back(block, state)
        return state

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
        (block,) = inside(self.program, loop, env)
        if loop.high == 1:
            after_one = self.back(block, state)
            return state.joined(after_one), after_one
        # The advice proposes an invariant. It holds before any number of turns, by induction: what
        # is followed now is in it, and a turn back from it leads into it.
        invariant_state = replace(state, bits=self.advice.kept(self, block, env.spot(loop), state))
        after_some = self.back(block, invariant_state)
        if not state.bits <= invariant_state.bits or not after_some.bits <= invariant_state.bits:
            raise Wrong(f"turns of the loop at {env.spot(loop)} do not keep the invariant")
        return invariant_state.joined(after_some), after_some

    # --- stores -----------------------------------------------------------------------------------

    def _stored(self, statement: Write | Clear, index: int, env: Env, state: State) -> State:
        place = statement.places[index]
        value = statement.value if isinstance(statement, Write) else None
        reached, sure = reach(self.program, place, None if value else statement.length)
        bits = set(reached)
        if (
            isinstance(statement, Write)
            and not place.indexes
            and (value or statement.length is None)
        ):
            padding = (
                [] if value else [low + i for low, width in place.padding for i in range(width)]
            )
            bits &= {_low(place) + i for i in [*_members(place), *padding]}
        if not bits:
            return state
        label, kind = env.thing(place).label, _KINDS[type(statement)]
        hits = frozenset(bit for bit in state.bits if bit.object == label and bit.at in bits)
        store_met = Met(
            at=env.spot(statement),
            place=index,
            object=label,
            low=min(bits),
            high=max(bits) + 1,
            kind=kind,
            hits=hits,
        )
        self.advice.met(store_met, state)
        left = [self._after(hit, statement, place, env) for hit in hits]
        # A store that may miss accounts for nothing: the bit is followed further back as well.
        accounted = hits if sure else frozenset()
        return State(
            state.bits - accounted | {bit for bit in left if bit},
            (*state.taken, store_met) if accounted else state.taken,
        )

    def _after(self, hit: Bit, statement: Write | Clear, place: Place, env: Env) -> Bit | None:
        """What is left to show of a bit that is stored to; raises Wrong if the claim does not
        allow that."""
        if isinstance(statement, Clear):
            if isinstance(self.claim, Unchanged) and not hit.zero:
                return Bit(_PENDING, 0, hit.asked, zero=True)
            allowed = not isinstance(self.claim, Stored) or self._cleared(self.claim, env)
        else:
            allowed = not hit.zero and not place.indexes and self._own(hit, statement, place, env)
        if not allowed:
            raise Wrong(f"a bit of the claim may be stored to at {env.spot(statement)}")
        return None

    def _own(self, hit: Bit, statement: Write, place: Place, env: Env) -> bool:
        """Whether a write stores what the claim asks for."""
        position = hit.at - _low(place)
        leaves = [leaf for leaf in place.leaves if 0 <= position - leaf.offset < leaf.width]
        match self.claim:
            case SameMember():
                leaf, at = self.wanted[hit.asked]
                assert isinstance(leaf, Leaf)
                return any(
                    leaf.shares_member(x) and x.at + position - x.offset == at for x in leaves
                )
            case Stored() as claim:
                return bool(leaves or statement.length) and self._by_whom(claim, env)
        return False

    def _cleared(self, claim: Stored, env: Env) -> bool:
        """Whether the claim allows that a bit is cleared here."""
        return claim.blank_is_enough or (claim.cleared and self._by_whom(claim, env))

    def _by_whom(self, claim: Stored, env: Env) -> bool:
        """Whether a store here is by one of those named, if any are, and in the reader's
        history. That it came since a step ended need not be asked: no bit is followed beyond
        that end."""
        ended = (
            env.runs_on is not None
            and env.runs_on.label == self.reader.label
            and env.began != self.reading
        )
        return claim.by is None or (env.step in claim.by and ended)

    def _copied(self, copy: Copy, env: Env, state: State) -> State:
        reached, sure = reach(self.program, copy.target, copy.length)
        label, origin = env.thing(copy.target).label, env.thing(copy.origin).label
        hits = frozenset(bit for bit in state.bits if bit.object == label and bit.at in reached)
        if not reached:
            return state
        store_met = Met(
            at=env.spot(copy),
            place=0,
            object=label,
            low=reached.start,
            high=reached.stop,
            kind="brought",
            hits=hits,
        )
        self.advice.met(store_met, state)
        shift = _low(copy.origin) - _low(copy.target) if hits else 0
        moved = frozenset(bit._replace(object=origin, at=bit.at + shift) for bit in hits)
        last = copy.origin.size
        if hits and (
            copy.target.indexes
            or copy.origin.indexes
            or not all(0 <= bit.at < last for bit in moved)
        ):
            raise Wrong(f"what is copied at {store_met.at} is not known")
        accounted = hits if sure else frozenset()
        return State(
            state.bits - accounted | moved, (*state.taken, store_met) if accounted else state.taken
        )

    def _made(self, statement: Make, env: Env, state: State) -> State:
        """What is followed in an object lay in the one that it was cut from; what a new one
        holds, nobody stored."""
        thing = made(statement, env)
        if self.reader.label == thing.label:
            self.reader = env.current
        hits = frozenset(bit for bit in state.bits if bit.object == thing.label)
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
        live = frozenset(bit for bit in state.bits if not bit.zero or bit.object == _PENDING)
        remembers = table.remembers(self.prop, Ended(env.path, statement.name))
        if not (live and remembers and env.current.label == self.reader.label):
            return state
        if not isinstance(self.claim, Unchanged):
            raise Wrong(
                f"bits of the claim may not have been stored since {statement.name} ended at "
                f"{env.spot(statement)}"
            )
        self.advice.met(
            Met(
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
            member, position = self.wanted[bit.asked]
            assert isinstance(member, int)
            place = self.claim.origins[member]
            home = env.thing(place).label, _low(place) + position
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


def _low(place: Place) -> int:
    assert isinstance(place.low, int), "a certificate speaks of one candidate"
    return place.low


def _members(place: Place) -> list[int]:
    return [leaf.offset + i for leaf in place.leaves for i in range(leaf.width)]


def reach(program: Program, place: Place, length: Expr | None) -> tuple[range, bool]:
    """The bits of its object that an access may touch, in whatever area, and whether it touches
    all of them in every run."""
    moves = [
        (stride * program.inputs[name].low, stride * program.inputs[name].high)
        for name, stride in place.indexes
    ]
    low = _low(place) + sum(map(min, moves))
    size = place.width if length is None else 8 * longest(program, length)
    sure = not moves and (length is None or isinstance(length, Constant))
    return range(
        max(0, low), min(place.size, low + sum(max(m) - min(m) for m in moves) + size)
    ), sure
