"""Decisions of a witness that do not matter: said where every other answer breaks the same
claim, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove import pipeline
from cbprove.design.problem import named
from cbprove.design.space import Options
from cbprove.design.witness import witness
from cbprove.evidence.idle import idle
from cbprove.evidence.replay import replay
from cbprove.meaning.elaborate import program
from cbprove.report.scene import scene
from cbprove.report.witness import decided
from cbprove.system.program import Program
from cbprove.verdicts import Witness

CASES = Path(__file__).parent.parent.parent / "specs" / "cases"

SPEC = """spec small "small";
abi x86_64;
object skb { char cb[8]; }
input x : u8 in 0..5;
input y : u8 in 0..200;
layer owner {
    view V : u8 at skb.cb[0]; view W : u8 at skb.cb[1];
    step set { write V = x; } step other { write W = y; } step use { read V; }
}
path p { optionally { other; } set; repeat [1..4] { other; } either { write V = 7; } or { other; } use; }
property low: holds V < 3 at use;
"""


@pytest.fixture
def shown(tmp_path: Path) -> Witness:
    spec = tmp_path / "small.cbs"
    spec.write_text(SPEC)
    made = program(pipeline.meaning(str(spec)), {"abi": "x86_64"})
    return witness(made, named(made, "low"), {}, Options())


def answers(witness: Witness, name: str) -> dict[str, str]:
    """What was decided before the break, by what it is called: the answer, or `any` where it
    does not matter."""
    found = scene(witness, name)
    assert found is not None
    return {
        choice.what: "any" if choice.any else choice.answer for choice in decided(witness, found)
    }


def test_what_matters_and_what_does_not(shown: Witness) -> None:
    """V is 7 on the first arm, whatever was stored before; the arm alone matters."""
    told = answers(shown, "low")
    assert told == {"optionally": "any", "x": "any", "repeat": "any", "y": "any", "either": "arm 1"}


def test_a_value_that_matters(tmp_path: Path) -> None:
    spec = tmp_path / "small.cbs"
    spec.write_text(SPEC.replace("either { write V = 7; } or { other; }", ""))
    made = program(pipeline.meaning(str(spec)), {"abi": "x86_64"})
    found = witness(made, named(made, "low"), {}, Options())
    told = answers(found, "low")
    assert told["x"] in ("3", "4", "5") and told["y"] == "any"


def every(made: Program, name: str, found: Witness) -> None:
    """All answers of idle arms and small inputs are tried here."""
    assert found.run is not None
    path = next(path for path in made.paths if path.name == found.path)
    prop, run = named(made, name), found.run
    for key in idle(made, path, prop, run):
        if key[0] == "input":
            declared = made.inputs[str(key[1])]
            others = range(declared.low, min(declared.high, declared.low + 300) + 1)
        else:
            others = range(2 if key[0] == "bit" else 4)
        for answer in others if key[0] != "bit" else ():
            again = replay(made, path, (prop,), {**dict(run.decisions), key: answer})
            if again.ended and not again.broken[name]:
                continue  # an assumption leaves no such run
            assert (
                again.broken[name] and again.broken[name][0].moment == run.broken[name][0].moment
            ), (key, answer)


@pytest.mark.parametrize("spec", sorted(CASES.glob("*.cbs"))[::3], ids=lambda path: path.stem)
def test_every_answer_breaks_the_same_claim(spec: Path) -> None:
    system = pipeline.meaning(str(spec))
    for proposal in system.proposals:
        made = program(system, {axis: values[0] for axis, values in proposal.domains.items()})
        for name in {
            e.property for e in proposal.expectations if e.verdict == "refuted" and e.property
        }:
            found = witness(made, named(made, name), {}, Options())
            if found.run is not None:
                every(made, name, found)
                assert answers(found, name) == answers(found, name)


def test_one_answer_alone_is_not_any(tmp_path: Path) -> None:
    """A loop of exactly two turns has nothing to choose."""
    spec = tmp_path / "small.cbs"
    spec.write_text(SPEC.replace("[1..4]", "[2..2]"))
    made = program(pipeline.meaning(str(spec)), {"abi": "x86_64"})
    found = witness(made, named(made, "low"), {}, Options())
    assert answers(found, "low").get("repeat") in (None, "2 turns")


def test_an_arm_that_no_run_takes_is_no_other_answer(tmp_path: Path) -> None:
    spec = tmp_path / "small.cbs"
    spec.write_text(SPEC.replace("or { other; } use;", 'or { assume x > 5 "never"; } use;'))
    made = program(pipeline.meaning(str(spec)), {"abi": "x86_64"})
    found = witness(made, named(made, "low"), {}, Options())
    assert answers(found, "low")["either"] == "arm 1"


def test_of_two_of_which_each_could_be_otherwise_one_matters(tmp_path: Path) -> None:
    """Each alone makes the sum large enough: both cannot be small."""
    spec = tmp_path / "small.cbs"
    spec.write_text(SPEC.replace("holds V < 3", "holds x + y < 5"))
    made = program(pipeline.meaning(str(spec)), {"abi": "x86_64"})
    prop = named(made, "low")
    run = replay(made, made.paths[0], (prop,), {("input", "x"): 5, ("input", "y"): 200}, trace=True)
    found = {key[1] for key in idle(made, made.paths[0], prop, run) if key[0] == "input"}
    assert found in ({"x"}, {"y"})


_THREE = """spec three "three";
abi x86_64;
object skb { char cb[8]; }
input a : u8 in 0..200;
input x : u8 in 0..5;
input y : u8 in 0..200;
layer owner {
    view V : u8 at skb.cb[0];
    step set { write V = a; write V = x; write V = y; } step use { read V; }
}
path p { set; use; }
property low: holds x + y < 5 at use;
"""


def test_of_two_that_are_tried_together_one_matters(tmp_path: Path) -> None:
    """`a` is free before them, so that both wait to be tried with it."""
    spec = tmp_path / "three.cbs"
    spec.write_text(_THREE)
    made = program(pipeline.meaning(str(spec)), {"abi": "x86_64"})
    prop = named(made, "low")
    values = {("input", "a"): 7, ("input", "x"): 5, ("input", "y"): 200}
    run = replay(made, made.paths[0], (prop,), values, trace=True)
    assert [key[1] for key, _ in run.decisions] == ["a", "x", "y"]
    assert {key[1] for key in idle(made, made.paths[0], prop, run)} == {"a", "x"}
