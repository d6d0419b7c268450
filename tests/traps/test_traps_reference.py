"""Each trap is a spec that says what is to be expected of it; enumeration with the reference
semantics agrees.

A trap comes in two files whose names begin with one number: nearly the same spec, and another
verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, product
from pathlib import Path

import pytest

from cbprove.meaning.elaborate import condition, program
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.syntax.includes import load
from cbprove.system.axes import Assignment, Proposal
from tests.brute import Judged, verdict

TRAPS = sorted(Path(__file__).parent.glob("*.cbs"))

# What cannot be expected of a property in a spec.
UNKNOWN = {("08_read_only_in_turn_ten", "kept")}


def candidates(proposal: Proposal) -> Iterator[Assignment]:
    for values in product(*proposal.domains.values()):
        yield dict(zip(proposal.domains, values, strict=True))


def expected(system: System, proposal: Proposal, name: str, candidate: Assignment) -> str:
    for expectation in proposal.expectations:
        if expectation.property in (name, None):
            if (
                expectation.condition is None
                or condition(system, expectation.condition, candidate) is True
            ):
                return (
                    expectation.verdict
                    if expectation.turns is None
                    else f"proved up to {expectation.turns}"
                )
            return expectation.otherwise or "proved"
    return "proved"


def found(judged: Judged, bound: int) -> str | None:
    """The verdict as `expect` spells it; what loops cut short can only be proved up to the bound
    by trying."""
    return f"proved up to {bound}" if judged.verdict == "proved" and judged.cut else judged.verdict


@pytest.mark.parametrize("path", TRAPS, ids=lambda path: path.stem)
def test_enumeration_finds_what_the_trap_expects(path: Path) -> None:
    system = resolve(load(path))
    for proposal in system.proposals:
        for candidate in candidates(proposal):
            made = program(system, candidate)
            for prop in made.properties:
                verdict_found = found(verdict(made, prop, bound=3), 3)
                wanted = expected(system, proposal, prop.name, candidate)
                if (path.stem, prop.name) in UNKNOWN:
                    assert verdict_found == "unknown"
                elif wanted == "proved":
                    assert verdict_found in ("proved", "proved up to 3"), (prop.name, candidate)
                else:
                    assert verdict_found == wanted, (prop.name, candidate)


def test_traps_come_in_twos_with_two_verdicts() -> None:
    for number, pair in groupby(TRAPS, key=lambda path: path.stem[:2]):
        texts = [path.read_text() for path in pair]
        assert len(texts) == 2, number
        assert all(text.startswith("// ") and len(text.splitlines()) <= 25 for text in texts), (
            number
        )
