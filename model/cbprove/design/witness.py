"""The run to show: with the fewest turns up to the claim that breaks, then the fewest steps, then
the first choices in order of declaration. What comes after the break does not count. Loops are
followed for as many turns as such a run can have, or as `--bound` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cbprove import folds
from cbprove.design.asking import script_for
from cbprove.design.settle import NotReplayed, run_of
from cbprove.design.space import Options
from cbprove.evidence.replay import replay, spread
from cbprove.frozen import frozen, replace
from cbprove.logic.terms import (
    Bool,
    Int,
    Valuation,
    add,
    and_,
    as_int,
    evaluate,
    le,
    named,
    named_bool,
    or_,
)
from cbprove.obligations.forms import Form, PathForm, by_sources, by_values, unfolded
from cbprove.obligations.ops import Decision
from cbprove.obligations.plan import FOLLOWED, Plan
from cbprove.properties import table as properties
from cbprove.semantics.run import Run
from cbprove.solving.solver import Answer, Z3Session
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
    that are LARGE, one that does. Raises NotReplayed."""
    if not broken and (plain := _plainest(program, prop)) is not None:
        return plain
    for turns in (0, 1, 2, *(2**n for n in range(2, 10)), FOLLOWED):
        least = _followed(program, prop, options, broken, turns)
        if least is not None:
            # A loop that was followed no further may break it in fewer turns in all than several
            # that were.
            beyond = min(least.length[0] - _lowest(program), options.bound)
            if beyond > turns and not _large(least.path):
                least = (
                    _followed(
                        program,
                        prop,
                        options=options,
                        broken=broken,
                        turns=beyond,
                        under=least.length,
                    )
                    or least
                )
            run_found = run_of(
                program,
                replace(least.form, paths=(least.path,)),
                prop,
                least.answer,
                broken,
                trace=True,
            )
            if run_found is None:
                raise NotReplayed(f"{prop.name}: the least run does not replay")
            return run_found
    raise NotReplayed(f"{prop.name}: no run of the candidate found again")


LARGE = 4_000
"""Operations, turns and steps of the runs of a path: of one with more, no least run is looked for.
Each question about it takes Z3 a second or more, and there are a hundred."""


def _large(path: PathForm) -> bool:
    laid_out = path.unfolding
    return len(laid_out.operations) + len(laid_out.turns) + len(laid_out.steps) > LARGE


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
class _Found:
    """The least run of a form: its turns and steps, its path, and the model of it."""

    length: tuple[int, int]
    form: Form
    path: PathForm
    answer: Answer


def _followed(
    program: Program,
    prop: Property,
    options: Options,
    broken: bool,
    turns: int,
    under: tuple[int, int] | None = None,
) -> _Found | None:
    """The least run of those that follow loops for so many turns beyond their LO, shorter than
    `under`; None where there is none."""
    form = _form(program, prop, Plan(cut=False, turns=min(turns, options.bound), known=turns))
    best: _Found | None = None
    for path in form.paths:
        formula = path.broken if broken else path.reached
        least_answer = (
            _Least(form, path, formula, options, broken).answer(under)
            if formula is not False
            else None
        )
        if least_answer is not None and (best is None or least_answer[0] < best.length):
            best = _Found(least_answer[0], form, path, least_answer[1])
    return best


def _form(program: Program, prop: Property, plan: Plan) -> Form:
    """Sources where they say all there is to say, else values."""
    program = replace(program, paths=_paths(program, prop))
    form = by_sources(unfolded(program, (prop,), plan), 0, prop)
    return form if form.faithful else by_values(program, prop, plan)


def _lowest(program: Program) -> int:
    """The least LO of any loop."""
    bodies = [part.body for part in (*program.paths, *program.parts.values())]
    bodies += [step.body for step in program.steps.values()]
    inner = (statement for body in bodies for statement in folds.within(body))
    return min((loop.low for loop in inner if isinstance(loop, Each | Repeat)), default=0)


