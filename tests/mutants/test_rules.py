"""The rules by which verdicts of candidates become those of proposals and answers, each on the
least spec that needs it."""

from __future__ import annotations

import pytest

from cbprove.design.judge import judge
from cbprove.design.space import Options
from cbprove.diagnostics import Source
from cbprove.meaning.resolve import resolve
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.verdicts import Case, Report

# W is laid over V where OFF is 0 or 1; at 3 it runs over the end, which is excluded.
MOVED = """
spec moved;
abi x86_64;
param OFF in 0..3;
param mode in { plain, other } = plain;
object skb { char cb[4]; }
require OFF < 3;
layer owner { view V : u8 at skb.cb[1]; step set { write V; } step use { read V; } }
layer guest { view W : u8[2] at skb.cb[OFF]; step clobber { write W; } step never { read V; } }
path p { set; clobber; when mode == other { clear V; } use; }
property kept: preserved V from set to use;
property unmet: preserved V from never to use;
"""

COUNTED = """
spec counted;
abi x86_64;
object skb { char cb[8]; }
layer l { view sum : u16 at skb.cb[0]; step zero { write sum = 0; } step add { write sum = sum + 3300; } }
path p { zero; repeat { add; } }
property wide: exact sum;
"""

PLACED = """
spec placed;
abi x86_64;
object skb { char cb[8] __aligned(4); }
struct word { u32 whole; };
layer l {
    view A : u16 at skb.cb[0];
    view B : u16 at skb.cb[2];
    view C : struct word at skb.cb[3];
    view E : struct word at skb.cb[4];
    view D : u32 at skb.cb[6];
    step s { write A; }
}
path p { s; }
property all_fit: fits;
property in_place: aligned C;
property even: aligned E;
property apart: disjoint A, B;
property mixed_up: disjoint B, C;
"""

ELEMENTS = """
spec elements;
abi x86_64;
object skb { char cb[8]; }
input x : u8 in 0..1;
input y : u8 in 1..1;
struct two { u8 m[2]; };
layer l {
    view V : struct two at skb.cb[0];
    step set   { write V.*; write V.m[x]; }
    step other { write V.m[y]; }
    step use   { read V.m[0]; }
    step count { read V.m[x]; }
}
path moved { set; other; copy skb.cb[1] -> skb.cb[0] for 1; use; }
path still { set; other; count; }
property own_moved: owned V.m in moved;
property own_still: owned V.m in still;
"""


def report(text: str) -> Report:
    source = Source("rules.cbs", text)
    system = resolve(syntax.Tree(parse(source), (source,)))
    return judge(system, Options())


def case(text: str, name: str) -> Case:
    return next(c for c in report(text).cases if c.property == name)


@pytest.mark.parametrize(
    ("settings", "expectation", "verdict", "code"),
    [
        ("OFF = 2;", "", "proved", 0),
        ("OFF = 2;", "expect kept refuted;", "proved", 1),
        ("OFF = 1;", "", "refuted", 1),
        ("OFF = 1;", "expect kept refuted;", "refuted", 0),
        ("OFF in 2..3;", "", "proved", 0),
        ("OFF = any;", "", "mixed", 1),
        ("OFF = any;", "expect kept refuted somewhere;", "mixed", 0),
        ("OFF = 2;", "expect kept refuted somewhere;", "proved", 1),
        ("OFF = any;", "expect kept proved when OFF == 2, refuted otherwise;", "mixed", 0),
        ("OFF = any;", "expect kept proved when OFF >= 1, refuted otherwise;", "mixed", 1),
        ("OFF = 3;", "", "excluded", 1),
        ("OFF = 3;", "expect kept excluded;", "excluded", 0),
        ("OFF in 2..3;", "expect kept excluded;", "proved", 1),
    ],
)
def test_expectations(settings: str, expectation: str, verdict: str, code: int) -> None:
    found = case(
        f"{MOVED} proposal only {{ {settings} {expectation} expect unmet vacuous; }}", "kept"
    )
    assert (found.verdict, found.code, found.met) == (verdict, code, code == 0)


def test_vacuous_has_a_code_of_its_own() -> None:
    found = case(MOVED + "proposal only { OFF = 2; }", "unmet")
    assert (found.verdict, found.code) == ("vacuous", 4)


@pytest.mark.parametrize(
    ("expectation", "code"),
    [
        ("", 3),
        ("expect wide proved up to 2;", 0),
        ("expect wide proved up to 3;", 0),
        ("expect wide proved up to 4;", 3),
    ],
)
def test_a_bound_never_rounds_up(expectation: str, code: int) -> None:
    found = case(f"{COUNTED} proposal only {{ {expectation} }}", "wide")
    assert (found.verdict, found.finding.turns, found.code) == ("proved", 3, code)


@pytest.mark.parametrize(
    ("question", "met"),
    [
        ("OFF such that kept; expect exactly { OFF = 2; };", True),
        ("OFF such that kept; expect exactly { OFF = 1; };", False),
        ("OFF such that kept; expect exactly { OFF = 1; OFF = 2; };", False),
        ("OFF such that fits; expect exactly { OFF = 2; };", False),
        ("OFF such that kept; expect some;", True),
        ("OFF such that kept; expect none;", False),
        ("OFF such that kept given OFF != 2; expect none;", True),
        ("mode such that kept given OFF >= 2; expect exactly { mode = plain; };", True),
        ("mode such that kept given OFF >= 1; expect none;", True),
        ("mode, OFF such that kept; expect exactly { mode = plain, OFF = 2; };", True),
    ],
)
def test_questions(question: str, met: bool) -> None:
    (answered,) = report(f"{MOVED} ask q: {question}").asks
    assert answered.met is met


def test_placement() -> None:
    verdicts = {c.property: c.verdict for c in report(PLACED + "proposal only { }").cases}
    assert verdicts == {
        "all_fit": "refuted",
        "in_place": "refuted",
        "even": "proved",
        "apart": "proved",
        "mixed_up": "refuted",
    }


def test_array_elements_that_inputs_count_are_told_apart() -> None:
    verdicts = {c.property: c.verdict for c in report(ELEMENTS + "proposal only { }").cases}
    assert (verdicts["own_moved"], verdicts["own_still"]) == ("refuted", "proved")


# Both specs have sectors of one formula whose stored values differ: by byte order, or by which
# store has the value.
BYTE_ORDER = """
spec byte_order;
abi x86_64, s390x;
object skb { char cb[6]; }
layer owner { view V : u16 at skb.cb[2]; step set { write V = 1; } step use { read V; } }
layer guest { view W : u16 at skb.cb[1]; step clobber { write W = 0; } }
path p { set; clobber; use; }
property kept: preserved V from set to use;
"""

LAST_OR_FIRST = """
spec last_or_first;
abi x86_64;
param mode in { last, first };
object skb { char cb[6]; }
layer owner {
    view V : u8 at skb.cb[2];
    step set { when mode == first { write V = 1; write V; } else { write V; write V = 1; } }
    step use { read V; }
}
path p { set; when mode == first { write V = 1; } else { write V = 1; } use; }
property kept: preserved V from set to use;
"""


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (BYTE_ORDER, "abi = any; expect kept proved when abi == s390x, refuted otherwise;"),
        (LAST_OR_FIRST, "mode = any; expect kept proved when mode == last, refuted otherwise;"),
    ],
)
def test_sectors_whose_values_differ_share_no_verdict(text: str, settings: str) -> None:
    found = case(f"{text} proposal only {{ {settings} }}", "kept")
    assert found.verdict == "mixed" and found.met
    assert found.counts == {"proved": 1, "refuted": 1}
