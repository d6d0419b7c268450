"""What `free` says of random systems is so."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from cbprove.slots.life import Life
from tests.random import harmless
from tests.random.harmless import held, lived

CARRIED = """
spec carried "somebody reads elsewhere what was there";
object skb per path { char cb[3]; }
object stack { u8 saved[2]; }
layer a { view A : u8 at skb.cb[0];
    step set { write A; }
    step use { copy A -> stack.saved for 1; read stack.saved for 1; } }
path p {
    set; use;
}
"""


def test_a_few_systems(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    found = [told for seed in range(3340, 3346) for told in held(seed, tmp_path, seen)]
    assert not found
    assert seen["free"] and seen["not free"]


def _of_carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(harmless, "text", lambda seed: CARRIED)
    lives = (seed for seed in range(40) if Random(seed).choice([None, "set", "use"]) == "set")
    return [told for seed in lives for told in held(seed, tmp_path, Counter())]


def test_a_need_that_is_forgotten_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _of_carried(tmp_path, monkeypatch) == []
    monkeypatch.setattr("cbprove.slots.free.needs", lambda reads, size, proved: {})
    assert any(
        "byte 0 is free, and somebody reads" in told for told in _of_carried(tmp_path, monkeypatch)
    )


def test_the_calls_of_a_life_are_written_into_the_text() -> None:
    body = "path p { set; each n { on n { use; } } } layer"
    assert lived(body, Life("set", "use")) == (
        "path p { set; put; each n { on n { get; use; } } } layer"
    )
    assert (
        lived(body, Life(None, None)) == "path p { put; set; each n { on n { use; } }  get; } layer"
    )


@pytest.mark.slow
def test_many_systems(tmp_path: Path) -> None:
    found = [told for seed in range(7000, 7150) for told in held(seed, tmp_path, Counter())]
    assert not found
