"""Prover, reference and second enumerator say the same of systems drawn wide, and of those that were made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.random import three, wide
from tests.random.__main__ import text
from tests.random.three import Tally, compare

TRAPS = sorted((Path(__file__).parent.parent / "traps").glob("*.cbs"))
FAULTS = Path(__file__).parent.parent / "faults"
BY_HAND = (
    "loop_order_of_stores",
    "loop_step_on_clone_and_packet",
    "neighbour_of_the_area",
    "region_of_the_bit_that_broke",
)


def test_three_accounts_agree_on_systems_drawn_wide() -> None:
    tally = Tally()
    found = {seed: differences for seed in range(12) if (differences := compare(text(seed), tally, seed % 3 + 1, 100))}
    assert not found
    assert tally.counts["systems"] >= 10


@pytest.mark.parametrize("path", [*TRAPS, *(FAULTS / f"{name}.cbs" for name in BY_HAND)], ids=lambda path: path.stem)
def test_three_accounts_agree_on_what_was_made_by_hand(path: Path) -> None:
    tally = Tally()
    assert compare(path.read_text(), tally, limit=5_000) == []
    assert tally.counts["systems"] == 1


def test_a_wrong_verdict_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    said = three._said
    monkeypatch.setattr(three, "_said", lambda mark: {"refuted": "proved"}.get(said(mark), said(mark)))
    found = [d for seed in range(12) for d in compare(text(seed), Tally(), 3, 100)]
    assert any("second" in d.other for d in found)
    assert any("reference" in d.other for d in found)


def test_one_seed_draws_one_text() -> None:
    assert [wide.text(seed) for seed in range(30)] == [wide.text(seed) for seed in range(30)]
