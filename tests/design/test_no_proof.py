"""What is not proved meets no expectation of a proof and answers no question: a bound, a
property that makes no case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cbprove.pipeline import Options, check, judged, meaning
from cbprove.report import sweep
from cbprove.report.json import document
from cbprove.report.style import Manner, plain
from cbprove.report.text import text
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

SOME = """\
spec some "a bound at one of two candidates, the second one";
object skb { char cb[8]; }
param N in 0..1 = 0;
layer l {
    view A : u16 at skb.cb[0];
    view B : u16 at skb.cb[2];
    view C : u16 at skb.cb[4];
    step zero { write A = 0; write B = 0; write C = 0; }
    step both { write A = A + 1; write B = B + 1; write C = C + 2; }
    step use  { read A; }
}
path p { zero; when N == 1 { repeat { both; } } use; }
property double: holds (A + B) % 65536 == C at use;
property low: holds A <= N at use;
proposal m { N = any; expect double proved up to 3; expect low refuted somewhere; }
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


def test_a_bound_at_one_candidate_is_one_of_all(tmp_path: Path) -> None:
    report = _judged(SOME, tmp_path)
    double, low = (case for case in report.cases if case.property in ("double", "low"))
    assert (double.verdict, double.finding.turns, double.bounded) == ("proved", 3, 1)
    assert double.candidate == {"abi": "x86_64", "N": 1} and double.met
    assert double.regions == (("proved", "N = 0"), ("proved", "N = 1 (up to a bound)"))
    assert (low.verdict, low.bounded) == ("mixed", 0)
    found = document([report], ())["cases"][0]
    assert found["scope"] == {"turns": 3}
    assert found["candidates"] == {"total": 2, "proved": 2, "bounded": 1}
    assert "of 2 candidates: 2 proved, 1 of them up to a bound" in text(report, Manner(verbosity=1))


def test_what_is_not_as_expected_is_told_by_its_candidate(tmp_path: Path) -> None:
    conditional = "expect low refuted when N == 0, proved otherwise;"
    report = _judged(SOME.replace("expect low refuted somewhere;", conditional), tmp_path)
    expected = (
        "the spec expects refuted or proved\n  refuted at abi = x86_64, N = 0, where it is proved"
    )
    assert expected in text(report, Manner())


def test_a_matrix_says_where_a_bound_is(tmp_path: Path) -> None:
    (tmp_path / "spec.cbs").write_text(SOME)
    system = meaning(str(tmp_path / "spec.cbs"))
    abi, param = system.axes
    (double,) = (each for each in system.properties if each.name == "double")
    cells = sweep.cells(system, abi, param)
    system = replace(system, proposals=cells, properties=(double,), asks=())
    report = judged(system, "spec.cbs", Options(), lambda done, total: None)
    matrix = sweep.Matrix(property="double", rows=abi, cols=param, report=report)
    found = sweep.document(matrix)["sweep"]
    assert found["verdicts"] == [["proved", "proved up to a bound"]]
    assert found["regions"][1] == {"verdict": "proved", "where": "N = 1 (up to a bound)"}
    told = sweep.text(matrix, plain)
    assert "2 candidates: 2 proved, 1 of them up to a bound" in told


def test_a_property_that_makes_no_case_is_no_answer(tmp_path: Path) -> None:
    (asked,) = _judged(CASELESS, tmp_path).asks
    assert (asked.answer, asked.met) == ((("two",),), True)


@pytest.mark.parametrize("packing", ["one", "two"])
def test_it_is_an_answer_of_what_does_make_one(packing: str, tmp_path: Path) -> None:
    text = CASELESS.replace("late and kept; expect exactly { a = two; };", "kept;")
    (asked,) = _judged(text, tmp_path).asks
    assert asked.answer is not None
    assert (packing,) in asked.answer
