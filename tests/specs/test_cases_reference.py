"""Each real case says what is to be expected of it; enumeration with the reference semantics
agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.meaning.check import check
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load
from tests.brute import verdict
from tests.traps.test_traps_reference import candidates, expected

SPECS = Path(__file__).parents[2] / "specs"
CASES = sorted((SPECS / "cases").glob("*.cbs"))

# `repeat` and `each` without a HI are followed for so many turns beyond LO: two queue pairs are
# enough for a clobber.
BOUND = 2


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_enumeration_finds_what_the_case_expects(path: Path) -> None:
    system = resolve(load(path))
    check(system)
    for proposal in system.proposals:
        for candidate in candidates(proposal):
            for prop in program(system, candidate).properties:
                found = verdict(program(system, candidate), prop, BOUND).verdict
                assert found in (None, expected(system, proposal, prop.name, candidate)), (
                    proposal.name,
                    prop.name,
                )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_has_a_design_that_fails_and_one_that_holds(path: Path) -> None:
    verdicts = [
        [e.verdict for e in proposal.expectations] for proposal in resolve(load(path)).proposals
    ]
    assert any(set(each) & {"refuted", "excluded"} for each in verdicts)
    assert any(not each for each in verdicts), "no proposal of which everything is proved"
