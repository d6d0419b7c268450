"""All mistakes of a spec: those of every candidate that no requirement excludes, each once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product

from cbprove.diagnostics import Diagnostic, Note, SpecError
from cbprove.frozen import replace
from cbprove.meaning.calls import Orphans
from cbprove.meaning.elaborate import condition, elaborated, possible
from cbprove.meaning.mistakes import tidy
from cbprove.meaning.system import MOST_CHOICES, System, choices, looked_at
from cbprove.system.axes import FREE, Axis, AxisValue, Free, NeedsValue

# How many assignments are looked at, and how many values of a range that cannot stay free: whole
# design spaces of the usual size, a part of huge ones. `program` finds what is left.
MOST_ASSIGNMENTS = 10_000
MOST_OF_A_RANGE = 1024

Assigned = dict[str, AxisValue | Free]

_NUMBER = re.compile(r"\b\d+\b")


def check(system: System) -> None:
    """Raises SpecError with every mistake that some candidate makes, if there is any."""
    diagnostics = mistakes(system)
    if diagnostics:
        raise SpecError(tidy(diagnostics, system.sources))


def mistakes(system: System) -> list[Diagnostic]:
    """The mistakes of the candidates that are not excluded, and of all if every one makes them.

    One that only some candidates make names the first of them.
    """
    first: dict[Diagnostic, Assigned] = {}
    makers: dict[Diagnostic, int] = {}
    count = 0
    orphans = Orphans()
    for assignment in assignments(system):
        program, diagnostics = elaborated(system, assignment)
        diagnostics_here = dict.fromkeys(
            (*diagnostics, *orphans.of(program), *_conditions(system, assignment))
        )
        count += 1
        for diagnostic in diagnostics_here:
            makers[diagnostic] = makers.get(diagnostic, 0) + 1
        new = [d for d in diagnostics_here if d not in first]
        if new and possible(system, program.required, assignment):
            first.update(dict.fromkeys(new, assignment))
    everywhere = [d for d, number in makers.items() if number == count]
    of_some: dict[object, Diagnostic] = {}
    for diagnostic, assignment in first.items():
        if makers[diagnostic] < count:
            words = _NUMBER.sub("", diagnostic.message)  # which numbers are told hangs on axes
            located = _with_candidate(system, diagnostic, assignment)
            of_some.setdefault((diagnostic.code, diagnostic.span, words), located)
    return [*everywhere, *of_some.values()]


def assignments(system: System) -> Iterator[Assigned]:
    """Assignments that between them decide everything: ranged params stay free where the program
    lets them.

    Where named axes have too many choices, they are those of proposals and questions, and of each
    axis every value with the others as the first of these has them: what one option alone gets
    wrong is found, whoever proposes it.
    """
    start: Assigned = {axis.name: FREE for axis in system.axes}
    named = [
        axis for axis in system.axes if not isinstance(axis.values, range) or len(axis.values) == 1
    ]
    reached = list(islice(dict.fromkeys(_chosen(system, named)), MOST_ASSIGNMENTS))
    share = max(1, MOST_ASSIGNMENTS // max(1, len(reached)))
    for values in reached:
        start.update({axis.name: value for axis, value in zip(named, values, strict=True)})
        yield from _split(system, start, [share])


def _chosen(system: System, named: Sequence[Axis]) -> Iterator[tuple[AxisValue, ...]]:
    """The values of these axes that are looked at, in order."""
    first: tuple[AxisValue, ...] | None = None
    for domains in looked_at(system):
        values: list[Sequence[AxisValue]] = [domains[axis.name] for axis in named]
        for combination in islice(product(*values), MOST_ASSIGNMENTS):
            first = first or combination
            yield combination
    if first is not None and choices(system) > MOST_CHOICES:
        for place, axis in enumerate(named):
            yield from ((*first[:place], value, *first[place + 1 :]) for value in axis.values)


def _split(system: System, assignment: Assigned, budget: list[int]) -> Iterator[Assigned]:
    """The assignment, or one for each value of an axis that the program needs to know."""
    if budget[0] <= 0:
        return
    try:
        elaborated(system, assignment)
        _conditions(system, assignment)
    except NeedsValue as needed:
        axis = next(a for a in system.axes if a.name == needed.axis)
        for value in _tried(axis):
            yield from _split(system, {**assignment, axis.name: value}, budget)
            if budget[0] <= 0:
                return
        return
    budget[0] -= 1
    yield dict(assignment)


def _conditions(system: System, assignment: Assigned) -> list[Diagnostic]:
    diagnostics: list[Diagnostic] = []
    for index in range(len(system.conditions)):
        try:
            condition(system, index, assignment)
        except SpecError as error:
            diagnostics.extend(error.diagnostics)
    return diagnostics


def _with_candidate(system: System, diagnostic: Diagnostic, assignment: Assigned) -> Diagnostic:
    """A mistake that another candidate does not make says which one makes it."""
    if diagnostic.span is None:
        return diagnostic
    varying = [a.name for a in system.axes if len(a.values) > 1 and assignment[a.name] is not FREE]
    values = ", ".join(f"{name} = {assignment[name]}" for name in varying)
    note = Note(f"in the candidate {values}", diagnostic.span)
    return replace(diagnostic, notes=(*diagnostic.notes, note)) if values else diagnostic


def _tried(axis: Axis) -> Sequence[AxisValue]:
    """All values of an axis, or the first and the last ones of a long range."""
    values = axis.values
    if not isinstance(values, range) or len(values) <= MOST_OF_A_RANGE:
        return values
    return [*values[: MOST_OF_A_RANGE - 64], *values[-64:]]
