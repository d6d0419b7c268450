"""Sets of bits as numbers."""

from __future__ import annotations

import pytest

from cbprove.audit.reasons import run, union


@pytest.mark.parametrize(
    ("low", "width", "bits"),
    [(0, 3, {0, 1, 2}), (5, 2, {5, 6}), (-3, 5, {0, 1}), (-3, 2, set()), (4, 0, set())],
)
def test_bits_in_a_row(low: int, width: int, bits: set[int]) -> None:
    assert run(low, width) == sum(1 << bit for bit in bits)


def test_bits_of_several() -> None:
    assert union([run(0, 2), run(1, 3), run(7, 1)]) == 0b10001111
    assert union([]) == 0
