"""Nothing fails open: a fifteenth statement, a new claim, a new property is asked for in every
place that needs it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from cbprove.properties import events, table
from cbprove.semantics import judge
from cbprove.system import program, statements

MODEL = Path(__file__).parents[1] / "model" / "cbprove"

# Modules that go through statements, expressions or claims by kind, and must know each.
CLOSED = (
    "folds.py",
    "semantics/run.py",
    "obligations/unfold.py",
    "evidence/way_back.py",
    "evidence/ways.py",
    "evidence/frames.py",
    "design/costs.py",
)


@pytest.mark.parametrize("module", CLOSED)
def test_a_match_over_statements_ends_in_assert_never(module: str) -> None:
    tree = ast.parse((MODEL / module).read_text())
    kinds = {kind.__name__ for kind in get_args(statements.Statement)}
    for node in (n for n in ast.walk(tree) if isinstance(n, ast.Match)):
        named = {
            n.cls.id
            for n in ast.walk(node)
            if isinstance(n, ast.MatchClass) and isinstance(n.cls, ast.Name)
        }
        if len(named & kinds) > 3:
            assert "assert_never" in ast.unparse(node.cases[-1]), ast.unparse(node.subject)


def test_every_claim_has_a_reading_and_every_property_its_claims() -> None:
    assert set(judge._READINGS) == set(get_args(events.ClaimMade))
    assert set(table._OF_EVENTS) | set(table._OF_PLACEMENTS) == set(get_args(program.Claim))


def test_a_fifteenth_statement_is_missed_everywhere(tmp_path: Path) -> None:
    """mypy names every module that would let it pass."""
    copy = tmp_path / "model"
    subprocess.run(["cp", "-r", str(MODEL.parent), str(copy)], check=True)
    file = copy / "cbprove" / "system" / "statements.py"
    text = file.read_text()
    text = text.replace(
        "\nStatement = (",
        "\n@frozen\nclass Swap:\n    uid: int\n    span: Span\n\n\nStatement = (\n    Swap\n    | ",
        1,
    )
    text = text.replace(
        "\nStatement = Read",
        "\n@frozen\nclass Swap:\n    uid: int\n    span: Span\n\n\nStatement = Swap | Read",
        1,
    )
    assert "Swap" in text
    file.write_text(text)
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--ignore-missing-imports",
            "--no-error-summary",
            "cbprove",
        ],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    missed = {
        line.split(":")[0].removeprefix("cbprove/")
        for line in checked.stdout.splitlines()
        if "Swap" in line
    }
    assert missed >= set(CLOSED), checked.stdout
