"""A minute of chance less: a fixed series of noisy specs, none of which may raise."""

from __future__ import annotations

from collections import Counter
from random import Random

from tests.fuzz.noise import mutated, outcome
from tests.random.blocks import in_blocks


@in_blocks(range(300), 75)
def test_noise_brings_mistakes_or_verdicts(seeds: range) -> None:
    counts = Counter(outcome(mutated(Random(seed))) for seed in seeds)
    assert counts["mistakes"] > 25
    assert counts["verdicts"] > 2
