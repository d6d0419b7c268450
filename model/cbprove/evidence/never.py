"""Two conditions that no run meets both, decided by their shape or by trying all values of the inputs in them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from cbprove.folds import Condition, parts
from cbprove.frozen import frozen
from cbprove.semantics import arithmetic
from cbprove.system import (
    Expr,
    Input,
    InputValue,
    IntType,
    MemberValue,
    Place,
    Program,
    Unary,
)

_MOST = 1 << 12  # values of all inputs in two conditions


def steady(program: Program, expr: Expr) -> bool:
    """Whether an expression has one value in all of a run: it looks at no member and at no input of a step."""
    inside = list(parts(expr))
    inputs = [program.inputs[part.name] for part in inside if isinstance(part, InputValue)]
    return not any(isinstance(part, MemberValue) for part in inside) and not any(each.per_step for each in inputs)


def excluded(program: Program, one: Condition, other: Condition) -> bool:
    """Whether two conditions over the run's own inputs are never both met."""
    (a, wanted), (b, also) = _plain(one), _plain(other)
    if a == b:
        return wanted is not also
    names = dict.fromkeys(part.name for expr in (a, b) for part in parts(expr) if isinstance(part, InputValue))
    inputs = [program.inputs[name] for name in names]
    if prod(each.high - each.low + 1 for each in inputs) > _MOST:
        return False
    return not any(_is(a, values) is wanted and _is(b, values) is also for values in _all(inputs))


def _plain(condition: Condition) -> Condition:
    """The same without `!` in front."""
    expr, wanted = condition
    while isinstance(expr, Unary) and expr.operator == "!":
        expr, wanted = expr.operand, not wanted
    return expr, wanted


def _all(inputs: list[Input]) -> Iterator[_Values]:
    for values in product(*(range(each.low, each.high + 1) for each in inputs)):
        yield _Values(dict(zip((each.name for each in inputs), values, strict=True)))


def _is(expr: Expr, values: _Values) -> bool:
    return arithmetic.evaluate(expr, values) != 0


@frozen
class _Values:
    known: dict[str, int]

    def input(self, name: str) -> int:
        return self.known[name]

    def member(self, place: Place, type: IntType) -> int:
        raise AssertionError("a condition that looks at a member is not steady")
