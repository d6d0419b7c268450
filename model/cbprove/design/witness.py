"""The run to show: with the fewest turns, then the fewest steps, then the first choices in order of declaration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cbprove.design.settle import NotReplayed, run_of
from cbprove.design.space import Options
from cbprove.evidence.spread import spread
from cbprove.obligations.forms import Form, PathForm, by_sources, by_values, unfolded
from cbprove.obligations.ops import Decision
from cbprove.obligations.plan import FOLLOWED, Plan
from cbprove.obligations.smtlib import Script
from cbprove.properties import table as properties
from cbprove.semantics.run import Run
from cbprove.solving.solver import Answer, Z3Session
from cbprove.system import AxisValue, Program, Property
from cbprove.terms import Bool, Int, and_, as_int, evaluate, le, total
from cbprove.verdicts import Witness

Candidate = Mapping[str, AxisValue]


def witness(program: Program, prop: Property, candidate: Candidate, options: Options) -> Witness:
    """The least run that breaks a property of a refuted candidate.

    Raises NotReplayed if the reference does not see it break.
    """
    for misplaced in properties.of_placement(prop, program):
        if misplaced.broken is True:
            return Witness(candidate, program, "", None, misplaced)
    least = least_run(program, prop, options, broken=True)
    path = next(p for p in program.paths if p.name == least.path)
    return Witness(candidate, program, least.path, spread(program, path, prop, least))


def reaching(program: Program, prop: Property, candidate: Candidate, options: Options) -> Witness | None:
    """The least run that reaches a claim of a proved candidate; None where claims are about placement."""
    if properties.of_placement(prop, program):
        return None
    least = least_run(program, prop, options, broken=False)
    return Witness(candidate, program, least.path, least)


def least_run(program: Program, prop: Property, options: Options, broken: bool) -> Run:
    """The least run that breaks, or else reaches, a claim, as the reference sees it; raises NotReplayed."""
    for turns in (0, 1, 2, *(2**n for n in range(2, 10)), FOLLOWED):
        plan = Plan(cut=False, turns=min(turns, options.bound), known=turns)
        form = _form(program, prop, plan)
        least = _of_all_paths(form, broken, options)
        if least is not None:
            path, answer = least
            found = run_of(program, replace(form, paths=(path,)), prop, answer, broken, trace=True)
            if found is None:
                raise NotReplayed(f"{prop.name}: the least run does not replay")
            return found
    raise NotReplayed(f"{prop.name}: no run of the candidate found again")


def _form(program: Program, prop: Property, plan: Plan) -> Form:
    """Sources where they say all there is to say, else values."""
    form = by_sources(unfolded(program, (prop,), plan), 0, prop)
    return form if form.faithful else by_values(program, prop, plan)


def _of_all_paths(form: Form, broken: bool, options: Options) -> tuple[PathForm, Answer] | None:
    """The path with the least run and the model of that run, if there is one."""
    best: tuple[tuple[int, int], PathForm, Answer] | None = None
    for path in form.paths:
        formula = path.broken if broken else path.reached
        found = _Least(form, path, formula, options, first=broken).answer() if formula is not False else None
        if found is not None and (best is None or found[0] < best[0]):
            best = (found[0], path, found[1])
    return best[1:] if best else None


class _Least:
    """Narrows a satisfiable formula of one path down to its least run; `first` wants the first choices as well."""

    def __init__(self, form: Form, path: PathForm, formula: Bool, options: Options, first: bool) -> None:
        self.first = first
        self.path = path
        self.script = Script(form.ranges)
        self.script.assert_(formula)
        self.session = Z3Session(options.limits)
        self.session.add(self.script.text())
        self.turns = total([as_int(turn) for turn in path.unfolding.turns])
        self.steps = total([as_int(step) for step in path.unfolding.steps])

    def answer(self) -> tuple[tuple[int, int], Answer] | None:
        """Its turns and steps, and its model; None where there is none."""
        answer = self.session.check()
        if answer.result != "sat":
            return None
        answer = self._fewest(self.turns, answer)
        answer = self._fewest(self.steps, answer)
        for decision in self.path.unfolding.decisions.values() if self.first else ():
            answer = self._first(decision, answer)
        turns, steps = evaluate(answer.model, self.turns, self.steps)
        return (turns, steps), answer

    def _holds(self, formula: Bool) -> Answer | None:
        """The answer with one more condition, which is kept if it can be met."""
        said = len(self.script.lines)
        text = self.script.express(formula)
        self.session.add("\n".join(self.script.lines[said:]))
        self.session.push()
        self.session.add(f"(assert {text})")
        answer = self.session.check()
        self.session.pop()
        if answer.result != "sat":
            return None
        self.session.add(f"(assert {text})")
        return answer

    def _fewest(self, count: Int, answer: Answer) -> Answer:
        """The answer with the least count, which is kept."""
        return self._least(count, 0, True, answer)

    def _first(self, decision: Decision, answer: Answer) -> Answer:
        """The answer with the first choice of those that remain, which is kept; a decision not met is let be."""
        (met,) = evaluate(answer.model, decision.guard)
        return self._least(decision.term, decision.low, decision.guard, answer) if met else answer

    def _least(self, term: Int, low: int, guard: Bool, answer: Answer) -> Answer:
        (now,) = evaluate(answer.model, term)
        bound = low
        while bound < now:
            better = self._holds(and_(guard, le(term, bound)))
            if better is None:
                low, bound = bound + 1, (bound + 1 + now) // 2
            else:
                answer = better
                (now,) = evaluate(answer.model, term)
                bound = (low + now) // 2
        self._holds(and_(guard, le(term, now)))
        return answer
