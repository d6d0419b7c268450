"""Accesses whose index only a run knows, beside properties of members: they must touch all of a member's bits or none."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.language.elaborate_memo import mistake
from cbprove.language.expressions import operands
from cbprove.system import (
    Block,
    Each,
    Either,
    Exact,
    Expr,
    If,
    MemberValue,
    On,
    Owned,
    Place,
    Program,
    Property,
    Read,
    Repeat,
    Statement,
    Write,
    Written,
)  # fmt: skip


def check(program: Program, prop: Property) -> None:
    """Raises a mistake for the first access that a run may move into a member of the property and out of it."""
    if not isinstance(prop.claim, Owned | Written | Exact) or prop.span is None:
        return
    for place in _accessed(program) if prop.claim.members else ():
        for member in prop.claim.members:
            if _partly(place, member, *_moved(program, place)):
                message = (
                    f"`{prop.name}` speaks of `{member.text}`, and only a run knows whether `{place.text}` is in it"
                )
                raise mistake("CB0169", message, member.span)


def _partly(place: Place, member: Place, least: int, most: int) -> bool:
    """Whether the place, moved by so many bits, touches some of the member's bits and stays not inside of them."""
    if not any(member.is_over(place.view, leaf.path) for leaf in place.leaves):
        return False
    low, high = place.start + least, place.start + place.width + most
    first, last = member.start, member.start + member.width
    return low < last and first < high and not (first <= low and high <= last)


def _moved(program: Program, place: Place) -> tuple[int, int]:
    """How far the inputs move a place, in bits: at least, at most."""
    ends = [(stride * program.inputs[name].low, stride * program.inputs[name].high) for name, stride in place.indexes]
    return sum(min(0, *end) for end in ends), sum(max(0, *end) for end in ends)


def _accessed(program: Program) -> Iterator[Place]:
    """The places with an index of a run that something reads or writes."""
    for block in (*(step.body for step in program.steps.values()), *_bodies(program)):
        for statement in _all(block):
            yield from (place for place in _places(statement) if place.indexes)


def _bodies(program: Program) -> Iterator[Block]:
    yield from (part.body for part in (*program.parts.values(), *program.paths))


def _all(block: Block) -> Iterator[Statement]:
    for statement in block:
        yield statement
        for inner in _blocks(statement):
            yield from _all(inner)


def _blocks(statement: Statement) -> tuple[Block, ...]:
    match statement:
        case On() | Each() | Repeat():
            return (statement.body,)
        case Either():
            return statement.arms
        case If():
            return (statement.then, statement.otherwise)
        case _:
            return ()


def _places(statement: Statement) -> Iterator[Place]:
    match statement:
        case Read():
            yield from statement.places
        case Write():
            yield from statement.places
            yield from _looked_at(statement.value)
        case If():
            yield from _looked_at(statement.condition)


def _looked_at(expr: Expr | None) -> Iterator[Place]:
    if expr is not None:
        yield from (inner.place for inner in operands(expr) if isinstance(inner, MemberValue))
