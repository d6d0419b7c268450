"""What chance seldom draws: one spec for each rule, judged by the prover and by enumeration."""

from __future__ import annotations

import pytest

from cbprove.design.marks import BOUNDED, VERDICTS
from cbprove.design.problem import named
from cbprove.design.space import Space
from tests.brute import verdict
from tests.random.agreement import BOUND, OPTIONS, meant

PREAMBLE = """
abi x86_64;
object skb { char cb[8]; }
struct arms { union { bool one; u8 whole; }; };
struct parts { u8 first:1; u8 next:1; u8 rest:6; };
struct three { u8 a; u8 b; u8 c; };
struct padded { u8 a; u16 c; };
input x : u8 in 0..1;
input y : u8 in 0..1;
input less : s8 in -1..-1;
layer owner {
    view V : u8 at skb.cb[0];
    view U : struct arms at skb.cb[1];
    view A : struct three at skb.cb[2];
    view B : struct three at skb.cb[3];
    view N : u8 at skb.cb[7];
    step set    { write V; write U.*; write A.*; }
    step use    { read V; }
    step other  { read U; }
    step tick   { write N = N + 1; }
    step zero   { write N = 0; }
    step negate { write A.b = 1; write A.a = -A.b; }
    step itself { write V; read V; }
    step second { read B.b; }
    view T : struct parts at skb.cb[1];
    step again  { write U.*; }
    step flag   { write U.one; }
    step first  { write T.first; }
    step next   { write T.next; }
    step zap    { clear T.first; }
    step rest   { write T.rest; }
    view P : struct padded at skb.cb[4];
    step whole  { write P; }
    step raw    { read skb.cb[5]; }
}
"""

RARE = {
    "a bool's upper bits may be another arm's": (
        "set; again; use;",
        "preserved T.rest from set to use",
        "refuted",
    ),
    "a bool's upper bits are zero": (
        "clear U; set; flag; flag; use;",
        "preserved T.rest from flag to use",
        "proved",
    ),
    "a bool is 0 or 1 in its byte": ("flag; other;", "holds U.whole <= 1 at other", "proved"),
    "a bit-field's neighbour is left alone": (
        "again; first; use;",
        "preserved T.rest from again to use",
        "proved",
    ),
    "a bit-field's neighbour is not stored": (
        "again; next; zap; other;",
        "written or cleared U.whole by again, zap",
        "refuted",
    ),
    "a gap of one bit": ("first; rest; other;", "written in other", "refuted"),
    "a struct's padding is not stored": ("whole; raw;", "written in raw", "refuted"),
    "an assumption on one branch": (
        'if (x) { assume y == 0 "so it is"; } use;',
        "holds y == 0 at use",
        "refuted",
    ),
    "given up on one branch": ("if (x) { consume; } if (!x) { use; }", "lent", "proved"),
    "new is debris": ("set; new n; on n { use; }", "written V", "refuted"),
    "a negative length is endless": (
        "set; clear V for less; use;",
        "preserved V from set to use",
        "refuted",
    ),
    "no turn at all": (
        'repeat [0..2] { assume x > 5 "never"; } use;',
        "holds x < 2 at use",
        "proved",
    ),
    "broken with no turn at all": (
        'repeat [0..2] { assume x > 5 "never"; } use;',
        "holds x == 5 at use",
        "refuted",
    ),
    "the third turn": (
        "zero; repeat { tick; if (N == 3) { use; } }",
        "holds x < 2 at use",
        "proved",
    ),
    "a step that has not ended": ("itself;", "written V by itself", "refuted"),
    "a step that has ended": ("itself; use;", "written V by itself in use", "proved"),
    "minus": ("negate; use;", "holds A.a == 255 at use", "proved"),
    "memmove, not memcpy": ("set; copy skb.cb[2] -> skb.cb[3] for 2; second;", "owned B", "proved"),
    "only at the step named": ("if (!x) { use; } other;", "holds x == 0 at use", "proved"),
    "no end before the read": ("set; use;", "written V since zero", "vacuous"),
    "a store before the end": ("set; zero; use;", "written V since zero", "refuted"),
    "a store after the end": ("zero; set; use;", "written V since zero", "proved"),
    "the latest end": ("zero; set; zero; use;", "written V since zero", "refuted"),
    "an end on a clone made before": (
        "zero; set; clone c; on c { zero; } use;",
        "written V since zero",
        "proved",
    ),
    "an end on its maker": (
        "set; zero; new n; on n { copy parent.V -> V; use; }",
        "written V since zero",
        "refuted",
    ),
    "a copy is no store": (
        "set; copy V -> N; zero; copy N -> V; use;",
        "written V since zero",
        "refuted",
    ),
    "a clear is no store": ("zero; clear V; use;", "written V since zero", "refuted"),
    "a clear since": ("zero; clear V; use;", "written or cleared V since zero", "proved"),
    "a clear by a path": ("clear V; use;", "written or cleared V by owner", "refuted"),
    "a store of the turn before": ("repeat { use; set; zero; }", "written V since zero", "refuted"),
    "a store of this turn": ("repeat { set; use; zero; }", "written V since zero", "proved"),
    "kept elsewhere": (
        "set; copy V -> N; clear V; use;",
        "preserved V from set as N at use",
        "proved",
    ),
    "kept where it was, not elsewhere": (
        "set; copy V -> N; tick; use;",
        "preserved V from set as N at use",
        "refuted",
    ),
    "elsewhere too early": (
        "copy V -> N; set; use;",
        "preserved V from set as N at use",
        "refuted",
    ),
    "a copy stores": ("share n; copy V -> N;", "lent", "refuted"),
    "a copy stores to its own": ("copy V -> N;", "lent", "proved"),
}

NEAR = """
abi x86_64;
param OFF in 0..7;
object skb { char cb[8]; }
layer owner { view V : u64 at skb.cb[0]; step set { write V = 0x0001000100010001; } step use { read V; } }
layer guest { view W : u8 at skb.cb[OFF]; step same { write W = 1; } }
path p { set; same; use; }
property kept: preserved V from set to use;
"""


def found(text: str) -> list[tuple[str, str | None]]:
    """What the prover and what enumeration say of the first property, for each candidate."""
    system = meant(text)
    space = Space(system, OPTIONS)
    name = system.properties[0].name
    pairs: list[tuple[str, str | None]] = []
    for sector in space.all_sectors():
        for index, mark in enumerate(space.table(sector, name).sheet.marks):
            made = space.candidate(sector.candidate(index))
            says = "proved" if mark == BOUNDED else VERDICTS[mark]
            pairs.append((says, verdict(made, named(made, name), BOUND).verdict))
    return pairs


@pytest.mark.parametrize("rule", RARE)
def test_rare(rule: str) -> None:
    body, claim, wanted = RARE[rule]
    for abi in ("x86_64", "s390x"):
        preamble = PREAMBLE.replace("x86_64", abi)
        assert found(f"{preamble} path p {{ {body} }} property asked: {claim};") == [
            (wanted, wanted)
        ], abi


def test_the_same_value_beside_another() -> None:
    assert found(NEAR) == [(word, word) for word in ("proved", "refuted") * 4]
