"""Pieces of code found by their shape: in which function, and what they look like as a tree,
whatever their formatting.

A pattern is an expression, statements in a row, `case PATTERN`, or the first line of a statement
with a block, whatever the block. The names `_1` to `_9` in it stand for any expression, and for
that same one in what it is replaced by.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from typing import Any

_ANY = re.compile(r"_[1-9]")
Bound = dict[str, Any]


def parsed(text: str) -> list[ast.AST]:
    """A pattern as nodes: one expression, one pattern of a `case`, or statements in a row; an
    empty block is any block."""
    if text.startswith("case "):
        (match,) = ast.parse(f"match _:\n    {text}:\n        pass").body
        assert isinstance(match, ast.Match)
        return [match.cases[0].pattern]
    if text.endswith(":"):
        (statement,) = ast.parse(f"{text} pass").body
        statement.body = []  # type: ignore[attr-defined]
        return [statement]
    try:
        return [ast.parse(text.strip(), mode="eval").body]
    except SyntaxError:
        return list(ast.parse(text).body)


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Functions and methods by their qualified names, those inside of others left out; the
    module itself has the name ""."""
    yield "", tree
    pending: list[tuple[str, ast.stmt]] = [("", one) for one in tree.body]
    for prefix, node in pending:
        if isinstance(node, ast.ClassDef):
            pending += [(f"{prefix}{node.name}.", one) for one in node.body]
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.FunctionDef):
            yield f"{prefix}{node.name}", node


def count(function: ast.AST, pattern: str) -> int:
    """In how many places of a function the pattern is."""
    return len(list(_places(function, parsed(pattern))))


def replaced(tree: ast.Module, name: str, pattern: str, replacement: str) -> ast.Module:
    """The module, changed: the one piece of the function that looks like the pattern is
    replaced."""
    (function,) = (node for found, node in functions(tree) if found == name)
    ((holder, field, at, length, bound),) = _places(function, parsed(pattern))
    new = [_filled(node, bound) for node in parsed(replacement)]
    if replacement.endswith(":"):
        new[0].body, new[0].orelse = (
            getattr(holder, field)[at].body,
            getattr(holder, field)[at].orelse,
        )
    if at is None:
        (only,) = new
        setattr(holder, field, only)
    else:
        block = getattr(holder, field)
        if isinstance(block[at], ast.stmt):
            new = [ast.Expr(node) if isinstance(node, ast.expr) else node for node in new]
        block[at : at + length] = new
    return ast.fix_missing_locations(tree)


def _places(
    function: ast.AST, wanted: list[ast.AST]
) -> Iterator[tuple[ast.AST, str, int | None, int, Bound]]:
    """Where the nodes stand: in which field of which node, at which place of a list and how many
    of it."""
    for holder in ast.walk(function):
        for field, value in ast.iter_fields(holder):
            if isinstance(value, ast.AST):
                if len(wanted) == 1 and (bound := _alike(wanted[0], value)) is not None:
                    yield holder, field, None, 1, bound
            elif isinstance(value, list):
                for at in range(len(value)):
                    if (bound := _in_a_row(wanted, value[at:])) is not None:
                        yield holder, field, at, len(wanted), bound


def _in_a_row(wanted: list[ast.AST], block: list[Any]) -> Bound | None:
    """What the names of a pattern stand for where a block, or a list of expressions, begins with
    it."""
    return _alike(wanted, block[: len(wanted)])


def _alike(wanted: Any, found: Any) -> Bound | None:
    """What the names of a pattern stand for; None where the node does not look like it."""
    if isinstance(wanted, ast.Name) and _ANY.fullmatch(wanted.id) and isinstance(found, ast.expr):
        return {wanted.id: found}
    if isinstance(wanted, ast.AST):
        if type(wanted) is not type(found):
            return None
        blocks = ("body", "orelse") if getattr(wanted, "body", None) == [] else ()
        fields = [
            (field, value)
            for field, value in ast.iter_fields(wanted)
            if field not in ("ctx", *blocks)
        ]
        pairs = [(value, getattr(found, field, None)) for field, value in fields]
    elif isinstance(wanted, list):
        if not isinstance(found, list) or len(wanted) != len(found):
            return None
        pairs = list(zip(wanted, found, strict=True))
    else:
        return {} if wanted == found and type(wanted) is type(found) else None
    bound: Bound = {}
    for one, other in pairs:
        inner = _alike(one, other)
        if inner is None:
            return None
        bound |= inner
    return bound


class _Fill(ast.NodeTransformer):
    def __init__(self, bound: Bound) -> None:
        self.bound = bound

    def visit_Name(self, node: ast.Name) -> Any:
        return copy.deepcopy(self.bound[node.id]) if _ANY.fullmatch(node.id) else node


def _filled(node: ast.AST, bound: Bound) -> Any:
    return _Fill(bound).visit(copy.deepcopy(node))
