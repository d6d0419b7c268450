"""Invariants of cut loops: which of the bits that a loop stores to are, after any number of turns, what they were before the
first, and, where that does not suffice, facts about values that turns keep (`houdini.py`).

All pieces are supposed to have the sources that they had, those that a turn changes are given up, until the rest survive a
turn together. A piece given up refutes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from cbprove.design.asking import ask
from cbprove.design.houdini import facts
from cbprove.frozen import frozen
from cbprove.obligations.facts import Fact
from cbprove.obligations.invariants import Heads, Loops, Piece
from cbprove.obligations.plan import Plan
from cbprove.solving.solver import Limits
from cbprove.system import Part, Program, Property


@frozen
class Invariant:
    """What turns may leave changed to later ones, on plain numbers, and the pieces that they leave as they were, by path; facts
    about values that they keep, by path (none where none were needed)."""

    heads: Heads
    kept: Mapping[str, tuple[Piece, ...]]
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)

    def plan(self, limits: Limits) -> Plan:
        """Return the plan of a proof for every number of turns that supposes the invariant."""
        facts = tuple(fact for facts in self.facts.values() for fact in facts)
        return Plan(cut=True, heads=self.heads, facts=facts, limit=limits.operations)


def invariant(program: Program, prop: Property, limits: Limits) -> Invariant:
    """All that the solver finds to survive every turn together; raises TooLarge."""
    heads: Heads = {}
    kept: dict[str, tuple[Piece, ...]] = {}
    for path in program.paths:
        loops, pieces = _search(program, path, prop, limits)
        heads.update(loops.heads(pieces))
        kept[path.name] = tuple(pieces)
    return Invariant(heads, kept)


def strengthened(program: Program, prop: Property, invariant: Invariant, limits: Limits) -> Iterator[Invariant]:
    """Yield the same with facts about values that every turn keeps: few of them, then more. Raises TooLarge."""
    for bounds in (False, True):
        found = facts(program, prop, invariant.heads, limits, bounds)
        if any(found.values()):
            yield replace(invariant, facts=found)


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
    return ask(loops.changes(piece), loops.ranges, limits).result != "unsat"
