"""C's arithmetic as integer terms with explicit ranges.

A wrap is written only where the range of the operands allows one, so that sums of small numbers
stay linear.
"""

from __future__ import annotations

from collections.abc import Callable

from cbprove.frozen import frozen
from cbprove.logic.terms import (
    Bool,
    Bounds,
    Int,
    Interval,
    Term,
    add,
    and_,
    as_int,
    common_bits,
    div,
    eq,
    ite,
    le,
    lt,
    mod,
    mul,
    not_,
    or_,
    sub,
    total,
)
from cbprove.system.expressions import (
    Binary,
    Conditional,
    Constant,
    Convert,
    Expr,
    InputValue,
    IntType,
    MemberValue,
    Unary,
)


@frozen
class Value:
    """A term and bounds (both included) that it surely lies in."""

    term: Int
    low: int
    high: int


Lookup = Callable[[InputValue | MemberValue], Value]


def least(type: IntType) -> int:
    """The least value of a type."""
    return -(1 << (type.bits - 1)) if type.signed else 0


def greatest(type: IntType) -> int:
    """The greatest value of a type."""
    if type.boolean:
        return 1
    return (1 << (type.bits - 1 if type.signed else type.bits)) - 1


def bounded(term: Int, bounds: Bounds, low: int, high: int) -> Value:
    """A term that lies between two numbers, and in what is known of it besides."""
    first, last = bounds.of(term) or (low, high)
    return Value(term, max(low, first), min(high, last))


def interval_of(value: Value) -> dict[Term, Interval]:
    """What is known of the term of a value, if it is one."""
    return {value.term: (value.low, value.high)} if isinstance(value.term, Term) else {}


def constant(number: int) -> Value:
    return Value(number, number, number)


def translate(expr: Expr, look_up: Lookup) -> Value:
    """The value of an expression; inputs and members are looked up."""
    match expr:
        case Constant(value=value, type=type):
            return (
                constant(value)
                if isinstance(value, int)
                else Value(value, least(type), greatest(type))
            )
        case InputValue() | MemberValue():
            return look_up(expr)
        case Convert(operand=operand, type=type):
            return _convert(translate(operand, look_up), type)
        case Unary(operator=operator, operand=operand, type=type):
            return _unary(operator, translate(operand, look_up), type)
        case Conditional(condition=condition, then=if_true, otherwise=otherwise):
            return _choose(
                _truth(translate(condition, look_up)),
                translate(if_true, look_up),
                translate(otherwise, look_up),
            )
        # Of `&&` and `||` both sides are evaluated: they have no effects and a value in any case,
        # which the first side makes irrelevant. What C does not come to counts for reads alone
        # (claiming.reads_of, decision 0015).
        case Binary(operator=operator, left=left, right=right, type=type):
            return _binary(operator, translate(left, look_up), translate(right, look_up), type)


def truth(expr: Expr, look_up: Lookup) -> Bool:
    """Whether an expression is not 0."""
    return _truth(translate(expr, look_up))


def _truth(value: Value) -> Bool:
    term = value.term
    # A flag that is tested again is the condition that it was made of.
    if isinstance(term, Term) and term.operator == "ite" and term.args[1:] == (1, 0):
        condition: Bool = term.args[0]
        return condition
    return not_(eq(term, 0))


def _flag(term: Bool) -> Value:
    return Value(as_int(term), 0, 1)


def _choose(condition: Bool, if_true: Value, otherwise: Value) -> Value:
    term = ite(condition, if_true.term, otherwise.term)
    return Value(term, min(if_true.low, otherwise.low), max(if_true.high, otherwise.high))


def _convert(value: Value, type: IntType) -> Value:
    # C17 6.3.1.2: a conversion to `_Bool` compares with 0; it takes no bits off.
    return _flag(_truth(value)) if type.boolean else wrap(value, type)


def wrap(value: Value, type: IntType) -> Value:
    """The value modulo 2^bits, in the range of the type."""
    low, high = least(type), greatest(type)
    # What surely fits is left linear: `mod` is what a solver of integers finds hard.
    if low <= value.low and value.high <= high:
        return value
    size = 1 << type.bits
    # Of unsigned types C17 6.3.1.3p2; of signed ones gcc's definition of what C leaves open, and
    # the kernel's -fno-strict-overflow. Moved so that the range begins at 0, one `mod` serves both.
    return Value(add(mod(sub(value.term, low), size), low), low, high)


def unsigned(value: Value, bits: int) -> Value:
    """The same bits read as an unsigned number of so many bits."""
    return wrap(value, IntType("", bits, signed=False))


def _unary(operator: str, value: Value, type: IntType) -> Value:
    match operator:
        case "!":
            return _flag(not_(_truth(value)))
        case "-":
            return wrap(Value(sub(0, value.term), -value.high, -value.low), type)
        case "~":
            return wrap(Value(sub(-1, value.term), -1 - value.high, -1 - value.low), type)
        case _:
            return value


