"""Candidates as boxes: those that were meant, no others, and no box that is none."""

from __future__ import annotations

import pytest

from cbprove.archive.record import Box, boxes, indexes
from cbprove.design.sectors import Sector

SECTOR = Sector({"abi": "x86_64"}, (("ROW", range(2, 5)), ("AT", range(10, 14))))


@pytest.mark.parametrize(
    "marks", [[0], [0, 1, 2, 3], [2, 3, 4, 5], [11], [0, 2, 4, 6, 7, 8], list(range(12))]
)
def test_boxes_hold_the_marks_that_were_meant(marks: list[int]) -> None:
    assert indexes(SECTOR, boxes(SECTOR, marks)) == marks


def test_a_box_stays_in_its_row() -> None:
    assert boxes(SECTOR, [2, 3, 4]) == (
        {"ROW": (2, 2), "AT": (12, 13)},
        {"ROW": (3, 3), "AT": (10, 10)},
    )


@pytest.mark.parametrize(
    "box",
    [
        {"ROW": (2, 2)},
        {"AT": (10, 10), "ROW": (2, 2)},
        {"ROW": (2, 2), "AT": (13, 12)},
        {"ROW": (2, 2), "AT": (10, 14)},
        {"ROW": (1, 2), "AT": (10, 10)},
        {"ROW": (2, 3), "AT": (10, 10)},
        {"ROW": (2, 3), "AT": (10, 13)},
    ],
)
def test_what_is_no_box_is_refused(box: Box) -> None:
    with pytest.raises(ValueError):
        indexes(SECTOR, (box,))
