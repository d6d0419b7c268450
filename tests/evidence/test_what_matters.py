"""Decisions that matter for one reason alone: another claim would break first, or one answer of
all breaks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove import pipeline
from cbprove.design.problem import named
from cbprove.design.space import Options
from cbprove.design.witness import witness
from cbprove.evidence.idle import idle
from cbprove.meaning.elaborate import program

SPEC = """spec small "small";
abi x86_64;
object skb { char cb[8]; }
input x : u8 in 0..5;
layer owner { view V : u8 at skb.cb[0]; step set { write V = x; } step use { read V; } }
"""


@pytest.mark.parametrize(
    ("path", "claim"),
    [
        ("set; use; write V = 7; use;", "holds V < 3 at use"),
        ("write V = 7; if (x == 5) { use; } use;", "holds V < 3 at use"),
        ("set; use;", "holds x == 5 at use"),
        ("set; use;", "holds x > 0 at use"),
    ],
)
def test_the_input_matters(tmp_path: Path, path: str, claim: str) -> None:
    file = tmp_path / "small.cbs"
    file.write_text(f"{SPEC}path p {{ {path} }}\nproperty low: {claim};\n")
    made = program(pipeline.meaning(str(file)), {"abi": "x86_64"})
    prop = named(made, "low")
    shown = witness(made, prop, {}, Options()).run
    assert shown is not None and ("input", "x") in dict(shown.decisions)
    assert ("input", "x") not in idle(made, made.paths[0], prop, shown)
