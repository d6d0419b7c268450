"""What members of all types hold, and places that move, against enumeration."""

from __future__ import annotations

import pytest

from tests.random import placed, typed
from tests.random.agreement import agree
from tests.random.blocks import in_blocks


@in_blocks(range(600), 100)
def test_members_of_all_types(seeds: range) -> None:
    seen = agree(typed.text, seeds)
    for claim in ("holds", "preserved", "exact"):
        assert seen.verdicts[claim, "refuted"] > 2 and seen.verdicts[claim, "proved"] > 10, claim


@in_blocks(range(120), 40)
def test_places_that_move(seeds: range) -> None:
    seen = agree(placed.text, seeds, 300)
    for claim in ("holds", "preserved", "exact", "fits"):
        assert seen.verdicts[claim, "refuted"] > 2 and seen.verdicts[claim, "proved"] > 2, claim


@pytest.mark.slow
def test_members_of_four_thousand_systems() -> None:
    agree(typed.text, range(10_000, 14_000))


@pytest.mark.slow
def test_places_of_a_thousand_systems() -> None:
    agree(placed.text, range(10_000, 11_000), 800)
