"""What a `require` takes away is counted apart, and told with the check that it stands for and
its numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.pipeline import Options, check
from cbprove.report.style import Manner
from cbprove.report.table import proposals
from cbprove.verdicts import Report

SPEC = """\
spec ex "a check that excludes";
object skb { char cb[48]; }
struct room { u8 b[20]; };
param AT in 27..33;
param side in { near, far } = near;
require AT + sizeof(struct room) <= sizeof(skb.cb);   // BUILD_BUG_ON net/core/dev.c:3488
/* nothing lies far */
require AT < 33 || side == near;
require side == near || AT % 2 == 0;
layer l {
    view V : struct room at skb.cb[AT];
    view W : u8 at skb.cb[27];
    step set { write V; }
    step use { read V; }
    step hit { write W; }
}
path p { set; hit; use; }
property kept: preserved V from set to use;
property late when AT > 40: preserved V from set to use;
"""


def _judged(proposals: str, folder: Path) -> Report:
    (folder / "spec.cbs").write_text(SPEC + proposals)
    return check(str(folder / "spec.cbs"), Options(), lambda done, total: None)


@pytest.mark.parametrize(
    ("proposal", "reason"),
    [
        ("AT = 32; side = near;", "BUILD_BUG_ON net/core/dev.c:3488: 32 + 20 <= 48 is false"),
        ("AT in 29..33; side = near;", "BUILD_BUG_ON net/core/dev.c:3488: 29 + 20 <= 48 is false"),
        ("AT = 27; side = far;", "require in line 9: side (far) == near || 27 % 2 == 0 is false"),
    ],
)
def test_the_requirement_is_named_with_its_numbers(
    proposal: str, reason: str, tmp_path: Path
) -> None:
    report = _judged(f"proposal one {{ {proposal} expect excluded; }}", tmp_path)
    assert [(case.property, case.verdict, case.finding.reason) for case in report.cases] == [
        ("kept", "excluded", reason),
        ("fits", "excluded", reason),
    ]


def test_each_requirement_is_named_beside_what_is_left(tmp_path: Path) -> None:
    report = _judged("proposal all { AT = any; side = any; }", tmp_path)
    assert {
        case.property: (case.verdict, case.counts["excluded"], case.excluded)
        for case in report.cases
    } == {
        name: (
            verdict,
            11,
            (
                "require in line 9: side (far) == near || 27 % 2 == 0 is false",
                "BUILD_BUG_ON net/core/dev.c:3488: 29 + 20 <= 48 is false",
            ),
        )
        for name, verdict in (("kept", "mixed"), ("fits", "proved"))
    }


@pytest.mark.parametrize(
    "expected", ["proved", "proved when AT == 28", "refuted when AT > 40, proved otherwise"]
)
def test_what_makes_no_case_is_not_proved(expected: str, tmp_path: Path) -> None:
    report = _judged(f"proposal one {{ AT = 28; side = near; expect late {expected}; }}", tmp_path)
    late = next(case for case in report.cases if case.property == "late")
    assert (late.verdict, late.met, late.code) == ("vacuous", False, 4)
    assert (
        late.finding.reason
        == "its `when` is false at every candidate of the proposal, so that it makes no case"
    )


@pytest.mark.parametrize(
    "expected", ["", "expect late refuted;", "expect late proved when AT > 40;"]
)
def test_nothing_is_told_of_what_makes_no_case_and_is_not_said_to_be_proved(
    expected: str, tmp_path: Path
) -> None:
    report = _judged(f"proposal one {{ AT = 28; side = near; {expected} }}", tmp_path)
    assert "late" not in [case.property for case in report.cases]


def test_those_excluded_are_counted_apart(tmp_path: Path) -> None:
    told = proposals(_judged("proposal all { AT = any; side = near; }", tmp_path), Manner())
    assert "! mixed 1/2  proved" in told
    assert "; 5 of 7 candidates of all are excluded" in told
