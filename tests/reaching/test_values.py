"""Data flow's intervals have every value that C gives an expression, and what is assumed counts
only as long as it is so."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from cbprove.design.groups import groups
from cbprove.design.marks import REFUTED
from cbprove.design.space import Options, Space
from cbprove.meaning.resolve import resolve
from cbprove.properties.events import ReadsBack
from cbprove.reaching.analysis import Reaching
from cbprove.reaching.universe import universe
from cbprove.reaching.values import Assumed
from cbprove.semantics.arithmetic import evaluate, holds, read_back
from cbprove.syntax.includes import load
from cbprove.system.expressions import Binary, Conditional, Expr, IntType, MemberValue, Place, Unary
from cbprove.system.program import Input
from tests.semantics.hand_built import BOOL, INT, S8, S16, U8, U16, U32, bytes_at, inp, lit, to

TYPES = (U8, S8, U16, S16, U32, INT, BOOL)
INPUTS = {"n": Input("n", U8, 3, 200, False), "s": Input("s", S8, -5, 100, False)}


class Drawn:
    """Values of inputs, and of members as arbitrary bits."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.inputs = {
            name: draw.choice((each.low, each.high, draw.randint(each.low, each.high)))
            for name, each in INPUTS.items()
        }

    def input(self, name: str) -> int:
        return self.inputs[name]

    def member(self, place: Place, type: IntType) -> int:
        sure = self.draw.choice((None, 0, 1))
        bits = [self.draw.randint(0, 1) if sure is None else sure for _ in range(place.width)]
        return read_back(bits, type, True)


def expression(draw: Random, depth: int) -> Expr:
    """An expression as elaboration makes them: both sides of one type."""
    if depth == 0:
        type = draw.choice(TYPES)
        member = bytes_at(draw.randrange(4), type.bits // 8)
        return draw.choice(
            (inp("n", U8), inp("s", S8), lit(draw.randint(-9, 300)), _val(member, type))
        )
    type = draw.choice((U32, INT, INT))
    left, right = (to(type, expression(draw, depth - 1)) for _ in range(2))
    sign = draw.choice(("+", "-", "*", "&", "|", "^", "<", "<=", "==", "&&", "||"))
    return draw.choice(
        (
            Binary(sign, left, right, type),
            Binary(draw.choice(("/", "%")), left, lit(draw.choice((-3, 1, 7)), type), type),
            Binary(draw.choice(("<<", ">>")), left, lit(draw.randrange(9)), type),
            Unary(draw.choice("-~!"), left, type),
            Conditional(left, left, right, type),
            to(draw.choice(TYPES), left),
        )
    )


def _val(place: Place, type: IntType) -> Expr:
    return MemberValue(place, type)


@pytest.mark.parametrize("seed", range(300))
def test_an_interval_has_every_value(seed: int) -> None:
    draw = Random(seed)
    expr, type = expression(draw, draw.choice((1, 2, 3))), draw.choice(TYPES)
    assumed = Assumed(INPUTS, universe(()))
    low, high = assumed.interval(expr, 1)
    target = Place(**{**vars(bytes_at(0, type.bits // 8)), "type": type})
    may = assumed.may_be_cut_off(ReadsBack(target, expr), 1)
    for _ in range(30):
        value = evaluate(expr, Drawn(draw))
        assert low <= value <= high, expr
        assert may or holds(value, target), expr


_SPEC = """\
spec assumed "a byte is written from two";
object skb {{ char cb[8]; }}
param SURE = no;
input n : u16 per step;
input m : u16;
layer l {{
    view A : u16 at skb.cb[0];
    view B : u8 at skb.cb[2];
    view C : u16 at skb.cb[4];
    {steps}
}}
path p {{ {path} }}
property narrow: exact B;
"""
# What is assumed, stored or drawn in between: where SURE is no and where it is yes, B may be cut off.
FLOWS = {
    'step s { assume A <= 255 "so"; write B = A; }': (False, False),
    'step s { assume n < 256 && A <= 255 "so"; read A; write A; write B = n; }': (False, False),
    'step s { assume A > 3 "so"; write B = A; }': (True, True),
    'step s { assume A < 255 "so"; write B = A + 1; }': (False, False),
    'step s { assume A < 256 "so"; write B = A + 1; }': (True, True),
    'step s { when SURE == yes { assume A < 9 "so"; } assume n < 9 "so"; write B = A * n; }': (
        True,
        False,
    ),
    'step s { assume A < 257 "so"; write B = A; }': (True, True),
    'step s { assume A + n <= 255 "so"; write B = A + n; }': (False, False),
    'step s { assume A <= 255 "so"; write A = n; write B = A; }': (True, True),
    'step s { assume A <= 255 "so"; copy C -> A; write B = A; }': (True, True),
    'step s { when SURE == yes { assume A <= 255 "so"; } write B = A; }': (True, False),
    'step s { assume A <= 255 "so"; when SURE == yes { write A = n; } write B = A; }': (True, True),
    'step s { optionally { assume A <= 255 "so"; } write B = A; }': (True, True),
    'step s { either { assume A <= 255 "so"; } or { write B = A; } }': (True, True),
    'step s { if (A == 7) { assume A <= 255 "so"; } write B = A; }': (True, True),
    'step s { assume n <= 255 "so"; } step t { write B = n; }': (True, True),
    'step s { assume n <= 255 "so"; clone c; on c { write A = n; write B = A; } }': (True, True),
    'step s { assume A <= 255 "so"; new c; on c { write B = A; } }': (True, True),
    'step s { new c; assume A <= 255 "so"; on c { write B = A; } }': (True, True),
}
PATHS = {
    # Drawn afresh for each statement of a path
    'assume n <= 255 "so"; write B = n;': (True, True),
    'assume m <= 255 "so"; repeat { write B = m; }': (True, True),
}


def _cut_off(text: str, tmp_path: Path) -> list[tuple[bool, bool]]:
    """For both values of SURE, whether data flow says that B may be cut off, and whether it is."""
    spec = tmp_path / "assumed.cbs"
    spec.write_text(text)
    space = Space(resolve(load(spec)), Options())
    (group,) = groups(space.system.axes, [(s, space.program(s)) for s in space.all_sectors()])
    may = Reaching(group.program, universe(group.whole.free)).may_break("narrow", 3)
    marks = [mark for s in space.all_sectors() for mark in space.table(s, "narrow").sheet.marks]
    assert len(marks) == group.whole.size == 2
    return [(bool(may >> at & 1), mark == REFUTED) for at, mark in enumerate(marks)]


@pytest.mark.parametrize("steps", FLOWS)
def test_what_is_assumed_in_a_step(steps: str, tmp_path: Path) -> None:
    path = "s; t;" if "step t" in steps else "s;"
    found = _cut_off(_SPEC.format(steps=steps, path=path), tmp_path)
    assert tuple(may for may, _ in found) == FLOWS[steps]
    assert all(may or not refuted for may, refuted in found)


@pytest.mark.parametrize("path", PATHS)
def test_what_is_assumed_on_a_path(path: str, tmp_path: Path) -> None:
    found = _cut_off(_SPEC.format(steps="", path=path), tmp_path)
    assert tuple(may for may, _ in found) == PATHS[path]
    assert all(may or not refuted for may, refuted in found)
