"""What a model says nothing of is tried with the least values, with ones, and with the greatest
inputs."""

from __future__ import annotations

from cbprove.design.reasons import completed

RANGES = {"input@far": (0, 65535), "input@near": (3, 9), "AT": (0, 4)}
MODEL = {"AT": 2, "input@near": 5, "arm": True}


def test_what_the_model_says_stays() -> None:
    for tried in completed(MODEL, RANGES):
        assert {name: tried[name] for name in MODEL} == MODEL


def test_inputs_that_it_says_nothing_of() -> None:
    """The high byte of an input may be what is lost: no run with a small one shows it."""
    values = [tried.get("input@far", 0) for tried in completed(MODEL, RANGES)]
    assert values == [0, 1, 65535]


def test_bits_that_it_says_nothing_of() -> None:
    values = [tried.get("bits@7.0", 0) for tried in completed(MODEL, RANGES)]
    assert values == [0, 255, 255]


def test_other_unknowns_are_left_out() -> None:
    assert ["other" in tried for tried in completed(MODEL, RANGES)] == [False] * 3
