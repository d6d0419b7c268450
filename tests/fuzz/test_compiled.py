"""A few random systems, compiled: gcc's program and the reference say the same."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz.compiled import compiled
from tests.random.systems import text


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_compiled_programs_agree_with_the_reference(tmp_path: Path) -> None:
    counts = Counter[str]()
    for seed in range(12):
        found = compiled(text(seed), tmp_path, counts)
        assert not found, f"seed {seed}: {found[0]}"
    assert counts["compiled verdicts refuted"] > 5
    assert counts["compiled verdicts proved"] > 5
