"""The prover and enumeration with the reference semantics say the same of small systems drawn at
random."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from tests.random.agreement import Seen, compare
from tests.random.blocks import in_blocks
from tests.random.shrink import shrink
from tests.random.systems import text

# Where faults are planted on purpose, nobody reads the text.
SHRINK = os.environ.get("CBPROVE_SHRINK") != "no"

STATEMENTS = {
    "read",
    "read length",
    "write",
    "write value",
    "write length",
    "clear",
    "clear length",
    "copy",
    "copy length",
    "clone",
    "new",
    "on",
    "each",
    "repeat",
    "either",
    "if",
    "assume",
    "share",
    "consume",
    "step",
    "part",
}
PROPERTIES = {
    "preserved",
    "owned",
    "written",
    "exact",
    "holds",
    "fits",
    "aligned",
    "disjoint",
    "lent",
}


def judged(seeds: Sequence[int], limit: int) -> Seen:
    """All systems of these seeds; the first disagreement is told with the smallest text that
    shows it."""
    seen = Seen()
    for seed in seeds:
        found = compare(text(seed), seen, limit)
        if found:
            small = (
                shrink(text(seed), lambda shorter: _fails_alike(shorter, limit))
                if SHRINK
                else text(seed)
            )
            left = "\n".join(map(str, compare(small, Seen(), limit)[:3]))
            pytest.fail(
                f"seed {seed}:\n{text(seed)}\n{found[0]}\n\nshrunk:\n{small}\n{left}", pytrace=False
            )
    return seen


def _fails_alike(shorter: str, limit: int) -> bool:
    try:
        return bool(compare(shorter, Seen(), limit))
    # A text cut to pieces may upset either account; what is looked for is a disagreement
    except Exception:
        return False


def seldom_left_out(seen: Seen) -> None:
    drawn = seen.systems + seen.mistaken
    assert seen.mistaken < drawn / 5
    assert seen.too_many < drawn / 3
    assert seen.unknown < seen.judged / 50


def each_verdict_is_common(seen: Seen) -> None:
    for verdict in ("excluded", "refuted", "vacuous", "proved"):
        assert seen.with_verdict[verdict] >= seen.systems / 20, verdict


@in_blocks(range(200), 50)
def test_prover_and_reference_agree(seeds: range) -> None:
    seen = judged(seeds, limit=200)
    seldom_left_out(seen)
    each_verdict_is_common(seen)
    assert seen.witnesses > 50


@pytest.mark.slow
def test_prover_and_reference_agree_on_two_thousand_systems() -> None:
    seen = judged(range(1_000_000, 1_002_000), limit=1_000)
    seldom_left_out(seen)
    each_verdict_is_common(seen)
    for verdict in ("proved", "refuted"):
        assert {kind for kind in PROPERTIES if not seen.verdicts[kind, verdict]} == set(), verdict
        assert {kind for kind in STATEMENTS if not seen.statements[kind, verdict]} == set(), verdict


def test_a_text_is_shrunk_to_what_fails() -> None:
    small = shrink(text(7), lambda shorter: "path p {" in shorter and "object skb" in shorter)
    assert len(small.splitlines()) == 2


def test_one_seed_draws_one_text() -> None:
    assert [text(seed) for seed in range(20)] == [text(seed) for seed in range(20)]
