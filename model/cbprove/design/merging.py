"""One program of many: what only some of them have stands in it under the candidates that have it.

Statements are the same where their numbers (`uid`) and all that they say are; a block holds those
of all programs, in the order of their numbers, which is that of the text. A choice of the merged
program at one of its candidates leaves just the statements of that candidate's own program, at the
same moments of a run.

Sectors that are judged together: their programs merged into one, the axes that tell them apart left
free like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import prod
from typing import TypeVar

from cbprove.design.sectors import Sector, numbered
from cbprove.frozen import frozen, replace
from cbprove.logic.terms import Bool, and_, eq, or_, var
from cbprove.reaching.universe import Ranges
from cbprove.system.axes import Axis, AxisValue
from cbprove.system.program import Object, Program, Property
from cbprove.system.statements import (
    Block,
    Each,
    Either,
    Given,
    If,
    Make,
    On,
    Repeat,
    Share,
    Statement,
    When,
)

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


def equal_programs(sectors: Iterable[tuple[Sector, Program]]) -> list[list[tuple[Sector, Program]]]:
    """Sectors by their programs: those of equal ones together, in order of the first of each."""
    by_hash: dict[int, list[list[tuple[Sector, Program]]]] = {}
    classes: list[list[tuple[Sector, Program]]] = []
    for sector, program in sectors:
        similar = by_hash.setdefault(_hashed(program), [])
        alike = next((each for each in similar if each[0][1] == program), None)
        if alike is None:
            alike = []
            similar.append(alike)
            classes.append(alike)
        alike.append((sector, program))
    return classes


def _hashed(program: Program) -> int:
    """A number that equal programs share; few others do."""
    return hash((*program.steps.values(), *program.parts.values(), *program.paths))


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
        return self._told(inside, outside, [name for name, _ in self.free])

    def _told(
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
            by_rest.setdefault(self._told(has, lacks, others), []).append(value)
        cases = (
            (or_(*(eq(var(first), v) for v in values)), rest) for rest, values in by_rest.items()
        )
        return or_(*(and_(first_condition, rest) for first_condition, rest in cases))


T = TypeVar("T")
Variants = list[tuple[int, T]]  # each with those that have it, as the bits of a number


def shape(program: Program) -> tuple[object, ...]:
    """What programs must share to be merged: all but statements, properties, and the sizes of
    objects."""
    return (
        program.little_endian,
        tuple(o.name for o in program.objects),
        tuple(program.inputs.items()),
        tuple((step.name, step.layer) for step in program.steps.values()),
        tuple(program.parts),
        tuple(path.name for path in program.paths),
    )


def merged(programs: Sequence[Program], condition: Callable[[int], Bool]) -> Program:
    """Merge programs of one shape; `condition` says of a set of them (bits of a number) which
    values of the axes they have."""
    return _Merging(programs, condition).program()


class _Merging:
    def __init__(self, programs: Sequence[Program], condition: Callable[[int], Bool]) -> None:
        self.programs, self.condition = programs, condition
        self.everyone = (1 << len(programs)) - 1
        self._givens: dict[int, Given] = {}

    def program(self) -> Program:
        first, many = self.programs[0], self.programs
        steps = {
            n: replace(s, body=self._body([p.steps[n].body for p in many]))
            for n, s in first.steps.items()
        }
        parts = {
            n: replace(s, body=self._body([p.parts[n].body for p in many]))
            for n, s in first.parts.items()
        }
        paths = [
            replace(s, body=self._body([p.paths[i].body for p in many]))
            for i, s in enumerate(first.paths)
        ]
        required = _variants(p.required for p in many)
        return replace(
            first,
            objects=tuple(map(_widest, zip(*(p.objects for p in many), strict=True))),
            views=(),
            steps=steps,
            parts=parts,
            paths=tuple(paths),
            properties=tuple(self._properties()),
            required=or_(
                *(and_(self._given(candidates).condition, holds) for candidates, holds in required)
            ),
            requirements=(),
        )

    def _properties(self) -> list[Property]:
        """Each property in every way that some program has it."""
        properties: list[Property] = []
        for prop in self.programs[0].properties:
            same_named = (
                next((p for p in program.properties if p.name == prop.name), prop)
                for program in self.programs
            )
            for candidates, variant in _variants(same_named):
                properties.append(
                    variant
                    if candidates == self.everyone
                    else replace(variant, given=self._given(candidates))
                )
        return properties

    def _given(self, candidates: int) -> Given:
        if candidates not in self._givens:
            self._givens[candidates] = Given(self.condition(candidates), candidates)
        return self._givens[candidates]

    # --- statements -------------------------------------------------------------------------------

    def _body(self, bodies: Sequence[Block]) -> Block:
        return self._block(
            _together([(1 << i, body) for i, body in enumerate(bodies)], equal=False)
        )

    def _block(self, bodies: Variants[Block]) -> Block:
        if len(bodies) == 1:
            return bodies[0][1]
        all_candidates = _all(bodies)
        by_number: dict[int, Variants[Statement]] = {}
        for candidates, body in bodies:
            for statement in body:
                by_number.setdefault(statement.uid, []).append((candidates, statement))
        merged: list[Statement] = []
        for number in sorted(by_number):
            for candidates, statement in self._statements(by_number[number]):
                if candidates == all_candidates:
                    merged.append(statement)
                    continue
                assert not isinstance(statement, Make | Share), (
                    "a block that makes a name is a `When` of its own"
                )
                merged.append(When(number, (statement,), statement.span, self._given(candidates)))
        return tuple(merged)

    def _statements(self, variants: Variants[Statement]) -> Variants[Statement]:
        """The different statements that have one number; those that differ only in what is
        inside of them are merged there."""
        merged: Variants[Statement] = []
        for group in _grouped(variants):
            candidates, first = _all(group), group[0][1]
            if len(group) > 1:
                first = self._inner(first, group)
            merged.append((candidates, first))
        return merged

    def _inner(self, first: Statement, group: Variants[Statement]) -> Statement:
        """The first statement of a group that is alike but for its blocks, with those of all."""
        blocks = [_blocks(statement) for _, statement in group]
        statements = [
            self._block(
                _together(
                    [
                        (candidates, bodies[i])
                        for (candidates, _), bodies in zip(group, blocks, strict=True)
                    ],
                    equal=False,
                )
            )
            for i in range(len(blocks[0]))
        ]
        return _with_blocks(first, statements)


def _variants(values: Iterable[T]) -> Variants[T]:
    """The different ones among the values, one of each program, in order."""
    return _together([(1 << i, value) for i, value in enumerate(values)])


def _together(variants: Variants[T], equal: bool = True) -> Variants[T]:
    """Those that are one object as one, and with `equal` those that are equal. Equal parts of
    two programs mostly are one."""
    by_identity: dict[int, tuple[int, T]] = {}
    for candidates, value in variants:
        before, _ = by_identity.get(id(value), (0, value))
        by_identity[id(value)] = (before | candidates, value)
    distinct: Variants[T] = []
    for candidates, value in by_identity.values():
        for at, (other_candidates, other) in enumerate(distinct):
            if equal and other == value:
                distinct[at] = (other_candidates | candidates, other)
                break
        else:
            distinct.append((candidates, value))
    return distinct


def _all(variants: Variants[T]) -> int:
    candidates = 0
    for candidates_of, _ in variants:
        candidates |= candidates_of
    return candidates


def _grouped(variants: Variants[Statement]) -> list[Variants[Statement]]:
    """Statements by all that they say but for the blocks inside."""
    groups: list[tuple[Statement, Variants[Statement]]] = []
    for candidates, statement in _together(variants):
        head = _with_blocks(statement, [() for _ in _blocks(statement)])
        group_found = next(
            (
                group
                for other, group in groups
                if other == head and _one_scope(group[0][1], statement)
            ),
            None,
        )
        if group_found is None:
            groups.append((head, [(candidates, statement)]))
        elif _blocks(statement):
            group_found.append((candidates, statement))
        else:
            group_found[0] = (group_found[0][0] | candidates, group_found[0][1])
    return [group for _, group in groups]


def _one_scope(first: Statement, other: Statement) -> bool:
    """Whether their blocks make the same names at the same statements: two sides of a `when` do
    not."""
    return _names(first) == _names(other)


def _names(statement: Statement) -> list[list[int]]:
    return [
        [inner.uid for inner in block if isinstance(inner, Make | Share)]
        for block in _blocks(statement)
    ]


def _blocks(statement: Statement) -> tuple[Block, ...]:
    match statement:
        case On() | Each() | Repeat() | When():
            return (statement.body,)
        case Either(arms=arms):
            return arms
        case If(then=then, otherwise=otherwise):
            return then, otherwise
        case _:
            return ()


def _with_blocks(statement: Statement, blocks: Sequence[Block]) -> Statement:
    match statement:
        case On() | Each() | Repeat() | When():
            return replace(statement, body=blocks[0])
        case Either():
            return replace(statement, arms=tuple(blocks))
        case If():
            return replace(statement, then=blocks[0], otherwise=blocks[1])
        case _:
            return statement


def _widest(objects: Sequence[Object]) -> Object:
    """One object of several sizes. Each place says the size of the object that it lies in by
    itself."""
    return replace(objects[0], width=max(o.width for o in objects))
