"""An archive as a whole: the same bytes each time, never half written, and what recheck says of
it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest

from cbprove.archive import folder, solvers
from tests.archive.kept import LOOPS, WIDE, Kept, cbprove


def bytes_of(archive: Path) -> dict[str, bytes]:
    return {
        str(f.relative_to(archive)): f.read_bytes()
        for f in sorted(archive.rglob("*"))
        if f.is_file()
    }


def certify(kept: Kept, *options: str, place: str = "proofs") -> tuple[int, str]:
    with contextlib.chdir(kept.root):
        return cbprove("certify", "wide.cbs", "loops.cbs", "sides.cbs", "-o", place, *options)


def last(printed: str) -> str:
    return printed.splitlines()[-1]


# --- writing --------------------------------------------------------------------------------------


def test_the_same_specs_give_the_same_bytes(kept: Kept) -> None:
    certify(kept, place="again")
    assert bytes_of(kept.root / "again") == bytes_of(kept.archive)


def test_a_second_certify_changes_nothing(kept: Kept) -> None:
    before = kept.archive.stat().st_ino
    code, printed = certify(kept)
    assert (code, last(printed)) == (0, "proofs: 3 specs, unchanged")
    assert kept.archive.stat().st_ino == before


def test_a_spec_that_is_not_certified_any_more_leaves_nothing(kept: Kept) -> None:
    with contextlib.chdir(kept.root):
        assert last(cbprove("certify", "wide.cbs", "-o", "proofs")[1]) == "proofs: 1 spec, written"
    assert sorted(p.name for p in kept.archive.iterdir()) == ["index.json", "wide"]


@pytest.mark.parametrize("where", ["_index", "_swap", "text"])
def test_what_is_interrupted_leaves_what_was(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def stop(*_: object) -> str:
        raise KeyboardInterrupt

    before = bytes_of(kept.archive)
    (kept.root / "wide.cbs").write_text(WIDE.replace("in 0..12", "in 0..13"))
    monkeypatch.setattr(folder, where, stop)
    assert certify(kept)[0] == 130
    assert bytes_of(kept.archive) == before
    assert sorted(p.name for p in kept.root.iterdir()) == [
        "loops.cbs",
        "proofs",
        "sides.cbs",
        "wide.cbs",
    ]


def test_what_cannot_be_moved_into_place_leaves_what_was(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if target.name == "proofs" and not self.name.endswith(".old"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    before = bytes_of(kept.archive)
    (kept.root / "wide.cbs").write_text(WIDE.replace("in 0..12", "in 0..13"))
    monkeypatch.setattr(Path, "rename", fail)
    code, printed = certify(kept)
    assert (code, printed.splitlines()[-2]) == (
        2,
        "error: `proofs` cannot be written: no space left on device",
    )
    assert bytes_of(kept.archive) == before


def test_a_folder_that_is_no_archive_is_not_replaced(kept: Kept) -> None:
    (kept.root / "precious").mkdir()
    (kept.root / "precious" / "thesis.tex").write_text("...")
    code, printed = certify(kept, place="precious")
    assert (code, printed.splitlines()[-2]) == (2, "error: precious is there and is no archive")
    assert (kept.root / "precious" / "thesis.tex").exists()


def test_mistakes_in_a_spec_leave_what_was(kept: Kept) -> None:
    before = bytes_of(kept.archive)
    (kept.root / "wide.cbs").write_text(WIDE.replace("read A", "read C"))
    code, printed = certify(kept)
    assert code == 2 and "error[CB01" in printed
    assert bytes_of(kept.archive) == before


def test_folders_are_named_by_the_paths_of_specs(kept: Kept) -> None:
    for place in ("a", "b"):
        (kept.root / "specs" / place).mkdir(parents=True)
        (kept.root / "specs" / place / "wide.cbs").write_text(WIDE)
    with contextlib.chdir(kept.root):
        assert cbprove("certify", "specs", "-o", "proofs")[0] == 0
    assert kept.recheck()[0] == 0
    assert (kept.archive / "specs" / "a" / "wide" / "record.json").exists()


# --- checking -------------------------------------------------------------------------------------


def test_an_unknown_is_kept_as_one(kept: Kept) -> None:
    code, printed = certify(kept, "--resources", "1")
    assert code == 3 and "unknown" in printed
    assert (
        'cbprove certify loops.cbs --resources 1"'
        in (kept.archive / "loops" / "record.json").read_text()
    )
    code, printed = kept.recheck()
    assert code == 3 and ": it is unknown: the solver gave up" in printed


def test_a_missing_solver_is_said_with_what_to_do(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cvc5", None)
    code, printed = kept.recheck()
    assert (code, printed.splitlines()) == (
        2,
        ["error: cvc5 is not installed", "  = help: pip install 'cbprove[recheck]'"],
    )


def test_a_solver_that_cannot_tell_confirms_nothing(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(solvers.SOLVERS, "cvc5", lambda text, seconds: "unknown")
    code, printed = kept.recheck()
    assert code == 3
    assert "cvc5 cannot tell whether it can be satisfied" in printed
    assert last(printed).split(": ")[1].startswith("3 specs, 3 of 22 verdicts confirmed")


def test_what_integers_do_not_tell_is_asked_as_bit_vectors(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_bits_alone(text: str, seconds: float | None) -> solvers.Result:
        return solvers.cvc5(text, seconds) if "(set-logic QF_BV)" in text else "unknown"

    monkeypatch.setitem(solvers.SOLVERS, "cvc5", of_bits_alone)
    code, printed = kept.recheck()
    assert (code, last(printed).split(": ")[1]) == (
        0,
        "3 specs, 22 of 22 verdicts confirmed by cvc5",
    )


def test_what_the_solver_can_satisfy_is_not_confirmed(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(solvers.SOLVERS, "cvc5", lambda text, seconds: "sat")
    code, printed = kept.recheck()
    assert code == 1 and "cvc5 can satisfy it" in printed


def test_the_invariant_of_a_loop_is_kept_and_needed(kept: Kept) -> None:
    states = [
        s
        for o in kept.record("loops")["obligations"]
        for s in o["states"]
        if s["property"] == "zeroed"
    ]
    assert sorted(s["by"] for s in states) == ["step", "values"]
    assert [piece[1] for piece in states[0]["invariant"]["p"]] == [[1, ""], [0, ""]]
    # Without the store that puts it back, there is no invariant, and no proof.
    (kept.root / "loops.cbs").write_text(LOOPS.replace("copy stack.saved -> Z;", ""))
    certify(kept)
    assert not [
        o
        for o in kept.record("loops")["obligations"]
        for s in o["states"]
        if s["property"] == "zeroed"
    ]


def test_conditions_stay_in_it_only_where_they_are_needed(kept: Kept) -> None:
    states = [
        s for o in kept.record("loops")["obligations"] for s in o["states"] if s["by"] == "sources"
    ]
    assert {s["property"]: s["loose"] for s in states if s["property"] in ("either", "fits")} == {
        "either": False,
        "fits": True,
    }


def test_a_folder_without_archive_is_refused(tmp_path: Path) -> None:
    code, printed = cbprove("recheck", str(tmp_path))
    assert code == 2 and "index.json: it cannot be read" in printed
