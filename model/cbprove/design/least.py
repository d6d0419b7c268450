"""Narrows a formula down to its least model, question by question: the run with the fewest turns, then
the fewest steps, then the first choices in order of declaration."""

from __future__ import annotations

from collections.abc import Sequence

from cbprove.design.asking import script_for
from cbprove.design.space import Options
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
from cbprove.obligations.forms import Form, PathForm
from cbprove.obligations.ops import Decision
from cbprove.solving.library import Context
from cbprove.solving.solver import Answer, Z3Session

LARGE = 4_000
"""Operations, turns and steps of the runs of a path: of one with more, no least run is looked for.
Each question about it takes Z3 a second or more, and there are a hundred."""


def large(path: PathForm) -> bool:
    """Whether the runs of a path are more than a least one is looked for in."""
    laid_out = path.unfolding
    return len(laid_out.operations) + len(laid_out.turns) + len(laid_out.steps) > LARGE


class Least:
    """Narrows a satisfiable formula of one path down to its least run; of one that breaks, to
    the first choices as well."""

    def __init__(
        self,
        form: Form,
        path: PathForm,
        formula: Bool,
        options: Options,
        broken: bool,
        context: Context | None = None,
    ) -> None:
        """In a `context` that others use too, it only counts whether there is an answer."""
        self.broken = broken
        self.path = path
        turns, steps = (
            _sums("turns begun", path.unfolding.turns),
            _sums("steps begun", path.unfolding.steps),
        )
        self.claims = [
            (turns[at.turns], steps[at.steps], fails if broken else reached)
            for at, fails, reached in path.per_claim
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
        self.session = Z3Session(options.limits, context=context)
        self.sooner = 0  # parts that have a name
        self.gave_up = False  # the solver, at some question
        self.session.add(self.script.text())

    def answer(self, under: tuple[int, int] | None) -> tuple[tuple[int, int], Answer] | None:
        """Its turns and steps, and its model; None where there is none that is shorter than
        `under`. Of a large path it is the first model."""
        if large(self.path):
            first = self._checked()
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
        answer = self._checked()
        self.session.pop()
        return answer if answer.result == "sat" else None

    def _checked(self) -> Answer:
        answer = self.session.check()
        self.gave_up |= answer.result == "unknown"
        return answer

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
