"""Conditions of `#if` as the C preprocessor computes them: every number has 64 bits, signed or
unsigned, and a macro stands for what it was defined as, whatever types that has elsewhere."""

from __future__ import annotations

import operator
from collections.abc import Callable

from cbprove.frozen import frozen
from cbprove.meaning import static
from cbprove.meaning.context import Context, number, settled
from cbprove.meaning.names import Enumeration
from cbprove.syntax import ctree

_BITS = 64
_LOGICAL = ("&&", "||")
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_EXACT: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}


@frozen
class Number:
    """An intmax_t, or a uintmax_t where `unsigned`."""

    value: int
    unsigned: bool


def included(cx: Context, node: ctree.Expr) -> bool:
    """Whether a condition of `#if` is true; exact where a ranged axis, which C has none of, is in
    it."""
    if cx.names.ranged(node):
        return cx.decided(node)
    return _value(cx, node).value != 0


def _number(exact: int, unsigned: bool) -> Number:
    """A number as 64 bits hold it."""
    bits = exact & ((1 << _BITS) - 1)
    negative = not unsigned and bits >> (_BITS - 1)
    return Number(bits - (1 << _BITS) if negative else bits, unsigned)


def _truth(value: bool) -> Number:
    return Number(int(value), False)


def _value(cx: Context, node: ctree.Expr) -> Number:
    match node:
        case ctree.Unary():
            return _unary(cx, node)
        case ctree.Binary():
            return _binary(cx, node)
        case ctree.Conditional():
            return _conditional(cx, node)
        case ctree.Place() if _macro(cx, node) is not None:
            return _expanded(cx, node.base)
        case _:
            exact = settled(number(static.value(cx, node)))
            return _number(exact, _is_unsigned(cx, node) or exact >> (_BITS - 1) > 0)


def _macro(cx: Context, node: ctree.Place) -> ctree.Expr | None:
    """What a `#define` of this name stands for."""
    constant = cx.names.constants.get(node.base.text)
    if node.suffixes or constant is None or isinstance(constant, Enumeration):
        return None
    return constant.value


def _expanded(cx: Context, name: ctree.Name) -> Number:
    constant = cx.names.constants[name.text]
    assert not isinstance(constant, Enumeration)
    return cx.memo.remember(
        ("#if", name.text),
        lambda: _value(cx, constant.value),
        lambda: static.defined_by_itself(name),
    )


def _unary(cx: Context, node: ctree.Unary) -> Number:
    operand = _value(cx, node.operand)
    match node.operator:
        case "!":
            return _truth(not operand.value)
        case "-":
            return _number(-operand.value, operand.unsigned)
        case "~":
            return _number(~operand.value, operand.unsigned)
        case _:
            return operand


def _binary(cx: Context, node: ctree.Binary) -> Number:
    if node.operator in _LOGICAL:
        decided = _value(cx, node.left).value != 0
        if decided is (node.operator == "||"):
            return _truth(decided)
        return _truth(_value(cx, node.right).value != 0)
    if node.operator in _COMPARISONS:
        named = static.compared(cx, node)
        if named is not None:
            return _truth(named)
    left, right = _value(cx, node.left), _value(cx, node.right)
    if node.operator in ("<<", ">>"):
        return _shifted(node, left, right)
    unsigned = left.unsigned or right.unsigned
    a, b = (_number(side.value, unsigned).value for side in (left, right))
    if node.operator in _COMPARISONS:
        return _truth(_COMPARISONS[node.operator](a, b))
    if node.operator in ("/", "%"):
        divisor = static.divisor(b, node.right.span)
        return _number(static.divided(node.operator, a, divisor), unsigned)
    return _number(_EXACT[node.operator](a, b), unsigned)


def _shifted(node: ctree.Binary, left: Number, right: Number) -> Number:
    count = static.shift_count(right.value, _BITS, node.right.span)
    moved = left.value << count if node.operator == "<<" else left.value >> count
    return _number(moved, left.unsigned)


def _conditional(cx: Context, node: ctree.Conditional) -> Number:
    """The arm that is chosen; unsigned where either arm is."""
    condition = _value(cx, node.condition).value != 0
    arm, other = (node.then, node.otherwise) if condition else (node.otherwise, node.then)
    number = _value(cx, arm)
    return _number(number.value, number.unsigned or _is_unsigned(cx, other))


def _is_unsigned(cx: Context, node: ctree.Expr, inside: frozenset[str] = frozenset()) -> bool:
    """Whether an expression is unsigned, told without its value, which may be that of an arm that
    nobody comes to; `inside` are the macros that it is the text of."""
    match node:
        case ctree.Number(value, suffix):
            return "u" in suffix or value >> (_BITS - 1) > 0
        case ctree.Sizeof() | ctree.Alignof() | ctree.Offsetof():
            return True
        case ctree.Has() | ctree.Defined():
            return False
        case ctree.Unary(operator=operator, operand=operand):
            return operator != "!" and _is_unsigned(cx, operand, inside)
        case ctree.Binary(operator=operator, left=left, right=right):
            if operator in _LOGICAL or operator in _COMPARISONS:
                return False
            either = _is_unsigned(cx, left, inside)
            return either or (operator not in ("<<", ">>") and _is_unsigned(cx, right, inside))
        case ctree.Conditional(then=then, otherwise=otherwise):
            return _is_unsigned(cx, then, inside) or _is_unsigned(cx, otherwise, inside)
        case ctree.Place(base=base):
            macro = None if base.text in inside else _macro(cx, node)
            return macro is not None and _is_unsigned(cx, macro, inside | {base.text})
