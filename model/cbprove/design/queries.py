"""The question behind a verdict on one candidate, as text that any solver can be asked again.

Axes left free are declared constants, extents are named definitions, and stores that miss stay in
it: one wrong number of the layout makes the text of a proof satisfiable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cbprove.design.induction import invariant, strengthened
from cbprove.design.plans import plans
from cbprove.design.problem import named
from cbprove.design.sectors import Sector
from cbprove.design.space import Options
from cbprove.logic.smtlib import Script
from cbprove.logic.terms import and_, eq, var
from cbprove.obligations.forms import Form, by_sources, unfolded
from cbprove.obligations.forms_by_values import by_values
from cbprove.obligations.plan import Plan, TooLarge
from cbprove.solving.solver import Limits, Z3Session
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program, Property
from cbprove.verdicts import Query


def queries(
    sector: Sector,
    program: Program,
    candidate: Program,
    prop: Property,
    point: Mapping[str, AxisValue],
    options: Options,
) -> tuple[Query, ...]:
    """What was asked of one candidate, from sources to values, until the solver said unsat;
    `program` is the sector's."""
    queries_asked: list[Query] = []
    for name, form in _forms(sector, program, candidate, prop, options):
        query = _ask(name, form, sector, point, options.limits)
        queries_asked.append(query)
        if query.answer == "unsat":
            break
    return tuple(queries_asked)


def _forms(
    sector: Sector, program: Program, candidate: Program, prop: Property, options: Options
) -> Iterator[tuple[str, Form]]:
    axes = {axis: (domain[0], domain[-1]) for axis, domain in sector.free}
    try:
        yield (
            "sources",
            by_sources(unfolded(program, (prop,), Plan(cut=True), axes), 0, prop, keep_all=True),
        )
        prop_named = named(candidate, prop.name)  # values are followed on plain numbers
        invariant_found = invariant(candidate, prop_named, options.limits)
        yield "values", by_values(candidate, prop_named, invariant_found.plan(options.limits))
        for stronger in strengthened(candidate, prop_named, invariant_found, options.limits):
            yield "facts", by_values(candidate, prop_named, stronger.plan(options.limits))
        yield "turns", by_values(candidate, prop_named, plans(options.bound, options.limits)[-1])
    except TooLarge:
        return


def _ask(
    name: str, form: Form, sector: Sector, point: Mapping[str, AxisValue], limits: Limits
) -> Query:
    ranges = {axis: (domain[0], domain[-1]) for axis, domain in sector.free}
    script = Script({**form.ranges, **ranges})
    script.lines += [f"; {axis} = {value}" for axis, value in sector.fixed.items()]
    script.lines.append("(set-logic ALL)")
    script.assert_(and_(*(eq(var(axis), int(point[axis])) for axis in ranges)))
    script.assert_(form.broken)
    session = Z3Session(limits)
    session.add(script.text())
    return Query(name, script.text(), session.check().result)
