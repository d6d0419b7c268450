"""Every candidate of every region against enumeration, in systems whose members coincide at some
candidates only."""

from __future__ import annotations

import pytest

from tests.random.agreement import Seen, compare
from tests.random.blocks import in_blocks
from tests.random.regions import text


def _agree(seeds: range) -> Seen:
    seen = Seen()
    for seed in seeds:
        found = compare(text(seed), seen, 1_500)
        assert not found, f"seed {seed}:\n{text(seed)}\n{found[0]}"
    assert seen.mistaken == 0
    return seen


@in_blocks(range(60), 20)
def test_every_candidate_of_every_region(seeds: range) -> None:
    seen = _agree(seeds)
    assert seen.verdicts["preserved", "refuted"] > 10
    assert seen.verdicts["preserved", "proved"] > 6


@pytest.mark.slow
def test_every_candidate_of_two_thousand_spaces() -> None:
    _agree(range(10_000, 12_000))
