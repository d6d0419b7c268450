"""A question of many candidates: runs that hang on what earlier turns of a loop left come last, and
count."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cbprove.design.refinement import Query
from cbprove.design.region import Regions
from cbprove.logic.terms import Bool, and_, choice, le, not_, or_, var
from cbprove.obligations.sources import UNSURE
from cbprove.pipeline import Options, check
from cbprove.solving.solver import Limits

GUESS, PLAIN = choice(f"{UNSURE}left"), choice("arm")
ON_AXIS = {"AT": (0, 3)}


def query(formula: Bool) -> Query:
    problem: Any = SimpleNamespace(ranges=ON_AXIS, limits=Limits())
    form: Any = SimpleNamespace(ranges={})
    return Query(problem, form, formula, ())


def test_a_run_without_guesses_comes_first() -> None:
    """A solver sets choices to false first, so that without being asked it takes the guess."""
    arms = [choice(f"arm{at}") for at in range(3)]
    answer = query(or_(and_(*arms), GUESS)).check()
    assert answer.result == "sat"
    assert answer.model.get("arm0") and not answer.model.get(f"{UNSURE}left")


def test_a_run_with_guesses_counts_where_there_is_no_other() -> None:
    asked = query(and_(GUESS, not_(PLAIN)))
    assert [asked.check().result for _ in range(3)] == ["sat"] * 3


def test_each_candidate_is_asked_for_both() -> None:
    """At 0 and 1 there is a run without guesses, at 2 and 3 there is none."""
    asked = query(or_(and_(PLAIN, le(var("AT"), 1)), and_(GUESS, le(2, var("AT")))))
    guessed = []
    while (answer := asked.check()).result == "sat":
        at = int(answer.model.get("AT", 0))
        guessed.append((at, bool(answer.model.get(f"{UNSURE}left"))))
        asked.block(not_(and_(le(at, var("AT")), le(var("AT"), at))))
    assert [guess for _, guess in guessed] == [False, False, True, True]
    assert sorted(at for at, _ in guessed) == [0, 1, 2, 3]


SUM = """spec sum "a sum of turns, kept in 16 bits";
abi x86_64;
object skb { u16 kept; }
object wide { u32 sum; }
input length : u16 in 0..64 per step;
layer gso {
    step begin { write skb.kept = 0; write wide.sum = 0; }
    step push { write wide.sum = wide.sum + length; write skb.kept = skb.kept + length; }
    step end { read skb.kept; }
}
path send { begin; repeat [9] { push; } end; }
property same: holds skb.kept == wide.sum at end;
property small: holds wide.sum < 500 at end;
proposal only { expect same proved; expect small refuted; }
"""


def test_the_last_candidate_is_settled_where_values_are_supposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of the reference for each guess would be one of all turns, for nothing."""

    def of_model(*given: Any) -> None:
        raise AssertionError("a run that supposes what turns left was tried")

    monkeypatch.setattr(Regions, "of_model", of_model)
    spec = tmp_path / "sum.cbs"
    spec.write_text(SUM)
    report = check(str(spec), Options(), lambda done, total: None)
    assert {case.property: case.verdict for case in report.cases if case.property != "fits"} == {
        "same": "proved",
        "small": "refuted",
    }
