"""Invariants of cut loops, found by Houdini: all candidates are supposed, those that a turn breaks
are given up, until the rest survive a turn together.

First which of the bits that a loop stores to are, after any number of turns, what they were before
the first; where that does not suffice, facts about values that turns keep. What is tried of these is
drawn from the program: the numbers that it stores and compares with, members that lie in what turns
store to, unions beside the tags that are stored with them.

A candidate that is given up refutes nothing, and one that was never tried only leaves a proof
unfound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import combinations, islice

from cbprove.design.asking import ask
from cbprove.design.reasons import over
from cbprove.frozen import field, frozen, replace
from cbprove.logic.terms import Bool, Int, Interval, evaluate, or_, subterms
from cbprove.obligations.cells import Cells
from cbprove.obligations.claims_by_values import broken_by_values
from cbprove.obligations.facts import Extent, Fact, Facts, decided, label, lies
from cbprove.obligations.invariants import Heads, Loops, Piece
from cbprove.obligations.ops import Store, Unfolding
from cbprove.obligations.plan import Plan
from cbprove.obligations.sources import BIT
from cbprove.obligations.still import number
from cbprove.obligations.unfold import unfold
from cbprove.properties.events import Moment
from cbprove.solving.solver import Limits
from cbprove.system.program import Part, Program, Property


@frozen
class Invariant:
    """What turns may leave changed to later ones, on plain numbers, and the pieces that they
    leave as they were, by path; facts about values that they keep, by path (none where none were
    needed)."""

    heads: Heads
    kept: Mapping[str, tuple[Piece, ...]]
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)

    def plan(self, limits: Limits) -> Plan:
        """Return the plan of a proof for every number of turns that supposes the invariant."""
        facts = tuple(fact for facts in self.facts.values() for fact in facts)
        return Plan(cut=True, heads=self.heads, facts=facts, limit=limits.operations)


def invariant(program: Program, prop: Property, limits: Limits) -> Invariant:
    """All that the solver finds to survive every turn together; raises TooLarge."""
    return _surviving(_all_pieces(program, prop, limits), limits)


def invariants(program: Program, prop: Property, limits: Limits) -> Iterator[Invariant]:
    """Yield what survives of the bits that claims are about, where those are not all, then of all
    bits: a proof seldom needs others, and of those the questions are the longest. Raises
    TooLarge."""
    every = _all_pieces(program, prop, limits)
    claimed = {name: (loops, loops.claimed()) for name, (loops, _) in every.items()}
    if claimed != every:
        yield _surviving(claimed, limits)
    yield _surviving(every, limits)


def strengthened(
    program: Program, prop: Property, invariant: Invariant, limits: Limits
) -> Iterator[Invariant]:
    """Yield the same with facts about values that every turn keeps: few of them, then more.
    Raises TooLarge."""
    for bounds in (False, True):
        facts_found = facts(program, prop, invariant.heads, limits, bounds)
        if any(facts_found.values()):
            yield replace(invariant, facts=facts_found)


_Pieces = dict[str, tuple[Loops, list[Piece]]]  # by path: its loops, and what is tried of them


def _all_pieces(program: Program, prop: Property, limits: Limits) -> _Pieces:
    loops_of = {path.name: Loops(program, path, prop, limits.operations) for path in program.paths}
    return {name: (loops, loops.pieces) for name, loops in loops_of.items()}


def _surviving(tried: _Pieces, limits: Limits) -> Invariant:
    """The most of the pieces that survive a turn together."""
    heads: Heads = {}
    kept: dict[str, tuple[Piece, ...]] = {}
    for name, (loops, pieces) in tried.items():
        surviving = _search(loops, pieces, limits)
        heads.update(loops.heads(surviving))
        kept[name] = tuple(surviving)
    return Invariant(heads, kept)


def _search(loops: Loops, pieces: list[Piece], limits: Limits) -> list[Piece]:
    while True:
        loops.suppose(pieces)
        changes = tuple(loops.changes(piece) for piece in pieces)
        changed = _changed(changes, tuple(loops.ranges.items()), limits)
        if not changed:
            return pieces
        pieces = [piece for place, piece in enumerate(pieces) if place not in changed]


@cache
def _changed(
    changes: tuple[Bool, ...], ranges: tuple[tuple[str, Interval], ...], limits: Limits
) -> frozenset[int]:
    """The places of the changes that some turn makes, or may make for all that is known; none
    only if no turn makes any of them.

    The shortest are asked first, and the first turn that makes one is looked at for all: where a
    piece is dropped less is supposed of the others, so that what was shown of them is asked again
    (and long ones take ten times as long as short ones). Properties of one path suppose the same of
    its loops, and ask the same: it is found once.
    """
    for place in sorted(range(len(changes)), key=lambda at: _size(changes[at])):
        answer = ask(changes[place], dict(ranges), limits)
        if answer.result == "sat":
            # Every piece has a first bit; that the turn is one of the piece's own formula makes it
            # a model of that formula.
            at_first = over(answer.model, {BIT.args[0]: 0})
            made = enumerate(evaluate(at_first, *changes))
            return frozenset({place, *(other for other, changed in made if changed)})
        if answer.result == "unknown":
            return frozenset({place})
    return frozenset()


@lru_cache(maxsize=1 << 12)  # most formulas of a round were those of the round before
def _size(formula: Bool) -> int:
    return sum(1 for _ in subterms(formula))


_NUMBERS = 24  # numbers of a program that bounds are tried with
_TRIED = 400  # facts tried of one path
_WIDEST = 64  # bits of a member that has a value


def facts(
    program: Program, prop: Property, heads: Heads, limits: Limits, bounds: bool
) -> dict[str, tuple[Fact, ...]]:
    """Return what turns keep, by path; `heads` is what turns may leave changed, `bounds` says
    whether bounds are tried as well.

    Raises TooLarge.
    """
    return {
        path.name: tuple(_kept(program, path, prop=prop, heads=heads, limits=limits, bounds=bounds))
        for path in program.paths
    }


def _kept(
    program: Program, path: Part, prop: Property, heads: Heads, limits: Limits, bounds: bool
) -> list[Fact]:
    cells = Cells(program.little_endian)
    unfolding = unfold(
        program, path, (prop,), Plan(cut=True, heads=heads, limit=limits.operations), cells
    )
    if not unfolding.followed or not unfolding.claims:
        return []
    facts_of = Facts(unfolding, cells)
    candidate_facts = list(islice(dict.fromkeys(_candidates(unfolding, cells, bounds)), _TRIED))
    while candidate_facts:
        broken = [facts_of.broken(fact, candidate_facts) for fact in candidate_facts]
        answer = ask(or_(*broken), decided(unfolding, cells), limits)
        if answer.result == "unsat":
            return candidate_facts
        if answer.result == "unknown":
            return []
        left = [
            fact
            for fact, fails in zip(candidate_facts, evaluate(answer.model, *broken), strict=True)
            if not fails
        ]
        assert len(left) < len(candidate_facts), "a model of some fact's break breaks a fact"
        candidate_facts = left
    return []


def _candidates(unfolding: Unfolding, cells: Cells, bounds: bool) -> Iterator[Fact]:
    compared = _compared(unfolding, cells) if bounds else []
    for moment in unfolding.followed:
        stored = _stored(unfolding, cells, moment)
        for extent, numbers in stored.items():
            if numbers:
                yield Fact(
                    moment=moment, kind="one of", extent=extent, numbers=tuple(sorted(numbers))
                )
        for first, other in combinations(stored, 2):
            if first[2] == other[2]:
                yield Fact(moment=moment, kind="equal", extent=first, other=other)
        yield from _tags(unfolding, moment, stored)
        for extent in stored:
            yield from _bounds(moment, extent, compared)


def _stored(unfolding: Unfolding, cells: Cells, moment: Moment) -> dict[Extent, set[int]]:
    """The members that turns store to, each with the numbers that are known to be stored there,
    before the loop or in it."""
    turn = unfolding.followed[moment]
    by_extent: dict[Extent, set[int]] = {}
    for operation in unfolding.operations[turn.before : turn.end]:
        if isinstance(operation, Store) and operation.kind in ("fresh", "value", "blank"):
            for leaf in operation.leaves:
                if leaf.width == leaf.element <= _WIDEST and not operation.indexes:
                    extent = operation.area, number(operation.low) + leaf.offset, leaf.width
                    if lies(unfolding, extent):
                        by_extent.setdefault(extent, set()).update(_numbers(operation, leaf.width))
    for (area, low, width), numbers in by_extent.items():
        numbers.update(
            _alternatives(
                cells.read(
                    unfolding, cells.values, low=low, width=width, area=area, time=turn.before
                )
            )
        )
    return by_extent


def _alternatives(value: Int) -> Iterator[int]:
    """The plain numbers among what a value may be."""
    if isinstance(value, int):
        yield value
    elif value.operator == "ite":
        yield from _alternatives(value.args[1])
        yield from _alternatives(value.args[2])


def _numbers(store: Store, width: int) -> Iterator[int]:
    if store.kind == "blank":
        yield 0
    elif store.value is not None and isinstance(store.value.term, int):
        yield store.value.term % (1 << width)


def _tags(
    unfolding: Unfolding, moment: Moment, stored: Mapping[Extent, set[int]]
) -> Iterator[Fact]:
    """A store to one member that goes with some of the numbers stored to another."""
    turn = unfolding.followed[moment]
    tags = {extent: numbers for extent, numbers in stored.items() if 2 <= len(numbers) <= 8}
    heads = [
        h for h in unfolding.operations[turn.before : turn.head] if isinstance(h, Store) and h.runs
    ]
    for tag, numbers in tags.items():
        for head in heads:
            for offset, width in head.runs or ():
                piece = head.area, number(head.low) + offset, width
                if head.kind == "fresh" and piece != tag and lies(unfolding, piece):
                    sets = [{n} for n in sorted(numbers)] + [numbers - {n} for n in sorted(numbers)]
                    for values in sets:
                        yield Fact(
                            moment=moment,
                            kind="stored only if",
                            extent=tag,
                            numbers=tuple(sorted(values)),
                            other=piece,
                            label=label(head),
                        )


def _bounds(moment: Moment, extent: Extent, compared: Sequence[int]) -> Iterator[Fact]:
    greatest = (1 << extent[2]) - 1
    tried = dict.fromkeys(n for c in compared for n in (c, c - 1, c + 1) if 0 <= n < greatest)
    for n in tried:
        yield Fact(moment=moment, kind="between", extent=extent, numbers=(0, n))
        if n:
            yield Fact(moment=moment, kind="between", extent=extent, numbers=(n, greatest))


def _compared(unfolding: Unfolding, cells: Cells) -> list[int]:
    """The numbers that runs compare with."""
    broken = [broken_by_values(unfolding, at, cells) for at in unfolding.claims]
    guards = [o.guard for o in unfolding.operations if isinstance(o, Store)]
    constants: dict[int, None] = {}
    for part in subterms(*broken, *guards):
        if part.operator in ("<", "<=", "="):
            constants.update(
                dict.fromkeys(arg for arg in part.args if type(arg) is int and arg >= 0)
            )
    return list(constants)[:_NUMBERS]
