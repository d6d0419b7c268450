"""Sectors that are judged together: their programs merged into one, the axes that tell them apart
left free like the others; and sectors whose programs are equal, of which one is judged for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import prod

from cbprove.design.likeness import Likeness
from cbprove.design.merging import merged, shape
from cbprove.design.sectors import Sector, numbered
from cbprove.frozen import frozen, replace
from cbprove.logic.terms import Bool, and_, eq, or_, var
from cbprove.reaching.universe import Ranges
from cbprove.system.axes import Axis, AxisValue
from cbprove.system.program import Program

_SPARSE = 4  # places of a group's sheet for each of its sectors, at most
# Places of a group: what many programs differ in is walked through by each claim of each of them
_MOST = 160


@frozen
class Group:
    """Sectors, in the order of their places in the sheet of `whole`, the sector of all their
    candidates; `program` is that of them all."""

    sectors: tuple[Sector, ...]
    places: tuple[int, ...]
    whole: Sector
    program: Program

    def stretch(self, place: int) -> tuple[int, int]:
        """The marks of the sector with a place, as a half open interval of indexes of the sheet."""
        size = self.sectors[0].size
        return place * size, (place + 1) * size


@frozen
class Alike:
    """Sectors with the same verdicts. `program` is that of the first, but that it requires of a
    candidate only what one of them does."""

    sectors: tuple[Sector, ...]
    program: Program


def equal_programs(sectors: Iterable[tuple[Sector, Program]]) -> list[Alike]:
    """Sectors by what properties ask about their programs, in order of the first of each."""
    likeness = Likeness()
    by_hash: dict[int, list[tuple[Program, list[tuple[Sector, Program]]]]] = {}
    classes: list[list[tuple[Sector, Program]]] = []
    for sector, program in sectors:
        asked = likeness.asked(program)
        similar = by_hash.setdefault(_hashed(asked), [])
        alike = next((members for other, members in similar if other == asked), None)
        if alike is None:
            alike = []
            similar.append((asked, alike))
            classes.append(alike)
        alike.append((sector, program))
    return list(map(_class, classes))


def _hashed(program: Program) -> int:
    """A number that equal programs share; few others do."""
    return hash((*program.steps.values(), *program.parts.values(), *program.paths))


def _class(members: Sequence[tuple[Sector, Program]]) -> Alike:
    required = dict.fromkeys(program.required for _, program in members)
    return Alike(
        sectors=tuple(sector for sector, _ in members),
        program=replace(members[0][1], required=or_(*required)),
    )


def groups(axes: Sequence[Axis], sectors: Sequence[tuple[Sector, Program]]) -> Iterator[Group]:
    """Divide sectors into groups whose programs can be merged, and of which most places are
    taken."""
    by_shape: dict[tuple[object, ...], list[tuple[Sector, Program]]] = {}
    for sector, program in sectors:
        by_shape.setdefault(shape(program), []).append((sector, program))
    for alike in by_shape.values():
        yield from _dense(axes, alike)


def alone(sector: Sector, program: Program) -> Group:
    """A sector by itself."""
    return Group(sectors=(sector,), places=(0,), whole=sector, program=program)


def _dense(axes: Sequence[Axis], sectors: list[tuple[Sector, Program]]) -> Iterator[Group]:
    """Groups of sectors of one shape: as large as they may be, the first axes that vary cut
    where they are larger."""
    varying = _varying(axes, [sector for sector, _ in sectors])
    places = prod(len(values) for _, values in varying)
    if places <= _SPARSE * len(sectors) and places <= _MOST:
        yield _group(varying, sectors)
        return
    first, values = varying[0]
    step = max(1, _MOST * len(values) // places) if places <= _SPARSE * len(sectors) else 1
    for low in range(0, len(values), step):
        step_values = values[low : low + step]
        yield from _dense(
            axes, [sector for sector in sectors if sector[0].fixed[first.name] in step_values]
        )


def _varying(
    axes: Sequence[Axis], sectors: Sequence[Sector]
) -> list[tuple[Axis, tuple[AxisValue, ...]]]:
    """The fixed axes that the sectors differ in, with the values that they have, in the order of
    declaration."""
    varying = []
    for axis in axes:
        if axis.name in sectors[0].fixed:
            present = {sector.fixed[axis.name] for sector in sectors}
            if len(present) > 1:
                varying.append((axis, tuple(value for value in axis.values if value in present)))
    return varying


def _group(
    varying: list[tuple[Axis, tuple[AxisValue, ...]]], sectors: list[tuple[Sector, Program]]
) -> Group:
    if len(sectors) == 1:
        return alone(*sectors[0])
    first = sectors[0][0]
    names = [axis.name for axis, _ in varying]
    free: Ranges = (*((axis.name, range(len(values))) for axis, values in varying), *first.free)
    fixed = {name: value for name, value in first.fixed.items() if name not in names}
    sector_of_all = Sector(fixed, free, {axis.name: values for axis, values in varying})
    placed = sorted(
        ((_place(varying, member[0]), member) for member in sectors), key=lambda pair: pair[0]
    )
    places = tuple(place for place, _ in placed)
    program = merged(
        [program_of for _, (_, program_of) in placed],
        _Conditions(free[: len(varying)], places).condition,
    )
    return Group(
        sectors=tuple(sector for _, (sector, _) in placed),
        places=places,
        whole=sector_of_all,
        program=program,
    )


def _place(varying: list[tuple[Axis, tuple[AxisValue, ...]]], sector: Sector) -> int:
    place = 0
    for axis, values in varying:
        place = place * len(values) + values.index(sector.fixed[axis.name])
    return place


class _Conditions:
    """Which values of the axes a set of sectors has."""

    def __init__(self, free: Ranges, places: tuple[int, ...]) -> None:
        self.free = free
        self.points = [numbered(free, place) for place in places]

    def condition(self, candidates: int) -> Bool:
        """A condition over the axes that is true of just those of the group's sectors that are
        in the set."""
        inside = [point for i, point in enumerate(self.points) if candidates >> i & 1]
        outside = [point for i, point in enumerate(self.points) if not candidates >> i & 1]
        return self._separating(inside, outside, [name for name, _ in self.free])

    def _separating(
        self, inside: list[dict[str, int]], outside: list[dict[str, int]], names: list[str]
    ) -> Bool:
        if not outside:
            return True
        if not inside:
            return False
        for name in names:  # one axis that tells them apart says it all
            inside_values, other = (
                {point[name] for point in points} for points in (inside, outside)
            )
            if not inside_values & other:
                return or_(*(eq(var(name), value) for value in sorted(inside_values)))
        first, *others = names
        by_rest: dict[Bool, list[int]] = {}
        for value in sorted({point[first] for point in inside}):
            has, lacks = ([p for p in points if p[first] == value] for points in (inside, outside))
            by_rest.setdefault(self._separating(has, lacks, others), []).append(value)
        cases = (
            (or_(*(eq(var(first), v) for v in values)), rest) for rest, values in by_rest.items()
        )
        return or_(*(and_(first_condition, rest) for first_condition, rest in cases))
