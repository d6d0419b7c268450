"""What the steps of a spec do to the bytes of its object, as runs of bits, in the order of their
statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from cbprove import folds
from cbprove.diagnostics import Span
from cbprove.frozen import frozen
from cbprove.system.expressions import Expr, Place
from cbprove.system.program import Part, Program, Step
from cbprove.system.statements import Assume, Block, Call, Either, If

Kind = Literal["read", "look", "store", "clear"]
_KINDS: dict[folds.TouchKind, Kind] = {
    "read": "read",
    "copy from": "read",
    "write": "store",
    "copy to": "store",
    "clear": "clear",
}
Arms = tuple[tuple[int, int], ...]


@frozen
class Done:
    """A run of bits that a step reads, stores or clears; `assume` only looks. `arms` are those of
    `either` and `if` around it.

    `low` counts from the first bit of the control block.
    """

    kind: Kind
    low: int
    width: int
    text: str
    arms: Arms
    span: Span

    @property
    def stores(self) -> bool:
        """Whether the bits are others afterwards."""
        return self.kind in ("store", "clear")

    def excludes(self, other: Done) -> bool:
        """Whether no run does both: they stand in two arms of one statement."""
        arms = dict(self.arms)
        return any(arms.get(statement, arm) != arm for statement, arm in other.arms)


@frozen
class Area:
    """The control block that source and spec both speak of: its object's other names are those
    of made objects."""

    low: int
    high: int
    elsewhere: frozenset[str]

    def extent(self, place: Place) -> tuple[int, int] | None:
        """The bits of a place from the area's first, None where it lies in another object or
        beside the area."""
        if place.object in self.elsewhere or not isinstance(place.low, int):
            return None
        low, high = place.low, place.low + place.width
        if place.indexes:  # an element at run time: all of the member
            low, high = min(low, place.bound[0]), max(high, place.bound[1])
        if high <= self.low or low >= self.high:
            return None
        return low - self.low, high - low


def area(program: Program, member: str) -> Area | None:
    """The member of the object that paths run on; the whole object where none is named."""
    if not program.objects:
        return None
    first, *rest = program.objects
    elsewhere = frozenset(each.name for each in rest)
    if not member:
        return Area(0, first.width, elsewhere)
    ranges = [(low, high) for name, low, high in first.areas if name.rpartition(".")[2] == member]
    return Area(*ranges[0], elsewhere) if ranges else None


def done(step: Step, within: Area) -> tuple[Done, ...]:
    """What a step does there, in order."""
    return tuple(_of_block(step.body, within, ()))


def _of_block(block: Block, within: Area, arms: Arms) -> Iterator[Done]:
    for statement in block:
        looked: Kind = "look" if isinstance(statement, Assume) else "read"
        for expr in folds.looked_at(statement):
            yield from _read(expr, looked, within, arms)
        for touch in folds.touches(statement):
            yield from _one(_KINDS[touch.kind], touch.place, within, arms)
        is_choice = isinstance(statement, Either | If)
        for index, inner in enumerate(folds.blocks(statement)):
            yield from _of_block(
                inner, within, (*arms, (statement.uid, index)) if is_choice else arms
            )


def _read(expr: Expr, kind: Kind, within: Area, arms: Arms) -> Iterator[Done]:
    for place in folds.members(expr):
        yield from _one(kind, place, within, arms)


def _one(kind: Kind, place: Place, within: Area, arms: Arms) -> Iterator[Done]:
    extent = within.extent(place)
    if extent is not None:
        yield Done(kind, *extent, place.text, arms, place.span)


def reached(program: Program) -> list[Step]:
    """The steps that paths run, in order of declaration."""
    names = {name for path in program.paths for name in called(path.body, program)}
    return [step for name, step in program.steps.items() if name in names]


def called(body: Block, program: Program) -> list[str]:
    """The steps that a body runs, each once."""
    return [name for name in _called((body,), program.parts, set()) if name in program.steps]


def _called(blocks: Iterable[Block], parts: Mapping[str, Part], visited: set[str]) -> Iterator[str]:
    for block in blocks:
        for statement in folds.within(block):
            if isinstance(statement, Call):
                name = statement.name
                if name not in visited:
                    visited.add(name)
                    yield name
                    if name in parts:
                        yield from _called((parts[name].body,), parts, visited)
