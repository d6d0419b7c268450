"""What is measured of the package: how it is cut, how long and deep its functions are, and how
its names read."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median, quantiles

from tests.house.modules import Module, circles

# Names that say how one came by a thing, or which of several it is, and not what it is.
_FILLERS = """
    found told one own here known given asked made said shown whole kept wanted what where by to held met seen stood stands
    standing there then some several most more both mine theirs others everything since now again only among beside around
    taken chosen sought had does yes no gone laid lying once
"""
FILLERS = frozenset(_FILLERS.split())
COLUMNS = 100
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)


def measured(modules: tuple[Module, ...]) -> dict[str, str]:
    """Each number under what it is of, in the order of the page that compares them."""
    return {**_rooms(modules), **_functions(modules), **_lines(modules), **_names(modules)}


def _rooms(modules: tuple[Module, ...]) -> dict[str, str]:
    rooms = [module for module in modules if not module.is_folder]
    importers = Counter(name for module in modules for name in module.imports)
    small = [m for m in rooms if importers[m.name] == 1 and m.text.count("\n") < 60]
    lengths = [m.text.count("\n") for m in rooms]
    return {
        "modules": str(len(rooms)),
        "folders": str(len({m.folder for m in modules if "." in m.name})),
        "imported from one place": str(sum(importers[m.name] == 1 for m in rooms)),
        "of these, under 60 lines": str(len(small)),
        "longest module, lines": str(max(lengths)),
        "circles": str(len(circles(modules))),
        "TYPE_CHECKING": str(sum("TYPE_CHECKING" in m.text for m in rooms)),
    }


def _functions(modules: tuple[Module, ...]) -> dict[str, str]:
    functions = [node for m in modules for node in ast.walk(m.tree) if isinstance(node, FUNCTIONS)]
    lengths = [length(node) for node in functions]
    arguments = [
        len(node.args) for m in modules for node in ast.walk(m.tree) if isinstance(node, ast.Call)
    ]
    silent = [
        f
        for m in modules
        for f in _public(m.tree)
        if _raises(f) and "Raises" not in (ast.get_docstring(f) or "")
    ]
    return {
        "lines of a function: median, p90, most": _spread(lengths),
        "nesting, most": str(max(_depth(node) for node in functions)),
        "positional arguments of a call, most": str(max(arguments)),
        "calls with more than five": str(sum(count > 5 for count in arguments)),
        "public functions that raise and do not say so": str(len(silent)),
    }


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is None:
        return lines
    return lines - ((first.end_lineno or 0) - first.lineno + 1)


def _spread(numbers: list[int]) -> str:
    return f"{median(numbers):.0f} / {quantiles(numbers, n=10)[-1]:.0f} / {max(numbers)}"


def _depth(node: ast.AST) -> int:
    """How many blocks stand in each other, at most; an `elif` is no deeper than its `if`, a case
    than its `match`."""
    inner = 0
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, FUNCTIONS):
                chained = (
                    isinstance(node, ast.If) and name == "orelse" and isinstance(child, ast.If)
                )
                inner = max(inner, _depth(child) - chained)
    return inner + isinstance(node, BLOCKS)


def _public(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def _raises(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is not None for node in ast.walk(function))


def _lines(modules: tuple[Module, ...]) -> dict[str, str]:
    lines = [line for m in modules for line in m.text.splitlines() if line.strip()]
    comments = sum(line.lstrip().startswith("#") for line in lines)
    tokens = Counter(place for m in modules for place in _tokens(m))
    return {
        "lines that are not blank": str(len(lines)),
        "tokens a line": f"{sum(tokens.values()) / len(tokens):.1f}",
        "comments, per cent of lines": f"{100 * comments / len(lines):.1f}",
        f"lines over {COLUMNS} columns": str(sum(len(line) > COLUMNS for line in lines)),
    }


def _tokens(module: Module) -> Iterator[tuple[str, int]]:
    """The place of every token of code: no comment, no docstring, no end of a line."""
    kinds = {tokenize.NAME, tokenize.NUMBER, tokenize.OP, tokenize.STRING}
    if hasattr(tokenize, "FSTRING_START"):
        kinds.add(tokenize.FSTRING_START)
    documented = _documented(module.tree)
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type in kinds and token.start[0] not in documented:
            yield module.name, token.start[0]


def _documented(tree: ast.Module) -> set[int]:
    """The lines of docstrings."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            lines.update(range(node.lineno, (node.end_lineno or 0) + 1))
    return lines


def _names(modules: tuple[Module, ...]) -> dict[str, str]:
    names = Counter(name for m in modules for name in bindings(m.tree))
    fillers = sum(names[name] for name in FILLERS)
    return {
        "bindings": str(names.total()),
        "that are fillers, per cent": f"{100 * fillers / names.total():.1f}",
        "the most frequent of them": ", ".join(_most_frequent(names, FILLERS)),
    }


def bindings(tree: ast.Module) -> Iterator[str]:
    """Every name that is bound to a value: variables, parameters, parts of patterns, attributes
    of classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg) and node.arg not in ("self", "cls"):
            yield node.arg
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name


def _most_frequent(names: Counter[str], among: Iterable[str]) -> list[str]:
    counted = sorted(((names[name], name) for name in among), key=lambda pair: (-pair[0], pair[1]))
    return [f"{name} {count}" for count, name in counted[:6]]
