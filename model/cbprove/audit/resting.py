"""What the verdicts on a spec rest on: its steps held against the records that it names."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cbprove.audit.compare import audited
from cbprove.audit.record import parsed, read
from cbprove.audit.rendering import summary
from cbprove.diagnostics import Diagnostic, Span, SpecError, WrongUsage
from cbprove.meaning import elaborate
from cbprove.meaning.system import System
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program
from cbprove.verdicts import Model


def models(system: System) -> tuple[Model, ...]:
    """One for each record that a spec names; none says that its model is not audited. Raises
    SpecError."""
    return tuple(_model(system, record, span) for record, span in system.audited)


def _model(system: System, record: str, span: Span) -> Model:
    path = os.path.join(os.path.dirname(span.source.name), record)
    try:
        data = read(path)
        record_kept = parsed(path, data)
    except WrongUsage as wrong:
        raise SpecError((Diagnostic("CB0001", str(wrong), span, wrong.help),)) from None
    audit = audited(system.name, as_it_is(system), record_kept)
    if audit is None:
        message = (
            f"the object that paths run on has no `{record_kept.object.member}`, of which "
            f"`{record}` speaks"
        )
        raise SpecError((Diagnostic("CB0001", message, span, "name another record"),))
    return Model(
        record=record,
        kernel=audit.kernel,
        clean=audit.clean,
        steps=audit.steps,
        reasons=audit.reasons,
        told=summary(audit),
        data=data,
    )


def as_it_is(system: System, proposal: str | None = None) -> Program:
    """The program that stands for the code as it is: of a proposal, of `today`, or of the first;
    its first candidate."""
    by_name = {each.name: each for each in system.proposals}
    name = proposal or ("today" if "today" in by_name else next(iter(by_name)))
    first: Mapping[str, AxisValue] = {
        axis: values[0] for axis, values in by_name[name].domains.items()
    }
    return elaborate.program(system, first)
