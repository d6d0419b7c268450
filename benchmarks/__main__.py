"""`python -m benchmarks`: run the workloads and print the ratios; `--write` keeps them in RESULTS.md beside this file."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import tables
from benchmarks.contest import Row, contest, of_files, warm_up
from benchmarks.measure import ROOT
from benchmarks.suite import entries
from benchmarks.targets import CASES, MAIN

RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", help="names of workloads, or the beginnings of names")
    parser.add_argument("--write", action="store_true", help="keep the tables in benchmarks/RESULTS.md")
    given = parser.parse_args()
    if not shutil.which("cbmc"):
        print(tables.NO_CBMC, file=sys.stderr)
    rows = {}
    for row in _rows(tuple(given.only)):
        rows[row.name] = row
        print(f"{row.name}: {row.floor} x the floor, {row.megabytes:.0f} MB", file=sys.stderr, flush=True)
    text = tables.results(rows)
    print(text, end="")
    if given.write:
        RESULTS.write_text(text, encoding="utf-8")


def _rows(only: tuple[str, ...]) -> Iterator[Row]:
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        for entry in entries():
            if not only or entry.name.startswith(only):
                yield contest(entry, Path(folder))
    if not only or MAIN.startswith(only):
        yield of_files(MAIN, ["specs/gso_ipoib.cbs"], rounds=1, limit=180)
    if (not only or CASES.startswith(only)) and (ROOT / "specs" / "cases").is_dir():
        yield of_files(CASES, ["specs/cases"], rounds=1, limit=180)


if __name__ == "__main__":
    main()
