"""Sums that Z3's older simplex gives up are decided by the newer one."""

from __future__ import annotations

import pytest

from cbprove.solving.solver import Answer, Limits, Z3Session

TURNS, ADDED, MOST = 60, 3300, 65535


def text() -> str:
    """Some turns add to a sum; in one of them it is more than 16 bits hold."""
    lines = [
        "(declare-const turns Int)",
        f"(assert (and (<= 0 turns) (<= turns {TURNS})))",
        "(define-fun s0 () Int 0)",
    ]
    broken = []
    for turn in range(TURNS):
        lines.append(f"(define-fun f{turn} () Int (+ s{turn} {ADDED}))")
        wrapped = f"(mod f{turn} {MOST + 1})"
        lines.append(f"(define-fun s{turn + 1} () Int (ite (< {turn} turns) {wrapped} s{turn}))")
        broken.append(f"(and (< {turn} turns) (> f{turn} {MOST}))")
    return "\n".join([*lines, f"(assert (or {' '.join(broken)}))"])


def test_what_one_way_gives_up_the_other_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Z3Session(Limits(resources=1_000_000))
    session.add(text())
    assert session.check().result == "sat"
    session.push()
    session.add("(assert (< turns 10))")
    assert session.check().result == "unsat"
    session.pop()
    assert session.check().result == "sat"
    asked: list[str] = []

    def again(session: Z3Session, answer: Answer) -> Answer:
        asked.append(answer.result)
        return answer

    monkeypatch.setattr(Z3Session, "_again", again)
    assert session.check().result == "unknown" and asked == ["unknown"]


def test_what_both_give_up_is_unknown() -> None:
    session = Z3Session(Limits(resources=10_000))
    session.add(text())
    assert session.check().result == "unknown"
