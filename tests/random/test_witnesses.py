"""Whatever is refuted can be shown: every refutation of small systems drawn at random is drawn as text and as a document."""

from __future__ import annotations

import pytest

from tests.random.drawn import draw_all
from tests.random.test_agreement import PROPERTIES


def test_every_refutation_is_drawn() -> None:
    seen, failures = draw_all(range(300))
    assert not failures
    assert set(seen) >= PROPERTIES


@pytest.mark.slow
def test_many_more_are_drawn() -> None:
    _, failures = draw_all(range(10_000, 13_000))
    assert not failures
