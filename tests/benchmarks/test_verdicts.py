"""The benchmarks measure like against like: on their smallest workloads all ways of deciding
agree. No clocks here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import cbmc, numbers, plain
from benchmarks.suite import small
from benchmarks.verdicts import Disagreement, Verdicts, agree, check_counts, of_document
from benchmarks.workloads import SIX, Narrow, Workload, drawn, gso
from cbprove.pipeline import Options, check
from cbprove.report.json import document

each_workload = pytest.mark.parametrize("work", small(), ids=lambda work: work.name)


def by_cbprove(work: Workload | Narrow, folder: Path) -> Verdicts:
    """What cbprove says of a workload, by way of its document."""
    spec = folder / f"{work.name}.cbs"
    spec.write_text(work.spec, encoding="utf-8")
    return of_document(
        json.dumps(document([check(str(spec), Options(), lambda done, total: None)])), work
    )


def in_the_plain_way(work: Workload | Narrow) -> Verdicts:
    """What a query for each candidate says."""
    return plain.narrow(work) if isinstance(work, Narrow) else plain.verdicts(work)


@each_workload
def test_cbprove_and_the_plain_way_agree(work: Workload | Narrow, tmp_path: Path) -> None:
    told = {
        "numbers": numbers.verdicts(work),
        "plain": in_the_plain_way(work),
        "cbprove": by_cbprove(work, tmp_path),
    }
    agree(told)


def test_four_candidates_keep_both_regions() -> None:
    found = numbers.verdicts(gso(4))
    assert found["ip_kept"] & found["hw_kept"] == {
        "skb_gso_cb=old_short,OFFSET=20",
        "skb_gso_cb=no_csum,OFFSET=20",
        "skb_gso_cb=no_csum,OFFSET=21",
        "skb_gso_cb=no_csum,OFFSET=22",
    }


def test_a_difference_is_an_error() -> None:
    with pytest.raises(Disagreement, match="one and other differ on 1 candidates"):
        agree({"one": {"kept": {"A=1"}}, "other": {"kept": set()}})


def test_candidates_without_a_verdict_are_an_error() -> None:
    check_counts({"proved": 1, "refuted": 2}, 3, 3, 1)
    with pytest.raises(Disagreement, match="expected"):
        check_counts({"proved": 1, "refuted": 1, "unknown": 1}, 3, 3, 1)


def test_drawn_packings_are_the_same_every_time() -> None:
    assert drawn(20) == drawn(20)
    assert drawn(20)[: len(SIX)] == SIX


def test_what_cbmc_says_is_read() -> None:
    told = "[main.assertion.1] line 9 kept at OFFSET=1: SUCCESS\n[main.assertion.2] line 10 kept at OFFSET=2: FAILURE\n"
    assert cbmc.verdicts(told) == {"kept": {"OFFSET=1"}}


def test_each_candidate_has_an_assertion_in_c() -> None:
    text = cbmc.gso(gso(4))
    assert text.count("__CPROVER_assert(") == 2 * 226
    assert '"ip_kept at skb_gso_cb=rc,OFFSET=0"' in text
