"""The enumeration finds every answer, and says what it did not look at."""

from __future__ import annotations

from cbprove.system.program import Exact, Holds, Input, Owned
from tests.brute import runs, verdict
from tests.semantics.hand_built import (
    INT,
    U8,
    Member,
    Script,
    View,
    inp,
    lit,
    op,
    program,
    prop,
    to,
    val,
)

BYTE = View("v", 1, {"x": Member(0, 8, U8)})


def test_every_answer_is_given_once() -> None:
    s = Script()
    n = Input("n", INT, 1, 2, per_step=True)
    prog = program(s.repeat(0, 2, s.write("a", BYTE["x"], value=inp("n"))), inputs=(n,))
    told = [
        tuple(answer for _, answer in run.decisions) for run, _ in runs(prog, prog.paths[0], ())
    ]
    assert told == [(0,), (1, 1), (1, 2), (2, 1, 1), (2, 1, 2), (2, 2, 1), (2, 2, 2)]


def test_verdicts() -> None:
    s = Script()
    read, write = s.read(BYTE["x"]), s.write("a", BYTE["x"])
    owned = prop(Owned(()))
    assert verdict(program(s.either((write,), ()), read), owned).verdict == "refuted"
    assert verdict(program(write, read), owned).verdict == "proved"
    assert verdict(program(write), owned).verdict == "vacuous"
    loop = s.repeat(0, None, s.when(lit(0), (read,)))
    judged = verdict(program(loop), owned)
    assert (judged.verdict, judged.cut) == ("unknown", True)
    judged = verdict(program(write, s.repeat(0, None, read)), owned)
    assert (judged.verdict, judged.cut) == ("proved", True)


def test_a_value_that_only_some_answers_give() -> None:
    s = Script()
    below = prop(Holds(op("<", to(INT, val(BYTE["x"])), lit(255)), "use", ""))
    judged = verdict(program(s.write("a", BYTE["x"]), s.step("use"), steps={"use": ()}), below)
    assert (judged.verdict, judged.runs) == ("refuted", 256)


def test_exact_in_a_late_turn() -> None:
    s = Script()
    add = s.write("a", BYTE["x"], value=op("+", to(INT, val(BYTE["x"])), lit(100)))
    start = s.write("b", BYTE["x"], value=lit(0))
    assert verdict(program(start, s.repeat(0, 2, add)), prop(Exact(()))).verdict == "proved"
    assert verdict(program(start, s.repeat(0, 3, add)), prop(Exact(()))).verdict == "refuted"
