"""`proofs/` holds every shipped spec as it is now: run `make proofs` where a test here fails."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from cbprove.archive.folder import open_archive
from cbprove.archive.recheck import recheck
from cbprove.design.division import Stage
from cbprove.meaning import elaborate
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load
from tests.archive.kept import cbprove

ROOT = Path(__file__).parents[2]
PROOFS = ROOT / "proofs"
HELP = "certify again: make proofs"


def declares(file: Path) -> bool:
    """Whether it is a spec of its own, not one made to be included."""
    return any(line.startswith("spec ") for line in file.read_text().splitlines())


SHIPPED = ("specs/gso_ipoib.cbs", "specs/cases", "specs/changes", "specs/linux")  # as in the Makefile
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


WITH_CADICAL = shutil.which("cadical") is not None
CLAUSAL = ["--clausal"] if WITH_CADICAL else []


def fresh(tmp_path: Path, *specs: str) -> Path:
    with contextlib.chdir(ROOT):
        code, printed = cbprove("certify", *CLAUSAL, *specs, "-o", str(tmp_path / "proofs"))
    assert code == 0, printed
    return tmp_path / "proofs"


def without_solvers(file: Path) -> str:
    """What stands in a file but for what tells of solvers: which Z3 it was, and what cadical found, if it is there at all."""
    told = "\n".join(line for line in file.read_text().splitlines() if not line.startswith('  "versions"'))
    if file.name != "record.json":
        return told
    if not WITH_CADICAL:
        told = re.sub(r'  "clausal": .*', "", told.replace(" --clausal", ""), flags=re.S)
    return re.sub(r'"drat": "[0-9a-f]*"', "", told)


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if WITH_CADICAL or file.suffix != ".drat")


def same(made: Path, spec: str) -> None:
    """The same but for what another solver would find; that proofs prove is checked apart."""
    here, there = made / spec.removesuffix(".cbs"), PROOFS / spec.removesuffix(".cbs")
    assert files(here) == files(there), HELP
    for name in files(here):
        if not name.endswith(".drat"):
            assert without_solvers(here / name) == without_solvers(there / name), f"{name}: {HELP}"


@pytest.mark.parametrize("spec", FRESH)
def test_a_fresh_archive_is_the_same(tmp_path: Path, spec: str) -> None:
    same(fresh(tmp_path, spec), spec)


@pytest.mark.parametrize("spec", FRESH)
def test_a_sample_is_confirmed(tmp_path: Path, spec: str) -> None:
    code, printed = cbprove("recheck", str(fresh(tmp_path, spec)), str(ROOT))
    assert code == 0, printed


@pytest.mark.parametrize("spec", FRESH)
def test_of_a_sample_no_proof_rests_on_solvers_alone(spec: str) -> None:
    """The clausal proofs that are kept hold, whether cadical is there or not."""
    folders, _ = open_archive(str(PROOFS))
    folder = next(one for one in folders if one.name == spec.removesuffix(".cbs"))
    stage = Stage(elaborate.program, elaborate.condition)
    meant = recheck(
        folder, str(PROOFS), str(ROOT), lambda path: resolve(load(Path(path))), stage, {"nobody": lambda text: "unsat"}
    )
    assert not meant.failures
    assert meant.proofs["certificate"] and meant.proofs["clausal"] and not meant.proofs["solvers"]


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
    alone = int(printed.splitlines()[-2].split()[-5])
    left_out = sum(record.read_text().count('"left_out": "') for record in PROOFS.rglob("record.json"))
    assert printed.splitlines()[-2].endswith(f", {alone} by the solvers alone") and alone <= left_out
