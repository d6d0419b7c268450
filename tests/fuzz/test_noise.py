"""A minute of chance less: a fixed series of noisy specs, none of which may raise."""

from __future__ import annotations

from collections import Counter
from random import Random

from tests.fuzz.noise import mutated, outcome


def test_noise_brings_mistakes_or_verdicts() -> None:
    counts = Counter(outcome(mutated(Random(seed))) for seed in range(300))
    assert counts["mistakes"] > 100
    assert counts["verdicts"] > 10
