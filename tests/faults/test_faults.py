"""Specs that were judged wrongly once: each is judged as it says, by the prover and by
enumeration with the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.meaning.check import check
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.pipeline import Options
from cbprove.pipeline import check as judged
from cbprove.syntax.includes import load
from cbprove.verdicts import exit_code
from tests.brute import verdict
from tests.random.blocks import slow_where
from tests.traps.test_traps_reference import candidates, expected, found

FAULTS = sorted(Path(__file__).parent.glob("*.cbs"))

# Turns beyond LO that are enumerated where a loop has no HI.
BOUND = 3

# What has so many runs that to enumerate them takes five seconds, or minutes.
MANY_RUNS = {
    "bool_copied_as_it_is",
    "flag_decides_which_is_stored",
    "reads_of_expressions",
    "shared_formula",
    "shared_formula_across_sectors",
}

each_fault = pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)


@each_fault
def test_the_prover_finds_what_is_right(path: Path) -> None:
    report = judged(str(path), Options(), lambda done, total: None)
    assert exit_code(report) == 0, [
        (case.id, case.verdict) for case in report.cases if not case.met
    ]


@pytest.mark.parametrize("path", slow_where(MANY_RUNS, FAULTS))
def test_enumeration_finds_what_is_right(path: Path) -> None:
    system = resolve(load(path))
    check(system)
    for proposal in system.proposals:
        for candidate in candidates(proposal):
            made = program(system, candidate)
            for prop in made.properties:
                wanted = expected(system, proposal, prop.name, candidate)
                if made.required is False and wanted != "excluded":
                    continue  # what is expected of a proposal is so of those that are not excluded
                allowed = (
                    (None, wanted, f"proved up to {BOUND}")
                    if wanted.startswith("proved")
                    else (None, wanted)
                )
                assert found(verdict(made, prop, BOUND), BOUND) in allowed, (
                    proposal.name,
                    prop.name,
                    candidate,
                )
