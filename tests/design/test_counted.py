"""Numbers that runs count are followed as far as what was stored says, and wrap where that may
be."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.design.asking import ask
from cbprove.design.plans import late
from cbprove.design.problem import named
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.obligations.forms_by_values import by_values
from cbprove.pipeline import Options, check
from cbprove.solving.solver import Limits
from cbprove.syntax.includes import load

_SPEC = """\
spec counted "some runs count up";
object skb {{ char cb[8]; }}
input by : u8 in 0..3 per step;
layer l {{
    view V : {type} at skb.cb[0];
    step zero {{ write V = {first}; }}
    step up   {{ write V = V + {by}; }}
    step get  {{ read V; }}
}}
path p {{ zero; {ups} get; }}
property least: holds V <= {most} at get;
property narrow: exact V;
"""


@pytest.mark.parametrize(
    ("type", "first", "by", "times", "most", "least", "narrow"),
    [
        ("u16", "0", "1", 40, 40, "proved", "proved"),
        ("u16", "0", "1", 40, 39, "refuted", "proved"),
        ("u16", "0", "by", 40, 120, "proved", "proved"),
        ("u16", "0", "by", 8, 23, "refuted", "proved"),
        ("u8", "215", "1", 40, 255, "proved", "proved"),
        ("u8", "216", "1", 40, 255, "proved", "refuted"),
        ("u8", "250", "by", 2, 255, "proved", "refuted"),
        ("s8", "120", "1", 7, 127, "proved", "proved"),
        ("s8", "120", "1", 8, 127, "proved", "refuted"),
        ("s8", "-128", "by", 40, -8, "proved", "proved"),
        ("s8", "-128", "-1", 1, 127, "proved", "refuted"),
        ("s8", "by - 128", "-1", 1, 126, "refuted", "refuted"),
    ],
)
def test_what_is_counted(
    type: str,
    first: str,
    by: str,
    times: int,
    most: int,
    least: str,
    narrow: str,
    tmp_path: Path,
) -> None:
    spec = tmp_path / "counted.cbs"
    ups = "optionally { up; } " * times
    spec.write_text(_SPEC.format(type=type, first=first, by=by, ups=ups, most=most))
    report = check(str(spec), Options(), lambda done, total: None)
    found = {case.property: case.verdict for case in report.cases}
    assert (found["least"], found["narrow"]) == (least, narrow)


_FLAGS = """\
spec flags "some runs set a flag, some clear it";
object skb {{ char cb[8]; }}
layer l {{
    view F : u8 at skb.cb[0];
    step zero  {{ write F = 0; }}
    step on_  {{ write F = F | 4; }}
    step off_ {{ write F = F & ~4; }}
    step get   {{ read F; }}
}}
path p {{ zero; {turns} get; }}
property others: holds (F & 3) == 0 at get;
property never: holds (F & 4) == 0 at get;
proposal all {{ expect never refuted; }}
"""


@pytest.mark.parametrize("times", [5, 20])
def test_flags(times: int, tmp_path: Path) -> None:
    spec = tmp_path / "flags.cbs"
    spec.write_text(_FLAGS.format(turns="optionally { on_; } optionally { off_; } " * times))
    report = check(str(spec), Options(), lambda done, total: None)
    found = {case.property: case.verdict for case in report.cases}
    assert (found["others"], found["never"]) == ("proved", "refuted")


_ANY = """\
spec any_byte "anything is stored, and one more";
object skb { char cb[8]; }
layer l {
    view V : u8 at skb.cb[0];
    step store { write V; }
    step up    { write V = V + 1; }
    step get   { read V; }
}
path p { store; up; get; }
property low: holds V >= 1 at get;
property high: holds V <= 255 at get;
"""


@pytest.mark.parametrize(("name", "result"), [("low", "sat"), ("high", "unsat")])
def test_what_anybody_may_have_stored_wraps(name: str, result: str, tmp_path: Path) -> None:
    spec = tmp_path / "any.cbs"
    spec.write_text(_ANY)
    limits = Limits()
    made = program(resolve(load(spec)), {"abi": "x86_64"})
    form = by_values(made, named(made, name), late(limits))
    assert ask(form.broken, form.ranges, limits).result == result
