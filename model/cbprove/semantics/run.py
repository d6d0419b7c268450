"""The meaning of the language: one path, statement by statement, on a list of bits for each object.

In turn N of a loop the moment begins with that of the loop and N; `each` cuts its clone at that
moment, which is also the clone's key. A step begins and ends at the moment of its call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import assert_never

from cbprove.frozen import frozen, replace
from cbprove.properties.events import (
    Access,
    Accessed,
    Began,
    Ended,
    Moment,
)
from cbprove.semantics.claims import Broken, Claims, EndOfRun, Until
from cbprove.semantics.memory import (
    Extent,
    Name,
    Object,
    ObjectKey,
    Source,
    Store,
    StoreKey,
    debris,
    make,
)
from cbprove.semantics.state import DecisionKey, Frame, Look, Oracle, State
from cbprove.semantics.storing import Memory, step_of
from cbprove.semantics.trace import (
    Effect,
    EndedStep,
    MadeObject,
    Stage,
    Trace,
)
from cbprove.system.expressions import Expr, Place
from cbprove.system.program import Part, Program, Property
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


@frozen
class Assumed:
    """An assumption that the run met, and whether it was true; if not, it was the end of the
    run."""

    statement: Assume
    moment: Moment
    true: bool


@frozen
class Moved:
    """What one `copy` or `clear` costs, in bytes; the moment tells in which turn."""

    moment: Moment
    bytes: int


@frozen
class Run:
    """What one run came to; the mappings are by the names of the properties, in their order.

    `reached` counts the claims made; `arrivals` those arrivals at the end of a `preserved` that had
    nothing to compare with. `ended` says that an assumption was false. `stores` tells who made each
    store, `values` the bits that were computed or decided, `looks` what members were found to hold;
    `trace` and `effects` are empty unless asked for.
    """

    path: str
    reached: Mapping[str, int]
    broken: Mapping[str, tuple[Broken, ...]]
    arrivals: Mapping[str, int]
    assumptions: tuple[Assumed, ...]
    ended: bool
    decisions: tuple[tuple[DecisionKey, int], ...]
    stores: Mapping[StoreKey, Store]
    values: Mapping[Source, int]
    looks: tuple[Look, ...]
    moved: tuple[Moved, ...]
    trace: tuple[Stage, ...]
    effects: tuple[Effect, ...] = ()

    @property
    def cost(self) -> int:
        """Bytes that copies and clears moved."""
        return sum(moved.bytes for moved in self.moved)


def run(
    program: Program,
    path: Part,
    properties: Sequence[Property],
    oracle: Oracle,
    *,
    trace: bool = False,
    until: Until | None = None,
) -> Run:
    """Runs a path as the oracle decides, and judges what the properties claim on the way; with
    `until` no further than to the first claim that is made, or that does not hold."""
    machine = _Machine(program, path, properties, State(program, oracle), Trace(trace), until)
    with suppress(EndOfRun):
        machine.start()
    return machine.outcome()


class _Machine:
    """Runs the statements of one path and collects what properties say about them."""

    def __init__(
        self,
        program: Program,
        path: Part,
        properties: Sequence[Property],
        state: State,
        trace: Trace,
        until: Until | None,
    ) -> None:
        self.program = program
        self.path = path
        self.state = state
        self.trace = trace
        self.assumptions: list[Assumed] = []
        self.moved: list[Moved] = []
        self.memory = Memory(state, trace, program.little_endian)
        self.claims = Claims(properties, state, trace, until)

    def start(self) -> None:
        """Makes the declared objects of debris and runs the path on the first."""
        state = self.state
        for index, declared in enumerate(self.program.objects):
            key = ObjectKey((), index)
            state.declared[declared.name] = self.memory.keep(
                Name(Object(key, debris(key, declared.width)))
            )
        first = state.declared[self.program.objects[0].name]
        self._block(Frame(first, {}, (), ()), self.path.body)

    def outcome(self) -> Run:
        """What came of it."""
        return Run(
            path=self.path.name,
            reached=self.claims.reached,
            broken={name: tuple(broken) for name, broken in self.claims.broken.items()},
            arrivals=self.claims.arrivals,
            assumptions=tuple(self.assumptions),
            ended=any(not assumed.true for assumed in self.assumptions),
            decisions=tuple(self.state.decisions),
            stores=self.state.stores,
            values=self.state.known,
            looks=tuple(self.state.looks),
            moved=tuple(self.moved),
            trace=self.trace.stages(),
            effects=self.trace.effects(),
        )

    # --- statements -------------------------------------------------------------------------------

    def _block(self, frame: Frame, block: Block) -> None:
        """Runs the statements in order; names made in them are seen to the end of the block."""
        names = dict(frame.names)
        for statement in block:
            moment = (*frame.prefix, statement.uid)
            inner = Frame(
                current=frame.current,
                names=names,
                prefix=frame.prefix,
                moment=moment,
                step=frame.step,
                began=frame.began,
            )
            self._statement(inner, statement)
            if not isinstance(statement, Call):
                self._end_of_unnamed_step(inner)

    def _statement(self, frame: Frame, statement: Statement) -> None:
        match statement:
            case Read():
                self._read(frame, statement)
            case Write():
                self._write(frame, statement)
            case Clear():
                self._clear(frame, statement)
            case Copy():
                self._copy(frame, statement)
            case Make(_, kind, name):
                frame.names[name] = self._made(frame, kind, name)
            case Share(_, name):
                frame.names[name] = Name(frame.current.object)
                self.memory.hold(frame, frame.names[name], name)
            case Consume():
                frame.current.live = False
                self.memory.hold(frame, frame.current, "")
            case On(_, name, body):
                self._block(replace(frame, current=self.state.name(frame, name)), body)
            case When(_, body):
                self._block(frame, body)
            case Each() | Repeat():
                self._loop(frame, statement)
            case Either(_, arms):
                arm = self.state.ask(("arm", frame.moment), 0, len(arms) - 1)
                self._block(frame, arms[arm])
            case If():
                self._if(frame, statement)
            case Assume():
                self._assume(frame, statement)
            case Call(_, "step", name):
                self._step(frame, name)
            case Call(_, _, name):
                self._block(
                    replace(frame, names={}, prefix=frame.moment), self.program.parts[name].body
                )
            case _:
                assert_never(statement)

    def _if(self, frame: Frame, statement: If) -> None:
        true = self._evaluated(frame, statement.condition)
        self._end_of_unnamed_step(frame)
        self._block(frame, statement.then if true else statement.otherwise)

    def _read(self, frame: Frame, statement: Read) -> None:
        self._evaluated(frame, statement.length)
        for place in statement.places:
            self._access(frame, "read", place, statement.length)

    def _write(self, frame: Frame, statement: Write) -> None:
        value = self._evaluated(frame, statement.value)
        self._evaluated(frame, statement.length)
        length = self.state.length(frame, statement.length)
        for index, place in enumerate(statement.places):
            extent = self._access(frame, "write", place, statement.length, statement.exact_value)
            if value is not None:
                self.memory.store_value(frame, index, extent, value)
            elif length is not None:
                self.memory.store(
                    frame, index, extent, "fresh", [extent.inside(length)], typed=False
                )
            else:
                if place.padding:
                    # C17 6.2.6.1p6: storing to a struct leaves its padding unspecified.
                    padding = extent.clipped(place.padding)
                    self.memory.store(frame, index, extent, "unspecified", padding)
                self.memory.store(frame, index, extent, "fresh", extent.clipped(place.runs))

    def _clear(self, frame: Frame, statement: Clear) -> None:
        self._evaluated(frame, statement.length)
        length = self.state.length(frame, statement.length)
        for index, place in enumerate(statement.places):
            extent = self._access(frame, "clear", place, statement.length)
            self.memory.store(frame, index, extent, "blank", [extent.inside(length)])
            self._moves(frame, extent, length)

    def _copy(self, frame: Frame, statement: Copy) -> None:
        """memmove: everything is read before anything is written."""
        self._evaluated(frame, statement.length)
        length = self.state.length(frame, statement.length)
        origin = self._access(frame, "copy from", statement.origin, statement.length)
        target = self._access(frame, "copy to", statement.target, statement.length)
        self.memory.copy(frame, origin, target, length)
        self._moves(frame, target, length)

    def _moves(self, frame: Frame, extent: Extent, length: int | None) -> None:
        self.moved.append(Moved(frame.moment, -(-len(extent.inside(length)) // 8)))

    def _made(self, frame: Frame, kind: str, name: str) -> Name:
        """A new object made from the current one, as a copy of it or of debris."""
        key = ObjectKey(frame.moment, 0)
        origin = frame.current
        self.trace.did(
            MadeObject(
                moment=frame.moment,
                step=step_of(frame),
                kind=kind,
                name=name,
                object=key,
                parent=origin.object.key,
            )
        )
        if kind == "new":
            return self.memory.keep(make(key, origin, debris(key, len(origin.object.bits))))
        self.claims.announce(frame, Accessed(self.path.name, step_of(frame), "cut", None))
        self.trace.touch(
            frame.moment, "cut", None, origin.object.key, range(len(origin.object.bits))
        )
        return self.memory.keep(make(key, origin, list(origin.object.bits)))

    def _loop(self, outer: Frame, statement: Each | Repeat) -> None:
        turns = self.state.ask(("turns", outer.moment), statement.low, statement.high)
        for turn in range(turns):
            self.claims.turns += 1
            moment = (*outer.moment, turn)
            frame = Frame(
                current=outer.current,
                names=dict(outer.names),
                prefix=moment,
                moment=moment,
                step=outer.step,
                began=outer.began,
            )
            if isinstance(statement, Each):
                name_made = self._made(frame, "clone", statement.name)
                self._end_of_unnamed_step(frame)
                frame.names[statement.name] = name_made
                frame = replace(frame, current=name_made)
            self._block(frame, statement.body)

    def _assume(self, frame: Frame, statement: Assume) -> None:
        true = self.state.number(frame, statement.condition) != 0
        self.assumptions.append(Assumed(statement, frame.moment, true))
        if not true:
            raise EndOfRun

    def _step(self, outer: Frame, name: str) -> None:
        """A step begins, does what it does, ends, and enters the history of the object it began
        on."""
        self.claims.steps += 1
        step = self.program.steps[name]
        frame = Frame(
            current=outer.current,
            names={},
            prefix=outer.moment,
            moment=outer.moment,
            step=step,
            began=outer.moment,
        )
        self.claims.announce(frame, Began(self.path.name, name))
        self._block(frame, step.body)
        frame.current.object.history.append(outer.moment)
        self.trace.did(EndedStep(outer.moment, name, frame.current.object.key))
        self.claims.announce(frame, Ended(self.path.name, name))
        self.trace.end(frame, self.state.objects)

    def _end_of_unnamed_step(self, frame: Frame) -> None:
        if frame.step is None and self.trace.pending():
            self.trace.end(frame, self.state.objects)

    # --- events -----------------------------------------------------------------------------------

    def _access(
        self,
        frame: Frame,
        kind: Access,
        place: Place,
        length: Expr | None = None,
        value: Expr | None = None,
    ) -> Extent:
        """Announces that a place is touched, and says where it lies."""
        self.claims.announce(
            frame,
            Accessed(
                path=self.path.name,
                step=step_of(frame),
                kind=kind,
                place=place,
                length=length,
                value=value,
            ),
        )
        extent = self.state.extent(frame, place)
        if self.trace.wanted:
            touched = extent.inside(self.state.length(frame, length))
            bits = range(extent.low + touched.start, extent.low + touched.stop)
            self.trace.touch(frame.moment, kind, place, extent.name.object.key, bits)
        return extent

    def _evaluated(self, frame: Frame, expr: Expr | None) -> int | None:
        """The value of an expression, whose members are read as C comes to them."""
        if expr is None:
            return None
        return self.state.number(frame, expr, lambda place: self._access(frame, "read", place))
