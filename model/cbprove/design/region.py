"""From the run of one candidate to a region: the candidates where the same run does the same, for
reasons that hold at every one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cbprove.design.generalise import alike
from cbprove.design.problem import Problem, named
from cbprove.design.reasons import Model, Why, completed, over, whys
from cbprove.design.replayed import NotReplayed, again, replayed
from cbprove.evidence.replay import replay
from cbprove.frozen import frozen
from cbprove.logic.terms import evaluate
from cbprove.obligations.forms import Form, PathForm
from cbprove.obligations.sources import spelled
from cbprove.reaching.universe import Candidates
from cbprove.semantics.run import Run
from cbprove.solving.solver import Answer


@frozen
class Example:
    """A run that the reference saw break (or else reach) a claim of the property, at a point of
    the sector, with the model whose choices and values it follows."""

    path: PathForm
    run: Run
    model: Model
    point: Mapping[str, int]
    broken: bool

    def reasons(self, name: str) -> Iterable[Why]:
        """Why the run does it, one reason at a time."""
        if self.broken:
            return whys(self.path, self.run, name, self.model)
        return (Why(self.path.reached, self.model),)


class Regions:
    """The regions of one property of a problem, of runs that its form allows."""

    def __init__(self, problem: Problem, name: str, form: Form) -> None:
        self.problem, self.name, self.form = problem, name, form
        self.sector, self.universe = problem.sector, problem.universe
        self._refuting: Example | None = None

    def point(self, model: Model) -> dict[str, int]:
        """The point that a model speaks of; an axis that it says nothing of has its least
        value."""
        return {axis: int(model.get(axis, low)) for axis, (low, _) in self.problem.ranges.items()}

    def exactly(self, point: Mapping[str, int]) -> Candidates:
        """The candidate at a point alone."""
        return 1 << self.sector.index(self.sector.meant(point))

    def of_model(self, model: Model, broken: bool, left: Candidates) -> Candidates | None:
        """The region of a model in which a claim is broken (or else reached); None where no run
        bears it out, so that it says nothing of its candidate.

        Raises NotReplayed where that cannot be: each model of a faithful form is a run.
        """
        point = self.point(model)
        program = self.problem.candidate(point)
        for tried in completed(over(model, point), self.form.ranges):
            seen = replayed(
                program, self.form, named(program, self.name), Answer("sat", tried), broken
            )
            if seen is not None:
                path, run = seen
                example = Example(path=path, run=run, model=tried, point=point, broken=broken)
                self._refuting = example if broken else self._refuting
                return self._widest(example, left)
        if self.form.faithful:
            raise NotReplayed(f"{self.name}: the solver's run does not replay")
        return None

    def of_refuting_run(self) -> Candidates:
        """The candidates at which the choices of the last run that broke a claim reach one: where
        the reference saw it break it was reached."""
        example = self._refuting
        return 0 if example is None else self._alike(Why(example.path.reached, example.model))

    def of_plainest_run(self, index: int, left: Candidates) -> Candidates | None:
        """The region in which the plainest run, that of the first choices, reaches a claim; None
        where it reaches none at the candidate of an index."""
        point = self.sector.point(index)
        program = self.problem.candidate(point)
        prop = named(program, self.name)
        for path, path_form in zip(program.paths, self.form.paths, strict=True):
            if path_form.reached is False:
                continue
            run = replay(program, path, (prop,), {}, until="reached")
            if not run.reached[self.name]:
                continue
            choices = {spelled(key): answer for key, answer in run.decisions if key[0] != "bit"}
            model = choices | point
            if evaluate(model, path_form.reached)[0]:
                return self._widest(
                    Example(path=path_form, run=run, model=model, point=point, broken=False), left
                )
        return None

    def _widest(self, example: Example, left: Candidates) -> Candidates:
        """The candidates of the first reason that holds at the point, where the run is the same
        one far from it."""
        own = self.exactly(example.point)
        near = self._near(example.point)
        tried: set[Candidates] = set()
        for why in example.reasons(self.name):
            region = self._alike(why)
            for area in (region, region & near):
                # `alike` speaks for the whole area. The reference, which shares no code with it, is
                # asked far from where it has seen the run.
                if area & own and area not in tried and self._repeats(example, why, area & left):
                    return area
                tried.add(area)
        return own

    def _alike(self, why: Why) -> Candidates:
        return alike(
            self.universe,
            why.formula,
            model=why.model,
            variables=self.form.unknowns,
            bits=why.bits,
            little_endian=self.problem.program.little_endian,
        )

    def _near(self, point: Mapping[str, int]) -> Candidates:
        """The candidates that are written with the same words: those of the point's own sector."""
        candidates = self.universe.all
        for axis in self.sector.words:
            candidates &= self.universe.value(axis, point[axis])
        return candidates

    def _repeats(self, example: Example, why: Why, area: Candidates) -> bool:
        """Whether the reference sees the choices of a reason break the same at the candidate of
        an area that is farthest from the example's.

        At the example's own it has seen that already: the reasons add the bit to the model, and no
        choice. A claim that is reached is not repeated: it tells proved from vacuous, no more.
        """
        if not example.broken or not area:
            return True
        own = self.sector.index(self.sector.meant(example.point))
        first, last = (area & -area).bit_length() - 1, area.bit_length() - 1
        farthest = last if last - own > own - first else first
        return farthest == own or self._repeats_at(example, why.model, self.sector.point(farthest))

    def _repeats_at(self, example: Example, model: Model, point: Mapping[str, int]) -> bool:
        """The same at one candidate; an arbitrary bit that is equal by chance is another one with
        other values."""
        program = self.problem.candidate(point)
        prop = named(program, self.name)
        for values in completed(model, self.form.ranges):
            answer = Answer("sat", over(values, point))
            run = again(
                program, self.form, example.path, prop=prop, answer=answer, broken=example.broken
            )
            if run is not None:
                return True
        return False
