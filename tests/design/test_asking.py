"""What one formula is asked, and what is remembered of the answer."""

from __future__ import annotations

import pytest

from cbprove.design import asking
from cbprove.logic.terms import and_, eq, lt, var
from cbprove.solving.solver import Answer, Limits, Z3Session


def test_only_what_has_no_model_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def check(self: Z3Session) -> Answer:
        asked.append("check")
        return known(self)

    known = Z3Session.check
    monkeypatch.setattr(Z3Session, "check", check)
    monkeypatch.setattr(asking, "_impossible", {})
    monkeypatch.setattr(asking, "_MOST_TEXTS", 2)
    ranges = {"a": (0, 9)}
    never, once = and_(eq(var("a"), 3), lt(var("a"), 2)), eq(var("a"), 3)
    assert [asking.ask(never, ranges, Limits()).result for _ in range(3)] == ["unsat"] * 3
    assert len(asked) == 1
    assert [asking.ask(once, ranges, Limits()).result for _ in range(2)] == ["sat"] * 2
    assert len(asked) == 3
    for bound in (1, 0):  # the two that are kept from here on
        assert asking.ask(lt(var("a"), bound), {"a": (5, 9)}, Limits()).result == "unsat"
    assert asking.ask(lt(var("a"), 1), {"a": (5, 9)}, Limits()).result == "unsat"
    assert len(asked) == 5 and len(asking._impossible) == 2
    assert asking.ask(never, ranges, Limits()).result == "unsat" and len(asked) == 6


def test_the_same_formula_over_other_ranges_is_another() -> None:
    over = eq(var("a"), 12)
    assert asking.ask(over, {"a": (0, 9)}, Limits()).result == "unsat"
    assert asking.ask(over, {"a": (0, 19)}, Limits()).result == "sat"
