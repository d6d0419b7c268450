"""An archive keeps what its verdicts rest on, and `recheck` makes the audit anew."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cbprove.audit.writing import save
from tests.archive.kept import Kept, cbprove
from tests.audit.test_compare import BOTH, SPEC, access, record

PROPERTY = "property kept: owned; proposal now {{ }}"


@pytest.fixture
def made(tmp_path: Path) -> Kept:
    """An archive of a spec that names a record."""
    save(str(tmp_path / "kept.json"), record(rcv=BOTH))
    step = "step rcv { write P.flags; read P.flags; }"
    (tmp_path / "tiny.cbs").write_text(
        'audited "kept.json";' + (SPEC + PROPERTY).format(steps=step, calls="rcv;")
    )
    kept = Kept(tmp_path)
    code, printed = certify(kept)
    assert code == 0, printed
    assert "  model audited against linux 6.1.192: 1 step" in printed.splitlines()
    return kept


def certify(kept: Kept) -> tuple[int, str]:
    with contextlib.chdir(kept.root):
        return cbprove("certify", "tiny.cbs", "-o", "proofs")


def test_it_is_kept_and_made_anew(made: Kept) -> None:
    (kept,) = made.record("tiny")["models"]
    assert (kept["record"], kept["told"]) == (
        "kept.json",
        "model audited against linux 6.1.192: 1 step",
    )
    code, printed = made.recheck()
    assert code == 0, printed
    assert printed.splitlines()[1] == "  model audited against linux 6.1.192: 1 step"


def test_a_record_that_has_changed(made: Kept) -> None:
    save(str(made.root / "kept.json"), record(rcv=[*BOTH, access("read", "flags")]))
    code, printed = made.recheck()
    assert code == 1
    assert "tiny.cbs: the sha256 of kept.json is" in printed


def test_a_record_that_the_steps_are_not_as(made: Kept) -> None:
    save(str(made.root / "kept.json"), record(rcv=[*BOTH, access("write", "most")]))
    code, printed = made.recheck()
    assert code == 1
    assert "tiny.cbs: model not as linux 6.1.192: 1 difference in 1 step" in printed
    assert certify(made)[0] == 1


def test_a_record_that_is_gone(made: Kept) -> None:
    (made.root / "kept.json").unlink()
    code, printed = made.recheck()
    assert code == 2
    assert "tiny.cbs: it cannot be audited: " in printed and "kept.json` cannot be read" in printed


def _changed(**told: str) -> Callable[[dict[str, Any]], None]:
    return lambda held: held["models"][0].update(told)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda held: held.update(models=[{"told": "model not audited"}]),
            "the record does not know that it is audited against kept.json",
        ),
        (
            _changed(told="model audited against linux 7.2: 1 step"),
            "the record says: model audited against linux 7.2: 1 step",
        ),
        (_changed(sha256="0" * 64), f"the record says {'0' * 64}"),
        (
            _changed(record="other.json"),
            "the record says that it is audited against other.json, which it is not",
        ),
    ],
)
def test_what_an_archive_says_and_is_not_so(
    made: Kept, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    made.edit("tiny", change)
    code, printed = made.recheck()
    assert code == 1
    assert said in printed


def test_of_others_it_is_kept_that_nobody_looked(tmp_path: Path) -> None:
    step = "step rcv { write P.flags; read P.flags; }"
    (tmp_path / "tiny.cbs").write_text((SPEC + PROPERTY).format(steps=step, calls="rcv;"))
    kept = Kept(tmp_path)
    code, printed = certify(kept)
    assert (code, "  model not audited" in printed.splitlines()) == (0, True)
    assert kept.record("tiny")["models"] == [{"told": "model not audited"}]
    code, printed = kept.recheck()
    assert (code, "  model not audited" in printed.splitlines()) == (0, True)
    kept.edit("tiny", lambda held: held.pop("models"))
    code, printed = kept.recheck()
    assert (code, "models is missing" in printed) == (2, True), printed
