"""The verdicts of one property on all candidates of a sector: a loop guided by counterexamples.

    solve        the solver names a candidate with a run that breaks a claim
    generalise   the reference replays it, and its reasons give the region that is broken alike
    block        the region is marked, and a blocking clause keeps later queries out of it
    repeat       until nothing is satisfiable: no candidate that is left has such a run

What no run breaks is proved where some run reaches a claim, which the same loop finds out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cbprove.design.asking import script_for
from cbprove.design.marks import HARD, PROVED, REFUTED, VACUOUS
from cbprove.design.plans import late
from cbprove.design.problem import Problem
from cbprove.design.region import Regions
from cbprove.design.sectors import Sheet
from cbprove.logic.smtlib import unknown_symbol
from cbprove.logic.terms import Bool, and_, not_, var
from cbprove.obligations.forms import Form
from cbprove.obligations.plan import TooLarge
from cbprove.obligations.sources import UNSURE
from cbprove.reaching.universe import Candidates
from cbprove.solving.library import common
from cbprove.solving.solver import Answer, Z3Session


class Query:
    """A formula and blocking clauses over the axes of a problem, held by the solver."""

    def __init__(
        self, problem: Problem, form: Form, formula: Bool, clauses: Sequence[Bool]
    ) -> None:
        self._script = script_for((formula, *clauses), {**form.ranges, **problem.ranges})
        # The axes are declared with their ranges before anything is pushed, so that no `pop` takes
        # a range away.
        for axis in problem.ranges:
            self._script.express(var(axis))
        self._script.assert_(formula)
        for clause in clauses:
            self._script.assert_(clause)
        self._session = Z3Session(problem.limits, context=common())
        self._session.add(self._script.text())
        # What earlier turns of a loop left: values, and choices that speak of them
        unsure = [(n, sort) for n, sort in self._script.declared.items() if n.startswith(UNSURE)]
        self._guesses = [name for name, sort in unsure if sort == "Bool"]
        self._has_values = len(unsure) > len(self._guesses)
        self._only_guessed = False

    def check(self, guess_will_do: bool = False) -> Answer:
        """Whether the formula is true of a candidate that is not blocked: by a run without guesses
        of what earlier turns of a loop left, where there is one and a guess will not do. Guesses
        speak for one candidate only."""
        answer = self._session.check()
        if guess_will_do or self._only_guessed or not self._takes_a_guess(answer):
            return answer
        surer = self._without_guesses()
        if surer.result == "sat":
            return surer
        # What is blocked later leaves fewer runs: none without guesses comes back.
        self._only_guessed = True
        return answer

    def is_guessed(self, answer: Answer) -> bool:
        """Whether an answer supposes what earlier turns of a loop left."""
        return self._has_values or self._takes_a_guess(answer)

    def _takes_a_guess(self, answer: Answer) -> bool:
        return any(answer.model.get(name) for name in self._guesses)

    def _without_guesses(self) -> Answer:
        self._session.push()
        self._session.add(
            "".join(f"(assert (not {unknown_symbol(name)}))" for name in self._guesses)
        )
        surer = self._session.check()
        self._session.pop()
        return surer

    def block(self, clause: Bool) -> None:
        """Add a clause that the candidates of a region do not meet."""
        lines_before = len(self._script.lines)
        self._script.assert_(clause)
        self._session.add("\n".join(self._script.lines[lines_before:]))


# From the solver's model to the region that it stands for, and the mark of that
Generalise = Callable[[Answer], tuple[Candidates, int]]


class Refinement:
    """Marks the candidates of a sheet that have no mark, for one property."""

    def __init__(self, problem: Problem, name: str, form: Form, sheet: Sheet) -> None:
        self.problem, self.name, self.form, self.sheet = problem, name, form, sheet
        self.universe = problem.universe
        self.left = self.universe.marked(sheet.marks, 0)
        self._marked: dict[int, Candidates] = {}
        self._regions = Regions(problem, name, form)
        self._clauses: list[Bool] = [self.universe.condition(self.left)]

    def decide(self, placed: Sequence[tuple[int, int]]) -> None:
        """Mark all that has no mark; in the stretches `placed` the property is reached without a
        run."""
        self._refute()
        for low, high in placed:
            self._mark(self.left & (((1 << (high - low)) - 1) << low), PROVED)
        self._reach()
        for mark, candidates in self._marked.items():
            self.sheet.fill(self.universe.digits(candidates), mark)

    # --- the loop ---------------------------------------------------------------------------------

    def _mark(self, region: Candidates, mark: int) -> None:
        # What has a mark keeps it: a region may reach over candidates that were judged before.
        marked = self.left & region
        self._marked[mark] = self._marked.get(mark, 0) | marked
        self.left ^= marked

    def _exhaust(
        self, query: Query, generalise: Generalise, guess_the_last: bool = False
    ) -> tuple[str, list[Bool]]:
        """Solve, generalise, block, repeat: the solver's last word, and the blocking clauses. Of
        the last candidate a guess will do where it is settled for it.

        Each region has the model's own candidate at least, so that each turn leaves fewer and the
        loop ends.
        """
        clauses: list[Bool] = []
        while self.left:
            answer = query.check(guess_the_last and self._one_is_left)
            if answer.result != "sat":
                return answer.result, clauses
            region, mark = generalise(answer)
            self._mark(region, mark)
            clauses.append(not_(self.universe.condition(region)))
            query.block(clauses[-1])
        return "unsat", clauses

    def _sweep(self, formula: Bool, broken: bool, mark: int) -> str:
        """Mark the candidates where the formula of the form can be true; the solver's last word."""

        def generalise(answer: Answer) -> tuple[Candidates, int]:
            if query.is_guessed(answer) and self._one_is_left:
                # Such a run speaks for one candidate at most. Settling the last one lays out its
                # turns anyway, so that none is supposed.
                return self._own(answer), HARD
            region = self._regions.of_model(answer.model, broken, self.left)
            return (self._own(answer), HARD) if region is None else (region, mark)

        query = Query(self.problem, self.form, formula, self._clauses)
        last, clauses = self._exhaust(query, generalise, guess_the_last=broken)
        if broken:
            # A refuted candidate needs no other verdict: later queries leave it out too.
            self._clauses += clauses
        return last

    @property
    def _one_is_left(self) -> bool:
        return not self.left & (self.left - 1)

    def _own(self, answer: Answer) -> Candidates:
        return self._regions.exactly(self._regions.point(answer.model))

    # --- its uses ---------------------------------------------------------------------------------

    def _refute(self) -> None:
        last = self._sweep(self.form.broken, True, REFUTED)
        # Without a last `unsat` nothing is known of those that are left, and each is settled by
        # itself.
        if last != "unsat":
            self._mark(self.left, HARD)
        elif any(path.unfolding.followed for path in self.form.paths):
            self._distrust()

    def _distrust(self) -> None:
        """A cut loop allows more than any run does, so that no run breaks anything where it breaks
        nothing. Before anything is called proved a second account of loops is asked all the same:
        data flow, which goes on until no turn adds anything. Where it sees nothing that could
        break, the two agree. Where it may (it knows no values, and no extents that hang on the
        run), loops laid out for LO + 3 turns are asked; candidates at which those break something
        are settled by themselves.
        """
        doubted = self.problem.reaching.may_break(self.name, self.left)
        if not doubted:
            return
        try:
            form = self.problem.form_alone(self.name, late(self.problem.limits))
        except TooLarge:
            return
        if form.broken is False:
            return
        asked = and_(form.broken, self.universe.condition(doubted))
        query = Query(self.problem, form, asked, self._clauses)
        if self._exhaust(query, lambda answer: (self._own(answer), HARD))[0] == "unknown":
            self._mark(doubted, HARD)

    def _reach(self) -> None:
        """What cannot be broken is proved where it is reached, and vacuous where no run can
        reach it."""
        if self.form.reached is True:
            self._mark(self.left, PROVED)
        if self.left:
            self._plainest()
        if not self.left:
            return
        last = self._sweep(self.form.reached, False, PROVED)
        # The form has every run, and where loops are cut more than these: what it does not reach,
        # no run reaches.
        self._mark(self.left, VACUOUS if last == "unsat" else HARD)

    def _plainest(self) -> None:
        """Where the run that was refuting elsewhere, or the plainest one, that of the first
        choices, reaches a claim, nothing needs to be asked."""
        self._mark(self._regions.of_refuting_run(), PROVED)
        while self.left:
            index = (self.left & -self.left).bit_length() - 1
            region = self._regions.of_plainest_run(index, self.left)
            if region is None:
                return
            self._mark(region, PROVED)
