"""Terms as bit-vectors mean what they mean as integers: cvc5 finds the value that plain
evaluation finds, and no other."""

from __future__ import annotations

from random import Random

import pytest

from cbprove.archive.solvers import Result, cvc5
from cbprove.logic import bitvectors
from cbprove.logic.terms import (
    Bool,
    Int,
    add,
    and_,
    choice,
    common_bits,
    div,
    eq,
    evaluate,
    ite,
    le,
    lt,
    mod,
    mul,
    named,
    not_,
    or_,
    sub,
    var,
)

RANGES = {"a": (-7, 300), "b": (0, 255), "c": (-(1 << 31), (1 << 31) - 1)}


def answer(formulas: list[Bool], ranges: dict[str, tuple[int, int]]) -> Result:
    return cvc5(bitvectors.text(formulas, ranges) + "(check-sat)\n")


def number(draw: Random, depth: int) -> Int:
    if depth == 0:
        return draw.choice(
            [var("a"), var("b"), var("c"), draw.randint(-20, 20), 1 << draw.randint(0, 34)]
        )
    one, other = number(draw, depth - 1), number(draw, depth - 1)
    divisor = draw.choice([1, 2, 3, 8, 10, 256, 1 << 16])
    makers = [
        lambda: add(one, other),
        lambda: sub(one, other),
        lambda: mul(one, draw.choice([-3, 2, 8, 1 << 8])),
        lambda: div(one, divisor),
        lambda: mod(one, divisor),
        lambda: common_bits(one, other, draw.choice([1, 8, 36])),
        lambda: ite(truth(draw, depth - 1), one, other),
        lambda: named(f"n{draw.randint(0, 1 << 30)}", one),
    ]
    return draw.choice(makers)()


def truth(draw: Random, depth: int) -> Bool:
    one, other = number(draw, depth), number(draw, depth)
    basic = draw.choice([le, lt, eq])(one, other)
    return draw.choice([basic, not_(basic), and_(basic, choice("p")), or_(basic, choice("q"))])


def test_a_difference_has_the_bits_that_it_may_take() -> None:
    least, most = {"a": (-255, 0)}, {"b": (0, 255)}
    apart = sub(var("b"), var("a"))
    known = [eq(var("a"), -255), eq(var("b"), 255)]
    assert answer([*known, le(apart, 0)], {**least, **most}) == "unsat"


@pytest.mark.parametrize("seed", range(60))
def test_as_bit_vectors_a_term_has_the_value_it_has(seed: int) -> None:
    draw = Random(seed)
    term, condition = number(draw, 4), truth(draw, 3)
    model: dict[str, int | bool] = {
        name: draw.choice([low, high, draw.randint(low, high)])
        for name, (low, high) in RANGES.items()
    }
    model |= {"p": draw.random() < 0.5, "q": draw.random() < 0.5}
    value, held = evaluate(model, term, condition)
    known = [eq(var(name), int(model[name])) for name in RANGES]
    known += [choice(name) if model[name] else not_(choice(name)) for name in ("p", "q")]
    here = condition if held else not_(condition)
    assert answer([*known, eq(term, value), here], RANGES) == "sat"
    assert answer([*known, or_(not_(eq(term, value)), not_(here))], RANGES) == "unsat"


def test_the_width_holds_what_sums_and_products_come_to() -> None:
    assert bitvectors.width([le(var("b"), 0)], {"b": (0, 127)}) == 8
    assert bitvectors.width([le(var("b"), 0)], {"b": (0, 128)}) == 9
    assert bitvectors.width([le(add(var("b"), 1), 0)], {"b": (0, 127)}) == 9
    assert bitvectors.width([le(mul(var("b"), -3), 0)], {"b": (0, 128)}) == 10


def test_a_quotient_has_room_for_what_is_taken_off_before_dividing() -> None:
    ranges = {"b": (-128, 127)}
    assert bitvectors.width([le(div(var("b"), 10), 0)], ranges) == 9
    assert answer([eq(var("b"), -128), not_(eq(div(var("b"), 10), -13))], ranges) == "unsat"


def test_no_sum_wraps() -> None:
    """In eight bits, 200 + 100 would be 44."""
    total = add(var("a"), var("b"))
    ranges = {"a": (200, 255), "b": (100, 255)}
    assert answer([lt(total, 300)], ranges) == "unsat"
    assert answer([eq(total, 300)], ranges) == "sat"


def test_an_integer_without_bounds_is_refused() -> None:
    with pytest.raises(bitvectors.Unbounded, match="z"):
        bitvectors.text([lt(add(var("z"), 1), var("b"))], RANGES)
