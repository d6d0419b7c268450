"""Run-time expressions of a spec as C: the compiler makes the conversions, as gcc's rules are the
spec's.

What compilers find odd in the expressions of a spec, and would warn of: told to them only where it
may be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from cbprove.reproduce.spelling import identifier, literal
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

_LEVELS = {"+": 4, "-": 4, "*": 5, "/": 5, "%": 5} | dict.fromkeys(
    ("==", "!=", "<", "<=", ">", ">="), 3
)


def expression(expr: Expr, member: Callable[[Place, IntType], str]) -> str:
    """An expression; `member` says what a place is called that is read in it."""
    match expr:
        case Constant(value, type):
            assert isinstance(value, int)
            return literal(value, type)
        case InputValue(name):
            return identifier(name)
        case MemberValue(place, type):
            return member(place, type)
        case Convert(operand):
            return expression(operand, member)
        case Unary(sign, operand):
            return f"{sign}{_operand(expr, operand, member)}"
        case Binary(sign, left, right):
            return f"{_operand(expr, left, member)} {sign} {_operand(expr, right, member)}"
        case Conditional(condition, node, otherwise):
            return " ".join(
                [
                    _operand(expr, condition, member),
                    "?",
                    _operand(expr, node, member),
                    ":",
                    _operand(expr, otherwise, member),
                ]
            )


def _operand(node: Expr, operand: Expr, member: Callable[[Place, IntType], str]) -> str:
    """An operand, in parentheses where C or a careful reader asks for them."""
    while isinstance(operand, Convert):
        operand = operand.operand
    text = expression(operand, member)
    if not isinstance(operand, Unary | Binary | Conditional):
        return text
    outer, inner = (
        _LEVELS.get(getattr(expression, "operator", ""), 0) for expression in (node, operand)
    )
    return text if isinstance(operand, Binary) and inner > outer > 0 else f"({text})"


def operators(expr: Expr) -> frozenset[str]:
    """The operators in it, `?` for a choice."""
    match expr:
        case Convert(operand):
            return operators(operand)
        case Unary(sign, operand):
            return operators(operand) | {sign}
        case Binary(sign, left, right):
            return operators(left) | operators(right) | {sign}
        case Conditional(condition, node, otherwise):
            return operators(condition) | operators(node) | operators(otherwise) | {"?"}
    return frozenset()


def inputs(expr: Expr) -> dict[str, IntType]:
    """The inputs in it, with their types."""
    match expr:
        case InputValue(name, type):
            return {name: type}
        case Convert(operand) | Unary(_, operand):
            return inputs(operand)
        case Binary(_, left, right):
            return inputs(left) | inputs(right)
        case Conditional(condition, node, otherwise):
            return inputs(condition) | inputs(node) | inputs(otherwise)
    return {}


_COMPARED = frozenset(("==", "!=", "<", "<=", ">", ">="))
_LOGICAL = frozenset(("&&", "||", "!", "?", "~"))
_SHIFTED = frozenset(("<<", ">>"))


def pragmas(operators: Collection[str]) -> list[str]:
    """The warnings that expressions with these operators may give, `=` for a value stored; each
    compiler knows its own."""
    gcc_and_clang: list[str] = []
    gcc: list[str] = []
    clang: list[str] = []
    if _COMPARED & set(operators):
        gcc_and_clang += ["sign-compare", "type-limits", "tautological-compare"]
        clang.append("tautological-constant-out-of-range-compare")
        gcc.append("bool-compare")
    if _LOGICAL & set(operators):
        gcc_and_clang += ["int-in-bool-context", "address"]
        gcc.append("bool-operation")
        clang += ["bool-operation", "constant-logical-operand"]
    if _SHIFTED & set(operators):
        gcc_and_clang += ["shift-overflow", "shift-negative-value"]
    if "=" in operators:
        gcc_and_clang.append("overflow")
        clang.append("constant-conversion")
    lines = [*_ignored(gcc_and_clang)]
    for test, options in (("#ifdef __clang__", clang), ("#ifndef __clang__", gcc)):
        lines += [test, *_ignored(options), "#endif"] if options else []
    return lines


def _ignored(names: list[str]) -> list[str]:
    return [f'#pragma GCC diagnostic ignored "-W{name}"' for name in names]
