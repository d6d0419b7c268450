"""Which of the bits that a loop stores to are, after any number of turns, what they were before the first.

The facts tried are "this piece has the sources it had": all are supposed, those that a turn breaks are given up, until the
rest survive a turn together. A fact given up refutes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from cbprove.design.asking import ask
from cbprove.obligations.bounds import Bounds
from cbprove.obligations.members import Members
from cbprove.obligations.ops import Area, Store, Unfolding
from cbprove.obligations.plan import Plan
from cbprove.obligations.sources import BIT, Trail, identity, within
from cbprove.obligations.still import number
from cbprove.obligations.unfold import unfold
from cbprove.properties.events import Moment
from cbprove.solving.solver import Limits
from cbprove.system import Part, Program, Property
from cbprove.terms import Bool, and_, eq, not_

Heads = dict[Moment, list[Store]]
Piece = tuple[Moment, Area, int, int]  # of a loop: bits [low, last) of an area, by address


def heads(program: Program, prop: Property, limits: Limits) -> Heads:
    """What the turns of each loop may leave changed to later ones, on plain numbers; raises TooLarge."""
    found: Heads = {}
    for path in program.paths:
        found.update(_of_path(program, path, prop, limits))
    return found


def _of_path(program: Program, path: Part, prop: Property, limits: Limits) -> Heads:
    memory = Members({})
    unfolding = unfold(program, path, (prop,), Plan(cut=True, limit=limits.operations), memory)
    touched = unfolding.heads
    ranges = {**memory.ranges, **{d.term.args[0]: (d.low, d.high) for d in unfolding.decisions.values()}}
    supposed = [piece for moment, stores in touched.items() for piece in _pieces(moment, stores)]
    changed: list[Piece] = []
    while True:
        unfolding.heads = _restricted(touched, changed)
        broken = [piece for piece in supposed if _changes(unfolding, piece, ranges, limits)]
        if not broken:
            return unfolding.heads
        changed += broken
        supposed = [piece for piece in supposed if piece not in broken]


def _pieces(moment: Moment, stores: list[Store]) -> list[Piece]:
    """The touched bits cut wherever one of the extents begins or ends."""
    found: dict[Piece, None] = {}
    for area in dict.fromkeys(store.area for store in stores):
        extents = [extent for store in stores if store.area == area for extent in _extents(store)]
        cuts = sorted({cut for extent in extents for cut in extent})
        for low, last in pairwise(cuts):
            if any(first <= low and last <= end for first, end in extents):
                found[(moment, area, low, last)] = None
    return list(found)


def _extents(store: Store) -> list[tuple[int, int]]:
    """The bits a store gives a source, as half open runs of addresses within its bound."""
    low = number(store.low)
    runs = [(low + offset, low + offset + width) for offset, width in store.runs or ((0, number(store.width)),)]
    first, last = store.bound or (low, low + number(store.width))
    clipped = [(max(a, first), min(b, last)) for a, b in runs]
    return [(a, b) for a, b in clipped if a < b]


def _restricted(touched: Heads, changed: list[Piece]) -> Heads:
    """What turns leave, of which only the changed pieces count."""
    return {
        moment: [kept for store in stores for kept in _within(moment, store, changed)]
        for moment, stores in touched.items()
    }


def _within(moment: Moment, store: Store, changed: list[Piece]) -> Iterator[Store]:
    low = number(store.low)
    runs = tuple(
        (a - low, b - a)
        for m, area, a, b in changed
        if m == moment and area == store.area and any(first <= a and b <= last for first, last in _extents(store))
    )
    if runs:
        yield replace(store, runs=runs)


def _changes(unfolding: Unfolding, piece: Piece, ranges: dict[str, tuple[int, int]], limits: Limits) -> bool:
    """Whether a turn may leave a bit of the piece with another source than it had before that turn."""
    moment, area, low, last = piece
    before, after, guard = unfolding.followed[moment]
    trail = Trail(unfolding, Bounds({**ranges, "bit": (0, 0)}))
    numbers: dict[int, int] = {}
    was = identity(trail.sources(low, last - low, area, before, guard), numbers, by_value=False)
    now = identity(trail.sources(low, last - low, area, after, guard), numbers, by_value=False)
    same = and_(eq(was[0], now[0]), eq(was[1], now[1]))
    other: Bool = and_(guard, within(BIT, ((0, last - low),)), not_(same))
    return ask(other, ranges, limits).answer.result != "unsat"
