"""C's arithmetic as terms comes to what it comes to on plain numbers, inside of the bounds that it
says."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from cbprove.folds import parts
from cbprove.logic.terms import Bounds, Int, add, choice, ite, var
from cbprove.logic.terms import evaluate as value_of
from cbprove.obligations.values import Value, bounded, greatest, least, translate
from cbprove.semantics.arithmetic import evaluate
from cbprove.system.expressions import Binary, Expr, InputValue, IntType, MemberValue, Place
from tests.reaching.test_values import INPUTS, expression
from tests.semantics.hand_built import INT, inp, lit


def _name(place: Place, type: IntType) -> str:
    return f"{place.low}.{place.width}.{type.name}"


class _Drawn:
    """The same value each time that one asks for it, at an end of its range more often than not."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.model: dict[str, int | bool] = {}

    def _of(self, name: str, low: int, high: int) -> int:
        drawn = self.draw.choice((low, high, self.draw.randint(low, high)))
        return int(self.model.setdefault(name, drawn))

    def input(self, name: str) -> int:
        return self._of(name, INPUTS[name].low, INPUTS[name].high)

    def member(self, place: Place, type: IntType) -> int:
        return self._of(_name(place, type), least(type), greatest(type))


def _looked_up(expr: InputValue | MemberValue) -> Value:
    if isinstance(expr, InputValue):
        return Value(var(expr.name), INPUTS[expr.name].low, INPUTS[expr.name].high)
    return Value(var(_name(expr.place, expr.type)), least(expr.type), greatest(expr.type))


@pytest.mark.parametrize("seed", range(600))
def test_terms_are_what_they_mean(seed: int) -> None:
    draw = Random(seed)
    expr = expression(draw, draw.choice((1, 2, 3)))
    value = translate(expr, _looked_up)
    for _ in range(30):
        drawn = _Drawn(draw)
        for each in ("n", "s"):
            drawn.input(each)
        # Both sides of `&&`, `||` and `?:` have values in a term.
        for place, type in _members(expr):
            drawn.member(place, type)
        meant = evaluate(expr, drawn)
        assert value_of(drawn.model, value.term) == [meant]
        assert value.low <= meant <= value.high


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize("ranges", [(0, 3, 2, 5), (0, 3, 3, 5), (0, 3, 4, 5), (2, 2, 2, 2)])
def test_comparisons_of_all_values(sign: str, ranges: tuple[int, int, int, int]) -> None:
    low, high, least, most = ranges
    bounds = {"a": (low, high), "b": (least, most)}

    def looked_up(expr: InputValue | MemberValue) -> Value:
        assert isinstance(expr, InputValue)
        return Value(var(expr.name), *bounds[expr.name])

    for one, other in ((inp("a"), inp("b")), (inp("b"), inp("a"))):
        expr = Binary(sign, one, other, INT)
        value = translate(expr, looked_up)
        for a, b in product(range(low, high + 1), range(least, most + 1)):
            drawn = _Drawn(Random(0))
            drawn.model = {"a": a, "b": b}
            left, right = (drawn.model[each.name] for each in (one, other))
            meant = evaluate(Binary(sign, lit(int(left)), lit(int(right)), INT), drawn)
            assert value_of(drawn.model, value.term) == [meant]


def _members(expr: Expr) -> list[tuple[Place, IntType]]:
    return [(each.place, each.type) for each in parts(expr) if isinstance(each, MemberValue)]


def test_bounds_of_a_long_chain_of_choices() -> None:
    term: Int = var("x")
    for number in range(5_000):
        term = ite(choice(f"c{number}"), add(term, 1), term)
    value = bounded(term, Bounds({"x": (0, 1)}), 0, 1_000_000)
    assert (value.low, value.high) == (0, 5_001)