class _Least:
    """Narrows a satisfiable formula of one path down to its least run; of one that breaks, to
    the first choices as well."""

    def __init__(
        self, form: Form, path: PathForm, formula: Bool, options: Options, broken: bool
    ) -> None:
        self.broken = broken
        self.path = path
        turns, steps = (
            _sums("turns begun", path.unfolding.turns),
            _sums("steps begun", path.unfolding.steps),
        )
        self.claims = [
            (turns[at.turns], steps[at.steps], fails if broken else reached)
            for at, fails, reached in path.met
            if (fails if broken else reached) is not False
        ]
        choices = (
            le(decision.term, decision.low) for decision in path.unfolding.decisions.values()
        )
        compared = (
            and_(le(turns_, 0), le(steps_, 0), true) for turns_, steps_, true in self.claims
        )
        self.script = script_for((formula, *compared, *choices), form.ranges)
        self.script.assert_(formula)
        self.session = Z3Session(options.limits)
        self.sooner = 0  # parts that have a name
        self.session.add(self.script.text())

    def answer(self, under: tuple[int, int] | None) -> tuple[tuple[int, int], Answer] | None:
        """Its turns and steps, and its model; None where there is none that is shorter than
        `under`. Of a large path it is the first model."""
        if _large(self.path):
            first = self.session.check()
            return (self._length(first), first) if first.result == "sat" else None
        answer = self._holds(
            True
            if under is None
            else or_(self._within(under[0] - 1), self._within(under[0], under[1] - 1))
        )
        if answer is None:
            return None
        answer, turns = self._fewest(answer, 0, None)
        answer, steps = self._fewest(answer, 1, turns)
        if self.broken:
            answer = self._first(tuple(self.path.unfolding.decisions.values()), answer)
        return (turns, steps), answer

    def _fewest(self, answer: Answer, which: int, turns: int | None) -> tuple[Answer, int]:
        """The answer that comes to its claim after the fewest turns (0) or steps (1), which is
        kept, and how many they are."""
        length, low = self._length(answer)[which], 0
        while low < length:
            middle = (low + length - 1) // 2
            better = self._holds(
                self._within(middle) if turns is None else self._within(turns, middle)
            )
            if better is None:
                low = middle + 1
            else:
                answer = better
                length = self._length(answer)[which]
        self._holds(self._within(length) if turns is None else self._within(turns, length))
        return answer, length

    def _length(self, answer: Answer) -> tuple[int, int]:
        """After how many turns and steps a model comes to its first claim."""
        valuation = Valuation(answer.model)
        return next(
            (valuation.of(t), valuation.of(s)) for t, s, true in self.claims if valuation.of(true)
        )

    def _within(self, turns: int, steps: int | None = None) -> Bool:
        """That one of the claims is come to in time."""
        return or_(
            *(
                and_(true, le(after, turns), True if steps is None else le(stepped, steps))
                for after, stepped, true in self.claims
            )
        )

    def _holds(self, formula: Bool) -> Answer | None:
        """The answer with one more condition, which is kept if it can be met."""
        answer = self._ask(formula)
        if answer is not None:
            self._keep(formula)
        return answer

    def _ask(self, formula: Bool) -> Answer | None:
        """The answer with one more condition; None where it cannot be met."""
        text = self._express(formula)
        self.session.push()
        self.session.add(f"(assert {text})")
        answer = self.session.check()
        self.session.pop()
        return answer if answer.result == "sat" else None

    def _keep(self, formula: Bool) -> None:
        self.session.add(f"(assert {self._express(formula)})")

    def _express(self, formula: Bool) -> str:
        lines_before = len(self.script.lines)
        text = self.script.express(formula)
        self.session.add("\n".join(self.script.lines[lines_before:]))
        return text

    def _first(
        self, decisions: Sequence[Decision], answer: Answer, is_open: bool = False
    ) -> Answer:
        """The answer with the first choices of those that remain, which are kept; a decision not
        met is let be.

        Most are the first that they can be already: all are asked about at once, then halves of
        those of which one is not, which is known of some (`is_open`).
        """
        if not decisions:
            return answer
        values = evaluate(answer.model, *(decision.guard for decision in decisions))
        taken = [d for d, is_taken in zip(decisions, values, strict=True) if is_taken]
        at = evaluate(answer.model, *(decision.term for decision in taken))
        sooner = self._sooner(taken, at)
        if sooner is False or not (is_open or self._ask(sooner)):
            self._keep(and_(*(_at_most(d, value) for d, value in zip(taken, at, strict=True))))
            return answer
        if len(decisions) == 1:
            return self._least(decisions[0], answer)
        half = len(decisions) // 2
        better = self._first(decisions[:half], answer)
        # Of a half that stays as it is, the other is what can be otherwise.
        return self._first(decisions[half:], better, is_open=better is answer)

    def _sooner(self, decisions: Sequence[Decision], at: Sequence[int]) -> Bool:
        """That one of some decisions comes to less than it is, those in front of it to no more.
        Each part has a name, so that many do not nest."""
        result: Bool = False
        for decision, value in zip(reversed(decisions), reversed(at), strict=True):
            less = _at_most(decision, value - 1) if value > decision.low else False
            rest = and_(_at_most(decision, value), result)
            self.sooner += 1
            result = named_bool(f"sooner {self.sooner}", or_(less, rest))
        return result

    def _least(self, decision: Decision, answer: Answer) -> Answer:
        """The answer with the least that a decision can come to, which is kept."""
        (value,) = evaluate(answer.model, decision.term)
        low = bound = decision.low
        while bound < value:
            better = self._holds(_at_most(decision, bound))
            if better is None:
                low, bound = bound + 1, (bound + 1 + value) // 2
            else:
                answer = better
                (value,) = evaluate(answer.model, decision.term)
                bound = (low + value) // 2
        self._keep(_at_most(decision, value))
        return answer


def _at_most(decision: Decision, value: int) -> Bool:
    """That a run meets a decision and takes no more than a value."""
    return and_(decision.guard, le(decision.term, value))


def _sums(name: str, guards: list[Bool]) -> list[Int]:
    """How many of the first guards hold, for each number of them; named, so that each is said
    once."""
    sums: list[Int] = [0]
    for number, guard in enumerate(guards):
        total_so_far = add(sums[-1], as_int(guard))
        sums.append(
            total_so_far
            if isinstance(total_so_far, int)
            else named(f"{name} {number}", total_so_far)
        )
    return sums
