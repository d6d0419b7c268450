"""`proofs/` holds a record of every shipped spec as it is now: run `make proofs` where a test
here fails."""

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
from cbprove.audit.resting import models
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load
from tests.archive.kept import cbprove
from tests.archive.records import PROOFS, ROOT, SPECS, record_of

HELP = "certify again: make proofs"
QUICK = "specs/cases/b13_tc_cb_no_room.cbs"


def test_every_shipped_spec_has_a_record_and_nothing_else_has() -> None:
    assert sorted(PROOFS.rglob("*.json")) == sorted(
        [*map(record_of, SPECS), PROOFS / "gso_ipoib" / "index.json"]
    ), HELP


@pytest.mark.parametrize("spec", SPECS)
def test_the_record_is_of_the_spec_as_it_is(spec: str) -> None:
    for file in json.loads(record_of(spec).read_text())["inputs"]:
        assert sha256((ROOT / file["path"]).read_bytes()).hexdigest() == file["sha256"], HELP


WITH_CADICAL = shutil.which("cadical") is not None
CLAUSAL = ["--clausal"] if WITH_CADICAL else []


def fresh(tmp_path: Path, *specs: str) -> Path:
    with contextlib.chdir(ROOT):
        code, printed = cbprove("certify", *CLAUSAL, *specs, "-o", str(tmp_path / "proofs"))
    assert code == 0, printed
    return tmp_path / "proofs"


def without_solvers(record: Path) -> str:
    """A record but for what tells of solvers: which Z3 it was, and what cadical found, if it is
    there at all."""
    text = "\n".join(
        line for line in record.read_text().splitlines() if not line.startswith('  "versions"')
    )
    if not WITH_CADICAL:
        text = re.sub(r'  "clausal": .*', "", text.replace(" --clausal", ""), flags=re.S)
    return re.sub(r'"drat": "[0-9a-f]*"', "", text)


def parts_without_proof(record: Path) -> int:
    """How many parts of proofs have no certificate, and an obligation whose clausal proof was left
    out; several may rest on one obligation."""
    document = json.loads(record.read_text())
    proved = {each["name"] for each in document["clausal"] if "drat" in each}
    return sum(
        part["verdict"] in ("proved", "vacuous")
        and "certificates" not in part
        and not proved.issuperset(part["obligations"])
        for verdict in document["verdicts"]
        for part in verdict["parts"]
    )


def rebuilt(tmp_path: Path, spec: str) -> None:
    """A fresh archive has the record that is kept, and is confirmed."""
    archive = fresh(tmp_path, spec)
    record = archive / spec.removesuffix(".cbs") / "record.json"
    assert without_solvers(record) == without_solvers(record_of(spec)), HELP
    code, printed = cbprove("recheck", str(archive), str(ROOT))
    assert code == 0, printed
    if WITH_CADICAL:
        alone = parts_without_proof(record)
        assert printed.splitlines()[-2].endswith(f", {alone} by the solver alone")


def test_a_spec_rebuilt_is_as_its_record_says(tmp_path: Path) -> None:
    rebuilt(tmp_path, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec != QUICK])
def test_each_spec_rebuilt_is_as_its_record_says(tmp_path: Path, spec: str) -> None:
    rebuilt(tmp_path, spec)


@pytest.mark.slow
def test_no_proof_of_the_main_spec_rests_on_the_solver_alone() -> None:
    """The clausal proofs that are kept hold, whether cadical is there or not."""
    (folder,), failures = open_archive(str(PROOFS / "gso_ipoib"))
    assert not failures
    nobody = {"nobody": lambda text: "unsat"}
    outcome = recheck(
        folder, str(PROOFS), str(ROOT), lambda path: resolve(load(Path(path))), nobody, models
    )
    assert not outcome.failures
    assert (
        outcome.proofs["certificate"]
        and outcome.proofs["clausal"]
        and not outcome.proofs["solvers"]
    )
