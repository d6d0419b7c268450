"""What a problem keeps for all properties is of the candidate, and of the store, that asks."""

from __future__ import annotations

from pathlib import Path

from cbprove.design.groups import groups
from cbprove.design.problem import Problem
from cbprove.design.space import Options, Space
from cbprove.meaning.resolve import resolve
from cbprove.obligations.plan import Plan
from cbprove.solving.solver import Limits
from cbprove.syntax.includes import load

SPEC = """spec kept "a bool, and what may lie on it";
abi x86_64;
object skb { char cb[8]; }
param AT in 0..1;
layer l { view B : bool at skb.cb[0]; view U : u8 at skb.cb[AT];
    step set { write B; } step hit { write U; } step use { read B; } }
path p { set; hit; use; }
property kept: preserved B from set to use;
property small: holds B <= 1 at use;
"""


def _problem(folder: Path) -> tuple[Space, Problem]:
    (folder / "kept.cbs").write_text(SPEC)
    space = Space(resolve(load(folder / "kept.cbs")), Options())
    sectors = [(sector, space.program(sector)) for sector in space.all_sectors()]
    (group,) = groups(space.system.axes, sectors)
    return space, Problem(group, space.candidate, Limits())


def test_data_flow_is_of_the_candidate_that_asks(tmp_path: Path) -> None:
    _, problem = _problem(tmp_path)
    programs = [problem.candidate({"AT": at}) for at in (0, 1)]
    flows = [problem.alone(program) for program in programs]
    assert [flow.may_break("kept", 1) for flow in flows] == [1, 0]
    assert [problem.alone(program) for program in programs] == flows


def test_an_unknown_knows_what_its_store_leaves_zero(tmp_path: Path) -> None:
    _, problem = _problem(tmp_path)
    form = problem.form("small", Plan(cut=True))
    zeroes = {unknown.store: unknown.zero for unknown in form.unknowns}
    assert ((1, 7),) in zeroes.values() and () in zeroes.values()
