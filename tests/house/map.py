"""The map of modules: folder after folder, and in it each module with the first line of its
docstring."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.modules import Module


def first_lines(modules: tuple[Module, ...]) -> Iterator[str]:
    """A line a module, below a line for its folder."""
    width = max(len(module.path.name) for module in modules)
    folder = None
    for module in sorted(
        modules, key=lambda module: (module.path.parent.parts, not module.is_folder, module.name)
    ):
        if module.path.parent != folder:
            folder = module.path.parent
            yield ""
        if module.is_folder:
            yield f"{module.name or 'cbprove'}/: {_first_line(module)}"
        else:
            yield f"  {module.path.name:<{width}}  {_first_line(module)}"


def _first_line(module: Module) -> str:
    """The first paragraph of the docstring, on one line."""
    return " ".join((ast.get_docstring(module.tree) or "").split("\n\n")[0].split("\n"))
