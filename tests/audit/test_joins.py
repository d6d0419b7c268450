"""Whether one step can follow another in the source: what can follow in the spec, and the ways
that calls leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cbprove.audit.joins import joined, neighbours
from cbprove.audit.record import load
from cbprove.audit.rendering import document
from cbprove.audit.rendering import text as told
from cbprove.audit.writing import save, text
from cbprove.pipeline import candidates_to_audit
from cbprove.source.accesses import Bound, Calls
from cbprove.source.graph import Graph
from cbprove.source.guessed import Guessed
from tests.audit.test_compare import SPEC, audit, record

STEPS = 'step a { } step b { } step c { } step d { } step quiet of nothing "a program" { }'


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ("a; b; c;", "ab bc"),
        ("a; optionally { b; } c;", "ab bc ac"),
        ("a; either { b; } or { c; } d;", "ab ac bd cd"),
        ("a; either { b; } or { } d;", "ab bd ad"),
        ("repeat [1..] { a; b; } c;", "ab ba bc"),
        ("a; repeat [0..] { b; } c;", "ab bb bc ac"),
        ("a; each piece { b; c; } d;", "ab bc cd"),
        ("a; quiet; b;", "ab"),
        ("a; a;", "aa"),
        ("a; when 1 == 1 { b; } c;", "ab bc"),
    ],
)
def test_what_can_follow_what(tmp_path: Path, calls: str, expected: str) -> None:
    (tmp_path / "tiny.cbs").write_text(SPEC.format(steps=STEPS, calls=calls))
    ((_, program),) = candidates_to_audit([str(tmp_path / "tiny.cbs")], None).items()
    found = {each.first.name + each.second.name for each in neighbours(program)}
    assert found == set(expected.split())


def graph(**calls: str) -> Graph:
    made = Graph()
    bound = [Bound("ops.go", "b"), Bound("ops.other", "c"), Bound("ops.copy", "ops.go")]
    bound += [Bound("ops.any", "a"), Bound("ops.any", "b")]
    made.learn(
        [Calls(name, f"{name}.c", 1, tuple(targets.split())) for name, targets in calls.items()],
        bound,
    )
    return made


@pytest.mark.parametrize(
    ("calls", "how", "way"),
    [
        ({"a": "b"}, "call", "a b"),
        ({"a": "x y", "y": "b"}, "call", "a y b"),
        ({"a": "ops.go"}, "call", "a ops.go b"),
        ({"a": "ops.other"}, "not found", ""),
        ({"b": "x", "x": "a"}, "return", "b x a"),
        ({"m": "a b"}, "common caller", "m a b"),
        ({"m": "b a"}, "not found", ""),
        ({"m": "b a b a"}, "common caller", "m a b"),
        ({"m": "x y", "x": "a", "y": "b"}, "common caller", "m x a y b"),
        ({"m": "x", "x": "b a"}, "not found", ""),
        ({"m": "x x", "x": "b a"}, "common caller", "m x a x b"),
        ({"m": "ops.any ops.any"}, "common caller", "m ops.any a ops.any b"),
        ({"a": "ops.copy"}, "call", "a ops.copy ops.go b"),
        (
            {"a": "1 ", "1": "2", "2": "3", "3": "4", "4": "5", "5": "6", "6": "7", "7": "b"},
            "call",
            "a 1 2 3 4 5 6 7 b",
        ),
        (
            {
                "a": "1 ",
                "1": "2",
                "2": "3",
                "3": "4",
                "4": "5",
                "5": "6",
                "6": "7",
                "7": "8",
                "8": "b",
            },
            "not found",
            "",
        ),
        (
            {
                "a": "1 ",
                "1": "2",
                "2": "3",
                "3": "4",
                "4": "5",
                "5": "6",
                "6": "7",
                "7": "ops.copy",
            },
            "call",
            "a 1 2 3 4 5 6 7 ops.copy ops.go b",
        ),
        ({}, "not found", ""),
    ],
)
def test_how_one_follows_another(calls: dict[str, str], how: str, way: str) -> None:
    found = joined(graph(**calls), frozenset("a"), frozenset("b"))
    assert (found.how, " ".join(found.way)) == (how, way)


def test_one_function_is_its_own_neighbour() -> None:
    assert joined(graph(), frozenset("ab"), frozenset("bc")).way == ("b",)


def test_what_is_guessed_is_no_join_and_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "f.c").write_text("int aaa(void)\n{\n\tint bbb;\n}\nint bbb(void)\n{\n}\n")
    guessed = Guessed()
    guessed.guess([tmp_path / "f.c"])
    found = joined(guessed, frozenset(("aaa",)), frozenset(("bbb",)))
    assert found.how == "not found" and found.wanted == {("aaa", "bbb")}
    guessed.learn([Calls("aaa", "f.c", 1, ())], ())
    assert not joined(guessed, frozenset(("aaa",)), frozenset(("bbb",))).wanted


def test_a_record_keeps_calls_and_an_older_one_has_none(tmp_path: Path) -> None:
    held = replace(record(one=[], two=[]), calls=(Calls("one", "net/one.c", 3, ("two", "ops.go")),))
    held = replace(held, bound=(Bound("ops.go", "two"),))
    save(str(tmp_path / "new.json"), held)
    back = load(tmp_path / "new.json")
    assert (back.calls, back.bound, text(back)) == (held.calls, held.bound, text(held))
    save(str(tmp_path / "old.json"), replace(record(one=[], two=[]), calls=None))
    assert '"schema": 1,' in (tmp_path / "old.json").read_text()
    old = load(tmp_path / "old.json")
    assert old.calls is None
    assert "knows no calls: write it anew with --record-to" in told([], old, all_others=False)
    assert audit(tmp_path, old, "step one { } step two { }", "one; two;").joins == ()


def test_what_is_said_of_joins(tmp_path: Path) -> None:
    steps, calls = "step one { } step two { } step three { }", "one; two; three; two;"
    held = replace(
        record(one=[], two=[], three=[]), calls=(Calls("one", "net/one.c", 3, ("two",)),)
    )
    found = audit(tmp_path, held, steps, calls)
    assert found.clean
    said = told([found], held, all_others=False)
    assert "  1 of 3 joins found in the source; not\n" in said
    assert (
        "tiny.cbs:8: `three` after `two`\n" in said and "tiny.cbs:8: `two` after `three`\n" in said
    )
    assert [each["how"] for each in document([found], held)["specs"][0]["joins"]] == [
        "call",
        "not found",
        "not found",
    ]
