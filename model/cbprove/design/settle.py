"""One property of one candidate, with all values followed: the plain numbers where sources alone
cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cbprove.design.asking import ask
from cbprove.design.plans import late, plans
from cbprove.design.replayed import NotReplayed, run_of
from cbprove.design.settled import Settled
from cbprove.frozen import replace
from cbprove.logic.terms import or_
from cbprove.obligations.forms import Form
from cbprove.obligations.forms_by_values import by_values
from cbprove.obligations.plan import Plan, TooLarge
from cbprove.reaching.analysis import Reaching
from cbprove.solving.solver import Answer, Limits
from cbprove.system.program import Program, Property

if TYPE_CHECKING:
    from cbprove.design.induction import Invariant


Flow = Callable[[Program], Reaching]


def settle(program: Program, prop: Property, bound: int, limits: Limits, flow: Flow) -> Settled:
    """The verdict on one candidate that is not excluded; `flow` gives its data flow."""
    try:
        return _Settling(program, prop, bound, limits, flow).verdict()
    except TooLarge as large:
        return Settled("unknown", reason=f"the runs have {large}; raise it with --operations")


class _Settling:
    def __init__(
        self, program: Program, prop: Property, bound: int, limits: Limits, flow: Flow
    ) -> None:
        self.program, self.prop, self.bound, self.limits = program, prop, bound, limits
        self.flow = flow

    def verdict(self) -> Settled:
        """First the shortest runs, then all turns at once, then longer and longer runs."""
        proof: Settled | None = None
        for stage, plan in enumerate(plans(self.bound, self.limits)):
            form = by_values(self.program, self.prop, plan)
            settled = self._broken(form)
            if settled is not None:
                return settled
            if not form.truncated:
                return replace(self._reached(form), plan=plan)
            is_reached = self._reach(form) == "sat"
            if stage == 0:
                proof = self._of_every_run(plan, is_reached)
            if proof is not None and (proof.verdict == "vacuous" or is_reached):
                return self._contradicted() or proof
        return self._bounded(
            form, proof or Settled("proved", self.bound, _FOLLOWED.format(self.bound), plan)
        )

    def _broken(self, form: Form) -> Settled | None:
        answer = ask(form.broken, form.ranges, self.limits)
        if answer.result == "unsat":
            return None
        if answer.result == "unknown":
            return Settled("unknown", reason=_gave_up(answer))
        if form.misplaced and or_(*(m.broken for m in form.misplaced)) is True:
            return Settled("refuted")
        if run_of(self.program, form, self.prop, answer, broken=True) is None:
            raise NotReplayed(f"{self.prop.name}: the solver's counterexample does not replay")
        return Settled("refuted")

    def _reached(self, form: Form) -> Settled:
        """The verdict on runs that break nothing and were followed to their end."""
        match self._reach(form):
            case "sat":
                return Settled("proved")
            case "unsat":
                return Settled("vacuous")
            case _:
                return Settled(
                    "unknown",
                    reason="the solver could not tell whether a run reaches it; raise --resources",
                )

    def _reach(self, form: Form) -> str:
        """Whether a run reaches a claim; replayed if so, unless all runs do."""
        if form.misplaced or form.reached is True:
            return "sat"
        answer = ask(form.reached, form.ranges, self.limits)
        if (
            answer.result == "sat"
            and run_of(self.program, form, self.prop, answer, broken=False) is None
        ):
            raise NotReplayed(f"{self.prop.name}: the solver's run does not reach the claim")
        return answer.result

    def _of_every_run(self, plan: Plan, is_reached: bool) -> Settled | None:
        """A proof for every number of turns: a certificate is found sooner than an invariant, but
        says nothing of whether any run comes to a claim."""
        if is_reached:
            return self._certified(plan) or self._all_turns()
        return self._all_turns() or self._certified(plan)

    def _all_turns(self) -> Settled | None:
        """A proof, or vacuity, for every number of turns: by what turns leave as it was, then by
        facts about values as well."""
        from cbprove.design.induction import invariants, strengthened

        for invariant_found in invariants(self.program, self.prop, self.limits):
            proof = self._under(invariant_found)
            if proof is not None:
                return proof
        for stronger in strengthened(self.program, self.prop, invariant_found, self.limits):
            proof = self._under(stronger)
            if proof is not None:
                return proof
        return None

    def _certified(self, plan: Plan) -> Settled | None:
        """A proof for every number of turns by a certificate.

        It is about the sources of bits alone, and knows what invariants lose: which store of a turn
        came last, and that what is kept of a step of that turn is what memory has. The checker of
        certificates is asked, on plain numbers; that no run of the plan breaks a claim, the solver
        says.
        """
        from cbprove.evidence.certificate_check import check
        from cbprove.evidence.certificate_find import find

        certificate = find(self.program, self.prop)
        if certificate is None or check(self.program, self.prop, certificate) is not None:
            return None
        return Settled("proved", plan=plan)

    def _under(self, invariant_found: Invariant) -> Settled | None:
        plan = invariant_found.plan(self.limits)
        form = by_values(self.program, self.prop, plan)
        if ask(form.broken, form.ranges, self.limits).result != "unsat":
            return None
        if not form.misplaced and ask(form.reached, form.ranges, self.limits).result == "unsat":
            return Settled("vacuous", plan=plan, invariant=invariant_found)
        return Settled("proved", plan=plan, invariant=invariant_found)

    def _contradicted(self) -> Settled | None:
        """What another account of loops says against a proof for every number of turns; asked
        before the proof is believed.

        Data flow is asked, and where that knows too little loops laid out for LO + 3 turns.
        """
        if not self.flow(self.program).may_break(self.prop.name, 1):
            return None
        try:
            form = by_values(self.program, self.prop, late(self.limits))
        except TooLarge:
            return None
        return self._broken(form)

    def _bounded(self, form: Form, proof: Settled) -> Settled:
        if self._reach(form) != "sat":
            return Settled(
                "unknown", reason=f"no run of up to {self.bound} turns reaches it; raise --bound"
            )
        return proof


_FOLLOWED = "loops were followed for {} turns beyond LO"


def _gave_up(answer: Answer) -> str:
    return (
        f"the solver gave up: {answer.reason or 'no reason given'}; raise --resources or --timeout"
    )
