"""What a step leaves out with a reason, and how far a reason reaches: a member's is believed, a
whole view's is looked into.

Several steps may stand for parts of one function. Each leaves out what the others do, often all of
a view: such a reason hides what another step of that function does, and nothing that no step does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from cbprove.audit.steps import Area, Done, done
from cbprove.frozen import frozen
from cbprove.source.accesses import Access
from cbprove.source.accesses import Place as Extent
from cbprove.system.expressions import Place
from cbprove.system.program import LeftOut, Program, Step

Bits = int  # a set of bits: bit N is in it where bit N of the number is one
Parts = Mapping[str, tuple[Done, ...]]  # by function


@frozen
class Reasons:
    """The bits that each reason of a step names; what all steps do."""

    named: Mapping[LeftOut, Bits]
    parts: Parts

    def hide(self, function: str, access: Access) -> Bits:
        """The bits of an access that need not be done by the step."""
        members = union(each for left_out, each in self.named.items() if not whole(left_out.place))
        views = union(each for left_out, each in self.named.items() if whole(left_out.place))
        return members | (views and views & covers(self.parts.get(function, ()), access))

    def whole(self, lost: Bits) -> str:
        """The view that is left out as a whole and holds some bits, empty where none does."""
        return next(
            (
                each.place.text
                for each, bits_left_out in self.named.items()
                if whole(each.place) and bits_left_out & lost
            ),
            "",
        )


def parts(program: Program, within: Area) -> Parts:
    """What steps do, by each function that they stand for."""
    by_function: dict[str, list[Done]] = {}
    for step in program.steps.values():
        for name in (*step.witness.functions, *step.witness.callees):
            by_function.setdefault(name, []).extend(done(step, within))
    return {name: tuple(deeds) for name, deeds in by_function.items()}


def reasons(step: Step, within: Area, deeds_of: Parts) -> Reasons:
    """The reasons of a step, beside all steps that stand for its functions."""
    named = {each: run(*(within.extent(each.place) or (0, 0))) for each in step.witness.left_out}
    return Reasons(named, deeds_of)


def whole(place: Place) -> bool:
    """Whether a place is all of a view, or of a control block."""
    if place.view is None:
        return place.low == place.bound[0] and place.width == place.bound[1] - place.bound[0]
    return not place.path and not place.indexes


def run(low: int, width: int) -> Bits:
    """So many bits in a row, without those in front of bit 0."""
    first, end = max(low, 0), max(low + width, 0)
    return (1 << end) - (1 << first)


def union(sets: Iterable[Bits]) -> Bits:
    """The bits that are in some of these sets."""
    return reduce(or_, sets, 0)


def bits(place: Extent, size: int = 1 << 14) -> Bits:
    """The bits that an access may touch. Where its length is not known it is held to what is
    known: its first byte."""
    width = place.width if place.width is not None else min(8, size)
    return run(place.start, width)


def covered(deeds: Iterable[Done], *kinds: str) -> Bits:
    """The bits to which some of these things are done."""
    return union(run(each.low, each.width) for each in deeds if each.kind in kinds)


def covers(deeds: Iterable[Done], access: Access) -> Bits:
    """The bits of an access to which the same is done; what an address that escapes is used for is
    both.

    A clear is enough where the source clears, or where just those bits are stored.
    """
    done_here, touched = tuple(deeds), bits(access.place)
    stores, reads = covered(done_here, "store"), covered(done_here, "read", "look")
    if access.kind == "escape":
        return touched & stores & reads
    if not access.stores:
        return touched & reads
    clears = [covered((each,), "clear") for each in done_here]
    cleared = union(each for each in clears if access.kind == "clear" or each == touched)
    return touched & (stores | cleared)
