"""All mistakes of a spec: those of every candidate that no requirement excludes, each once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from cbprove.diagnostics import Diagnostic, Note, SpecError
from cbprove.language.elaborate import condition, elaborated, possible
from cbprove.language.resolve_calls import Orphans
from cbprove.system import FREE, AxisValue, Free, NeedsValue, System

# How many assignments are looked at: whole design spaces of the usual size, a part of huge ones.
MOST_ASSIGNMENTS = 20_000

Assigned = dict[str, AxisValue | Free]


def check(system: System) -> None:
    """Raise SpecError with every mistake that some candidate makes, if there is any."""
    found = mistakes(system)
    if found:
        raise SpecError(tidy(found, system.sources))


def mistakes(system: System) -> list[Diagnostic]:
    """The mistakes of the candidates that are not excluded, and of all if every one makes them.

    One that only some candidates make names the first of them.
    """
    first: dict[Diagnostic, Assigned] = {}
    makers: dict[Diagnostic, int] = {}
    count = 0
    orphans = Orphans()
    for assignment in assignments(system):
        made, diagnostics = elaborated(system, assignment)
        found = dict.fromkeys((*diagnostics, *orphans.of(made), *_conditions(system, assignment)))
        count += 1
        for diagnostic in found:
            makers[diagnostic] = makers.get(diagnostic, 0) + 1
        new = [d for d in found if d not in first]
        if new and possible(system, made.required, assignment):
            first.update(dict.fromkeys(new, assignment))
    everywhere = [d for d, number in makers.items() if number == count]
    some = [_with_candidate(system, d, chosen) for d, chosen in first.items() if makers[d] < count]
    return [*everywhere, *some]


def assignments(system: System) -> Iterator[Assigned]:
    """Assignments that between them decide everything: ranged params stay free where the program lets them."""
    start: Assigned = {axis.name: FREE for axis in system.axes}
    named = [axis for axis in system.axes if not isinstance(axis.values, range) or len(axis.values) == 1]
    budget = [MOST_ASSIGNMENTS]
    domains: list[Sequence[AxisValue]] = [axis.values for axis in named]
    for chosen in product(*domains):
        start.update({axis.name: value for axis, value in zip(named, chosen, strict=True)})
        yield from _split(system, start, budget)
        if budget[0] <= 0:
            return


def _split(system: System, assignment: Assigned, budget: list[int]) -> Iterator[Assigned]:
    """The assignment, or one for each value of an axis that the program needs to know."""
    if budget[0] <= 0:
        return
    try:
        elaborated(system, assignment)
        _conditions(system, assignment)
    except NeedsValue as needed:
        axis = next(a for a in system.axes if a.name == needed.axis)
        for value in axis.values:
            yield from _split(system, {**assignment, axis.name: value}, budget)
            if budget[0] <= 0:
                return
        return
    budget[0] -= 1
    yield dict(assignment)


def _conditions(system: System, assignment: Assigned) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for index in range(len(system.conditions)):
        try:
            condition(system, index, assignment)
        except SpecError as error:
            found.extend(error.diagnostics)
    return found


def _with_candidate(system: System, diagnostic: Diagnostic, assignment: Assigned) -> Diagnostic:
    """A mistake that another candidate does not make says which one makes it."""
    if diagnostic.span is None:
        return diagnostic
    varying = [a.name for a in system.axes if len(a.values) > 1 and assignment[a.name] is not FREE]
    values = ", ".join(f"{name} = {assignment[name]}" for name in varying)
    note = Note(f"in the candidate {values}", diagnostic.span)
    return replace(diagnostic, notes=(*diagnostic.notes, note)) if values else diagnostic


def tidy(found: list[Diagnostic], sources: tuple[str, ...]) -> tuple[Diagnostic, ...]:
    """In the order of their places, each mistake once; a name that is not known counts once for the whole spec."""
    order = {name: number for number, name in enumerate(sources)}

    def place(diagnostic: Diagnostic) -> tuple[int, int]:
        if diagnostic.span is None:
            return (-1, 0)
        return (order.get(diagnostic.span.source.name, len(order)), diagnostic.span.start)

    kept: dict[object, Diagnostic] = {}
    for diagnostic in sorted(found, key=place):
        span = diagnostic.span
        unknown = diagnostic.message.startswith("there is no ")
        at = None if span is None or unknown else (span.source.name, span.start)
        kept.setdefault((diagnostic.code, diagnostic.message, at), diagnostic)
    return tuple(kept.values())
