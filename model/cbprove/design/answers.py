"""The answers to `ask`: the choices of some axes for which every candidate is proved."""

from __future__ import annotations

from itertools import product

from cbprove.design.conflicts import conflict
from cbprove.design.space import Space
from cbprove.design.tables import EXCLUDED, INAPPLICABLE, PROVED, UNKNOWN
from cbprove.system import Ask, AxisValue
from cbprove.verdicts import Answered

Row = tuple[AxisValue, ...]


def answers(space: Space) -> tuple[Answered, ...]:
    """Every question of the system, answered."""
    return tuple(_answer(space, ask) for ask in space.system.asks)


def _answer(space: Space, ask: Ask) -> Answered:
    proved, unknown = _choices(space, ask)
    sure = not unknown
    answer = tuple(row for row in _rows(ask) if row in proved)
    expected = _words(ask)
    met = ask.expect is None or (sure and _met(ask, answer))
    return Answered(
        id=f"{space.system.name}/{ask.name}",
        name=ask.name,
        title=ask.title,
        axes=ask.axes,
        answer=answer if sure else None,
        expected=expected,
        met=met,
        reason="" if sure else f"{len(unknown)} choices hang on a verdict that is unknown or bounded",
        span=ask.span,
        conflict=conflict(space, ask) if sure and not answer else None,
    )


def _rows(ask: Ask) -> list[Row]:
    return list(product(*(ask.domains[axis] for axis in ask.axes)))


def _choices(space: Space, ask: Ask) -> tuple[set[Row], set[Row]]:
    """The choices whose candidates are all proved, and those that only an unknown keeps from it.

    A property that makes no case at any candidate of a choice is not proved there.
    """
    proved: set[Row] = set()
    made: dict[Row, set[int]] = {}
    unknown: set[Row] = set()
    broken: set[Row] = set()
    for sector in space.sectors(ask.domains):
        meant = space.where(ask.given, sector) if ask.given is not None else None
        sheets = [space.table(sector, name).sheet.marks for name in ask.properties]
        for index in space.indexes(sector, ask.domains):
            each = [sheet[index] for sheet in sheets]
            marks = set(each) - {INAPPLICABLE}
            if (meant is not None and not meant[index]) or EXCLUDED in marks:
                continue
            candidate = sector.candidate(index)
            row = tuple(candidate[axis] for axis in ask.axes)
            made.setdefault(row, set()).update(i for i, mark in enumerate(each) if mark != INAPPLICABLE)
            if marks <= {PROVED}:
                proved.add(row)
            elif marks <= {PROVED, UNKNOWN, UNKNOWN + 1}:
                unknown.add(row)
            else:
                broken.add(row)
    broken |= {row for row, cases in made.items() if len(cases) < len(ask.properties)}
    return proved - unknown - broken, unknown - broken


def _met(ask: Ask, answer: tuple[Row, ...]) -> bool:
    if ask.expect == "none":
        return not answer
    if ask.expect == "some":
        return bool(answer)
    return set(answer) == set(ask.rows)


def _words(ask: Ask) -> str | None:
    if ask.expect != "exactly":
        return ask.expect
    rows = ("; ".join(f"{axis} = {value}" for axis, value in zip(ask.axes, row, strict=True)) for row in ask.rows)
    return "exactly { " + " | ".join(rows) + " }"
