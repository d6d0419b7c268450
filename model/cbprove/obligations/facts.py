"""Facts about values that hold whenever a turn of a cut loop begins, and the formula that says they
are an invariant.

A fact speaks of memory when a later turn of its loop begins, or when the last has ended, which is
one moment in the unfolding of a cut loop: after what earlier turns left. Facts are an invariant if
none is false where its loop begins to be followed (*initiation*) and none is false where a turn
ends that found all of them true (*consecution*). The facts of loops that began before, around it or
in front of it, may be supposed for both, those of the loop itself and of loops inside of it for
consecution alone: to suppose them for initiation would be to suppose what is to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from cbprove.frozen import frozen
from cbprove.logic.terms import Bool, Int, and_, eq, le, not_, or_
from cbprove.obligations.cells import Cells, flags
from cbprove.obligations.ops import Area, Followed, Store, Unfolding
from cbprove.properties.events import Moment

Extent = tuple[Area, int, int]  # object and area; first bit, by address; bits
FactKind = Literal["one of", "between", "equal", "stored only if"]


@frozen
class Fact:
    """What holds of memory whenever a turn of the loop at `moment` begins.

    - "one of": the number in `extent` is one of `numbers`;
    - "between": it is not less than the first of `numbers` and not more than the second;
    - "equal": it is the number in `other`;
    - "stored only if": a bit of `other` was last stored by the statement and step that `label`
      names only where the number in `extent` is one of `numbers`: a union and its tag.

    Numbers are those of the bits as an unsigned integer on the ABI.
    """

    moment: Moment
    kind: FactKind
    extent: Extent
    numbers: tuple[int, ...] = ()
    other: Extent | None = None
    label: str = ""


def label(store: Store) -> str:
    """Return what names a store in facts: what is stored how, by which step; the same in every
    turn."""
    kind = "fresh" if store.kind == "value" else store.kind
    return f"{kind} {store.text} by {store.run.step if store.run else 'a path'}"


def lies(unfolding: Unfolding, extent: Extent) -> bool:
    """Return whether an extent lies in an object that the unfolding has: there is no memory
    outside of objects."""
    (instance, area), low, width = extent
    if not 0 <= instance < len(unfolding.instances) or area.startswith("#"):
        return False
    first = unfolding.instances[instance].base
    return first <= low < low + width <= first + unfolding.instances[instance].shape.width


class Facts:
    """Facts about the cut loops of one unfolding, as formulas over its memory."""

    def __init__(self, unfolding: Unfolding, cells: Cells) -> None:
        self.unfolding, self.cells = unfolding, cells
        # Each fact is asked about with all others, round after round, at the same few moments.
        self._truths: dict[tuple[Fact, int, bool], Bool] = {}
        self._premises: dict[tuple[tuple[Fact, ...], tuple[int, ...]], Bool] = {}

    def check(self, facts: Sequence[Fact]) -> None:
        """Raise ValueError if a fact is not about this unfolding: facts are read from archives
        as well."""
        for fact in facts:
            if fact.moment not in self.unfolding.followed:
                raise ValueError(f"no loop at {fact.moment} is cut")
            for extent in (fact.extent, fact.other):
                if extent is not None and not lies(self.unfolding, extent):
                    raise ValueError(f"there is no memory at {extent}")
            if (fact.kind in ("equal", "stored only if")) is (fact.other is None):
                raise ValueError(f"`{fact.kind}` of {fact.extent} and {fact.other}")
            if fact.kind == "between" and len(fact.numbers) != 2:
                raise ValueError(f"between {fact.numbers}")

    def supposed(self, facts: Sequence[Fact], within: Sequence[Followed] | None = None) -> Bool:
        """When all facts are true where their turns begin; only those of `within`, if given."""
        loops = self.unfolding.followed
        pairs = [(fact, loops[fact.moment]) for fact in facts]
        return and_(
            *(
                or_(not_(loop.entry), self._holds(fact, loop.head, certain=False))
                for fact, loop in pairs
                if within is None or loop in within
            )
        )

    def _before(self, loop: Followed) -> list[Followed]:
        """The loops that are followed before a loop is entered: earlier ones, and those around it.

        A loop of which earlier turns leave nothing begins its turns at the very operation that it
        is entered at. It is none of these, nor is one inside of it: it would suppose what is to be
        shown. Loops around it end last, and are listed where they end.
        """
        listed = list(self.unfolding.followed.values())
        later = listed[listed.index(loop) + 1 :]
        outer = [each for each in later if each.head == loop.before and each.end >= loop.end]
        return [*(each for each in listed if each.head < loop.before), *outer]

    def broken(self, fact: Fact, facts: Sequence[Fact]) -> Bool:
        """When a fact is not one: false where its loop begins to be followed, or where a turn
        ends that found all facts true."""
        loop = self.unfolding.followed[fact.moment]
        return or_(self._uninitiated(fact, loop, facts), self._unkept(fact, loop, facts))

    def step(self, facts: Sequence[Fact]) -> Bool:
        """When one of the facts is not kept: they are an invariant, if this cannot be."""
        return or_(*(self.broken(fact, facts) for fact in facts))

    def _uninitiated(self, fact: Fact, loop: Followed, facts: Sequence[Fact]) -> Bool:
        premise = self._premise(facts, self._before(loop))
        return and_(loop.entry, premise, not_(self._holds(fact, loop.before, certain=True)))

    def _unkept(self, fact: Fact, loop: Followed, facts: Sequence[Fact]) -> Bool:
        # The turn's own facts, and those of all that it came through. What is inside was shown where
        # it is entered without the end of this turn, so that nothing rests on itself.
        begun = [each for each in self.unfolding.followed.values() if each.head < loop.end]
        within = [*begun, *self._before(loop), loop]
        premise = self._premise(facts, within)
        return and_(loop.alive, premise, not_(self._holds(fact, loop.end, certain=True)))

    def _premise(self, facts: Sequence[Fact], within: Sequence[Followed]) -> Bool:
        """What is true of every run, and when all facts of some loops are."""
        # Loops are told apart by themselves: one may begin its turns where another does.
        key = tuple(facts), tuple(map(id, within))
        if key not in self._premises:
            self._premises[key] = and_(*self.unfolding.constraints, self.supposed(facts, within))
        return self._premises[key]

    def _holds(self, fact: Fact, time: int, certain: bool) -> Bool:
        """Whether a fact is true before operation `time`; where that is not known, `certain`
        says no, else yes."""
        key = fact, time, certain
        if key not in self._truths:
            self._truths[key] = self._truth(fact, time, certain)
        return self._truths[key]

    def _truth(self, fact: Fact, time: int, certain: bool) -> Bool:
        number = self._number(fact.extent, time)
        match fact.kind:
            case "one of":
                return or_(*(eq(number, n) for n in fact.numbers))
            case "between":
                return and_(le(fact.numbers[0], number), le(number, fact.numbers[1]))
            case "equal":
                assert fact.other is not None
                return eq(number, self._number(fact.other, time))
            case "stored only if":
                assert fact.other is not None
                tagged = or_(*(eq(number, n) for n in fact.numbers))
                return or_(tagged, self._from_others(fact.other, fact.label, time, certain))

    def _number(self, extent: Extent, time: int) -> Int:
        area, low, width = extent
        return self.cells.read(
            self.unfolding, self.cells.values, low=low, width=width, area=area, time=time
        )

    def _from_others(self, extent: Extent, named: str, time: int, certain: bool) -> Bool:
        """Whether no bit of an extent was last stored by the statement that is named.

        What earlier turns left without saying what it is ("head") may be its, so that it counts as
        its where certainty is asked.
        """

        def another(store: Store, position: int, width: int) -> Bool:
            return not certain if store.kind == "head" else label(store) != named

        area, low, width = extent
        return self.cells.read(
            self.unfolding, flags(another), low=low, width=width, area=area, time=time
        )


def supposed(unfolding: Unfolding, cells: Cells, facts: Sequence[Fact]) -> Iterator[Bool]:
    """Yield what a proof may suppose of the runs of an unfolding, given facts that are an
    invariant; those of other paths say nothing of it. Raises ValueError."""
    relevant = [fact for fact in facts if fact.moment in unfolding.followed]
    if relevant:
        facts_of = Facts(unfolding, cells)
        facts_of.check(relevant)
        yield facts_of.supposed(relevant)


def decided(unfolding: Unfolding, cells: Cells) -> dict[str, tuple[int, int]]:
    """Return the ranges of the unknowns of an unfolding whose values are followed."""
    return {**unfolding.ranges, **{unknown.args[0]: (0, 255) for unknown in cells.free.values()}}
