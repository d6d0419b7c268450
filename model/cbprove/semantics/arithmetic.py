"""C's arithmetic on plain integers, and how a value lies in a run of bits."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Protocol

from cbprove.system.expressions import (
    Binary,
    Conditional,
    Constant,
    Convert,
    Expr,
    InputValue,
    IntType,
    MemberValue,
    Place,
    Unary,
)


class Values(Protocol):
    """What an expression is about: the values of inputs, and those that members hold."""

    def input(self, name: str) -> int:
        """The value of an input."""

    def member(self, place: Place, type: IntType) -> int:
        """The value of a place as a type reads it."""


def evaluate(expr: Expr, values: Values) -> int:
    """The value of an expression, from left to right; what C does not come to (the other side of
    `&&`, `||` and `?:`) is not looked at."""
    match expr:
        case Constant(value):
            assert isinstance(value, int)
            return value
        case InputValue(name):
            return values.input(name)
        case MemberValue(place, type):
            return values.member(place, type)
        case Convert(operand, type):
            return convert(evaluate(operand, values), type)
        case Unary(sign, operand, type):
            return _unary(sign, evaluate(operand, values), type)
        case Conditional(condition, then, otherwise):
            return evaluate(then if evaluate(condition, values) else otherwise, values)
        case Binary("&&", left, right):
            return int(evaluate(left, values) != 0 and evaluate(right, values) != 0)
        case Binary("||", left, right):
            return int(evaluate(left, values) != 0 or evaluate(right, values) != 0)
        case Binary(sign, left, right, type):
            return convert(_BINARY[sign](evaluate(left, values), evaluate(right, values)), type)


def convert(value: int, type: IntType) -> int:
    """A value as C converts it: to bool by `!= 0`, else modulo 2^bits."""
    if type.boolean:
        return int(value != 0)
    return _signed(value, type.bits, type.signed)


def _signed(value: int, bits: int, signed: bool) -> int:
    value %= 1 << bits
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def _unary(sign: str, value: int, type: IntType) -> int:
    match sign:
        case "-":
            return convert(-value, type)
        case "~":
            return convert(~value, type)
        case "!":
            return int(value == 0)
    raise AssertionError(f"no such operator: {sign}")


def _divide(left: int, right: int) -> int:
    # C17 6.5.5p6 rounds towards zero, Python down.
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_BINARY: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": lambda left, right: left - right * _divide(left, right),
    "<<": operator.lshift,
    # Of a negative number as gcc shifts it: with copies of the sign.
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def weight(position: int, width: int, little_endian: bool) -> int:
    """The power of two that the bit at a position of a scalar stands for."""
    return position if little_endian else width - 1 - position


def read_back(bits: list[int], type: IntType, little_endian: bool) -> int:
    """The value that a scalar's bits have as a type reads them, sign extended from their own
    width; of a bool whose bits are neither 0 nor 1 that is no value of its type."""
    value = 0
    for bit in reversed(bits) if little_endian else bits:  # from the highest down
        value = 2 * value + bit
    # decision 0029: what such a bool counts for is decided where it is looked at.
    return value if type.boolean else _signed(value, len(bits), type.signed)


def laid_out(value: int, width: int, little_endian: bool) -> list[int]:
    """The bits of a value in a scalar of `width` bits."""
    bits = [value >> i & 1 for i in range(width)]
    return bits if little_endian else bits[::-1]


def holds(value: int, place: Place) -> bool:
    """Whether a place's type holds a value unchanged."""
    type = place.type
    assert type is not None
    if type.boolean:
        return value in (0, 1)
    return value == _signed(value, type.bits, type.signed)
