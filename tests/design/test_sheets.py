"""A sheet said as a condition is true of exactly the candidates that have the mark."""

from __future__ import annotations

import random

import pytest

from cbprove.design.sectors import Ranges, Sector, Sheet, runs
from cbprove.terms import evaluate

_FREE: tuple[Ranges, ...] = (
    (),
    (("a", range(3, 9)),),
    (("a", range(3)), ("b", range(-2, 3))),
    (("a", range(3)), ("b", range(1, 2)), ("c", range(10, 14))),
)


@pytest.mark.parametrize("free", _FREE, ids=len)
@pytest.mark.parametrize("marks", (1, 2, 3))
def test_where(free: Ranges, marks: int) -> None:
    draw = random.Random(marks)
    sheet = Sheet(Sector({}, free))
    for _ in range(20):
        sheet.marks[:] = bytes(draw.choices(range(marks), k=sheet.sector.size))
        condition = sheet.where(0)
        held = [evaluate(sheet.sector.point(i), condition)[0] for i in range(sheet.sector.size)]
        assert held == [mark == 0 for mark in sheet.marks]


def test_neighbours_that_are_alike_are_said_at_once() -> None:
    sheet = Sheet(Sector({}, (("a", range(100)), ("b", range(100)))))
    sheet.fill([(50 * 100, 100 * 100)], 1)
    assert len(str(sheet.where(0))) < 200


def test_runs() -> None:
    assert runs(b"\1\1\0\1", 1) == [(0, 2), (3, 4)]
    assert runs(b"", 1) == []
