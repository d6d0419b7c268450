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


# A view that goes on behind its area: what lies there has some value, and the same one whenever it is looked at.
BEYOND = """
spec beyond "looks behind the end";
abi x86_64;
object skb { u8 front; char cb[4]; }
layer l {
    view V : u8 at skb.cb[0];
    view U : u8[2] at skb.cb[3];
    step look { if (U[1] == 0) { write V = 1; } else { write V = 0; } }
    step again { read V; }
}
path p { look; again; }
property any_value: holds U[1] == 0 at again;
property one_value: holds (U[1] == 0) == (V == 1) at again;
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_what_lies_outside_of_an_area_has_one_value_a_run(tmp_path: Path) -> None:
    counts = Counter[str]()
    assert not compiled(BEYOND, tmp_path, counts)
    # `fits` and `any_value`; `one_value` holds.
    assert (counts["compiled verdicts refuted"], counts["compiled verdicts proved"]) == (2, 1)
