"""`python -m benchmarks`: run the workloads and print the ratios; `--write` keeps them in
RESULTS.md beside this file."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import spaces, tables
from benchmarks.contest import Row, contest, of_files, warm_up
from benchmarks.measure import ROOT
from benchmarks.suite import entries
from benchmarks.targets import CASES, CONFIGS, LAYERS, LINUX, MAIN, with_linux

RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", help="names of workloads, or the beginnings of names")
    parser.add_argument(
        "--write", action="store_true", help="keep the tables in benchmarks/RESULTS.md"
    )
    given = parser.parse_args()
    if not shutil.which("cbmc"):
        print(tables.NO_CBMC, file=sys.stderr)
    rows = {}
    for row in _rows(tuple(given.only)):
        rows[row.name] = row
        print(
            f"{row.name}: {row.floor} x the floor, {row.megabytes:.0f} MB",
            file=sys.stderr,
            flush=True,
        )
    text = tables.results(with_linux(rows))
    print(text, end="")
    if given.write:
        RESULTS.write_text(text, encoding="utf-8")


def _rows(only: tuple[str, ...]) -> Iterator[Row]:
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        for entry in entries():
            if not only or entry.name.startswith(only):
                yield contest(entry, Path(folder))
    yield from (
        of_files(name, paths, rounds, 180)
        for name, paths, rounds in _files()
        if not only or name.startswith(only)
    )
    if not only or CONFIGS.startswith(only) or LAYERS.startswith(only):
        yield from _grown()


def _files() -> Iterator[tuple[str, list[str], int]]:
    """Specs of the repository, each by itself where that is asked."""
    yield MAIN, ["specs/gso_ipoib.cbs"], 3
    yield CASES, ["specs/cases"], 3
    for spec in sorted((ROOT / "specs/linux").glob("*.cbs")):
        yield f"{LINUX}{spec.stem}", [f"specs/linux/{spec.name}"], 3
    # What CI asks for: the least run of each verdict, and which of its decisions matter.
    for name, path in ((MAIN, "specs/gso_ipoib.cbs"), ("tc_7_2", "specs/linux/tc_7_2.cbs")):
        yield f"document of {name}", ["--format", "json", path], 3


def _grown() -> Iterator[Row]:
    """Specs without a rival."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in ((CONFIGS, spaces.configs(26)), (LAYERS, spaces.layers(200))):
            spec = Path(folder) / "a.cbs"
            spec.write_text(text, encoding="utf-8")
            yield of_files(name, [str(spec)], 3, 60)


if __name__ == "__main__":
    main()
