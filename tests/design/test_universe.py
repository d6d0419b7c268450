"""Sets of candidates are what enumeration says they are."""

from __future__ import annotations

import random

import pytest

from cbprove.design.sectors import Sector
from cbprove.logic.terms import evaluate
from cbprove.reaching.universe import Ranges, Universe

_FREE: tuple[Ranges, ...] = (
    (),
    (("a", range(3, 9)),),
    (("a", range(3)), ("b", range(-2, 3))),
    (("a", range(3)), ("b", range(1, 2)), ("c", range(10, 14))),
)


def _indexes(candidates: int, size: int) -> list[int]:
    return [i for i in range(size) if candidates >> i & 1]


@pytest.mark.parametrize("free", _FREE, ids=len)
def test_a_sum_is_compared_at_every_candidate(free: Ranges) -> None:
    draw, own, sector = random.Random(1), Universe(free), Sector({}, free)
    for _ in range(200):
        total = tuple((name, k) for name, _ in sorted(free) if (k := draw.randint(-3, 3)))
        constant = draw.randint(-20, 20)
        wanted = [
            i
            for i in range(own.size)
            if constant + sum(k * sector.point(i)[name] for name, k in total) >= 0
        ]
        assert _indexes(own.at_least(total, constant), own.size) == wanted


@pytest.mark.parametrize("free", _FREE, ids=len)
def test_a_value_of_an_axis(free: Ranges) -> None:
    own, sector = Universe(free), Sector({}, free)
    for name, values in free:
        for value in (*values, values[0] - 1, values[-1] + 1):
            wanted = [i for i in range(own.size) if sector.point(i)[name] == value]
            assert _indexes(own.value(name, value), own.size) == wanted


@pytest.mark.parametrize("free", _FREE, ids=len)
def test_a_set_is_said_as_a_condition(free: Ranges) -> None:
    draw, own, sector = random.Random(2), Universe(free), Sector({}, free)
    for _ in range(50):
        candidates = draw.getrandbits(own.size) & draw.choice((own.all, draw.getrandbits(own.size)))
        condition = own.condition(candidates)
        assert [i for i in range(own.size) if evaluate(sector.point(i), condition)[0]] == _indexes(
            candidates, own.size
        )


def test_the_candidates_that_have_a_mark() -> None:
    own = Universe((("a", range(6)),))
    assert _indexes(own.marked(bytes([0, 3, 0, 0, 7, 3]), 0), 6) == [0, 2, 3]
    assert _indexes(own.marked(bytes([0, 3, 0, 0, 7, 3]), 3), 6) == [1, 5]


def test_neighbours_that_are_alike_are_said_at_once() -> None:
    own = Universe((("a", range(100)), ("b", range(100))))
    assert len(str(own.condition(own.all >> 5000))) < 200
