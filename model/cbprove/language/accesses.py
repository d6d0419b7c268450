"""What the statements of a program touch, and the blocks inside them."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.language.expressions import operands
from cbprove.system import (
    Block,
    Clear,
    Copy,
    Each,
    Either,
    Expr,
    If,
    MemberValue,
    On,
    Place,
    Read,
    Repeat,
    Statement,
    Write,
)  # fmt: skip


def accesses(body: Block) -> Iterator[tuple[str, Place]]:
    """What statements read and write, in order; a copy reads nothing."""
    for statement in body:
        for expression in _expressions(statement):
            yield from (("reads", e.place) for e in operands(expression) if isinstance(e, MemberValue))
        match statement:
            case Read():
                yield from (("reads", place) for place in statement.places)
            case Write() | Clear():
                yield from (("writes", place) for place in statement.places)
            case Copy():
                yield "writes", statement.target
        for inner in inner_blocks(statement):
            yield from accesses(inner)


def _expressions(statement: Statement) -> Iterator[Expr]:
    match statement:
        case Read() | Clear() | Copy():
            found = [statement.length]
        case Write():
            found = [statement.exact_value, statement.length]
        case If():
            found = [statement.condition]
        case _:
            found = []
    yield from (e for e in found if e is not None)


def inner_blocks(statement: Statement) -> tuple[Block, ...]:
    """The blocks that stand inside a statement."""
    match statement:
        case On() | Each() | Repeat():
            return (statement.body,)
        case Either():
            return statement.arms
        case If():
            return (statement.then, statement.otherwise)
        case _:
            return ()
