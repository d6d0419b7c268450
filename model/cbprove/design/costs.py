"""What a design costs: bytes that `copy` and `clear` move on the dearest run."""

from __future__ import annotations

from typing import assert_never

from cbprove.system.expressions import Expr, Place
from cbprove.system.program import Program
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
from cbprove.verdicts import Cost

# Bytes outside segments, bytes inside one turn of the dearest outermost `each`
_Pair = tuple[int, int]


def cost(program: Program) -> Cost:
    """The cost of the dearest run of any path; cutting objects is not counted, inner loops are
    counted once."""
    pairs = [_block(program, path.body) for path in program.paths]
    return Cost(*max(pairs, key=sum, default=(0, 0)))


def _block(program: Program, block: Block) -> _Pair:
    packet = segment = 0
    for statement in block:
        outside, inside = _statement(program, statement)
        packet += outside
        segment = max(segment, inside)
    return packet, segment


def _statement(program: Program, statement: Statement) -> _Pair:
    match statement:
        case Copy(target=target):
            return _bytes(program, target, statement.length), 0
        case Clear(places=places):
            return sum(_bytes(program, place, statement.length) for place in places), 0
        case Call(kind="step", name=name):
            return _block(program, program.steps[name].body)
        case Call(name=name):
            return _block(program, program.parts[name].body)
        case Each(body=body):
            return 0, sum(_block(program, body))
        case Repeat(body=body) | On(body=body) | When(body=body):
            return _block(program, body)
        case Either(arms=arms):
            return max((_block(program, arm) for arm in arms), key=sum)
        case If(then=then, otherwise=otherwise):
            return max(_block(program, then), _block(program, otherwise), key=sum)
        case Read() | Write() | Make() | Assume() | Share() | Consume():
            return 0, 0
        case _:
            assert_never(statement)


def _bytes(program: Program, place: Place, length: Expr | None) -> int:
    """Whole bytes: the most that a length may come to, but no more than the control block has."""
    if length is None:
        return -(-place.width // 8)
    from cbprove.evidence.lengths import longest  # few accesses have lengths of their own

    return min(longest(program, length), -(-(place.bound[1] - place.bound[0]) // 8))
