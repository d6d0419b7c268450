"""What is wrong with a broken claim, in words, and the values that its run shows."""

from __future__ import annotations

from cbprove.pictures import bits
from cbprove.properties.events import Inside, NotGivenUp, ReadsBack, Stored
from cbprove.properties.placement import passing
from cbprove.semantics.claims import Broken
from cbprove.semantics.run import Run
from cbprove.system.expressions import IntType, Place

_ENDLESS = 1 << 60  # bits: a negative length is more than any object has


class Untrue(Exception):
    """What would be shown contradicts itself: a fault of ours."""


def unstored(claim: Stored) -> str:
    """What became of bits that were not stored as a claim asks."""
    if claim.blank_is_enough:
        return "never written"
    authors = (
        f" by {', '.join(sorted(claim.by)) if len(claim.by) < 3 else 'those named'}"
        if claim.by is not None
        else ""
    )
    since_step = f" since {claim.since}" if claim.since is not None else ""
    return f"not written{' or cleared' if claim.cleared else ''}{authors}{since_step}"


class ShownValues:
    """The values that a broken condition is shown with, member by member in the order in which
    they were looked at: of a member that has no defined value two looks may find two."""

    def __init__(self, run: Run, broken: Broken) -> None:
        self.run = run
        self._looks = iter(broken.looks)

    @property
    def inputs(self) -> dict[object, int]:
        return {
            key[1]: answer
            for key, answer in self.run.decisions
            if key[0] == "input" and len(key) == 2
        }

    def input(self, name: str) -> int:
        return self.inputs[name]

    def member(self, place: Place, type: IntType) -> int:
        look = next(self._looks, None)
        if look is None or look.place != place:
            raise Untrue(f"{place.text} is not shown with the value that it was found with")
        return look.value


def sentence(broken: Broken) -> str:
    """What is wrong with a claim that is not about bits. Raises Untrue where what is shown does
    not bear it out."""
    match broken.claim:
        case ReadsBack(place):
            return f"the value {broken.value} does not fit into {place.text}"
        case Inside(place):
            width = place.width if broken.length is None else 8 * broken.length
            return (
                f"{place.text}: {passing(place, broken.places[0].low, width, values_shown(broken))}"
            )
        case NotGivenUp(place):
            name = place.text if place else "the object"
            if broken.live:
                return f"{name} is stored to while another name of its object lives"
            return f"{name} is touched by a name that was given up"
    raise AssertionError(broken.claim)


def of_all(number: int, total: int) -> str:
    """`4 of 12 bytes`, or bits where either is no whole number of bytes."""
    if number >= _ENDLESS:
        return "endlessly many bytes"
    return (
        f"{number} of {total} bits"
        if number % 8 or total % 8
        else f"{number // 8} of {bits.amount(total)}"
    )


def values_shown(broken: Broken) -> str:
    """What says where and how far an access went."""
    values = {look.place.text: look.value for look in broken.looks} | dict(broken.inputs)
    return "".join(f", {name} = {value}" for name, value in values.items())
