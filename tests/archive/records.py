"""The records of shipped specs, `proofs/`: where each is kept; `python -m tests.archive.records
ARCHIVE` copies them there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROOFS = ROOT / "proofs"
MAIN = "specs/gso_ipoib.cbs"  # its archive is kept in full
SHIPPED = (MAIN, "specs/cases", "specs/changes", "specs/linux")  # as in the Makefile


def _declares(file: Path) -> bool:
    """Whether it is a spec of its own, not one made to be included."""
    return any(line.startswith("spec ") for line in file.read_text().splitlines())


_FILES = [file for file in sorted(ROOT.glob("specs/**/*.cbs")) if _declares(file)]
SPECS = [
    spec
    for spec in (file.relative_to(ROOT).as_posix() for file in _FILES)
    if spec.startswith(SHIPPED)
]


def record_of(spec: str) -> Path:
    """Where the record of a spec is kept."""
    place = spec.removesuffix(".cbs")
    return (
        PROOFS / "gso_ipoib" / place / "record.json"
        if spec == MAIN
        else PROOFS / "records" / f"{place}.json"
    )


def main(archive: Path) -> None:
    """Copy the records of an archive of all shipped specs, in place of those that are kept."""
    shutil.rmtree(PROOFS / "records", ignore_errors=True)
    for spec in SPECS:
        if spec != MAIN:
            kept = record_of(spec)
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(archive / spec.removesuffix(".cbs") / "record.json", kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
