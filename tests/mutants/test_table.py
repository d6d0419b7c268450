"""The table of faults still fits the code that they are planted in."""

from __future__ import annotations

from pathlib import Path

from tests.mutants.table import MUTANTS

MODEL = Path(__file__).resolve().parents[2] / "model" / "cbprove"


def test_each_text_to_replace_stands_once() -> None:
    counts = {(m.file, m.text): (MODEL / m.file).read_text().count(m.text) for m in MUTANTS}
    assert {where for where, count in counts.items() if count != 1} == set()


def test_each_fault_is_one() -> None:
    assert all(m.text != m.replacement and m.breaks and m.tests for m in MUTANTS)
    assert len({(m.file, m.text, m.replacement) for m in MUTANTS}) == len(MUTANTS) >= 40
