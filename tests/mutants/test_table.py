"""The table of faults still fits the code that they are planted in."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.mutants.table import MUTANTS

MODEL = Path(__file__).resolve().parents[2] / "model" / "cbprove"
TESTS = Path(__file__).resolve().parents[2]

# What a verdict rests on: each of these has faults of its own.
FOLDERS = {"archive", "artifacts", "design", "evidence", "language", "layout", "obligations", "properties", "semantics"}


def test_each_text_to_replace_stands_once() -> None:
    counts = {(m.file, m.text): (MODEL / m.file).read_text().count(m.text) for m in MUTANTS}
    assert {where for where, count in counts.items() if count != 1} == set()


def test_each_fault_is_one() -> None:
    assert all(m.text != m.replacement and m.breaks and m.tests for m in MUTANTS)
    assert len({(m.file, m.text, m.replacement) for m in MUTANTS}) == len(MUTANTS)
    assert len({(m.file, m.breaks) for m in MUTANTS}) == len(MUTANTS)


def test_each_fault_is_one_of_meaning() -> None:
    """What Python cannot even read, any test would notice."""
    for mutant in MUTANTS:
        ast.parse(mutant.planted_in((MODEL / mutant.file).read_text()), f"{mutant.file}: {mutant.breaks}")


def test_there_are_many_and_everywhere() -> None:
    assert len(MUTANTS) >= 300
    assert {mutant.folder for mutant in MUTANTS} >= FOLDERS


def test_the_tests_that_must_notice_are_there() -> None:
    named = {test.partition("::")[0] for m in MUTANTS for test in m.tests if test.startswith("tests/")}
    assert {test for test in named if not (TESTS / test).exists()} == set()
