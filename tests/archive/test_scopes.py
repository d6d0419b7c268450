"""One text may be stated of runs that are followed to their end, and of some that are not:
scopes are told apart all the same."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.archive.kept import Kept, cbprove

SPEC = """\
spec scope "one formula, of a loop of three turns and of one of two thousand";
object skb { char cb[8]; }
param mode in { few, many };
layer l {
    view A : u16 at skb.cb[0];
    view B : u16 at skb.cb[2];
    step zero { write A = 0; write B = 0; }
    step both { write A = A + 1; write B = B + 1; if (A == 5) { write B = 0; } }
    step use  { read A; }
}
path p { zero; repeat [..mode == few ? 3 : 2000] { both; } use; }
property alike: holds A == B at use;
proposal f { mode = few; }
proposal m { mode = many; expect alike proved up to 3; }
"""


def certified(folder: Path, name: str, text: str) -> Kept:
    (folder / name).write_text(text)
    with contextlib.chdir(folder):
        code, printed = cbprove("certify", name, "-o", "proofs")
    assert code == 0, printed
    return Kept(folder)


@pytest.fixture
def scoped(tmp_path: Path) -> Kept:
    return certified(tmp_path, "scope.cbs", SPEC)


def _texts(record: dict[str, object], id: str) -> list[str]:
    verdicts: list[dict[str, object]] = record["verdicts"]  # type: ignore[assignment]
    (found,) = (one for one in verdicts if one["id"] == id)
    parts: list[dict[str, list[str]]] = found["parts"]  # type: ignore[assignment]
    return parts[0]["obligations"]


def test_the_untouched_archive_is_confirmed(scoped: Kept) -> None:
    code, printed = scoped.recheck()
    assert (code, "4 of 4 verdicts confirmed" in printed) == (0, True), printed


def test_a_bounded_proof_is_not_stated_as_one_of_every_run(scoped: Kept) -> None:
    record = scoped.record("scope")
    assert _texts(record, "scope/f/alike") != _texts(record, "scope/m/alike")


@pytest.mark.parametrize(("id", "scope"), [("scope/m/alike", "every run"), ("scope/f/alike", 3)])
def test_an_edited_scope_is_refused(scoped: Kept, id: str, scope: object) -> None:
    scoped.edit(
        "scope", lambda r: next(one for one in r["verdicts"] if one["id"] == id).update(scope=scope)
    )
    code, printed = scoped.recheck()
    assert (code, f"{id}: its scope is" in printed) == (1, True), printed


def test_a_scope_edited_with_the_text_that_proves_another_is_refused(scoped: Kept) -> None:
    """The bounded verdict is rested on the text of the other one, which is made to state it as
    well."""

    def change(record: dict[str, object]) -> None:
        verdicts: list[dict[str, object]] = record["verdicts"]  # type: ignore[assignment]
        obligations: list[dict[str, object]] = record["obligations"]  # type: ignore[assignment]
        (own,), (other,) = _texts(record, "scope/m/alike"), _texts(record, "scope/f/alike")
        by_name = {one["name"]: one for one in obligations}
        by_name[other]["states"] += by_name[own]["states"]  # type: ignore[operator]
        record["obligations"] = [one for one in obligations if one["name"] != own]
        for one in verdicts:
            if one["id"] == "scope/m/alike":
                one["parts"][0]["obligations"] = [other]  # type: ignore[index]
                one["scope"] = "every run"
        (scoped.archive / "scope" / f"{own}.smt2").unlink()

    scoped.edit("scope", change)
    code, printed = scoped.recheck()
    assert (code, "it is not what the spec states" in printed) == (1, True), printed


BEHIND = """\
spec behind "what a step in a loop left, behind the loop";
object skb { char cb[16]; }
layer l {
    view S : u8[2] at skb.cb[2];
    step put { write S; }
    step get { read S; }
}
path p { repeat { put; } get; }
property kept: preserved S from put to get;
proposal now { }
"""


@pytest.fixture
def behind(tmp_path: Path) -> Kept:
    return certified(tmp_path, "behind.cbs", BEHIND)


def test_an_obligation_of_some_turns_with_a_certificate_is_of_every_run(behind: Kept) -> None:
    code, printed = behind.recheck()
    assert (code, "2 of 2 verdicts confirmed" in printed) == (0, True), printed


def test_without_the_certificate_it_is_of_some_turns(behind: Kept) -> None:
    def change(record: dict[str, object]) -> None:
        verdicts: list[dict[str, object]] = record["verdicts"]  # type: ignore[assignment]
        (kept,) = (one for one in verdicts if one["id"] == "behind/now/kept")
        parts: list[dict[str, object]] = kept["parts"]  # type: ignore[assignment]
        certificates: dict[str, object] = parts[0].pop("certificates")  # type: ignore[assignment]
        (name,) = certificates
        record["certificates"] = []
        (behind.archive / "behind" / f"{name}.txt").unlink()

    behind.edit("behind", change)
    code, printed = behind.recheck()
    assert code == 1 and "behind/now/kept: " in printed, printed
