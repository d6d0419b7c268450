"""The reference knows nothing of solvers, obligations or the language's text."""

from __future__ import annotations

import ast
from pathlib import Path

import cbprove.semantics.run as reference

_MAY = {"diagnostics", "frozen", "terms", "system", "properties", "semantics"}


def test_the_reference_imports_nothing_but_what_it_gives_a_meaning_to() -> None:
    for module in Path(reference.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] != "z3"
                if name.startswith("cbprove."):
                    assert name.split(".")[1] in _MAY, f"{module.name} imports {name}"
