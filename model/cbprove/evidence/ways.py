"""The statements of a program as they stand in its paths: on which object, under which names,
inside of which calls.

Turns of a loop are not told apart: what one turn makes is one object, made at the turn's begin.

Two conditions that no run meets both, decided by their shape or by trying all values of the inputs
in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import assert_never

from cbprove import folds
from cbprove.evidence.certificate import Spot
from cbprove.folds import Condition, parts
from cbprove.frozen import frozen, replace
from cbprove.properties.events import Accessed, Began, Event
from cbprove.semantics import arithmetic
from cbprove.system.expressions import Expr, InputValue, IntType, MemberValue, Place, Unary
from cbprove.system.program import Input, Part, Program
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
class Thing:
    """An object of the run by a name of its own, and what it was made from."""

    label: str
    parent: Thing | None = None


@frozen
class Env:
    """Where a statement stands: on what, which names it sees, what is around it; in which step,
    begun on what, when."""

    path: str
    current: Thing
    names: Mapping[str, Thing]
    prefix: Spot = ()
    step: str | None = None
    runs_on: Thing | None = None
    began: Spot | None = None

    def spot(self, statement: Statement) -> Spot:
        return (*self.prefix, statement.uid)

    def thing(self, place: Place) -> Thing:
        """The object that a place names."""
        if place.object == "..":
            assert self.current.parent is not None, (
                "resolve lets no parent be named where there is none"
            )
            return self.current.parent
        return self.names.get(place.object, self.current)


Stood = Sequence[tuple[Statement, Env]]


@frozen
class Level:
    """A block as far as a statement in it; `up` is the statement around it, of whose blocks this
    is number `arm`."""

    stood: Stood
    index: int
    up: Level | None
    arm: int = 0

    @property
    def here(self) -> tuple[Statement, Env]:
        return self.stood[self.index]


def opened(program: Program, path: Part) -> Stood:
    """A path's own statements."""
    first, *declared = program.objects
    return _stood(
        path.body, Env(path.name, Thing(first.name), {o.name: Thing(o.name) for o in declared})
    )


def inside(program: Program, statement: Statement, env: Env) -> tuple[Stood, ...]:
    """The blocks that run as a part of a statement: of an `either` or `if` one of them, of a
    loop one in each turn."""
    within = replace(env, prefix=env.spot(statement))
    match statement:
        case On(name=name, body=body):
            return (_stood(body, replace(env, current=env.names.get(name, env.current))),)
        case When(body=body):
            return (_stood(body, env),)
        case Either(arms=arms):
            return tuple(_stood(arm, env) for arm in arms)
        case If(then=then, otherwise=otherwise):
            return _stood(then, env), _stood(otherwise, env)
        case Repeat(body=body):
            return (_stood(body, within),)
        case Each():
            return (_segment(statement, within),)
        case Call(kind="part", name=name):
            return (_stood(program.parts[name].body, replace(within, names=_declared(program))),)
        case Call(name=name):
            of_step = replace(
                within,
                names=_declared(program),
                step=name,
                runs_on=env.current,
                began=within.prefix,
            )
            return (_stood(program.steps[name].body, of_step),)
        case Read() | Write() | Clear() | Copy() | Make() | Assume() | Share() | Consume():
            return ()
        case _:
            assert_never(statement)


def _declared(program: Program) -> dict[str, Thing]:
    return {declared.name: Thing(declared.name) for declared in program.objects[1:]}


def _segment(loop: Each, env: Env) -> Stood:
    """A turn of `each`: the cutting of its object, then the body on it."""
    cut = Make(loop.uid, "clone", loop.name, loop.span)
    segment = made(cut, env)
    names = {**env.names, loop.name: segment}
    return [(cut, env), *_stood(loop.body, replace(env, current=segment, names=names))]


def made(statement: Make, env: Env) -> Thing:
    """The object that a statement makes."""
    return Thing(f"{statement.name}@{'.'.join(map(str, env.spot(statement)))}", env.current)


def _stood(block: Block, env: Env) -> Stood:
    nested = []
    for statement in block:
        nested.append((statement, env))
        if isinstance(statement, Make):
            env = replace(env, names={**env.names, statement.name: made(statement, env)})
        elif isinstance(statement, Share):
            env = replace(env, names={**env.names, statement.name: env.current})
    return nested


def sites(
    program: Program, statement_at: Stood, up: Level | None = None, arm: int = 0
) -> Iterator[Level]:
    """Every statement of a block and of the blocks in it, in the order of the text."""
    for index, (statement, env) in enumerate(statement_at):
        level = Level(statement_at, index, up, arm)
        yield level
        for number, block in enumerate(inside(program, statement, env)):
            yield from sites(program, block, level, number)


def events(statement: Statement, env: Env) -> Iterator[Event]:
    """What a statement announces before it changes anything: what it may read, or that a step
    begins.

    Every member that an expression names is announced, also where C may not come to it: a claim too
    many proves nothing wrong.
    """
    if isinstance(statement, Call) and statement.kind == "step":
        yield Began(env.path, statement.name)
    for expr in folds.evaluated(statement):
        for place in folds.members(expr):
            yield Accessed(env.path, env.step, "read", place)
    for touch in folds.touches(statement):
        if touch.kind == "read":
            yield Accessed(env.path, env.step, "read", touch.place, touch.length)


_MOST = 1 << 12  # values of all inputs in two conditions


def steady(program: Program, expr: Expr) -> bool:
    """Whether an expression has one value in all of a run: it looks at no member and at no input
    of a step."""
    inside = list(parts(expr))
    inputs = [program.inputs[part.name] for part in inside if isinstance(part, InputValue)]
    return not any(isinstance(part, MemberValue) for part in inside) and not any(
        each.per_step for each in inputs
    )


def excluded(program: Program, left: Condition, other: Condition) -> bool:
    """Whether two conditions over the run's own inputs are never both met."""
    (a, truth), (b, also) = _plain(left), _plain(other)
    if a == b:
        return truth is not also
    names = dict.fromkeys(
        part.name for expr in (a, b) for part in parts(expr) if isinstance(part, InputValue)
    )
    inputs = [program.inputs[name] for name in names]
    if prod(each.high - each.low + 1 for each in inputs) > _MOST:
        # Too many to try: taken for possible, and the arm is walked.
        return False
    return not any(_is(a, values) is truth and _is(b, values) is also for values in _all(inputs))


def _plain(condition: Condition) -> Condition:
    """The same without `!` in front."""
    expr, truth = condition
    while isinstance(expr, Unary) and expr.operator == "!":
        expr, truth = expr.operand, not truth
    return expr, truth


def _all(inputs: list[Input]) -> Iterator[_Values]:
    for values in product(*(range(each.low, each.high + 1) for each in inputs)):
        yield _Values(dict(zip((each.name for each in inputs), values, strict=True)))


def _is(expr: Expr, values: _Values) -> bool:
    return arithmetic.evaluate(expr, values) != 0


@frozen
class _Values:
    known: dict[str, int]

    def input(self, name: str) -> int:
        return self.known[name]

    def member(self, place: Place, type: IntType) -> int:
        raise AssertionError("a condition that looks at a member is not steady")
