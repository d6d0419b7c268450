"""The rules of the house that a program can hold: who may import whom, who prints, what the map
says."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.measures import FUNCTIONS, length
from tests.house.modules import circles, read

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "model" / "cbprove"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAP = ROOT / "ARCHITECTURE.md"

each_module = pytest.mark.parametrize(
    "module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE))
)


def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def calls(module: Path) -> Iterator[str]:
    """The names of all that a module calls, dotted where they are."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_contracts_of_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    monkeypatch.syspath_prepend(str(PACKAGE.parent))
    assert (
        lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
        == EXIT_STATUS_SUCCESS
    )


@each_module
def test_only_the_console_prints_and_only_the_command_line_exits(module: Path) -> None:
    called = set(calls(module))
    if module != PACKAGE / "cli.py":
        assert not called & {"exit", "quit", "sys.exit", "os._exit"}
    if module != PACKAGE / "console.py":
        assert not called & {"print", "input", "sys.stdout.write", "sys.stderr.write"}


@pytest.mark.parametrize(
    "module", [m for m in MODULES if m.name == "__init__.py"], ids=lambda m: m.parent.name
)
def test_packages_import_nothing(module: Path) -> None:
    (docstring,) = tree(module).body
    assert isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)


@each_module
def test_modules_say_what_they_are(module: Path) -> None:
    assert ast.get_docstring(tree(module))


@pytest.mark.parametrize(
    "folder", sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
)
def test_the_map_has_a_paragraph_for_every_folder(folder: str) -> None:
    assert f"**`{folder}/`**" in MAP.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [MAP, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.stem)
def test_the_map_and_the_recipes_name_only_what_there_is(page: Path) -> None:
    """Paths, `archive/recheck.py` as well as `schema.json`, are of files of the package, or of
    the tree."""
    named = re.findall(
        r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.(?:py|lark|json|md|toml))`",
        page.read_text(encoding="utf-8"),
    )
    assert named
    assert [
        path for path in named if not (list(PACKAGE.rglob(path)) or (ROOT / path).exists())
    ] == []


def test_the_map_has_the_directions_of_pyproject() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    directions = "\n".join(layer.strip("()") for layer in layers)
    assert f"```text\n{directions}\n```" in MAP.read_text(encoding="utf-8")


def test_the_map_is_two_pages() -> None:
    assert len(MAP.read_text(encoding="utf-8").splitlines()) <= 190


def test_there_are_no_circles() -> None:
    assert circles(read(PACKAGE)) == []


@each_module
def test_no_module_is_longer_than_one_subject(module: Path) -> None:
    """Most are under 400 lines; what is longer than this has two nouns to cut between. A table of
    all codes may have some more."""
    longest = 475 if module.name == "codes.py" else 450
    assert len(module.read_text(encoding="utf-8").splitlines()) <= longest


@each_module
def test_no_function_is_longer_than_a_breath(module: Path) -> None:
    """Lines without the docstring. Most are under ten, nine of ten under twenty."""
    functions = [node for node in ast.walk(tree(module)) if isinstance(node, FUNCTIONS)]
    assert {f.name: length(f) for f in functions if length(f) > 40} == {}


def test_each_decision_has_a_number_of_its_own() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert numbers == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        assert path.read_text(encoding="utf-8").startswith(f"# {path.name[:4]} "), path.name
