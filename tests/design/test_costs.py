"""What a proposal costs is what the copies and clears of its dearest run move."""

from __future__ import annotations

from pathlib import Path

from cbprove.pipeline import Options, check
from cbprove.verdicts import Cost

_SPEC = """\
spec costs "saved or not";
object skb { char cb[48]; }
object stack { u8 x[20]; u8 y[20]; }
param SAVE in { none, one, both } = none;
layer l {
    view V : u8[20] at skb.cb[0];
    step set  { write V; }
    step save { when SAVE == both { copy V -> stack.y; } when SAVE != none { copy V -> stack.x; } }
    step back { when SAVE != none { copy stack.x -> V; clear skb.cb[30]; } }
    step get  { read V; }
}
path p { set; optionally { save; } each segment { back; get; } }
property own: owned V;
proposal nothing { SAVE = none; }
proposal one { SAVE = one; expect own refuted; }
proposal both { SAVE = both; expect own refuted; }
"""


def test_each_proposal_has_its_own_cost(tmp_path: Path) -> None:
    spec = tmp_path / "costs.cbs"
    spec.write_text(_SPEC)
    report = check(str(spec), Options(), lambda done, total: None)
    assert {(case.proposal, case.cost) for case in report.cases} == {
        ("nothing", Cost(0, 0)),
        ("one", Cost(20, 21)),
        ("both", Cost(40, 21)),
    }
