"""How long an access can be: the greatest value of a length, from the ranges of types and inputs
alone, on plain numbers."""

from __future__ import annotations

from cbprove.system.expressions import (
    Binary,
    Conditional,
    Constant,
    Convert,
    Expr,
    InputValue,
    IntType,
    MemberValue,
)
from cbprove.system.program import Program

Range = tuple[int, int]  # both ends included

ENDLESS = 1 << 64  # bytes: what a negative length is to memcpy, and more than any object has


def longest(program: Program, length: Expr) -> int:
    """Return the most bytes that `for LENGTH` may mean in any run."""
    low, high = _range(program, length)
    return high if low >= 0 else ENDLESS


def _range(program: Program, expr: Expr) -> Range:
    """Values between which that of an expression surely lies."""
    match expr:
        case Constant(value=int(value)):
            return value, value
        case InputValue(name=name):
            return program.inputs[name].low, program.inputs[name].high
        case MemberValue(type=type):
            return _all_of(type)
        case Convert(operand=operand, type=type):
            return _wrapped(_range(program, operand), type)
        case Conditional(then=then, otherwise=otherwise):
            ends = *_range(program, then), *_range(program, otherwise)
            return min(ends), max(ends)
        case Binary(operator="+" | "-" | "*" as operator, left=left, right=right, type=type):
            interval, other = _range(program, left), _range(program, right)
            return _wrapped(_RANGES[operator](interval, other), type)
    # Any other operator gives what its type holds. That is wide, and at worst a certificate is not
    # found.
    return _all_of(expr.type)


def _sum(interval: Range, other: Range) -> Range:
    return interval[0] + other[0], interval[1] + other[1]


def _difference(interval: Range, other: Range) -> Range:
    return interval[0] - other[1], interval[1] - other[0]


def _product(interval: Range, other: Range) -> Range:
    ends = [a * b for a in interval for b in other]
    return min(ends), max(ends)


_RANGES = {"+": _sum, "-": _difference, "*": _product}


def _wrapped(range: Range, type: IntType) -> Range:
    """The range if the type holds all of it, else whatever a wrapped value may be."""
    low, high = _all_of(type)
    return range if low <= range[0] and range[1] <= high else (low, high)


def _all_of(type: IntType) -> Range:
    """What a value of the type may be."""
    if type.boolean:
        return 0, 1
    half = 1 << (type.bits - 1)
    return (-half, half - 1) if type.signed else (0, 2 * half - 1)
