"""What compilers find odd in the expressions of a spec, and would warn of: told to them only where it may be."""

from __future__ import annotations

from collections.abc import Collection

_COMPARED = frozenset(("==", "!=", "<", "<=", ">", ">="))
_LOGICAL = frozenset(("&&", "||", "!", "?", "~"))
_SHIFTED = frozenset(("<<", ">>"))


def pragmas(operators: Collection[str]) -> list[str]:
    """The warnings that expressions with these operators may give, `=` for a value stored; each compiler knows its own."""
    both: list[str] = []
    gcc: list[str] = []
    clang: list[str] = []
    if _COMPARED & set(operators):
        both += ["sign-compare", "type-limits", "tautological-compare"]
        clang.append("tautological-constant-out-of-range-compare")
        gcc.append("bool-compare")
    if _LOGICAL & set(operators):
        both += ["int-in-bool-context", "address"]
        gcc.append("bool-operation")
        clang += ["bool-operation", "constant-logical-operand"]
    if _SHIFTED & set(operators):
        both += ["shift-overflow", "shift-negative-value"]
    if "=" in operators:
        both.append("overflow")
        clang.append("constant-conversion")
    lines = [*_ignored(both)]
    for test, some in (("#ifdef __clang__", clang), ("#ifndef __clang__", gcc)):
        lines += [test, *_ignored(some), "#endif"] if some else []
    return lines


def _ignored(names: list[str]) -> list[str]:
    return [f'#pragma GCC diagnostic ignored "-W{name}"' for name in names]
