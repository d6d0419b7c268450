"""What is not proved meets no expectation of a proof and answers no question: a bound, a
property that makes no case."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.pipeline import Options, check
from cbprove.verdicts import Report, exit_code

BOUNDED = """\
spec bounded "breaks in the fifth turn";
object skb { char cb[8]; }
param AT in 0..1;
layer l {
    view A : u16 at skb.cb[0];
    view B : u16 at skb.cb[2];
    view C : u16 at skb.cb[4 + AT];
    step zero { write A = 0; write B = 0; write C; }
    step both { write A = A + 1; write B = B + 1; if (A == 5) { write B = 0; } }
    step use  { read A; }
}
path p { zero; repeat [..2000] { both; } use; }
property alike: holds A == B at use;
proposal m { AT = any; expect alike proved somewhere; }
"""

CASELESS = """\
spec caseless "a property that only one packing has";
object skb { char cb[8]; }
packing struct a { one { u8 x; }; two { u8 x; u8 y; }; }
layer l {
    view V : struct a at skb.cb[0];
    step set { write V.x; when has(struct a, y) { write V.y; } }
    step use { read V.x; }
}
path p { set; use; }
property kept: preserved V.x from set to use;
property late when has(struct a, y): preserved V.y from set to use;
ask with: a such that late and kept; expect exactly { a = two; };
"""


def _judged(text: str, folder: Path) -> Report:
    (folder / "spec.cbs").write_text(text)
    return check(str(folder / "spec.cbs"), Options(), lambda done, total: None)


def test_a_bound_is_no_proof_somewhere(tmp_path: Path) -> None:
    report = _judged(BOUNDED, tmp_path)
    (case,) = (case for case in report.cases if case.property == "alike")
    assert (case.finding.turns, case.met, case.code, exit_code(report)) == (3, False, 3, 3)


def test_a_property_that_makes_no_case_is_no_answer(tmp_path: Path) -> None:
    (asked,) = _judged(CASELESS, tmp_path).asks
    assert (asked.answer, asked.met) == ((("two",),), True)


@pytest.mark.parametrize("packing", ["one", "two"])
def test_it_is_an_answer_of_what_does_make_one(packing: str, tmp_path: Path) -> None:
    text = CASELESS.replace("late and kept; expect exactly { a = two; };", "kept;")
    (asked,) = _judged(text, tmp_path).asks
    assert asked.answer is not None
    assert (packing,) in asked.answer
