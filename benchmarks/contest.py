"""One workload: cbprove, its rivals, the floor and the parser alone, side by side, and their
verdicts compared."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import cbmc, numbers
from benchmarks.measure import (
    FLOOR,
    Outcome,
    Ratio,
    memory,
    of,
    processor,
    ratio,
    run,
    side_by_side,
    stopped,
)
from benchmarks.suite import Entry, entries
from benchmarks.verdicts import (
    Disagreement,
    Verdicts,
    agree,
    check_counts,
    counts,
    of_document,
    of_rival,
)
from benchmarks.workloads import Narrow, Workload


@dataclass(frozen=True)
class Row:
    """What came out for one workload; None stands for what was not run. `seconds` are of processor
    time, `parsing` is in ms a line."""

    name: str
    candidates: int
    floor: Ratio
    processor: Ratio
    megabytes: float
    seconds: float
    after_parsing: Ratio | None = None
    parsing: float | None = None
    plain: Ratio | None = None
    cbmc: Ratio | None = None
    finished: bool = True


def cbprove(*arguments: str) -> tuple[str, ...]:
    """The command line of cbprove."""
    return (sys.executable, "-m", "cbprove", "--no-cache", *arguments)


def warm_up() -> None:
    """Have every module compiled, which is no part of what is measured: those of cbprove that a
    spec loads when it needs them, too."""
    run((sys.executable, "-m", "compileall", "-q", "model/cbprove", "benchmarks"), 120)
    run(FLOOR, 60)


def contest(entry: Entry, folder: Path) -> Row:
    """Run a workload and its rivals in turns. Raises Disagreement."""
    spec, nothing = folder / f"{entry.name}.cbs", folder / "nothing.cbs"
    spec.write_text(entry.work.spec, encoding="utf-8")
    nothing.write_text("spec nothing;\n", encoding="utf-8")
    commands = {"cbprove": cbprove(str(spec)), "floor": FLOOR, **_rivals(entry, folder)}
    commands["parsing"] = (sys.executable, "-m", "benchmarks.parsing", str(spec))
    commands["nothing"] = (sys.executable, "-m", "benchmarks.parsing", str(nothing))
    found = side_by_side(commands, entry.rounds, entry.limit)
    with ProcessPoolExecutor(1) as apart:  # a process started from a large one is measured as large
        apart.submit(_compare, entry.name, spec, found).result()
    short = found["cbprove"][0].seconds < _SHORT
    pair = {name: commands[name] for name in ("cbprove", "floor")}
    return _row(entry, found, side_by_side(pair, _MORE if short else 0, entry.limit))


def of_files(name: str, arguments: Sequence[str], rounds: int, limit: float) -> Row:
    """Specs as they are, all in one process, against the floor; they must come out as they
    expect themselves."""
    found = side_by_side({"cbprove": cbprove("-q", *arguments), "floor": FLOOR}, rounds, limit)
    ours = found["cbprove"]
    if (
        any(outcome.code not in (0, None) for outcome in ours)
        or len({outcome.output for outcome in ours}) > 1
    ):
        raise Disagreement(f"{name}: {ours[-1].output.strip().splitlines()[-1:]}")
    return Row(name, 0, **_common(found))


def _common(found: Mapping[str, Sequence[Outcome]]) -> dict[str, Any]:
    ours, floor = found["cbprove"], found["floor"]
    return {
        "floor": ratio(ours, floor),
        "processor": ratio(ours, floor, processor),
        "megabytes": memory(ours),
        "seconds": of([outcome.processor for outcome in ours]).middle,
        "finished": not stopped(ours),
    }


def _rivals(entry: Entry, folder: Path) -> dict[str, tuple[str, ...]]:
    rivals = {}
    if entry.plain:
        rivals["plain"] = (sys.executable, "-m", "benchmarks.plain", entry.name)
    if entry.c and shutil.which("cbmc"):
        program = folder / f"{entry.name}.c"
        program.write_text(entry.c, encoding="utf-8")
        rivals["cbmc"] = ("cbmc", str(program), "--no-standard-checks", "--object-bits", "8")
    return rivals


# --- verdicts -------------------------------------------------------------------------------------


def _full(entry: Entry, spec: Path, found: Mapping[str, Sequence[Outcome]]) -> Verdicts | None:
    """All verdicts of cbprove, from a run of its own whose time does not count, unless it takes
    too long at all."""
    if stopped(found["cbprove"]):
        return None
    outcome = run((sys.executable, "-m", "benchmarks.space", str(spec)), entry.limit)
    if outcome.code:
        raise Disagreement(f"{entry.name}: {outcome.output[-500:]}")
    return None if outcome.code is None else of_document(outcome.output, entry.work)


def _compare(name: str, spec: Path, found: Mapping[str, Sequence[Outcome]]) -> None:
    """Every run that came to its end gave the same verdicts, the timed ones of cbprove by their
    numbers."""
    entry = next(entry for entry in entries() if entry.name == name)
    told = {"numbers": numbers.verdicts(entry.work)}
    if (full := _full(entry, spec, found)) is not None:
        told["cbprove"] = full
    for rival, read in (("plain", of_rival), ("cbmc", cbmc.verdicts)):
        for outcome in found.get(rival, ()):
            if outcome.code is not None:
                told[rival] = read(outcome.output)
                agree({name: told[name] for name in ("numbers", rival)})
    agree(told)
    for outcome in found["cbprove"]:
        _compare_counts(entry.work, outcome, told["numbers"])


def _compare_counts(work: Workload | Narrow, outcome: Outcome, expected: Verdicts) -> None:
    if outcome.code is None:
        return
    if outcome.code != 0:
        raise Disagreement(f"{work.name}: exit code {outcome.code}: {outcome.output[-500:]}")
    total, candidates = _sizes(work)
    for name, told in counts(outcome.output).items():
        if name in expected:
            check_counts(told, total, candidates, len(expected[name]))


def _sizes(work: Workload | Narrow) -> tuple[int, int]:
    """All candidates, and those not excluded."""
    return (1, 1) if isinstance(work, Narrow) else (work.total, sum(1 for _ in work.candidates()))


# --- figures --------------------------------------------------------------------------------------


_MANY = 500  # lines: in shorter texts the parser's work is lost in the noise


_SHORT, _MORE = 1, 8  # seconds; pairs of what takes less, which one slow run would hide


def _row(
    entry: Entry,
    found: Mapping[str, Sequence[Outcome]],
    pairs: Mapping[str, Sequence[Outcome]],
) -> Row:
    """The figures of a workload; `pairs` are more runs of cbprove and of the floor, after all
    rivals have run."""
    ours, floor = found["cbprove"], found["floor"]
    parsing = [
        one.processor - other.processor
        for one, other in zip(found["parsing"], found["nothing"], strict=True)
    ]
    after = [
        (one.processor - parsed) / least.processor
        for one, parsed, least in zip(ours, parsing, floor, strict=False)
    ]
    lines = entry.work.spec.count("\n")
    return Row(
        entry.name,
        _sizes(entry.work)[0],
        **_common({name: [*found[name], *more] for name, more in pairs.items()}),
        after_parsing=of(after, ratio(ours, floor).sign),
        parsing=1000 * of(parsing).middle / lines if lines >= _MANY else None,
        plain=ratio(ours, found["plain"]) if "plain" in found else None,
        cbmc=ratio(ours, found["cbmc"]) if "cbmc" in found else None,
    )
