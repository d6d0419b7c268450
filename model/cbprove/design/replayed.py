"""A solver's model as a run of the reference: what is not borne out there is no verdict."""

from __future__ import annotations

from cbprove.diagnostics import WrongUsage
from cbprove.evidence.replay import replay
from cbprove.logic.terms import evaluate
from cbprove.obligations.decisions import Decided
from cbprove.obligations.forms import Form, PathForm
from cbprove.semantics.claims import Until
from cbprove.semantics.run import Run
from cbprove.solving.solver import Answer
from cbprove.system.program import Program, Property


class NotReplayed(Exception):
    """The solver gave a run that the reference does not agree with: a fault of ours, never a
    verdict."""


class GaveUp(WrongUsage):
    """The solver gave up where a run was looked for that is known to be: a limit is too low to
    show one, and no verdict hangs on it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the solver gave up looking for a run of `{name}` to show",
            "raise --resources or --timeout",
        )


def run_of(
    program: Program, form: Form, prop: Property, answer: Answer, broken: bool, trace: bool = False
) -> Run | None:
    """The run that a model stands for, if the reference sees it break (or else reach) a claim
    there."""
    run_found = replayed(program, form, prop=prop, answer=answer, broken=broken, trace=trace)
    return run_found[1] if run_found is not None else None


def replayed(
    program: Program, form: Form, prop: Property, answer: Answer, broken: bool, trace: bool = False
) -> tuple[PathForm, Run] | None:
    """The same, and the path that it runs."""
    for path_form in form.paths:
        (true,) = evaluate(answer.model, path_form.broken if broken else path_form.reached)
        if true:
            run = again(
                program, form, path_form, prop=prop, answer=answer, broken=broken, trace=trace
            )
            if run is not None:
                return path_form, run
    return None


def again(
    program: Program,
    form: Form,
    path_form: PathForm,
    *,
    prop: Property,
    answer: Answer,
    broken: bool,
    trace: bool = False,
) -> Run | None:
    """The run of a path that the choices of a model lead to in a program, if it breaks (or else
    reaches) a claim: as far as to that, or all of it with a trace."""
    path = next(p for p in program.paths if p.name == path_form.unfolding.path)
    decided = Decided(path_form.unfolding, answer.model, program.little_endian, form.unknowns)
    until = None if trace else _until(broken)
    run = replay(program, path, (prop,), decided, trace=trace, until=until)
    return run if (run.broken if broken else run.reached)[prop.name] else None


def _until(broken: bool) -> Until:
    return "broken" if broken else "reached"
