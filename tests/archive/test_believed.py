"""Certificates and clausal proofs in an archive: kept where they are to be, checked without a
solver, changes caught."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cbprove.archive import certify
from cbprove.evidence import clausal
from tests.archive.kept import LOOPS, WIDE, Kept, cbprove

with_cadical = pytest.mark.skipif(
    shutil.which("cadical") is None, reason="cadical is not installed"
)


def part(record: dict[str, Any], id: str, word: str = "proved") -> Any:
    verdict = next(one for one in record["verdicts"] if one["id"] == id)
    return next(one for one in verdict["parts"] if one["verdict"] == word)


def certificate(kept: Kept, at: int) -> str:
    """The name of the certificate of `kept` at an offset."""
    found = part(kept.record("wide"), "wide/any_offset/kept")["certificates"]
    name: str = next(name for name, boxes in found.items() if {"OFF": [at, at]} in boxes)
    return name


def rename(kept: Kept, spec: str, old: str, text: str, ending: str) -> str:
    """Puts another text in a file's place, with its hash wherever that stands; its new name."""
    (kept.archive / spec / f"{old}{ending}").unlink()
    digest = sha256(text.encode()).hexdigest()
    name = old if ending == ".drat" else digest[:16]
    (kept.archive / spec / f"{name}{ending}").write_text(text)

    def change(record: dict[str, Any]) -> None:
        if ending == ".drat":
            next(one for one in record["clausal"] if one["name"] == old)["drat"] = digest
            return
        next(one for one in record["certificates"] if one["name"] == old).update(
            name=name, sha256=digest
        )
        for proved in (
            part
            for verdict in record["verdicts"]
            for part in verdict["parts"]
            if "certificates" in part
        ):
            proved["certificates"] = {
                name if k == old else k: v for k, v in proved["certificates"].items()
            }

    kept.edit(spec, change)
    return name


def changed(old: str, new: str, at: int = 6) -> Callable[[Kept], object]:
    """The certificate of an offset with other words, all hashes redone."""

    def change(kept: Kept) -> None:
        name = certificate(kept, at)
        text = (kept.archive / "wide" / f"{name}.txt").read_text()
        assert old in text, text
        rename(kept, "wide", name, text.replace(old, new, 1), ".txt")

    return change


def edited(
    change: Callable[[Any], object], id: str = "wide/any_offset/kept", word: str = "proved"
) -> Any:
    return lambda kept: kept.edit("wide", lambda record: change(part(record, id, word)))


def the_refuted_too(proved: Any) -> None:
    """The certificate of OFF = 4 said to speak of OFF = 6 as well."""
    first, *others = proved["certificates"]
    proved["certificates"] = {
        first: [{"OFF": [4, 4]}, {"OFF": [6, 6]}],
        **{k: proved["certificates"][k] for k in others[1:]},
    }


LINE = "  16 skb[0, 0) begun: step set\n"
STORE = "  16/4>14 skb[48, 56) starts after 32: write B\n"

