"""The least run is a run: where sources say too little, values are followed."""

from __future__ import annotations

from pathlib import Path

from cbprove import pipeline
from cbprove.design.problem import named
from cbprove.design.space import Options
from cbprove.design.witness import least_run
from cbprove.meaning.elaborate import program

_SPEC = """spec again "stored again as it was";
abi x86_64;
object skb { char cb[8]; }
layer l {
    view V : u8 at skb.cb[0];
    step set { write V = 1; } step same { write V = 1; } step other { write V = 2; }
    step use { read V; }
}
path p { set; either { same; } or { other; } use; }
property kept: preserved V from set to use;
"""


def test_what_is_stored_again_as_it_was_is_no_run_to_show(tmp_path: Path) -> None:
    spec = tmp_path / "again.cbs"
    spec.write_text(_SPEC)
    made = program(pipeline.meaning(str(spec)), {"abi": "x86_64"})
    run = least_run(made, named(made, "kept"), Options(), broken=True)
    assert [answer for key, answer in run.decisions if key[0] == "arm"] == [1]
    assert run.broken["kept"]
