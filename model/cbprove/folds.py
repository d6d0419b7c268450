"""What statements and expressions contain, look at and touch: a fold for each question, over closed
unions.

Nobody else walks through a statement to learn this, so that a new statement or expression is asked
about here, and mypy tells where.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, assert_never

from cbprove.frozen import frozen
from cbprove.system.expressions import (
    Binary,
    Conditional,
    Constant,
    Convert,
    Expr,
    InputValue,
    MemberValue,
    Place,
    Unary,
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

Condition = tuple[Expr, bool]  # what an expression comes to

TouchKind = Literal["read", "write", "clear", "copy from", "copy to"]


@frozen
class Touch:
    """A place that a statement names, and what it does there; with `length`, to its first so
    many bytes."""

    kind: TouchKind
    place: Place
    length: Expr | None


# --- expressions ----------------------------------------------------------------------------------


def operands(expr: Expr) -> tuple[Expr, ...]:
    """What an expression is made of, from left to right."""
    match expr:
        case Constant() | InputValue() | MemberValue():
            return ()
        case Convert(operand=operand) | Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return left, right
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
        case _:
            assert_never(expr)


def parts(expr: Expr) -> Iterator[Expr]:
    """An expression and everything inside it, from left to right."""
    yield expr
    for operand in operands(expr):
        yield from parts(operand)


def members(expr: Expr) -> Iterator[Place]:
    """The places that an expression names, from left to right, evaluated or not."""
    return (part.place for part in parts(expr) if isinstance(part, MemberValue))


def inputs(expr: Expr) -> Iterator[str]:
    """The inputs that an expression names, from left to right, evaluated or not."""
    return (part.name for part in parts(expr) if isinstance(part, InputValue))


# A place that is read, and the conditions under which C comes to it
ReadPlace = tuple[tuple[Condition, ...], Place]


@lru_cache(maxsize=1 << 12)
def reads(expr: Expr) -> tuple[ReadPlace, ...]:
    """The places that C reads to evaluate an expression, in its order, each with the conditions
    under which it comes to it; found once, since runs evaluate the same again and again."""
    return tuple(_reads(expr, ()))


def _reads(expr: Expr, conditions: tuple[Condition, ...]) -> Iterator[ReadPlace]:
    match expr:
        case MemberValue(place=place):
            yield conditions, place
        case Binary(operator="&&" | "||" as operator, left=left, right=right):
            yield from _reads(left, conditions)
            yield from _reads(right, (*conditions, (left, operator == "&&")))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            yield from _reads(condition, conditions)
            yield from _reads(then, (*conditions, (condition, True)))
            yield from _reads(otherwise, (*conditions, (condition, False)))
        case Constant() | InputValue() | Convert() | Unary() | Binary():
            for operand in operands(expr):
                yield from _reads(operand, conditions)
        case _:
            assert_never(expr)


# --- statements -----------------------------------------------------------------------------------


def blocks(statement: Statement) -> tuple[Block, ...]:
    """The blocks that stand inside a statement; what a call runs does not."""
    match statement:
        case On(body=body) | Each(body=body) | Repeat(body=body) | When(body=body):
            return (body,)
        case Either(arms=arms):
            return arms
        case If(then=then, otherwise=otherwise):
            return then, otherwise
        case Read() | Write() | Clear() | Copy() | Make() | Assume() | Share() | Consume() | Call():
            return ()
        case _:
            assert_never(statement)


def evaluated(statement: Statement) -> tuple[Expr, ...]:
    """The expressions whose members a statement reads before it does anything: a value, a length, a
    condition.

    `assume` only looks, and is not among them.
    """
    match statement:
        case Write(value=value, length=length):
            evaluated_exprs = (value, length)
        case Read(length=length) | Clear(length=length) | Copy(length=length):
            evaluated_exprs = (length, None)
        case If(condition=condition):
            evaluated_exprs = (condition, None)
        case (
            Make()
            | On()
            | Each()
            | Repeat()
            | Either()
            | When()
            | Assume()
            | Share()
            | Consume()
            | Call()
        ):
            evaluated_exprs = (None, None)
        case _:
            assert_never(statement)
    return tuple(expr for expr in evaluated_exprs if expr is not None)


def looked_at(statement: Statement) -> tuple[Expr, ...]:
    """The expressions whose members a statement reads, or only looks at."""
    return (statement.condition,) if isinstance(statement, Assume) else evaluated(statement)


def touches(statement: Statement) -> tuple[Touch, ...]:
    """The places that a statement itself reads, stores to and carries, in order; not those in
    its expressions."""
    match statement:
        case Read(places=places, length=length):
            return tuple(Touch("read", place, length) for place in places)
        case Write(places=places, length=length):
            return tuple(Touch("write", place, length) for place in places)
        case Clear(places=places, length=length):
            return tuple(Touch("clear", place, length) for place in places)
        case Copy(origin=origin, target=target, length=length):
            return Touch("copy from", origin, length), Touch("copy to", target, length)
        case (
            Make()
            | On()
            | Each()
            | Repeat()
            | Either()
            | If()
            | When()
            | Assume()
            | Share()
            | Consume()
            | Call()
        ):
            return ()
        case _:
            assert_never(statement)


def places(statement: Statement) -> Iterator[Place]:
    """Every place that a statement names, in its expressions too; not those in the blocks inside
    it."""
    yield from (touch.place for touch in touches(statement))
    for expr in looked_at(statement):
        yield from members(expr)


def within(body: Block) -> Iterator[Statement]:
    """The statements of a block and of all blocks inside them, in the order of the text."""
    for statement in body:
        yield statement
        for inner in blocks(statement):
            yield from within(inner)