WAYS: dict[str, tuple[Callable[[Kept], object], str]] = {
    "a line dropped": (changed(STORE, ""), "no line for the store at"),
    "a line twice": (changed(STORE, STORE * 2), "does not show it"),
    "the last line dropped": (changed(LINE, ""), "no line for the store at"),
    "another reason": (changed("starts after 32", "ends before 32"), "not true: Line("),
    "a reason that needs no number": (changed("starts after 32", "elsewhere"), "not true: Line("),
    "no reason at all": (
        changed("starts after 32", "does no harm"),
        "no line for the store|is no line|not true",
    ),
    "another number": (changed("after 32", "after 24"), "not true: Line("),
    "another store": (changed("write B", "write A"), "is not written as it should be"),
    "another extent": (changed("[48, 56)", "[40, 48)"), "no line for the store at"),
    "a line of no statement": (changed("16/4>14", "16/4>99"), "is no line of a certificate"),
    "another property": (changed("of kept", "of own"), "it speaks of own, not of kept"),
    "a claim dropped": (changed("claim 0", "claim 1"), "no proof of claim 0"),
    "a word more": (changed("write B", "write B, which is fine"), "is not written as it should be"),
    "nothing": (
        lambda k: changed((k.archive / "wide" / f"{certificate(k, 6)}.txt").read_text(), "")(k),
        "is no line",
    ),
    "a candidate without": (
        edited(lambda p: p["certificates"].popitem()),
        "its certificates are not about its candidates",
    ),
    "a candidate of another": (
        edited(the_refuted_too),
        "does not show it at abi = x86_64, OFF = 6",
    ),
    "of no candidate": (
        edited(lambda p: p["certificates"].update({"0" * 16: []})),
        "its certificates are not about its candidates",
    ),
    "of no axis": (
        edited(lambda p: p["certificates"].update({"0" * 16: [{"ON": [1, 1]}]})),
        "there is no region with",
    ),
    "of a refutation": (
        edited(lambda p: p.update(certificates={"0" * 16: []}), word="refuted"),
        "certificates show nothing where the verdict is refuted",
    ),
    "not listed": (
        lambda k: k.edit("wide", lambda r: r["certificates"].pop()),
        "the record does not list it",
    ),
    "not there": (
        lambda k: (k.archive / "wide" / f"{certificate(k, 6)}.txt").unlink(),
        "it cannot be read",
    ),
    "a byte, no hash redone": (
        lambda k: (k.archive / "wide" / f"{certificate(k, 6)}.txt").write_text(
            "certificate of kept\n"
        ),
        ".txt: its sha256 is",
    ),
    "all of a proof dropped": (
        edited(lambda p: p.pop("certificates"), "wide/any_offset/own"),
        ".txt: no proof has it",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_changed_certificate_is_caught_and_named(kept: Kept, way: str) -> None:
    change, said = WAYS[way]
    change(kept)
    code, printed = kept.recheck()
    assert code in (1, 2) and re.search(said if "|" in said else re.escape(said), printed), printed


def test_certificates_are_kept_for_each_candidate_and_shared(kept: Kept) -> None:
    record = kept.record("wide")
    every = part(record, "wide/any_offset/kept")
    assert [box for boxes in every["certificates"].values() for box in boxes] == [
        {"OFF": [at, at]} for at in [4, *range(6, 13)]
    ]
    last = part(record, "wide/last/kept")["certificates"]
    assert list(last) == [certificate(kept, 12)]
    assert len({one["name"] for one in record["certificates"]}) == len(record["certificates"])
    assert "certificates" not in part(record, "wide/last/nowhere", "vacuous")
    assert "certificates" not in part(record, "wide/last/fits")


def test_it_says_what_shows_the_proofs(kept: Kept) -> None:
    """And dropping certificates altogether is no mistake, but shows."""
    assert (
        kept.recheck()[1]
        .splitlines()[-2]
        .endswith("proofs: 6 by a certificate, 0 by a clausal proof, 13 by the solver alone")
    )

    def drop(record: dict[str, Any]) -> None:
        for verdict in record["verdicts"]:
            for one in verdict["parts"]:
                one.pop("certificates", None)
        record["certificates"] = []

    kept.edit("wide", drop)
    for file in (kept.archive / "wide").glob("*.txt"):
        file.unlink()
    code, printed = kept.recheck()
    assert code == 0
    assert " 0 by a clausal proof" in printed and "6 by a certificate" not in printed


# --- clausal proofs -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_proofs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clausal")
    (root / "loops.cbs").write_text(LOOPS)
    (root / "wide.cbs").write_text(WIDE)
    with contextlib.chdir(root):
        code, printed = cbprove("certify", "--clausal", "loops.cbs", "wide.cbs", "-o", "proofs")
    assert code == 0, printed
    return root


@pytest.fixture
def proofs(with_proofs: Path, tmp_path: Path) -> Kept:
    shutil.copytree(with_proofs, tmp_path / "copy")
    return Kept(tmp_path / "copy")


def names(kept: Kept, by: str, spec: str = "loops") -> list[str]:
    return [o["name"] for o in kept.record(spec)["obligations"] if o["states"][0]["by"] == by]


def proof(kept: Kept, change: Callable[[str], str]) -> None:
    """The longest proof changed, its hash redone."""
    file = max((kept.archive / "loops").glob("*.drat"), key=lambda file: len(file.read_text()))
    rename(kept, "loops", file.stem, change(file.read_text()), ".drat")


def moved(kept: Kept) -> None:
    """The proof of one obligation as that of another."""
    long = max((kept.archive / "loops").glob("*.drat"), key=lambda file: len(file.read_text()))
    short = min((kept.archive / "loops").glob("*.drat"), key=lambda file: len(file.read_text()))
    rename(kept, "loops", long.stem, short.read_text(), ".drat")


def clauses(change: Callable[[Any], object]) -> Callable[[Kept], object]:
    return lambda kept: kept.edit("loops", lambda record: change(record["clausal"]))


def left_out(found: Any) -> None:
    del found[0]["drat"]
    found[0]["left_out"] = "it was too long to read"


CLAUSAL_WAYS: dict[str, tuple[Callable[[Kept], object], str]] = {
    "cut short": (
        lambda k: proof(k, lambda t: "\n".join(t.splitlines()[: len(t.splitlines()) // 4]) + "\n"),
        ".drat: it does not show",
    ),
    "only its end": (lambda k: proof(k, lambda t: "0\n"), ".drat: it does not show"),
    "no proof": (lambda k: proof(k, lambda t: ""), ".drat: it does not show"),
    "a step that does not follow": (
        lambda k: proof(k, lambda t: "2 0\n-2 0\n0\n"),
        ".drat: it does not show",
    ),
    "no DRAT": (lambda k: proof(k, lambda t: "it holds\n"), ".drat: it does not show"),
    "of another obligation": (moved, ".drat: it does not show"),
    "other clauses": (clauses(lambda c: c[0].update(cnf="0" * 64)), "the sha256 of its clauses is"),
    "of no obligation": (
        clauses(lambda c: c.append({"name": "0" * 16, "cnf": "0" * 64, "left_out": "it is so"})),
        "0000000000000000.drat: the record has no such obligation",
    ),
    "another hash": (clauses(lambda c: c[0].update(drat="0" * 64)), ".drat: its sha256 is"),
    "a proof that is left out and there": (clauses(left_out), ".drat: the record does not list it"),
    "all of them": (
        lambda k: k.edit("loops", lambda r: r.update(clausal=None)),
        "its command should be `cbprove certify loops.cbs`",
    ),
}


@with_cadical
@pytest.mark.parametrize("way", CLAUSAL_WAYS)
def test_a_changed_proof_is_caught_and_named(proofs: Kept, way: str) -> None:
    change, said = CLAUSAL_WAYS[way]
    change(proofs)
    code, printed = proofs.recheck()
    assert code == 1 and said in printed, printed


@with_cadical
def test_values_steps_and_what_has_no_certificate_have_clausal_proofs(proofs: Kept) -> None:
    for spec in ("loops", "wide"):
        kept = {one["name"] for one in proofs.record(spec)["clausal"]}
        assert kept >= {*names(proofs, "values", spec), *names(proofs, "step", spec)}
        bare = [
            p
            for v in proofs.record(spec)["verdicts"]
            for p in v["parts"]
            if p.get("obligations") and "certificates" not in p
        ]
        assert bare and kept >= {name for p in bare for name in p["obligations"]}
    assert names(proofs, "step") and names(proofs, "values")
    code, printed = proofs.recheck()
    assert code == 0 and printed.splitlines()[-2].endswith(" 0 by the solver alone"), printed


@with_cadical
def test_what_is_left_out_is_said_and_rests_on_the_solvers(
    proofs: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certify, "LARGEST", 100)
    with contextlib.chdir(proofs.root):
        assert cbprove("certify", "--clausal", "loops.cbs", "-o", "proofs")[0] == 0
    said = [one for one in proofs.record("loops")["clausal"] if "left_out" in one]
    assert said and all(
        one["left_out"] == "it has more than 100 bytes" and "drat" not in one for one in said
    )
    assert not any((proofs.archive / "loops" / f"{one['name']}.drat").exists() for one in said)
    code, printed = proofs.recheck()
    assert code == 0 and not printed.splitlines()[-2].endswith(" 0 by the solver alone")


@with_cadical
def test_a_solver_that_gives_up_leaves_a_proof_out(
    proofs: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = ("cadical", "-q", "--no-binary", "-c", "0")
    monkeypatch.setattr(certify, "proof_of", lambda clauses: clausal.proof_of(clauses, impatient))
    with contextlib.chdir(proofs.root):
        assert cbprove("certify", "--clausal", "loops.cbs", "-o", "proofs")[0] == 0
    assert {one["left_out"] for one in proofs.record("loops")["clausal"] if "left_out" in one} == {
        "cadical gave up: it ended with 0"
    }


@with_cadical
def test_an_invariant_without_the_proof_of_its_step_rests_on_the_solvers(proofs: Kept) -> None:
    (step,) = names(proofs, "step")
    (proofs.archive / "loops" / f"{step}.drat").unlink()
    proofs.edit(
        "loops", lambda r: r.update(clausal=[one for one in r["clausal"] if one["name"] != step])
    )
    code, printed = proofs.recheck()
    assert code == 0 and printed.splitlines()[-2].endswith(" 1 by the solver alone"), printed


@with_cadical
def test_proofs_keep_no_deletions(proofs: Kept) -> None:
    texts = [file.read_text() for file in (proofs.archive / "loops").glob("*.drat")]
    assert texts and not any(line.startswith("d") for text in texts for line in text.splitlines())


def test_without_the_solver_clausal_proofs_are_refused(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cbprove.evidence.clausal.shutil.which", lambda name: None)
    with contextlib.chdir(kept.root):
        code, printed = cbprove("certify", "--clausal", "loops.cbs", "-o", "other")
        assert (
            code == 2
            and "cadical is not installed" in printed
            and "= help: leave out --clausal" in printed
        )
        assert cbprove("certify", "loops.cbs", "-o", "other")[0] == 0
    assert (
        json.loads((kept.root / "other" / "loops" / "record.json").read_text())["clausal"] is None
    )
