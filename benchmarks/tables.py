"""What a run of the benchmarks found, as Markdown."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

from benchmarks import targets
from benchmarks.contest import Row
from benchmarks.measure import Ratio

NO_CBMC = "CBMC is not installed: its columns and targets are skipped."

_EXPLAINED = """\
Ratios of whole processes run in turns (A B A B), pair by pair: the median, and in brackets the least and the most; of what takes
less than a second eleven pairs, else three, or one. The floor is
`python -c "import z3, lark"`; *processor* is the same by processor time, which other work on the machine disturbs less.
*After parsing* is by processor time, what the parser alone takes taken off. *Plain* is a fresh Z3 query for each candidate
and property over a list of bytes. `<` and `>`: one of the two was stopped for its time, so that the ratio is a bound. All that
ran to its end gave the same verdict on each candidate and property, and those of `benchmarks/numbers.py`.

The specs expect their refutations, so that no witness is searched for, but for the rows of documents (`--format json`).
"""


def results(rows: Mapping[str, Row]) -> str:
    """The whole document."""
    parts = [
        "# Measured by `make bench`\n",
        facts(),
        _EXPLAINED,
        _measured(rows.values()),
        _promised(rows),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def facts() -> str:
    """What it ran on, without names."""
    cbmc = _cbmc_version()
    packages = ", ".join(f"{name} {version(name)}" for name in ("z3-solver", "lark"))
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    told = f"{machine}; Python {platform.python_version()}, {packages}, {f'CBMC {cbmc}' if cbmc else 'no CBMC'}.\n"
    return told if cbmc else f"{told}{NO_CBMC}\n"


def _cbmc_version() -> str | None:
    if not shutil.which("cbmc"):
        return None
    return subprocess.run(
        ["cbmc", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[0]


def _measured(rows: Iterable[Row]) -> str:
    head = (
        "workload",
        "candidates",
        "x floor",
        "processor",
        "after parsing",
        "ms a line",
        "x plain",
        "x CBMC",
        "MB",
    )
    return "## Ratios\n\n" + markdown(head, [_cells(row) for row in rows])


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        f"{row.candidates:,}" if row.candidates else "",
        str(row.floor),
        str(row.processor),
        _or_none(row.after_parsing),
        "" if row.parsing is None else f"{row.parsing:.2f}",
        _or_none(row.plain),
        _or_none(row.cbmc),
        f"{row.megabytes:.0f}",
    )


def _or_none(ratio: Ratio | None) -> str:
    return "" if ratio is None else str(ratio)


def _promised(rows: Mapping[str, Row]) -> str:
    return "## Targets\n\n" + markdown(("at most", "measured", ""), targets.table(rows))


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose columns line up in plain text too."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return "".join(
        f"| {' | '.join(c.ljust(w) for c, w in zip(line, widths, strict=True))} |\n"
        for line in lines
    )
