"""`proofs/` holds every shipped spec as it is now: run `make proofs` where a test here fails."""

from __future__ import annotations

import contextlib
import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.archive.kept import cbprove

ROOT = Path(__file__).parents[2]
PROOFS = ROOT / "proofs"
HELP = "certify again: make proofs"


def declares(file: Path) -> bool:
    """Whether it is a spec of its own, not one made to be included."""
    return any(line.startswith("spec ") for line in file.read_text().splitlines())


SHIPPED = ("specs/gso_ipoib.cbs", "specs/cases", "specs/changes")  # as in the Makefile
FILES = [file for file in sorted(ROOT.glob("specs/**/*.cbs")) if declares(file)]
SPECS = [s for s in (file.relative_to(ROOT).as_posix() for file in FILES) if s.startswith(SHIPPED)]
FRESH = ["specs/cases/b11_cls_bpf_tc_cb.cbs", "specs/cases/b13_tc_cb_no_room.cbs"]


def test_every_shipped_spec_is_in_the_archive_and_nothing_else() -> None:
    listed = [one["folder"] for one in json.loads((PROOFS / "index.json").read_text())["specs"]]
    assert listed == sorted(spec.removesuffix(".cbs") for spec in SPECS), HELP


@pytest.mark.parametrize("spec", SPECS)
def test_the_archive_is_of_the_spec_as_it_is(spec: str) -> None:
    record = json.loads((PROOFS / spec.removesuffix(".cbs") / "record.json").read_text())
    for one in record["inputs"]:
        assert sha256((ROOT / one["path"]).read_bytes()).hexdigest() == one["sha256"], HELP


def fresh(tmp_path: Path, *specs: str) -> Path:
    with contextlib.chdir(ROOT):
        code, printed = cbprove("certify", *specs, "-o", str(tmp_path / "proofs"))
    assert code == 0, printed
    return tmp_path / "proofs"


def without_solver(file: Path) -> str:
    """What stands in a file but for the line that tells which Z3 it was."""
    return "\n".join(line for line in file.read_text().splitlines() if not line.startswith('  "versions"'))


def same(made: Path, spec: str) -> None:
    here, there = made / spec.removesuffix(".cbs"), PROOFS / spec.removesuffix(".cbs")
    assert sorted(f.name for f in here.iterdir()) == sorted(f.name for f in there.iterdir()), HELP
    for file in here.iterdir():
        assert without_solver(file) == without_solver(there / file.name), f"{file.name}: {HELP}"


@pytest.mark.parametrize("spec", FRESH)
def test_a_fresh_archive_is_the_same(tmp_path: Path, spec: str) -> None:
    same(fresh(tmp_path, spec), spec)


@pytest.mark.parametrize("spec", FRESH)
def test_a_sample_is_confirmed(tmp_path: Path, spec: str) -> None:
    code, printed = cbprove("recheck", str(fresh(tmp_path, spec)), str(ROOT))
    assert code == 0, printed


@pytest.mark.slow
def test_a_fresh_archive_of_everything_is_the_same(tmp_path: Path) -> None:
    made = fresh(tmp_path, *SPECS)
    for spec in SPECS:
        same(made, spec)


@pytest.mark.slow
def test_the_whole_archive_is_confirmed() -> None:
    with contextlib.chdir(ROOT):
        code, printed = cbprove("recheck", "proofs")
    assert code == 0, printed
