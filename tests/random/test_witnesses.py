"""Whatever is refuted can be shown: every refutation of small systems drawn at random is drawn
as text and as a document, and no run breaks the property sooner."""

from __future__ import annotations

import pytest

from tests.random.blocks import in_blocks
from tests.random.drawn import draw_all, shortest_of_all
from tests.random.test_agreement import PROPERTIES


@in_blocks(range(200), 50)
def test_every_refutation_is_drawn(seeds: range) -> None:
    seen, failures = draw_all(seeds)
    assert not failures
    assert len(PROPERTIES - set(seen)) <= 2  # fifty systems are few: `lent` is seldom refuted


@in_blocks(range(300, 380), 16)
def test_no_run_breaks_it_sooner(seeds: range) -> None:
    compared, failures = shortest_of_all(seeds)
    assert not failures
    assert compared > 8


@pytest.mark.slow
def test_many_more_are_drawn() -> None:
    seen, failures = draw_all(range(10_000, 13_000))
    assert not failures
    assert set(seen) >= PROPERTIES
