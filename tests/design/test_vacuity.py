"""A vacuous property says why no run reaches what it claims."""

from __future__ import annotations

import pytest

from cbprove.design.judge import judge
from cbprove.design.space import Options
from tests.meaning.meaning import system

SPEC = """object skb { char cb[8]; }
layer l {
    view V : u8 at skb.cb[0];
    view W : u8 at skb.cb[1];
    step s { write V; }
    step t { read V; }
    step u { write V = 300; }
}
layer idle { step z unused { read W; } }
"""

# Paths and the claim, and why it is vacuous.
WHY = {
    "t before s": (
        "path p { t; s; } property q: preserved V from s to t;",
        "in no run that meets its conditions and assumptions does `t` follow `s` on one object",
    ),
    "t on another object": (
        "path p { clone c; s; on c { t; } } property q: preserved V from s to t;",
        "in no run that meets its conditions and assumptions does `t` follow `s` on one object",
    ),
    "two paths": (
        "path p { s; } path r { t; } property q: preserved V from s to t;",
        "no path runs both `s` and `t`",
    ),
    "no t": ("path p { s; } property q: preserved V from s to t;", "no path runs `t`"),
    "no s": ("path p { t; } property q: preserved V from s to t;", "no path runs `s`"),
    "t outside of the where": (
        "path p { s; t; } path r { s; } property q: preserved V from s to t in r;",
        "nothing in its WHERE runs `t`",
    ),
    "owned, never read": (
        "path p { s; t; } property q: owned W;",
        "nothing that a path runs reads `W`",
    ),
    "written, never read": (
        "path p { s; t; } property q: written W, skb.cb[2];",
        "nothing that a path runs reads `W` or `skb.cb[2]`",
    ),
    "written, read elsewhere": (
        "path p { s; t; } property q: written V in s;",
        "nothing in its WHERE reads `V`",
    ),
    "written since, never run": (
        "path p { s; t; } property q: written V since z;",
        "no path runs `z`",
    ),
    "written since, read before": (
        "path p { t; s; } property q: written V since s;",
        "nothing that reads `V` follows `s` on one object in a run",
    ),
    "exact": (
        "path p { s; } property q: exact V;",
        "nothing that a path runs stores a value in `V`, as `write M = EXPR` does",
    ),
    "holds": ("path p { s; } property q: holds V == 0 at t;", "no path runs `t`"),
    "lent": ("path p { z; } property q: lent in s;", "nothing in its WHERE touches an object"),
    "conditions": (
        'path p { write V = 1; assume V == 2 "never"; t; } property q: written V in t;',
        "no run meets all the conditions on the way to what it claims",
    ),
    "a condition in front of an exact write": (
        "path p { write V = 1; if (V == 2) { u; } } property q: exact V in u;",
        "no run meets all the conditions on the way to what it claims",
    ),
}


@pytest.mark.parametrize("case", WHY)
def test_the_reason_is_told(case: str) -> None:
    text, wanted = WHY[case]
    report = judge(system(SPEC + text), Options())
    (found,) = (each for each in report.cases if each.property == "q")
    assert (found.verdict, found.finding.reason) == ("vacuous", wanted)
