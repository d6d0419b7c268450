"""What members of all types hold, against enumeration."""

from __future__ import annotations

import pytest

from tests.random.agreement import Seen, compare
from tests.random.blocks import in_blocks
from tests.random.typed import text


def _agree(seeds: range) -> Seen:
    seen = Seen()
    for seed in seeds:
        found = compare(text(seed), seen, 1_500)
        assert not found, f"seed {seed}:\n{text(seed)}\n{found[0]}"
    assert seen.mistaken == 0
    return seen


@in_blocks(range(600), 100)
def test_members_of_all_types(seeds: range) -> None:
    seen = _agree(seeds)
    for claim in ("holds", "preserved", "exact"):
        assert seen.verdicts[claim, "refuted"] > 2 and seen.verdicts[claim, "proved"] > 10, claim


@pytest.mark.slow
def test_members_of_four_thousand_systems() -> None:
    _agree(range(10_000, 14_000))
