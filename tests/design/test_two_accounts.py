"""Loops are followed in two ways, cut and laid out: each is right by itself, and a mistake in
one is held against the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.design.refinement import Refinement
from cbprove.design.settle import _Settling
from cbprove.meaning import elaborate
from cbprove.meaning.resolve import resolve
from cbprove.obligations.invariants import Loops
from cbprove.obligations.ops import Store
from cbprove.pipeline import Options, check
from cbprove.syntax.includes import load
from cbprove.verdicts import Report, exit_code

FAULTS = sorted((Path(__file__).parents[1] / "faults").glob("loop_*.cbs"))

# In turn 3 what turn 2 left is read.
LATE = """\
spec late "breaks in the third turn";
object skb { char cb[8]; }
layer l {
    view F : u8 at skb.cb[0];
    view G : u8 at skb.cb[1];
    view V : u8 at skb.cb[2];
    step s { write V = 1; }
    step use { read V; }
}
path p { clear F; clear G; s; use; repeat { if (G) { use; } if (F) { clear V; write G = 1; } write F = 1; } }
property one: holds V == 1 at use;
property stored: written V by s;
proposal now { expect one refuted; expect stored refuted; }
"""

# Turn 2 stores on the clone, turn 3 reads on the packet: s has not run on that.
CLONES = """\
spec clones "one step on two objects that were there before the loop";
object skb { char cb[4]; }
object stack { u8 x; }
layer l {
    view F : u8 at skb.cb[0];
    view X : u8 at stack.x;
    step s { write X; }
    step r { read X; }
}
path p { s; clear F; clone c; repeat { r; if (F) { on c { s; } } optionally { s; } write F = 1; } }
property mine: written X by s;
proposal now { expect mine refuted; }
"""

# What each turn leaves to later ones: a run of s on a clone of its own, one that has not ended, a
# number, a copy.
LEFT = """\
spec left "by turns";
object skb { char cb[4]; }
object stack { u8 x; }
layer l {
    view A : u8 at skb.cb[0];
    view B : u8 at skb.cb[1];
    view X : u8 at stack.x;
    step s { write X; }
    step t { write A = 3; }
    step u { repeat { write A = 4; } }
}
path p { repeat { clone c; on c { s; } t; copy A -> B; } }
path q { u; }
property asked: written X by s;
proposal now { }
"""


def judged(path: Path) -> Report:
    return check(str(path), Options(), lambda done, total: None)


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "late.cbs").write_text(text)
    return tmp_path / "late.cbs"


@pytest.fixture
def cut_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Refinement, "_distrust", lambda self: None)
    monkeypatch.setattr(_Settling, "_contradicted", lambda self: None)


@pytest.mark.usefixtures("cut_alone")
@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_cut_loops_are_right_by_themselves(path: Path) -> None:
    assert exit_code(judged(path)) == 0


@pytest.mark.usefixtures("cut_alone")
@pytest.mark.parametrize("text", [LATE, CLONES], ids=["late", "clones"])
def test_so_are_those_that_break_in_the_third_turn(text: str, tmp_path: Path) -> None:
    assert exit_code(judged(written(tmp_path, text))) == 0


@pytest.mark.usefixtures("cut_alone")
def test_what_breaks_behind_the_bound_is_not_proved_for_every_turn() -> None:
    """`expect P proved up to 3` would be met by a proof for every number of turns, too."""
    (path,) = (each for each in FAULTS if each.stem == "loop_names_that_turns_take")
    turns = {case.property: case.finding.turns for case in judged(path).cases}
    assert (turns["b10"], turns["a6"]) == (3, None)


def test_what_is_lost_of_earlier_turns_is_held_against_loops_laid_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Loops, "heads", lambda self, kept: {})
    verdicts = {case.property: case.verdict for case in judged(written(tmp_path, LATE)).cases}
    assert (verdicts["one"], verdicts["stored"]) == ("refuted", "refuted")


def test_so_is_what_is_not_found_for_all_candidates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Refinement, "_sweep", lambda self, formula, broken, mark: "unsat")
    verdicts = {case.property: case.verdict for case in judged(written(tmp_path, LATE)).cases}
    assert verdicts["stored"] == "refuted"


def test_what_turns_leave_to_later_ones(tmp_path: Path) -> None:
    program = elaborate.program(resolve(load(written(tmp_path, LEFT))), {"abi": "x86_64"})
    left = []
    for path in program.paths:
        unfolding = Loops(program, path, program.properties[0], 20_000).unfolding
        runs = [id(store.run) for store in unfolding.operations if isinstance(store, Store)]
        ((_, stores),) = unfolding.heads.items()
        left += [
            (s.kind, s.text, s.value, s.run and (s.run.step, id(s.run) in runs)) for s in stores
        ]
    assert left == [
        ("fresh", "X", None, None),
        ("fresh", "A", None, ("t", False)),  # another run, which has ended
        ("head", "", None, None),
        ("fresh", "A", None, ("u", True)),  # the run that goes on
    ]
