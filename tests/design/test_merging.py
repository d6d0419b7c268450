"""A merged program is, at each of its candidates, the program of that candidate's sector."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cbprove.design.groups import Group, groups
from cbprove.design.sectors import Sector
from cbprove.design.space import Options, Space
from cbprove.logic.terms import evaluate
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load
from cbprove.system.program import Program
from cbprove.system.statements import Block, Each, Either, If, On, Repeat, Statement, When

ROOT = Path(__file__).parents[2]
SPECS = (
    "specs/gso_ipoib.cbs",
    "specs/cases/b13_tc_cb_no_room.cbs",
    "specs/cases/b02_icmpv6_unreach_dsthao.cbs",
)


def _groups(path: str) -> list[tuple[Space, Group]]:
    space = Space(resolve(load(ROOT / path)), Options())
    sectors = [(sector, space.program(sector)) for sector in space.all_sectors()]
    return [(space, group) for group in groups(space.system.axes, sectors)]


def _own(block: Block, which: int) -> Block:
    """The statements of a merged block that one of the programs has."""
    out: list[Statement] = []
    for statement in block:
        match statement:
            case When(body=body, given=given) if given is not None:
                out += _own(body, which) if given.among >> which & 1 else ()
            case On() | Each() | Repeat() | When():
                out.append(replace(statement, body=_own(statement.body, which)))
            case Either(arms=arms):
                out.append(replace(statement, arms=tuple(_own(arm, which) for arm in arms)))
            case If(then=then, otherwise=otherwise):
                out.append(
                    replace(statement, then=_own(then, which), otherwise=_own(otherwise, which))
                )
            case _:
                out.append(statement)
    return tuple(out)


def _same(merged: Program, which: int, own: Program) -> None:
    for name, step in own.steps.items():
        assert _own(merged.steps[name].body, which) == step.body, name
    for name, part in own.parts.items():
        assert _own(merged.parts[name].body, which) == part.body, name
    for one, path in zip(merged.paths, own.paths, strict=True):
        assert _own(one.body, which) == path.body, path.name
    kept = [p for p in merged.properties if p.given is None or p.given.among >> which & 1]
    assert [replace(p, given=None) for p in kept] == list(own.properties)


def _point(group: Group, sector: Sector) -> dict[str, int]:
    words = group.whole.words
    return {axis: words[axis].index(sector.fixed[axis]) for axis in words}


@pytest.mark.parametrize("path", SPECS)
def test_each_sector_is_in_the_program_of_all(path: str) -> None:
    found = _groups(path)
    for space, group in found:
        for which, sector in enumerate(group.sectors):
            _same(group.program, which, space.program(sector))
    assert any(len(group.sectors) > 1 for _, group in found)


@pytest.mark.parametrize("path", SPECS)
def test_a_condition_names_the_sectors_that_have_a_part(path: str) -> None:
    for _, group in _groups(path):
        points = [_point(group, sector) for sector in group.sectors]
        for prop in group.program.properties:
            if prop.given is not None:
                told = [evaluate(point, prop.given.condition)[0] for point in points]
                assert told == [bool(prop.given.among >> i & 1) for i in range(len(points))]


def test_a_place_in_the_sheet_of_all_is_the_same_candidate() -> None:
    for _, group in _groups("specs/gso_ipoib.cbs"):
        for place, sector in zip(group.places, group.sectors, strict=True):
            low, high = group.stretch(place)
            for index in (0, sector.size - 1):
                assert group.whole.candidate(low + index) == sector.candidate(index)
            assert high - low == sector.size
