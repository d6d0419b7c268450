"""Every candidate of every region against enumeration, in systems whose members coincide at some
candidates only."""

from __future__ import annotations

from random import Random

import pytest

from cbprove.design import region
from cbprove.logic.terms import Bool, evaluate, subterms
from cbprove.reaching.universe import Candidates
from tests.random.agreement import agree
from tests.random.blocks import in_blocks
from tests.random.regions import text, with_bools

Model = dict[str, int | bool]


@in_blocks(range(60), 20)
def test_every_candidate_of_every_region(seeds: range) -> None:
    seen = agree(text, seeds)
    assert seen.verdicts["preserved", "refuted"] > 10
    assert seen.verdicts["preserved", "proved"] > 6


@pytest.mark.slow
def test_every_candidate_of_two_thousand_spaces() -> None:
    agree(text, range(10_000, 12_000))


def _another(formula: Bool, model: Model, asked: region.Regions, draw: Random) -> Model:
    """Another model of a formula at the same candidate: the solver might have given that one."""
    axes, ranges = asked.problem.ranges, asked.form.ranges
    other = {**model, **asked.point(model)}
    names = [t.args[0] for t in subterms(formula) if t.operator == "var" and t.args[0] not in axes]
    for name in draw.sample(names, len(names)):
        if name in ranges:
            low, high = ranges[name]
            changed = {**other, name: draw.choice((low, high, draw.randint(low, high)))}
            if _is_true(formula, changed):
                other = changed
    return other


def _is_true(formula: Bool, model: Model) -> bool:
    try:
        return bool(evaluate(model, formula)[0])
    except KeyError:  # a choice that the solver had no need to say anything of
        return False


@in_blocks(range(300), 100)
def test_any_model_that_the_solver_may_give(seeds: range, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a region speaks for hangs on no number that the solver happened to choose."""
    known, draw = region.Regions.of_model, Random(seeds[0])

    def of_model(
        self: region.Regions, model: Model, broken: bool, left: Candidates
    ) -> Candidates | None:
        formula = self.form.broken if broken else self.form.reached
        return known(self, _another(formula, model, self, draw), broken, left)

    monkeypatch.setattr(region.Regions, "of_model", of_model)
    seen = agree(with_bools, seeds)
    assert seen.verdicts["holds", "refuted"] > 10 and seen.verdicts["holds", "proved"] > 10
