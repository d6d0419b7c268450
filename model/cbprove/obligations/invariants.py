"""Facts about loops: "whatever the turns before did, this piece of memory has the sources it had
before the first".

Before the first turn such a fact is true by what it says. That a turn which finds all of them true
leaves all of them true is a formula here; who looks for the facts that survive is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cbprove.frozen import replace
from cbprove.logic.terms import Bool, Bounds, Int, and_, eq, evaluate, not_, or_, subterms
from cbprove.obligations.cells import Cells
from cbprove.obligations.definitions import identity, within
from cbprove.obligations.facts import Fact, Facts, decided
from cbprove.obligations.members import Members
from cbprove.obligations.ops import BASE, Area, ClaimAt, Store
from cbprove.obligations.plan import Plan
from cbprove.obligations.sources import BIT, Trail
from cbprove.obligations.unfold import unfold
from cbprove.properties.events import Moment
from cbprove.system.program import Part, Program, Property

Heads = dict[Moment, list[Store]]
Piece = tuple[Moment, Area, int, int]  # of a loop: bits [low, last) of an area, by address


class Loops:
    """The cut loops of one path of a candidate, whose extents keep their names, as they are
    under a sector's free axes, so that an input that moves a store moves it here as well. Raises
    TooLarge."""

    def __init__(self, program: Program, path: Part, prop: Property, limit: int) -> None:
        memory = Members({})
        self.unfolding = unfold(
            program,
            path,
            properties=(prop,),
            plan=Plan(cut=True, limit=limit),
            memory=memory,
            axes={},
        )
        self.ranges = {**memory.ranges, **self.unfolding.ranges}
        self._touched = self.unfolding.heads
        self.pieces = [
            p for moment, stores in self._touched.items() for p in _pieces(moment, stores)
        ]

    def claimed(self) -> list[Piece]:
        """The pieces with bits where, in their objects, claims are about some: an object is often
        the copy of another. Which pieces are tried decides what is proved, and nothing of whether
        it is so."""
        runs = [run for at in self.unfolding.claims for run in _runs_claimed(at)]
        claimed = []
        for piece in self.pieces:
            _, area, low, last = piece
            base = self.unfolding.instances[area[0]].base
            if any(first < last - base and low - base < end for first, end in runs):
                claimed.append(piece)
        return claimed

    def heads(self, pieces: Sequence[Piece]) -> Heads:
        """What turns may leave changed to later ones, on plain numbers: all that they store to
        but for the pieces kept."""
        return {
            moment: list(map(_grounded, stores)) for moment, stores in self._left(pieces).items()
        }

    def _left(self, pieces: Sequence[Piece]) -> Heads:
        """Every store to every piece that is not kept, by itself: each piece has a last
        operation of its own, whatever the last one of its neighbours is, since nothing is known
        of the order of earlier turns (`turns.py`)."""
        changed = [piece for piece in self.pieces if piece not in pieces]
        return {
            moment: [
                left for piece in changed if piece[0] == moment for left in _reaching(piece, stores)
            ]
            for moment, stores in self._touched.items()
        }

    def suppose(self, pieces: Sequence[Piece]) -> None:
        """From here on, turns find the kept pieces as they were before the loop."""
        self.unfolding.heads = self._left(pieces)

    def changes(self, piece: Piece) -> Bool:
        """When a turn leaves a bit of the piece with another source than it had before that
        turn."""
        moment, area, low, last = piece
        turn = self.unfolding.followed[moment]
        before, after, guard = turn.head, turn.end, turn.guard
        trail = Trail(self.unfolding, Bounds({**self.ranges, "bit": (0, 0)}))
        numbers: dict[int, int] = {}
        # By sources and not by value: a piece that a turn stores again as it was has changed. That
        # gives up pieces that could be kept, and never keeps one that changes.
        was = identity(trail.sources(low, last - low, area, before, guard), numbers, by_value=False)
        current = identity(
            trail.sources(low, last - low, area, after, guard), numbers, by_value=False
        )
        same = and_(eq(was[0], current[0]), eq(was[1], current[1]))
        return and_(guard, within(BIT, ((0, last - low),)), not_(same))

    def step(self, pieces: Sequence[Piece]) -> Bool:
        """When a turn that finds all pieces as they were changes one of them: an invariant, if
        it cannot be."""
        self.suppose(pieces)
        return or_(*(self.changes(piece) for piece in pieces))


def _pieces(moment: Moment, stores: list[Store]) -> list[Piece]:
    """The touched bits cut wherever one of the extents begins or ends."""
    pieces: dict[Piece, None] = {}
    for area in dict.fromkeys(store.area for store in stores):
        extents = [extent for store in stores if store.area == area for extent in _extents(store)]
        # Cut so that each store reaches a piece wholly or not at all: a piece has then one last
        # operation.
        cuts = sorted({cut for extent in extents for cut in extent})
        for low, last in pairwise(cuts):
            if any(first <= low and last <= end for first, end in extents):
                pieces[(moment, area, low, last)] = None
    return list(pieces)


def _extents(store: Store) -> list[tuple[int, int]]:
    """The bits a store gives a source, as half open runs of addresses within its bound."""
    low = _plain(store.low)
    runs = [
        (low + offset, low + offset + width)
        for offset, width in store.runs or ((0, _plain(store.width)),)
    ]
    first, last = store.bound or (low, low + _plain(store.width))
    clipped = [(max(a, first), min(b, last)) for a, b in runs]
    return [(a, b) for a, b in clipped if a < b]


def _runs_claimed(at: ClaimAt) -> Iterator[tuple[int, int]]:
    """The bits of their objects that a claim is about: all, where it is about values, or an input
    moves them."""
    places = getattr(at.claim, "places", None) or (getattr(at.claim, "place", None),)
    if len(at.touched) < len(places) or any(touched.indexes for touched in at.touched):
        yield 0, BASE
        return
    for place, touched in zip(places, at.touched, strict=True):
        low = _plain(touched.low) - touched.instance.base
        yield low, low + place.width


def _reaching(piece: Piece, stores: list[Store]) -> Iterator[Store]:
    """The stores that reach a piece, each as far as the piece goes."""
    _, area, low, last = piece
    for store in stores:
        if store.area == area and any(
            first <= low and last <= end for first, end in _extents(store)
        ):
            yield replace(store, runs=((low - _plain(store.low), last - low),))


def _grounded(store: Store) -> Store:
    return replace(store, low=_plain(store.low), width=_plain(store.width))


def _plain(term: Int) -> int:
    """The number that a term over named numbers stands for."""
    assert all(part.operator not in ("var", "choice") for part in subterms(term)), (
        "turns leave fixed extents"
    )
    (value,) = evaluate({}, term)
    return int(value)


def unkept(
    program: Program, path: Part, prop: Property, plan: Plan, facts: Sequence[Fact]
) -> tuple[Bool, dict[str, tuple[int, int]]]:
    """Return when facts about the loops of a path are no invariant, and the ranges of the unknowns
    in that.

    Raises TooLarge, and ValueError if a fact is about something else.
    """
    cells = Cells(program.little_endian)
    unfolding = unfold(program, path, (prop,), plan, cells)
    facts_of = Facts(unfolding, cells)
    facts_of.check(facts)
    return facts_of.step(facts), decided(unfolding, cells)
