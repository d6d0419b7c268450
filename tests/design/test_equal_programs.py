"""Of sectors whose programs are equal one is judged, for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cbprove import pipeline
from cbprove.design.groups import equal_programs
from cbprove.design.marks import HARD, VERDICTS
from cbprove.design.refinement import Refinement
from cbprove.design.sectors import Sector
from cbprove.design.space import Options, Space
from cbprove.design.tables import Tables
from cbprove.solving.solver import Limits

# `typed` lies as `packed` does and asks for no alignment either, as `natural` does; `other` is as
# large as they are, `one` is not.
SPEC = """
spec alike "equal packings"; abi x86_64;
param OFF in 0..7;
object o { char cb[16]; }
packing struct s {
    packed  { u16 x; u16 y; } __packed;
    natural { u16 x; u16 y; };
    other   { u8 x; u16 y; u8 z; } __packed;
    typed   { __be16 x; __be16 y; } __packed;
    one     { u8 x; };
}
layer a {
    view V : u8[4] at o.cb[2];
    view W : struct s at o.cb[OFF];
    view N : u8 at o.cb[12];
    step set { write V; write N = 4; }
    step use { read V; }
}
layer b { step put { write W.*; } }
path p { set; put; use; }
property kept: preserved V from set to use;
property size: holds N == sizeof(struct s) at use;
proposal all { s = any; OFF = any; expect kept refuted somewhere; expect size refuted somewhere; }
"""


@pytest.fixture
def space(tmp_path: Path) -> Callable[[Options], Space]:
    (tmp_path / "alike.cbs").write_text(SPEC)
    system = pipeline.meaning(str(tmp_path / "alike.cbs"))
    return lambda options: Space(system, options)


def _of(space: Space, packing: str) -> Sector:
    return next(s for s in space.all_sectors() if s.fixed["s"] == packing)


def _verdicts(space: Space, name: str) -> dict[object, list[str]]:
    return {
        sector.fixed["s"]: [VERDICTS[mark] for mark in space.table(sector, name).sheet.marks]
        for sector in space.all_sectors()
    }


def test_classes(space: Callable[[Options], Space]) -> None:
    made = space(Options())
    classes = equal_programs([(s, made.program(s)) for s in made.all_sectors()])
    assert [[sector.fixed["s"] for sector in alike.sectors] for alike in classes] == [
        ["packed", "typed"],
        ["natural"],
        ["other"],
        ["one"],
    ]


def test_one_is_judged_for_all_of_a_class(
    space: Callable[[Options], Space], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[object] = []
    table = Tables.table

    def counted(tables: Tables, place: int, name: str) -> object:
        judged.extend(each.fixed["s"] for each in tables.group.sectors)
        return table(tables, place, name)

    monkeypatch.setattr(Tables, "table", counted)
    made = space(Options())
    verdicts = _verdicts(made, "kept")
    assert "packed" in judged and "typed" not in judged
    # The four bytes at OFF do not meet V, at 2..5, where OFF is 6 or 7
    four = ["refuted"] * 6 + ["proved"] * 2
    assert [verdicts[name] for name in ("packed", "typed", "natural", "other")] == [four] * 4
    assert verdicts["one"] == ["proved"] * 2 + ["refuted"] * 4 + ["proved"] * 2
    assert made.table(_of(made, "typed"), "kept").sheet.sector.fixed["s"] == "typed"


def test_what_a_property_asks_is_part_of_a_program(space: Callable[[Options], Space]) -> None:
    made = space(Options())
    sector = _of(made, "packed")
    program = made.program(sector)
    asked_otherwise = replace(program, properties=program.properties[:1])
    assert len(equal_programs([(sector, program), (sector, asked_otherwise)])) == 2
    verdicts = _verdicts(made, "size")
    assert set(verdicts["packed"]) == set(verdicts["typed"]) == {"proved"}
    assert set(verdicts["one"]) == {"refuted"}


REQUIRED = """
spec required "what is required tells sectors apart, and nothing of their runs"; abi x86_64;
param OFF in 0..7;
param part in { low, high } = low;
object o { char cb[16]; }
require part != low  || OFF <= 4;
require part != high || OFF >= 3;
layer a { view V : u8[4] at o.cb[2]; step set { write V; } step use { read V; } }
layer b { view W : u8[4] at o.cb[OFF]; step put { write W; } }
path p { set; put; use; }
property kept: preserved V from set to use;
proposal all { part = any; OFF = any; expect kept refuted somewhere; }
"""


def test_what_is_required_alone_makes_no_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "required.cbs").write_text(REQUIRED)
    made = Space(pipeline.meaning(str(tmp_path / "required.cbs")), Options())
    (alike,) = equal_programs([(s, made.program(s)) for s in made.all_sectors()])
    assert [sector.fixed["part"] for sector in alike.sectors] == ["low", "high"]
    judged: list[bytes] = []
    refine = Refinement.decide

    def counted(refinement: Refinement, placed: Sequence[tuple[int, int]]) -> None:
        judged.append(bytes(refinement.sheet.marks))
        refine(refinement, placed)

    monkeypatch.setattr(Refinement, "decide", counted)
    verdicts = {
        sector.fixed["part"]: [VERDICTS[mark] for mark in made.table(sector, "kept").sheet.marks]
        for sector in made.all_sectors()
    }
    assert judged == [bytes(8)]  # once, for the candidates of both
    assert verdicts["low"] == ["refuted"] * 5 + ["excluded"] * 3
    assert verdicts["high"] == ["excluded"] * 3 + ["refuted"] * 3 + ["proved"] * 2


def test_what_is_excluded_is_not_settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "required.cbs").write_text(REQUIRED)
    made = Space(pipeline.meaning(str(tmp_path / "required.cbs")), Options())

    def hard(refinement: Refinement, placed: Sequence[tuple[int, int]]) -> None:
        refinement.sheet.fill(bytes([1]) * 8, HARD)

    monkeypatch.setattr(Refinement, "decide", hard)
    settled = {
        sector.fixed["part"]: sorted(made.table(sector, "kept").settled)
        for sector in made.all_sectors()
    }
    assert settled == {"low": [0, 1, 2, 3, 4], "high": [3, 4, 5, 6, 7]}


def test_a_class_that_is_too_large_together_is_judged_by_sectors(
    space: Callable[[Options], Space],
) -> None:
    few = space(Options(limits=Limits(operations=4)))
    assert _verdicts(few, "size") == _verdicts(space(Options()), "size")
