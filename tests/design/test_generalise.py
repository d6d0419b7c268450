"""The candidates at which the same choices do the same are those that a look at each of them
finds."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cbprove.design.bits import Sides
from cbprove.design.evaluation import where
from cbprove.design.generalise import Bits, alike
from cbprove.design.sectors import Sector
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
    not_,
    or_,
    sub,
    var,
)
from cbprove.obligations.definitions import Definition
from cbprove.obligations.members import MemberUnknown
from cbprove.obligations.ops import MEMORY, Store
from cbprove.obligations.sources import UNSURE
from cbprove.obligations.values import Value
from cbprove.reaching.universe import Ranges, Universe

FREE: Ranges = (("a", range(3)), ("b", range(-2, 3)), ("c", range(4)))
OWN, SECTOR = Universe(FREE), Sector({}, FREE)


def _number(draw: random.Random, depth: int) -> Int:
    if depth == 0:
        return draw.choice((var("a"), var("b"), var("c"), var("x"), draw.randint(-3, 9)))
    kind = draw.randrange(7)
    left, right = _number(draw, depth - 1), _number(draw, depth - 1)
    match kind:
        case 0:
            return add(left, right)
        case 1:
            return sub(left, right)
        case 2:
            return mul(left, right)
        case 3:
            return ite(_formula(draw, depth - 1), left, right)
        case 4:
            return mod(left, draw.randint(1, 4))
        case 5:
            return common_bits(left, right, draw.randint(1, 4))
        case _:
            return div(left, draw.randint(1, 4))


def _formula(draw: random.Random, depth: int) -> Bool:
    if depth == 0:
        return draw.choice((choice("p"), choice("q"), True, False))
    compare = draw.choice((le, lt, eq))
    match draw.randrange(5):
        case 0:
            return and_(_formula(draw, depth - 1), _formula(draw, depth - 1))
        case 1:
            return or_(_formula(draw, depth - 1), _formula(draw, depth - 1))
        case 2:
            return not_(_formula(draw, depth - 1))
        case _:
            return compare(_number(draw, depth - 1), _number(draw, depth - 1))


@pytest.mark.parametrize("seed", range(150))
def test_a_random_formula(seed: int) -> None:
    draw = random.Random(seed)
    formula = _formula(draw, 3)
    model = {"x": draw.randint(-5, 5), "p": draw.random() < 0.5, "q": draw.random() < 0.5}
    wanted = [i for i in range(OWN.size) if evaluate({**model, **SECTOR.point(i)}, formula)[0]]
    found = alike(OWN, formula, model)
    assert [i for i in range(OWN.size) if found >> i & 1] == wanted


def test_what_was_not_followed_is_not_guessed() -> None:
    left, other = choice(UNSURE + "left"), le(var("a"), 1)
    assert alike(OWN, left, {left.args[0]: True}) == 0
    assert alike(OWN, not_(left), {left.args[0]: True}) == 0
    assert alike(OWN, not_(left), {left.args[0]: False}) == OWN.all
    assert alike(OWN, or_(left, other), {left.args[0]: True}) == where(OWN, other)
    assert alike(OWN, le(var(UNSURE + "value"), 3), {UNSURE + "value": 1}) == 0


def _held(name: str, store: int, position: Int, width: int) -> MemberUnknown:
    return MemberUnknown(var(name), store, position, width)


def test_values_of_one_store_lie_apart_or_on_each_other() -> None:
    one, other = _held("one", 1, 0, 2), _held("other", 1, var("c"), 2)
    formula = and_(le(var("one"), 9), le(var("other"), 9))
    apart = alike(OWN, formula, {"one": 1, "other": 2}, (one, other))
    assert apart == where(OWN, le(2, var("c")))
    assert alike(OWN, formula, {"one": 2, "other": 2}, (one, other)) == apart | where(
        OWN, eq(var("c"), 0)
    )
    elsewhere = _held("other", 2, var("c"), 2)
    assert alike(OWN, formula, {"one": 1, "other": 2}, (one, elsewhere)) == OWN.all


@pytest.mark.parametrize("little_endian", (True, False))
def test_a_bit_that_a_store_leaves_zero_is_zero(little_endian: bool) -> None:
    # A bool in 4 bits: the least of its value is the first or the last bit in memory.
    zero = ((1, 3),) if little_endian else ((0, 3),)
    held = replace(_held("one", 1, var("c"), 2), zero=zero)
    for value in range(4):
        bits = [value >> i & 1 for i in ((0, 1) if little_endian else (1, 0))]
        right = [
            c
            for c in range(4)
            if not any(bit and zero[0][0] <= c + i < sum(zero[0]) for i, bit in enumerate(bits))
        ]
        region = alike(OWN, le(var("one"), 9), {"one": value}, (held,), None, little_endian)
        assert region == where(OWN, or_(*(eq(var("c"), c) for c in right))), value
    assert right == ([3] if not little_endian else [])


def _found(
    kind: str, position: Int, hit: Bool = True, value: int | None = None, number: int = 1
) -> Definition:
    known = None if value is None else Value(value, value, value)
    store = Store(number, (kind, number), kind, (0, MEMORY), 0, 8, True, value=known)  # type: ignore[arg-type]
    return Definition(hit, store, position)


def _sides(now: Definition, then: Definition, width: int = 8) -> Bits:
    return Bits(width=width, sides=Sides(now=(now,), then=(then,)))


def test_an_arbitrary_bit_is_one_that_nobody_looks_at() -> None:
    fresh, held = _found("fresh", var("c"), le(var("a"), 1)), _held("one", 1, 0, 2)
    formula, before = le(var("one"), 9), _found("blank", 0, number=2)
    found = alike(OWN, formula, {"one": 1}, (held,), _sides(fresh, before))
    assert found == where(OWN, and_(le(var("a"), 1), le(2, var("c"))))


@pytest.mark.parametrize("store, zero", ((1, ()), (2, ((0, 1),))))
def test_what_a_position_hangs_on_is_looked_at_too(
    store: int, zero: tuple[tuple[int, int], ...]
) -> None:
    at = _held("at", store, 0, 2)
    held = replace(_held("one", 1, var("at"), 2), zero=zero)
    fresh, before = _found("fresh", var("c"), number=store), _found("blank", 0, number=3)
    found = alike(OWN, le(var("one"), 9), {"one": 1, "at": 4}, (held, at), _sides(fresh, before))
    assert found == where(OWN, le(2, var("c"))) != OWN.all


@pytest.mark.parametrize("little_endian", (True, False))
def test_known_values_differ_where_their_bits_do(little_endian: bool) -> None:
    now, then = _found("value", var("c"), value=0b0000_0110), _found("blank", 0, number=2)
    found = alike(OWN, True, {}, (), _sides(now, then), little_endian)
    wanted = or_(eq(var("c"), 1), eq(var("c"), 2)) if little_endian else False
    assert found == where(OWN, wanted)


def test_a_value_that_was_not_followed_differs_from_nothing() -> None:
    now = replace(
        _found("value", var("c"), value=1).store, value=Value(var(UNSURE + "value"), 0, 255)
    )
    before = _found("fresh", 0, number=2)
    assert alike(OWN, True, {}, (), _sides(Definition(True, now, var("c")), before)) == 0


def test_some_bit_suffices() -> None:
    bit = var("bit")
    formula = and_(eq(bit, add(mul(var("c"), 8), 3)), le(var("a"), 1))
    found = alike(OWN, formula, {"bit": 3}, (), Bits(width=24))
    # The fourth byte is not of the place
    assert found == where(OWN, and_(le(var("c"), 2), le(var("a"), 1)))
    assert alike(OWN, formula, {"bit": 2}, (), Bits(width=24)) == 0
