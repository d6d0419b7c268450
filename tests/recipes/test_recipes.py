"""The recipes of CONTRIBUTING, followed to the letter in a copy of the package: what each adds
works, and nothing was missed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recipes.edits import follow, read

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RECIPES = {
    "property": "A property",
    "statement": "A statement",
    "abi": "An ABI",
    "format": "An output format",
    "command": "A command",
}
COPIED = ("model/cbprove", "tests/oracle/compilers.py")


def spec(body: str, claim: str, path: str = "l.s;", abi: str = "") -> str:
    declared = "struct s { int a; int b; }; "
    layer = f"layer l {{ view V: struct s at skb.cb; step s {{ {body} }} }} "
    return (
        f"spec tried; {abi}{declared}object skb {{ char cb[8]; }} {layer}"
        f"path p {{ {path} }} property kept: {claim}; proposal now {{ }}"
    )


@pytest.fixture(params=RECIPES, name="followed")
def _followed(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """The name of a recipe, and a copy of the tree in which it was followed."""
    for path in COPIED:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / path).is_dir() else shutil.copy)(ROOT / path, target)
    follow(read(HERE / f"{request.param}.txt"), tmp_path)
    tables = "from cbprove.syntax import tables as t; open(t.SHIPPED, 'w').write(t.shipped(open(t.GRAMMAR).read()))"
    if "grammar.lark" in (HERE / f"{request.param}.txt").read_text(encoding="utf-8"):
        python(tmp_path, "-c", tables)
    return request.param, tmp_path


def python(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with the package of a tree."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "model")},
        capture_output=True,
        text=True,
        check=False,
    )


def verdict(tree: Path, text: str) -> str:
    """What is said of the one property of a spec."""
    (tree / "tried.cbs").write_text(text, encoding="utf-8")
    done = python(tree, "-m", "cbprove", "tried.cbs", "--format", "json")
    found = re.search(r'"property": "kept".*?"verdict": "(\w+)"', done.stdout, re.DOTALL)
    assert found is not None, done.stdout + done.stderr
    return found[1]


def test_what_a_recipe_adds_works(followed: tuple[str, Path]) -> None:
    recipe, tree = followed
    match recipe:
        case "property":
            assert verdict(tree, spec("write V.a; read V.a;", "filled V.a")) == "proved"
            assert verdict(tree, spec("read V.a; write V.a;", "filled V.a")) == "refuted"
        case "statement":
            assert verdict(tree, spec("write V.a; peek V.a;", "owned V.a")) == "proved"
            assert verdict(tree, spec("write V.b; peek V.a;", "owned V.a")) == "refuted"
        case "abi":
            assert (
                verdict(tree, spec("write V.a; read V.a;", "owned V.a", abi="abi loongarch64; "))
                == "proved"
            )
        case "format":
            (tree / "tried.cbs").write_text(spec("read V.a;", "owned V.a"), encoding="utf-8")
            done = python(tree, "-m", "cbprove", "tried.cbs", "--format", "csv")
            assert "tried.cbs" in done.stdout and "," in done.stdout, done.stderr
        case "command":
            (tree / "tried.cbs").write_text(spec("read V.a;", "owned V.a"), encoding="utf-8")
            assert python(tree, "-m", "cbprove", "axes", "tried.cbs").stdout == "abi\n"
            assert "axes" in python(tree, "-m", "cbprove", "--help").stdout


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_names_every_file_that_is_edited(recipe: str) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paragraph = text[text.index(f"**{RECIPES[recipe]}.**") :].split("\n\n")[0]
    named = set(re.findall(r"`([\w./]+)`", paragraph))
    for edit in read(HERE / f"{recipe}.txt"):
        path = edit.path.removeprefix("model/cbprove/")
        folder = f"{path.rpartition('/')[0]}/"
        assert (folder if edit.is_new else path) in named, path


@pytest.mark.slow
def test_types_miss_nothing(followed: tuple[str, Path]) -> None:
    _, tree = followed
    checked = python(
        tree / "model",
        "-m",
        "mypy",
        "--strict",
        "--ignore-missing-imports",
        "--no-error-summary",
        "cbprove",
    )
    assert checked.stdout == ""
