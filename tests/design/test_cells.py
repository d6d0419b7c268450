"""Rows of marks by the axes that make a difference: what whole sheets say at once is what rows say
one by one."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from cbprove.design.sectors import Sector
from cbprove.design.space import Options, Space
from cbprove.design.summary import _cells, _rows, _without_idle
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load

_SPEC = """\
spec cells;
object skb { char cb[48]; }
packing struct s { one { u8 a; }; two { u16 a; }; }
param A in 0..2;
param B in 0..3;
param C in 0..4;
layer l {
    view V : struct s at skb.cb[A]; view W : struct s at skb.cb[B + 8]; view X : struct s at skb.cb[C + 16];
    step get { read V, W, X; }
}
path p { get; }
proposal all { s = any; A = any; B = any; C = any; }
"""


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Space:
    spec = tmp_path_factory.mktemp("cells") / "cells.cbs"
    spec.write_text(_SPEC)
    return Space(resolve(load(spec)), Options())


def _drawn(draw: Random, sector: Sector) -> bytes:
    """Marks that hang on some of the axes, a few of them excluded."""
    kept = [draw.random() < 0.5 for _ in sector.free]
    known: dict[tuple[int, ...], int] = {}
    excluded = draw.choice((0.0, 0.0, 0.05, 0.5))
    marks = []
    for values in product(*(values for _, values in sector.free)):
        key = tuple(value if keep else 0 for value, keep in zip(values, kept, strict=True))
        mark = known.setdefault(key, draw.choice((0, 1)))
        marks.append(2 if draw.random() < excluded else mark)
    return bytes(marks)


@pytest.mark.parametrize("seed", range(200))
def test_sheets_say_what_rows_say(space: Space, seed: int) -> None:
    draw = Random(seed)
    sectors = list(space.all_sectors())
    assert len(sectors) == 2 and [name for name, _ in sectors[0].free] == ["A", "B", "C"]
    first = _drawn(draw, sectors[0])
    marks_of = [
        (sectors[0], first),
        (sectors[1], draw.choice((first, _drawn(draw, sectors[1])))),
    ]
    rows = {
        key: row for sector, marks in marks_of for key, row in _rows(sector, sector.free, marks)
    }
    names = (*(axis.name for axis in space.fixed), "A", "B")
    assert _cells(space, marks_of) == _without_idle(names, rows)


def test_axes_are_left_out(space: Space) -> None:
    marks_of = [(sector, bytes([1, 1, 0, 0, 1]) * 12) for sector in space.all_sectors()]
    axes, cells = _cells(space, marks_of)
    assert (axes, cells) == ((), {(): bytes([1, 1, 0, 0, 1])})


def test_what_is_excluded_agrees_with_anything() -> None:
    assert _without_idle(("A",), {(0,): b"\1\2", (1,): b"\2\0"}) == ((), {(): b"\1\0"})
    assert _without_idle(("A",), {(0,): b"\1\2", (1,): b"\0\0"})[0] == ("A",)
