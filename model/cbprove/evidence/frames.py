"""The frame of each loop: which bits a turn may store to, from the statements of the Program alone.

The prover has its own account of what earlier turns may leave (`obligations/turns.py`), made of
what it unfolded. This one knows no unfolding, no guard and no order: it goes through the body of a
loop, into every branch, call and inner loop, and takes every store for one that may run. What a
proof for every number of turns accounts for is held against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from cbprove.evidence.certificate import Spot
from cbprove.evidence.followed import reach
from cbprove.evidence.ways import Stood, inside, opened, sites
from cbprove.system.expressions import Expr, Place
from cbprove.system.program import Part, Program
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

Frame = Mapping[str, frozenset[int]]  # bits by the object that they lie in, as ways.py names it


def frames(program: Program, path: Part) -> dict[Spot, Frame]:
    """Return, for each loop of a path by where it stands, the bits that a turn may store to in
    objects made before the loop."""
    by_loop: dict[Spot, Frame] = {}
    for level in sites(program, opened(program, path)):
        loop, env = level.here
        if isinstance(loop, Each | Repeat):
            at = env.spot(loop)
            bits: dict[str, frozenset[int]] = {}
            for block in inside(program, loop, env):
                for label, stored in _stored(program, block):
                    if not _made_inside(label, at):
                        bits[label] = bits.get(label, frozenset()) | stored
            by_loop[at] = bits
    return by_loop


def _made_inside(label: str, loop: Spot) -> bool:
    """Whether an object is one that a turn of the loop made: its label ends with where it was
    made."""
    _, _, spot = label.partition("@")
    return bool(spot) and tuple(map(int, spot.split(".")))[: len(loop)] == loop


def _stored(program: Program, statement_at: Stood) -> Iterator[tuple[str, frozenset[int]]]:
    for statement, env in statement_at:
        for place, length in _targets(statement):
            yield env.thing(place).label, _bits(program, statement, place, length)
        for block in inside(program, statement, env):
            yield from _stored(program, block)


def _targets(statement: Statement) -> Iterator[tuple[Place, Expr | None]]:
    match statement:
        case Write(places=places, length=length) | Clear(places=places, length=length):
            yield from ((place, length) for place in places)
        case Copy(target=target, length=length):
            yield target, length
        case (
            Read()
            | Make()
            | On()
            | When()
            | Each()
            | Repeat()
            | Either()
            | If()
            | Assume()
            | Share()
            | Consume()
            | Call()
        ):
            return  # they store nothing themselves
        case _:
            assert_never(statement)


def _bits(
    program: Program, statement: Statement, place: Place, length: Expr | None
) -> frozenset[int]:
    """The bits that a store may give a source: of a plain `write` those of members and of
    padding, else all that it reaches."""
    reached, _ = reach(program, place, length)
    if not isinstance(statement, Write) or length is not None or place.indexes:
        return frozenset(reached)
    assert isinstance(place.low, int)
    runs = [(leaf.offset, leaf.width) for leaf in place.leaves] + list(place.padding)
    return frozenset(place.low + low + i for low, width in runs for i in range(width)) & frozenset(
        reached
    )
