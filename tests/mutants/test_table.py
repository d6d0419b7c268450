"""The table of faults still fits the code that they are planted in."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants import patterns
from tests.mutants.table import MUTANTS

TESTS = Path(__file__).resolve().parents[2]

# What a verdict rests on: each of these has faults of its own.
FOLDERS = {
    "archive",
    "artifacts",
    "design",
    "evidence",
    "layout",
    "meaning",
    "obligations",
    "properties",
    "semantics",
}


def test_each_function_is_in_one_module() -> None:
    assert {(m.where, m.function): m.files() for m in MUTANTS if len(m.files()) != 1} == {}


def test_each_pattern_is_in_one_place() -> None:
    assert {(m.where, m.function, m.pattern): m.places() for m in MUTANTS if m.places() != 1} == {}


def test_each_fault_is_one() -> None:
    assert all(m.pattern != m.replacement and m.breaks and m.tests for m in MUTANTS)
    assert len({(m.where, m.function, m.pattern, m.replacement) for m in MUTANTS}) == len(MUTANTS)
    assert len({(m.where, m.breaks) for m in MUTANTS}) == len(MUTANTS)


def test_each_fault_is_one_of_meaning() -> None:
    """What Python cannot even read, any test would notice; what changes nothing, none."""
    for mutant in MUTANTS:
        file, tree = mutant.planted()
        compile(tree, f"{file}: {mutant.breaks}", "exec")
        assert _dumped(mutant.pattern) != _dumped(mutant.replacement), mutant.breaks


def _dumped(text: str) -> list[str]:
    return [ast.dump(node) for node in patterns.parsed(text)]


CODE = """
class Box:
    def f(self, a, b):
        for x in a:
            if x < b and a:
                self.g(x, [1, 2])
        return self.g(
            b, [1,
                2])
def f(a): return a + 1
"""


@pytest.mark.parametrize(
    ("function", "pattern", "replacement", "found", "made"),
    [
        ("Box.f", "x < b", "x <= b", 1, "if x <= b and a:"),
        ("Box.f", "self.g(b, [1, 2])", "b", 1, "return b"),
        ("Box.f", "self.g(x, _1)", "_1", 1, "[1, 2]\n"),
        ("Box.f", "for x in a:", "for x in a[:1]:", 1, "for x in a[:1]:\n            if x < b"),
        (
            "Box.f",
            "return self.g(b, _1)",
            "self.g(b, _1)\nreturn 0",
            1,
            "self.g(b, [1, 2])\n        return 0",
        ),
        ("Box.f", "self.g(_1, _2)", "0", 2, ""),
        ("f", "a + 1", "a", 1, "return a"),
        ("f", "a + 2", "a", 0, ""),
    ],
)
def test_patterns(function: str, pattern: str, replacement: str, found: int, made: str) -> None:
    tree = ast.parse(CODE)
    assert patterns.count(dict(patterns.functions(tree))[function], pattern) == found
    if found == 1:
        assert made in ast.unparse(patterns.replaced(tree, function, pattern, replacement))


def test_there_are_many_and_everywhere() -> None:
    assert len(MUTANTS) >= 300
    assert {mutant.folder for mutant in MUTANTS} >= FOLDERS


def test_the_tests_that_must_notice_are_there() -> None:
    named = {
        test.partition("::")[0] for m in MUTANTS for test in m.tests if test.startswith("tests/")
    }
    assert {test for test in named if not (TESTS / test).exists()} == set()
