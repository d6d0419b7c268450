"""The modules of the package, read once: their text, their tree, and which of the others each
imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "cbprove"


@dataclass(frozen=True)
class Module:
    """`name` is dotted, without the package's own; a folder's `__init__.py` is named as the
    folder."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    imports: frozenset[str]

    @property
    def is_folder(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def folder(self) -> str:
        """The outermost folder, or the module itself where it stands in none."""
        return self.name.split(".")[0]


def read(package: Path) -> tuple[Module, ...]:
    """All modules below a folder, in the order of their paths."""
    paths = {_name(path, package): path for path in sorted(package.rglob("*.py"))}
    modules = []
    for name, path in paths.items():
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        modules.append(Module(name, path, text, tree, frozenset(_imported(tree, paths))))
    return tuple(modules)


def _name(path: Path, package: Path) -> str:
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(tree: ast.Module, names: Mapping[str, Path]) -> Iterator[str]:
    """The modules that a tree imports, wherever in it: at the top, in a function, under
    TYPE_CHECKING."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.split(".")[0] == PACKAGE
        ):
            outer = node.module.removeprefix(PACKAGE).removeprefix(".")
            for alias in node.names:
                inner = f"{outer}.{alias.name}".removeprefix(".")
                yield inner if inner in names else outer
        elif isinstance(node, ast.Import):
            for alias in node.names:
                inner = alias.name.removeprefix(f"{PACKAGE}.")
                if inner in names:
                    yield inner


def circles(modules: tuple[Module, ...]) -> list[list[str]]:
    """The sets of modules each of which imports all others of its set, near or far."""
    near = {module.name: module.imports for module in modules}
    far = {name: _reached(name, near) for name in near}
    sets = {
        frozenset(other for other in far[name] if name in far[other])
        for name in near
        if name in far[name]
    }
    return sorted(sorted(names) for names in sets)


def _reached(name: str, near: Mapping[str, frozenset[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(near[name])
    while waiting:
        other = waiting.pop()
        if other not in reached:
            reached.add(other)
            waiting += near.get(other, ())
    return reached