def _binary(operator: str, left: Value, right: Value, type: IntType) -> Value:
    match operator:
        case "+":
            return wrap(
                Value(add(left.term, right.term), left.low + right.low, left.high + right.high),
                type,
            )
        case "-":
            return wrap(
                Value(sub(left.term, right.term), left.low - right.high, left.high - right.low),
                type,
            )
        case "*":
            corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
            return wrap(Value(mul(left.term, right.term), min(corners), max(corners)), type)
        case "/" | "%":
            return wrap(_divide(operator, left, right.low), type)
        case "<<" | ">>":
            return _shift(operator, left, right.low, type)
        case "&" | "|" | "^":
            return _bitwise(operator, left, right, type)
        case _:
            return _flag(_compare(operator, left, right))


def _compare(operator: str, left: Value, right: Value) -> Bool:
    match operator:
        case "<":
            return _less(left, right)
        case "<=":
            return _at_most(left, right)
        case ">":
            return _less(right, left)
        case ">=":
            return _at_most(right, left)
        case "==":
            return _equal(left, right)
        case "!=":
            return not_(_equal(left, right))
        case "&&":
            return and_(_truth(left), _truth(right))
        case "||":
            return or_(_truth(left), _truth(right))
    raise AssertionError(operator)


# What the bounds of both decide is no comparison in a formula.


def _less(left: Value, right: Value) -> Bool:
    if left.high < right.low or right.high <= left.low:
        return left.high < right.low
    return lt(left.term, right.term)


def _at_most(left: Value, right: Value) -> Bool:
    if left.high <= right.low or right.high < left.low:
        return left.high <= right.low
    return le(left.term, right.term)


def _equal(left: Value, right: Value) -> Bool:
    apart = left.high < right.low or right.high < left.low
    return False if apart else eq(left.term, right.term)


def _divide(operator: str, left: Value, divisor: int) -> Value:
    """C's division: the quotient is rounded towards zero, the remainder has the sign of the
    dividend."""
    size = abs(divisor)

    # `div` of terms rounds down, C17 6.5.5p6 towards zero: a negative dividend is divided as its
    # opposite. The divisor is a number (CB0152), so that its sign is known here.
    def quotient(term: Int) -> Int:
        positive = div(term, size)
        return (
            positive
            if left.low >= 0
            else ite(le(0, term), positive, sub(0, div(sub(0, term), size)))
        )

    result = quotient(left.term)
    largest = max(abs(left.low), abs(left.high))
    if operator == "/":
        result = result if divisor > 0 else sub(0, result)
        return Value(
            result, 0 if left.low >= 0 and divisor > 0 else -(largest // size), largest // size
        )
    rest = sub(left.term, mul(result, size))
    return Value(rest, 0 if left.low >= 0 else 1 - size, min(size - 1, largest))


def _shift(operator: str, left: Value, count: int, type: IntType) -> Value:
    if operator == "<<":
        factor = 1 << count
        return wrap(Value(mul(left.term, factor), left.low * factor, left.high * factor), type)
    # `div` rounds down, which is gcc's arithmetic shift of a negative number (C17 6.5.7p5 leaves it
    # open).
    return Value(div(left.term, 1 << count), left.low >> count, left.high >> count)


def _bitwise(operator: str, left: Value, right: Value, type: IntType) -> Value:
    a, b = unsigned(left, type.bits), unsigned(right, type.bits)
    # By these two identities only `&` needs single bits: a + b counts common bits twice.
    common = _and(a, b, type.bits)
    # No bit above the highest of both is set.
    most = (1 << max(a.high, b.high).bit_length()) - 1
    match operator:
        case "&":
            result = Value(common, 0, min(a.high, b.high))
        case "|":
            result = Value(sub(add(a.term, b.term), common), 0, most)
        case _:
            result = Value(sub(add(a.term, b.term), mul(common, 2)), 0, most)
    return wrap(result, type)


def _and(left: Value, right: Value, bits: int) -> Int:
    if isinstance(left.term, int):
        left, right = right, left
    # A mask that is a number takes whole fields out, which integers express by `div` and `mod`.
    if isinstance(right.term, int):
        return total(
            [mul(field(left, low, width), 1 << low) for low, width in _runs(right.term, bits)]
        )
    used = min(max(left.high, 1).bit_length(), max(right.high, 1).bit_length(), bits)
    return common_bits(left.term, right.term, used)


def field(value: Value, low: int, width: int) -> Int:
    """Bits [low, low + width) of a value that is not negative, counted from the least
    significant."""
    if value.high < 1 << low:
        return 0
    shifted = div(value.term, 1 << low)
    return shifted if value.high < 1 << (low + width) else mod(shifted, 1 << width)


def _runs(mask: int, bits: int) -> list[tuple[int, int]]:
    """The runs of ones in a mask as (low, width)."""
    runs = []
    position = 0
    while position < bits:
        if mask >> position & 1:
            start = position
            while position < bits and mask >> position & 1:
                position += 1
            runs.append((start, position - start))
        position += 1
    return runs
