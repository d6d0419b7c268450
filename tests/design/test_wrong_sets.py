"""A set of candidates that is wrong costs time and no verdict: the reference is asked far
from where it has seen the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cbprove.design import region
from cbprove.pipeline import Options, check

SPEC = """
spec moved "a guest anywhere, that harms at two ends or in the middle";
object skb { char cb[32]; }
param AT in 0..28;
layer owner { view V : u32 at skb.cb[PLACE]; step set { write V; } step use { read V; } }
layer guest { view W : u32 at skb.cb[AT]; step hit { write W; } }
path p { set; optionally { hit; } use; }
property kept: preserved V from set to use;
"""


@pytest.mark.parametrize("wrong", ["all", "none"])
@pytest.mark.parametrize(("place", "refuted"), [(0, 4), (28, 4), (12, 7)])
def test_a_region_of_all_candidates_or_of_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, place: int, refuted: int
) -> None:
    asked: list[int] = []

    def set_of(universe: Any, *_: Any, **__: Any) -> int:
        asked.append(universe.size)
        return int(universe.all) if wrong == "all" else 0

    monkeypatch.setattr(region, "alike", set_of)
    (tmp_path / "moved.cbs").write_text(SPEC.replace("PLACE", str(place)))
    report = check(str(tmp_path / "moved.cbs"), Options(), lambda done, total: None)
    (kept,) = (row for row in report.space if row.property == "kept")
    assert asked and kept.counts == {"refuted": refuted, "proved": 29 - refuted}


def test_a_run_that_broke_a_claim_reaches_none_where_there_is_none(tmp_path: Path) -> None:
    """From 10 on nobody reads: what broke below says nothing of these."""
    (tmp_path / "moved.cbs").write_text(
        SPEC.replace("PLACE", "0").replace("use; }\np", "when AT < 10 { use; } }\np")
    )
    report = check(str(tmp_path / "moved.cbs"), Options(), lambda done, total: None)
    (kept,) = (row for row in report.space if row.property == "kept")
    assert kept.counts == {"refuted": 4, "proved": 6, "vacuous": 19}
