"""The run to show: with the fewest turns up to the claim that breaks, then the fewest steps, then
the first choices in order of declaration. What comes after the break does not count. Loops are
followed for as many turns as such a run can have, or as `--bound` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cbprove import folds
from cbprove.design.least import LARGE, Least, large
from cbprove.design.replayed import GaveUp, NotReplayed, run_of
from cbprove.design.space import Options
from cbprove.evidence.replay import replay, spread
from cbprove.frozen import frozen, replace
from cbprove.obligations.forms import Form, PathForm, by_sources, unfolded
from cbprove.obligations.forms_by_values import by_values
from cbprove.obligations.plan import FOLLOWED, Plan
from cbprove.properties import table as properties
from cbprove.semantics.run import Run
from cbprove.solving.library import common
from cbprove.solving.solver import Answer
from cbprove.system.axes import AxisValue
from cbprove.system.program import Part, Program, Property
from cbprove.system.statements import Block, Call, Each, Either, On, Repeat, Statement
from cbprove.verdicts import Witness

if TYPE_CHECKING:
    from cbprove.design.known import Known

Candidate = Mapping[str, AxisValue]


def witness(
    program: Program,
    prop: Property,
    candidate: Candidate,
    options: Options,
    known: Known | None = None,
) -> Witness:
    """The least run that breaks a property of a refuted candidate, run again where it is `known`.

    Raises NotReplayed if the reference does not see it break.
    """
    for misplaced in properties.of_placement(prop, program):
        if misplaced.broken is True:
            return Witness(candidate, program, "", None, misplaced)
    least = _least(program, prop, candidate=candidate, options=options, broken=True, known=known)
    path = next(p for p in program.paths if p.name == least.path)
    return Witness(candidate, program, least.path, spread(program, path, prop, least))


def reaching(
    program: Program,
    prop: Property,
    candidate: Candidate,
    options: Options,
    known: Known | None = None,
) -> Witness | None:
    """The least run that reaches a claim of a proved candidate; None where claims are about
    placement."""
    if properties.of_placement(prop, program):
        return None
    least = _least(program, prop, candidate=candidate, options=options, broken=False, known=known)
    return Witness(candidate, program, least.path, least)


def _least(
    program: Program,
    prop: Property,
    candidate: Candidate,
    options: Options,
    broken: bool,
    known: Known | None,
) -> Run:
    def find() -> Run:
        return least_run(program, prop, options, broken)

    return (
        find()
        if known is None
        else known.run(program, prop, candidate=candidate, broken=broken, find=find)
    )


def least_run(program: Program, prop: Property, options: Options, broken: bool) -> Run:
    """The least run that breaks, or else reaches, a claim, as the reference sees it; of paths
    that are LARGE, one that does. Raises NotReplayed, GaveUp."""
    if not broken and (plain := _plainest(program, prop)) is not None:
        return plain
    return _Search(program, prop, options, broken).run()


def _plainest(program: Program, prop: Property) -> Run | None:
    """The run of the first choices, if it reaches a claim, where all paths of a property are
    large in every run: their turns are not laid out for that."""
    paths = _paths(program, prop)
    if any(_least_size(program, path.body) <= LARGE for path in paths):
        return None
    plain_runs = (replay(program, path, (prop,), {}, trace=True) for path in paths)
    return next((run for run in plain_runs if run.reached[prop.name]), None)


def _least_size(program: Program, body: Block) -> int:
    """How many statements every run of a block has at least."""
    known: dict[str, int] = {}

    def of(block: Block) -> int:
        return sum(map(of_statement, block))

    def of_statement(statement: Statement) -> int:
        match statement:
            case Call(kind=kind, name=name):
                if name not in known:
                    callee = program.steps[name] if kind == "step" else program.parts[name]
                    known[name] = of(callee.body)
                return known[name]
            case Each(low=low, body=inner) | Repeat(low=low, body=inner):
                return low * of(inner)
            case Either(arms=arms):
                return min(map(of, arms))
            case On(body=inner):
                return of(inner)
        return 1

    return of(body)


def _paths(program: Program, prop: Property) -> tuple[Part, ...]:
    """The paths on which a property may make claims: all, where it names steps too."""
    names = prop.where.paths
    if names is None or prop.where.steps:
        return program.paths
    return tuple(path for path in program.paths if path.name in names)


@frozen
class _Least:
    """The least run of a form: its turns and steps, its path, and the model of it."""

    length: tuple[int, int]
    form: Form
    path: PathForm
    answer: Answer


class _Search:
    """For the least run of one property: it follows loops for more and more turns."""

    def __init__(self, program: Program, prop: Property, options: Options, broken: bool) -> None:
        self.program, self.prop, self.options, self.broken = program, prop, options, broken
        # Whether sources say all there is to say. Once they do not, no more turns make them.
        self._faithful = True

    def run(self) -> Run:
        """Raises NotReplayed, GaveUp."""
        for turns in (0, 1, 2, *(2**n for n in range(2, 10)), FOLLOWED):
            least = self._followed(turns)
            if least is None:
                continue
            # A loop that was followed no further may break it in fewer turns in all than several
            # that were.
            beyond = min(least.length[0] - _lowest(self.program), self.options.bound)
            if beyond > turns and not large(least.path):
                least = self._followed(beyond, under=least.length) or least
            return self._replayed(least)
        raise NotReplayed(f"{self.prop.name}: no run of the candidate found again")

    def _replayed(self, least: _Least) -> Run:
        form = replace(least.form, paths=(least.path,))
        run_found = run_of(self.program, form, self.prop, least.answer, self.broken, trace=True)
        if run_found is None:
            raise NotReplayed(f"{self.prop.name}: the least run does not replay")
        return run_found

    def _followed(self, turns: int, under: tuple[int, int] | None = None) -> _Least | None:
        """The least run of those that follow loops for so many turns beyond their LO, shorter
        than `under`; None where there is none. Raises GaveUp."""
        plan = Plan(cut=False, turns=min(turns, self.options.bound), known=turns)
        form = self._form(plan)
        best: _Least | None = None
        gave_up = False
        for path in form.paths:
            formula = path.broken if self.broken else path.reached
            if formula is False:
                continue
            # That something is shorter is hardly ever so: it is asked where a context is at hand.
            context = None if under is None else common()
            least = Least(form, path, formula, self.options, self.broken, context)
            answer = least.answer(under)
            if answer is not None and under is not None:
                least = Least(form, path, formula, self.options, self.broken)
                answer = least.answer(under)
            if answer is not None and (best is None or answer[0] < best.length):
                best = _Least(answer[0], form, path, answer[1])
            gave_up |= least.gave_up
        if gave_up and best is None and under is None:
            raise GaveUp(self.prop.name)  # of more turns it would not know more
        return best

    def _form(self, plan: Plan) -> Form:
        """Sources where they say all there is to say, else values."""
        program = replace(self.program, paths=_paths(self.program, self.prop))
        if self._faithful:
            laid_out = unfolded(program, (self.prop,), plan)
            self._faithful = laid_out.faithful
            if self._faithful:
                return by_sources(laid_out, 0, self.prop)
        return by_values(program, self.prop, plan)


def _lowest(program: Program) -> int:
    """The least LO of any loop."""
    bodies = [part.body for part in (*program.paths, *program.parts.values())]
    bodies += [step.body for step in program.steps.values()]
    inner = (statement for body in bodies for statement in folds.within(body))
    return min((loop.low for loop in inner if isinstance(loop, Each | Repeat)), default=0)
