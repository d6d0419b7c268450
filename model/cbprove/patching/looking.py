"""Which properties of a spec look at something that differs between two of its programs: no other
can have turned."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds
from cbprove.design.sectors import Division
from cbprove.meaning.system import System
from cbprove.system.program import Aligned, Disjoint, Fits, Part, Program, Property, Step
from cbprove.system.statements import Block, Call


def changed_anywhere(old: System, new: System) -> frozenset[str]:
    """The properties that look at something which differs at some candidate of those judged."""
    before, after = programs(old), programs(new)
    if before.keys() != after.keys():
        return frozenset(each.name for each in new.properties)
    return frozenset().union(*(changed(before[key], after[key]) for key in after))


def programs(system: System) -> dict[object, Program]:
    """The programs of all candidates that are judged, ranged axes left free where they can be, by
    the values of the axes."""
    division = Division(system)
    return {
        (*sector.fixed.items(), *sector.free): division.program(sector)
        for sector in division.all_sectors()
    }


def changed(old: Program, new: Program) -> frozenset[str]:
    """The properties that look at something which differs; the others have the verdict that they
    had.

    A run is made of objects, inputs, and of the steps and parts that paths come to; placement is
    one of objects and views.
    """
    old_properties, has = (
        {each.name: each for each in program.properties} for program in (old, new)
    )
    views, runs = old.views != new.views, _runs(old) != _runs(new)
    return frozenset(
        name
        for name in {**old_properties, **has}
        if old_properties.get(name) != has.get(name)
        or (_of_views(has[name]) and views)
        or (_of_runs(has[name]) and runs)
    ) | (frozenset(has) if _frames(old) != _frames(new) else frozenset())


def _frames(program: Program) -> tuple[object, ...]:
    """What every verdict hangs on."""
    return program.objects, program.required


def _of_views(prop: Property) -> bool:
    return isinstance(prop.claim, Fits | Disjoint | Aligned)


def _of_runs(prop: Property) -> bool:
    return not isinstance(prop.claim, Disjoint | Aligned)


def _runs(program: Program) -> tuple[object, ...]:
    """All that runs are made of."""
    used: dict[str, Step | Part] = {}
    for path in program.paths:
        for name, each in _called(program, path.body):
            used.setdefault(name, each)
    return program.little_endian, program.paths, program.inputs, tuple(used.values())


def _called(program: Program, body: Block) -> Iterator[tuple[str, Step | Part]]:
    for statement in folds.within(body):
        if isinstance(statement, Call):
            body_called = (
                program.steps[statement.name]
                if statement.kind == "step"
                else program.parts[statement.name]
            )
            yield f"{statement.kind} {statement.name}", body_called
            yield from _called(program, body_called.body)
