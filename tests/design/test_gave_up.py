"""A limit that is too low for the run to show takes nothing of a verdict, and is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cbprove.cli import main
from cbprove.design.replayed import GaveUp
from cbprove.pipeline import Options, check
from cbprove.solving.solver import Answer, Z3Session
from cbprove.verdicts import Report

SPEC = """spec lost "what one layer stores over what another keeps";
abi x86_64;
object skb { u8 cb[16]; }
layer owner { view own : u8[4] at skb.cb[4]; step keep { write own; } step use { read own; } }
layer guest { view state : u8[4] at skb.cb[6]; step store { write state; } }
path p { keep; optionally { store; } use; }
property kept: preserved own from keep to use;
proposal today { }
"""
REASON = "the solver gave up looking for a run of `kept` to show; raise --resources or --timeout"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "lost.cbs"
    file.write_text(SPEC)
    return file


@pytest.fixture
def tired(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that gives up where a model would be shown, and nowhere else."""
    asked, made = Z3Session.check, Z3Session.__init__
    alone: set[int] = set()

    def making(self: Z3Session, *given: Any, **named: Any) -> None:
        made(self, *given, **named)
        alone.add(id(self)) if named.get("context") is None else alone.discard(id(self))

    def checking(self: Z3Session) -> Answer:
        return Answer("unknown", {}, "told to") if id(self) in alone else asked(self)

    monkeypatch.setattr(Z3Session, "__init__", making)
    monkeypatch.setattr(Z3Session, "check", checking)


def judged(spec: Path, **options: Any) -> Report:
    return check(str(spec), Options(witnesses=True, **options), lambda done, total: None)


def test_a_verdict_stays_without_the_run_that_shows_it(spec: Path, tired: None) -> None:
    (case,) = (case for case in judged(spec).cases if case.property == "kept")
    assert (case.verdict, case.finding.witness, case.finding.reason) == ("refuted", None, REASON)


def test_it_is_said(spec: Path, tired: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["check", "--no-cache", str(spec)])
    said = " ".join(capsys.readouterr().out.split())
    assert left.value.code == 1 and REASON in said
    with pytest.raises(SystemExit) as left:
        main(["check", "--no-cache", "--format", "json", str(spec)])
    document = json.loads(capsys.readouterr().out)
    assert [case.get("reason") for case in document["cases"]] == [REASON, None]


@pytest.mark.parametrize(
    "command", [["reproduce", "--case", "lost/today/kept"], ["certify", "-o", "archive"]]
)
def test_who_needs_the_run_says_so(
    spec: Path,
    tired: None,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main([command[0], str(spec), *command[1:]])
    said = " ".join(capsys.readouterr().err.split())
    assert left.value.code == 2 and "the solver gave up looking for a run of `kept`" in said
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize("resources", [1, 10, 100, 300, 1_000, 3_000, 10_000])
def test_no_limit_is_too_low_to_answer(spec: Path, resources: int) -> None:
    verdicts = {case.property: case.verdict for case in judged(spec, resources=resources).cases}
    assert verdicts["kept"] in ("refuted", "unknown")


def test_giving_up_is_no_fault_of_ours() -> None:
    assert str(GaveUp("kept")) == REASON.partition(";")[0]
