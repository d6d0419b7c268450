"""Each trap, judged by the prover as it says, at the bound that is used when none is given."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from cbprove.design.marks import BOUNDED, EXCLUDED, INAPPLICABLE, PROVED, REFUTED, UNKNOWN, VACUOUS
from cbprove.design.sectors import Sector
from cbprove.design.space import Options, Space
from cbprove.meaning.elaborate import condition
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load
from cbprove.system.axes import AxisValue, Proposal
from tests.random.blocks import slow_where

TRAPS = sorted(Path(__file__).parent.glob("*.cbs"))

# What cannot be expected of a property in a spec.
UNEXPECTED = {("08_read_only_in_turn_ten", "kept"): "unknown"}

_WORDS = {
    EXCLUDED: "excluded",
    REFUTED: "refuted",
    PROVED: "proved",
    VACUOUS: "vacuous",
    UNKNOWN: "unknown",
}


def found(space: Space, sector: Sector, name: str, index: int) -> str | None:
    """The verdict on one candidate as `expect` spells it; None where the property makes no case."""
    mark = space.table(sector, name).sheet.marks[index]
    if mark == BOUNDED:
        settled = space.settled(sector, name, index)
        assert settled is not None
        return f"proved up to {settled.turns}"
    return None if mark == INAPPLICABLE else _WORDS[mark]


def expected(space: Space, proposal: Proposal, name: str, candidate: dict[str, AxisValue]) -> str:
    for expectation in proposal.expectations:
        if expectation.property in (name, None):
            if (
                expectation.condition is None
                or condition(space.system, expectation.condition, candidate) is True
            ):
                return (
                    expectation.verdict
                    if expectation.turns is None
                    else f"proved up to {expectation.turns}"
                )
            return expectation.otherwise or "proved"
    return "proved"


@pytest.mark.parametrize("path", slow_where({"14_sum_overflows_in_turn_twenty"}, TRAPS))
def test_the_prover_finds_what_the_trap_expects(path: Path) -> None:
    space = Space(resolve(load(path)), Options())
    for proposal, prop in product(space.system.proposals, space.system.properties):
        for sector in space.sectors(proposal.domains):
            for index in space.indexes(sector, proposal.domains):
                candidate = sector.candidate(index)
                wanted = UNEXPECTED.get((path.stem, prop.name)) or expected(
                    space, proposal, prop.name, candidate
                )
                assert found(space, sector, prop.name, index) in (wanted, None), (
                    prop.name,
                    candidate,
                )
