"""From a path to its unfolding, statement by statement: branches become guards, stores and
copies operations in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from cbprove.frozen import replace
from cbprove.logic.terms import Interval, and_, eq, mul, named_bool, not_, or_
from cbprove.obligations.building import Building, Frame
from cbprove.obligations.claiming import Claiming
from cbprove.obligations.ops import (
    MEMORY,
    Copied,
    Run,
    StepRun,
    Store,
    StoreKind,
    Unfolding,
    covered,
    zeroes,
)
from cbprove.obligations.plan import Plan
from cbprove.obligations.sources import spelled as spell
from cbprove.obligations.touching import Memory, Touching
from cbprove.obligations.turns import Turns
from cbprove.obligations.values import Value
from cbprove.properties.events import Began, Ended
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


def unfold(
    program: Program,
    path: Part,
    properties: Sequence[Property],
    plan: Plan,
    memory: Memory,
    axes: Mapping[str, Interval] | None = None,
) -> Unfolding:
    """All runs of a path. With `axes`, the ranges of axes left free, extents keep their names and
    may hang on those.

    Raises TooLarge.
    """
    built = Building(program, path, plan)
    touching = Touching(built, memory, axes)
    claiming = Claiming(built, touching, path, properties)
    return _Walk(built, touching, claiming).run(path)


class _Walk:
    def __init__(self, built: Building, touching: Touching, claiming: Claiming) -> None:
        self.built, self.touching, self.claiming = built, touching, claiming
        self.turns = Turns(built, claiming, self._block)

    def run(self, path: Part) -> Unfolding:
        first = self.built.program.objects[0]
        packet = self.built.instance(first.name, None, ("object", first.name), first)
        scope = {}
        for shape in self.built.program.objects[1:]:
            instance = self.built.instance(shape.name, None, ("object", shape.name), shape)
            scope[shape.name] = (instance, self.built.hold(shape.name, instance, live=True))
        frame = Frame(
            current=packet,
            name=self.built.hold(first.name, packet, live=True),
            scope=scope,
            prefix=(),
            moment=(),
            guard=True,
            step=None,
            step_moment=(),
        )
        self._block(path.body, frame)
        return self.built.out

    # --- statements -------------------------------------------------------------------------------

    def _block(self, block: Block, frame: Frame) -> None:
        scope = dict(frame.scope)
        for statement in block:
            moment = (*frame.prefix, statement.uid)
            began = moment if frame.step is None else frame.step_moment
            inner = Frame(
                current=frame.current,
                name=frame.name,
                scope=scope,
                prefix=frame.prefix,
                moment=moment,
                guard=frame.guard,
                step=frame.step,
                step_moment=began,
                given=frame.given,
            )
            match statement:
                case Make(kind=kind, name=name):
                    if kind == "clone":
                        self.claiming.accessed("cut", None, inner, statement)
                    instance = self.built.make(name, inner, kind == "new")
                    scope[name] = (instance, self.built.hold(name, instance, live=True))
                case Share(name=name):
                    scope[name] = (
                        frame.current,
                        self.built.hold(name, frame.current, live=frame.guard),
                    )
                case _:
                    self._statement(statement, inner)

    def _statement(self, statement: Statement, frame: Frame) -> None:
        match statement:
            case Read(places=places, length=length):
                self.claiming.reads_of(length, frame, statement)
                for place in places:
                    self.claiming.accessed("read", place, frame, statement, length)
            case Write():
                self._write(statement, frame)
            case Clear():
                self._clear(statement, frame)
            case Copy():
                self._copy(statement, frame)
            case On(name=name, body=body):
                instance, object_name = frame.scope[name]
                self._block(body, replace(frame, current=instance, name=object_name))
            case When(body=body, given=given):
                self._block(body, frame.among(given))
            case Either(arms=arms):
                self._either(arms, frame)
            case If():
                self._if(statement, frame)
            case Assume(condition=condition):
                self.built.assume(self.touching.truth(condition, frame), frame)
            case Consume():
                frame.name.gone = or_(frame.name.gone, frame.guard)
            case Call(kind="part", name=name):
                self._block(
                    self.built.program.parts[name].body,
                    replace(frame, prefix=frame.moment, scope=self.built.shared(frame)),
                )
            case Call(name=name):
                self._step(name, frame)
            case Each() | Repeat():
                self.turns.loop(statement, frame)
            case Make() | Share():
                raise AssertionError("a block takes these itself: they add to its names")
            case _:
                assert_never(statement)

    def _if(self, statement: If, frame: Frame) -> None:
        self.claiming.reads_of(statement.condition, frame, statement)
        truth = self.touching.truth(statement.condition, frame)
        # Under a name, so that queries say it once however many guards it is part of (decision
        # 0003).
        holds = named_bool(spell(("if", frame.moment)), truth)
        self._block(statement.then, replace(frame, guard=and_(frame.guard, holds)))
        self._block(statement.otherwise, replace(frame, guard=and_(frame.guard, not_(holds))))

    def _either(self, arms: tuple[Block, ...], frame: Frame) -> None:
        picked = self.built.decide(("arm", frame.moment), 0, len(arms) - 1, frame.guard)
        last = len(arms) - 1
        for index, arm in enumerate(arms):
            truth = (
                not_(or_(*(eq(picked, i) for i in range(last))))
                if index == last
                else eq(picked, index)
            )
            self._block(arm, replace(frame, guard=and_(frame.guard, truth)))

    def _step(self, name: str, frame: Frame) -> None:
        step = self.built.program.steps[name]
        run = StepRun(name, frame.current)
        inner = replace(
            frame,
            prefix=frame.moment,
            step=run,
            step_moment=frame.moment,
            scope=self.built.shared(frame),
        )
        self.built.out.steps.append(frame.guard)
        self.claiming.announce(Began(self.claiming.path.name, name), inner, None)
        self._block(step.body, inner)
        run.ended = self.built.tick()
        ended = Ended(self.claiming.path.name, name)
        self.claiming.remember(ended, inner)
        self.claiming.announce(ended, inner, None)

    def _write(self, statement: Write, frame: Frame) -> None:
        self.claiming.reads_of(statement.length, frame, statement)
        self.claiming.reads_of(statement.value, frame, statement)
        value = self.touching.value(statement.value, frame) if statement.value is not None else None
        exact = (
            self.touching.value(statement.exact_value, frame)
            if statement.exact_value is not None and self.claiming.exact
            else None
        )
        for index, place in enumerate(statement.places):
            self.claiming.accessed(
                "write",
                place,
                frame=frame,
                statement=statement,
                length=statement.length,
                value=statement.exact_value,
                exact=exact,
            )
            kind: StoreKind = "fresh" if value is None else "value"
            self._store(kind, place, index=index, frame=frame, length=statement.length, value=value)

    def _clear(self, statement: Clear, frame: Frame) -> None:
        length = statement.length
        self.claiming.reads_of(length, frame, statement)
        for index, place in enumerate(statement.places):
            self.claiming.accessed("clear", place, frame, statement, length)
            self._store("blank", place, index, frame, length)

    def _store(
        self,
        kind: StoreKind,
        place: Place,
        index: int,
        frame: Frame,
        length: Expr | None,
        value: Value | None = None,
    ) -> None:
        touched = self.touching.touch(place, frame)
        size = self.touching.length(length, frame)
        covers_all = kind == "blank" or size is not None
        runs = None if covers_all else covered(place)
        store = Store(
            number=self.built.number(),
            key=(kind, (*frame.moment, index)),
            kind=kind,
            area=(touched.instance.number, MEMORY),
            low=touched.low,
            width=place.width if size is None else mul(size.term, 8),
            guard=frame.guard,
            bound=self.touching.bound(place, touched, size),
            runs=None if runs == ((0, place.width),) else runs,
            unspecified=() if covers_all else place.padding,
            zero=() if covers_all else self._left_zero(place, value),
            leaves=place.leaves,
            value=value,
            run=frame.step,
            text=place.text,
            indexes=touched.indexes,
            length=size,
            given=frame.given,
        )
        self.built.emit(store)

    def _left_zero(self, place: Place, value: Value | None) -> tuple[Run, ...]:
        """The runs of a place that a store leaves zero. A bool that holds neither 0 nor 1 is
        copied as it is (decision 0029)."""
        if value is not None and not 0 <= value.low <= value.high <= 1:
            return ()
        return zeroes(place, self.built.program.little_endian)

    def _copy(self, statement: Copy, frame: Frame) -> None:
        self.claiming.reads_of(statement.length, frame, statement)
        self.claiming.accessed("copy from", statement.origin, frame, statement, statement.length)
        self.claiming.accessed("copy to", statement.target, frame, statement, statement.length)
        length = self.touching.length(statement.length, frame)
        self._carry(statement.origin, statement.target, frame, length)

    def _carry(self, source: Place, target: Place, frame: Frame, length: Value | None) -> None:
        origin, goal = self.touching.touch(source, frame), self.touching.touch(target, frame)
        copied = Copied(
            key=("copy", frame.moment),
            area=(goal.instance.number, MEMORY),
            low=goal.low,
            origin=(origin.instance.number, MEMORY),
            origin_low=origin.low,
            width=target.width if length is None else mul(length.term, 8),
            guard=frame.guard,
            bound=self.touching.bound(target, goal, length),
            origin_bound=self.touching.bound(source, origin, length),
            text=f"{source.text} -> {target.text}",
            indexes=goal.indexes,
            origin_indexes=origin.indexes,
            length=length,
            given=frame.given,
        )
        self.built.emit(copied)
