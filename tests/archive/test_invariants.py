"""What a loop is said to leave as it was is what it leaves as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.design.induction import invariant
from cbprove.design.judge import judge
from cbprove.design.space import Options
from cbprove.meaning import elaborate
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.solving.solver import Limits
from cbprove.syntax.includes import load

MOVED = """\
spec moved "an input moves a store, from the second turn on";
object skb { char cb[8]; }
input i : u8 in 0..3 per step;
layer l {
    view A : u8[4] at skb.cb[0];
    view F : u8 at skb.cb[7];
    step zero { clear A; write F = 0; }
    step hit  { if (F != 0) { write A[i] = 1; } write A[0] = 0; write F = 1; }
    step use  { read A; }
}
path p { zero; repeat { hit; } use; }
property same: holds A[1] == 0 at use;
proposal now { }
"""


def system(tmp_path: Path, text: str) -> System:
    file = tmp_path / "spec.cbs"
    file.write_text(text)
    return resolve(load(file))


@pytest.mark.parametrize(
    ("index", "verdict"), [("i", "refuted"), ("1", "refuted"), ("0", "proved")]
)
def test_a_store_that_an_input_moves_is_seen_wherever_it_goes(
    tmp_path: Path, index: str, verdict: str
) -> None:
    found = system(tmp_path, MOVED.replace("A[i]", f"A[{index}]"))
    report = judge(found, Options())
    assert [case.verdict for case in report.cases if case.property == "same"] == [verdict]


@pytest.mark.parametrize(
    ("turn", "kept"),
    [("copy A[0] -> A[2]; write A[0]; copy A[2] -> A[0];", True), ("write A[0];", False)],
)
def test_what_each_turn_puts_back_is_left_as_it_was(tmp_path: Path, turn: str, kept: bool) -> None:
    found = system(tmp_path, MOVED.replace("write A[i] = 1;", "").replace("write A[0] = 0;", turn))
    program = elaborate.program(found, {"abi": "x86_64"})
    pieces = invariant(program, program.properties[0], Limits()).kept["p"]
    assert any((low, last) == (0, 8) for _, _, low, last in pieces) == kept
