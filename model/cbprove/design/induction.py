"""Which of the bits that a loop stores to are, after any number of turns, what they were before the first.

The facts tried are "this piece has the sources it had": all are supposed, those that a turn breaks are given up, until the
rest survive a turn together. A fact given up refutes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from cbprove.design.asking import ask
from cbprove.frozen import frozen
from cbprove.obligations.invariants import Heads, Loops, Piece
from cbprove.solving.solver import Limits
from cbprove.system import Part, Program, Property


@frozen
class Invariant:
    """What turns may leave changed to later ones, on plain numbers, and the pieces that they leave as they were, by path."""

    heads: Heads
    kept: Mapping[str, tuple[Piece, ...]]


def invariant(program: Program, prop: Property, limits: Limits) -> Invariant:
    """All that the solver finds to survive every turn together; raises TooLarge."""
    heads: Heads = {}
    kept: dict[str, tuple[Piece, ...]] = {}
    for path in program.paths:
        loops, pieces = _search(program, path, prop, limits)
        heads.update(loops.heads(pieces))
        kept[path.name] = tuple(pieces)
    return Invariant(heads, kept)


def _search(program: Program, path: Part, prop: Property, limits: Limits) -> tuple[Loops, list[Piece]]:
    loops = Loops(program, path, prop, limits.operations)
    kept = loops.pieces
    while True:
        loops.suppose(kept)
        broken = [piece for piece in kept if _may_change(loops, piece, limits)]
        if not broken:
            return loops, kept
        kept = [piece for piece in kept if piece not in broken]


def _may_change(loops: Loops, piece: Piece, limits: Limits) -> bool:
    return ask(loops.changes(piece), loops.ranges, limits).answer.result != "unsat"
