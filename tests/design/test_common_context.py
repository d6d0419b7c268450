"""Questions of which only the verdict counts share a context; what is shown does not hang on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cbprove.pipeline import Options, check
from cbprove.report.json import text
from cbprove.solving.library import common, retire
from cbprove.solving.solver import Answer, Limits, Z3Session

SPECS = Path(__file__).parents[2] / "specs"
NARROW = SPECS / "cases" / "b05_ipvlan_qdisc_time.cbs"
OTHERS = sorted((SPECS / "cases").glob("*.cbs"))
HARD = """
(declare-const a Int)
(declare-const b Int)
(assert (and (<= 2 a) (<= a 99999) (<= 2 b) (<= b 99999) (= (* a b) 9993400027)))
"""


def document(path: Path) -> str:
    return text([check(str(path), Options(witnesses=True), lambda done, total: None)], (), {})


def test_a_document_is_the_same_whatever_was_asked_before() -> None:
    retire(common())
    alone = document(NARROW)
    for path in OTHERS:
        document(path)
    assert document(NARROW) == alone


def test_a_model_that_is_shown_is_of_a_context_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    shared: list[bool] = []
    made = Z3Session.__init__

    def making(self: Z3Session, *given: Any, **named: Any) -> None:
        shared.append(named.get("context") is not None)
        made(self, *given, **named)

    monkeypatch.setattr(Z3Session, "__init__", making)
    check(str(NARROW), Options(witnesses=False), lambda done, total: None)
    assert shared and all(shared)
    shared.clear()
    check(str(NARROW), Options(witnesses=True), lambda done, total: None)
    assert not all(shared)


def test_the_next_question_begins_anew_where_one_was_given_up() -> None:
    before = common()
    session = Z3Session(Limits(resources=100), context=before)
    session.add(HARD)
    assert session.check().result == "unknown"
    assert common() is not before


def test_an_answer_leaves_the_context_as_it_is() -> None:
    before = common()
    for asked in ("(assert false)", "(assert true)"):
        session = Z3Session(Limits(), context=before)
        session.add(asked)
        session.check()
    assert common() is before


def test_only_the_common_context_is_retired() -> None:
    before = common()
    session = Z3Session(Limits(resources=100))
    session.add(HARD)
    assert session.check().result == "unknown"
    assert common() is before


def test_what_stays_unknown_was_asked_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    contexts: list[Any] = []
    asked = Z3Session._check

    def checking(self: Z3Session, given: Any) -> Answer:
        contexts.append(self._context)
        return asked(self, given)

    monkeypatch.setattr(Z3Session, "_check", checking)
    before = common()
    session = Z3Session(Limits(resources=100), context=before)
    session.add("(declare-const c Bool)")
    session.push()
    session.add(HARD)
    assert session.check().result == "unknown"
    # The common one, then another for both ways that there are
    assert contexts[0] is before
    assert len(contexts) == 3
    assert contexts[1] is contexts[2] is not before
    assert contexts[1] is not common()
