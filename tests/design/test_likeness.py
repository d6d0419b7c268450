"""Sectors that no property tells apart are judged as one, and each has the verdicts that it has by
itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from benchmarks.suite import entries
from cbprove import pipeline
from cbprove.design import space as spaces
from cbprove.design.groups import Alike, equal_programs
from cbprove.design.marks import VERDICTS
from cbprove.design.sectors import Sector
from cbprove.design.space import Options, Space
from cbprove.system.program import Program

# `hi` is cleared. A bool that is stored over it leaves its upper bits zero, and so breaks nothing.
SPEC = """
spec likeness "packings that differ in names alone"; abi x86_64;
object o {{ char cb[16] __aligned(8); }}
struct v {{ u8 lo : 1; u8 hi : 7; }};
param OFF in 0..4;
packing struct s {{
{arms}
}}
layer a {{ view V : struct v at o.cb[4]; step set {{ clear V; }} step use {{ read V; }} }}
layer b {{
    view W : struct s at o.cb[OFF];
    step members {{ write W.*; }}
    step whole {{ write W; }}
}}
path p {{ set; either {{ members; }} or {{ whole; }} use; }}
path q {{ set; whole; use; }}
path r {{ set; members; use; }}
property kept: preserved V.hi from set to use;
property on_q: preserved V.hi from set to use in q;
property on_r: preserved V.hi from set to use in r;
{more}
proposal all {{ s = any; OFF = any; }}
"""

MEMBERS = (
    "u8 {};",
    "bool {};",
    "__be16 {};",
    "u16 {};",
    "u32 {};",
    "bool {}[2];",
    "u8 {}[2];",
    "u8 {} : 3;",
    "union {{ bool {0}a; u8 {0}b; }};",
    "union {{ bool {0}a; bool {0}b[2]; }};",
)


def _space(folder: Path, arms: Iterable[str], more: str = "") -> Space:
    file = folder / "likeness.cbs"
    text = "\n".join(f"    p{number} {arm}" for number, arm in enumerate(arms))
    file.write_text(SPEC.format(arms=text, more=more))
    return Space(pipeline.meaning(str(file)), Options())


def _classes(space: Space, packing: str = "s") -> list[list[object]]:
    classes = equal_programs([(s, space.program(s)) for s in space.all_sectors()])
    return [[sector.fixed[packing] for sector in alike.sectors] for alike in classes]


def _verdicts(space: Space) -> dict[tuple[object, str], list[str]]:
    return {
        (sector.fixed["s"], prop.name): [
            VERDICTS[mark] for mark in space.table(sector, prop.name).sheet.marks
        ]
        for sector in space.all_sectors()
        for prop in space.system.properties
    }


def _arm(random: Random) -> str:
    chosen = random.choices(MEMBERS, k=random.randint(1, 3))
    members = " ".join(member.format(f"m{number}") for number, member in enumerate(chosen))
    return f"{{ {members} }}{random.choice((' __packed', ''))};"


@pytest.mark.parametrize("seed", range(6))
def test_each_has_its_own_verdicts(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    drawn = list(dict.fromkeys(_arm(random) for _ in range(16)))
    arms = [*drawn, *(arm.replace(" m", " n").replace(" u16", " __be16") for arm in drawn)]
    space = _space(tmp_path, arms)
    assert len(_classes(space)) <= len(drawn)

    def alone(sectors: Iterable[tuple[Sector, Program]]) -> list[Alike]:
        return [Alike(sectors=(sector,), program=program) for sector, program in sectors]

    together = _verdicts(space)
    monkeypatch.setattr(spaces, "equal_programs", alone)
    assert together == _verdicts(_space(tmp_path, arms))


@pytest.mark.parametrize(
    ("arms", "alike"),
    [
        (("{ u8 x; u8 y; };", "{ u16 z; } __packed;"), True),  # names and types
        (("{ u8 x; u16 y; };", "{ u8 x; u16 y; } __packed;"), False),  # where they lie
        (("{ bool x; };", "{ u8 x; };"), False),
        (("{ bool x; };", "{ union { bool x; u8 y; }; };"), False),
        (("{ bool x[2]; };", "{ bool x; bool y; };"), False),  # seen as two, and so told apart
        (("{ u32 x; u8 y; };", "{ u32 x; u8 y; u8 z; };"), False),  # padding
    ],
)
def test_what_a_store_is(arms: tuple[str, str], alike: bool, tmp_path: Path) -> None:
    assert (len(_classes(_space(tmp_path, arms))) == 1) == alike


@pytest.mark.parametrize(
    "asks",
    ["owned", "written V", "aligned W", "holds V.lo == 0 at use", "exact V.lo", "disjoint V, W"],
)
def test_a_property_that_asks_for_more_tells_them_apart(asks: str, tmp_path: Path) -> None:
    arms = ("{ u8 x; u8 y; };", "{ u16 z; } __packed;")
    assert len(_classes(_space(tmp_path, arms, f"property more: {asks};"))) == 2


def test_of_six_hundred_packings_few_are_judged(tmp_path: Path) -> None:
    file = tmp_path / "packings.cbs"
    file.write_text(next(e.work.spec for e in entries() if e.work.name == "gso_24600_4"))
    space = Space(pipeline.meaning(str(file)), Options())
    assert len(list(space.all_sectors())) == 600
    assert len(_classes(space, "skb_gso_cb")) == 23
