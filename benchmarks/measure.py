"""Whole processes, one after another in turns, and what they took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
FLOOR = (sys.executable, "-c", "import z3, lark")


@dataclass(frozen=True)
class Outcome:
    """One run: seconds of wall clock and of processor, peak memory in MB; `code` is None if it
    was stopped for its time."""

    seconds: float
    processor: float
    megabytes: float
    code: int | None
    output: str


Took = Callable[[Outcome], float]


@dataclass(frozen=True)
class Ratio:
    """Of pairs of runs side by side: the median and the extremes. `sign` says that it is only
    known to be below or above."""

    middle: float
    low: float
    high: float
    sign: Literal["", "<", ">", "?"] = ""

    def __str__(self) -> str:
        middle, low, high = (_figures(value) for value in (self.middle, self.low, self.high))
        spread = f" ({low}..{high})" if low != high else ""
        return f"{self.sign}{' ' if self.sign else ''}{middle}{spread}"


def _figures(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 0.01 else f"{value:.4f}"


def run(command: Sequence[str], limit: float) -> Outcome:
    """One process from its start to its end, stopped after `limit` seconds."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
        )
        stopped = threading.Event()
        timer = threading.Timer(limit, lambda: (stopped.set(), process.kill()))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    code = None if stopped.is_set() else process.returncode
    return Outcome(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, code, text)


def _environment() -> dict[str, str]:
    """Compiled modules are kept as in an installation, but not among the sources."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    path = os.pathsep.join((str(ROOT / "model"), str(ROOT)))
    return {**kept, "PYTHONPATH": path, "PYTHONPYCACHEPREFIX": _COMPILED.name}


_COMPILED = tempfile.TemporaryDirectory()


def side_by_side(
    commands: Mapping[str, Sequence[str]], rounds: int, limit: float
) -> dict[str, list[Outcome]]:
    """Each command in turn, round after round; one that was stopped for its time is not run
    again."""
    found: dict[str, list[Outcome]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            if not found[name] or found[name][-1].code is not None:
                found[name].append(run(command, limit))
    return found


def ratio(
    ours: Sequence[Outcome], theirs: Sequence[Outcome], took: Took = lambda outcome: outcome.seconds
) -> Ratio:
    """How many times as long ours took, pair by pair; what was stopped stands for all rounds."""
    rounds = max(len(ours), len(theirs))
    pairs = zip(_filled(ours, rounds), _filled(theirs, rounds), strict=True)
    sign: Literal["", "<", ">", "?"] = ""
    if stopped(ours) or stopped(theirs):
        sign = "?" if stopped(ours) and stopped(theirs) else ">" if stopped(ours) else "<"
    return of([took(one) / took(other) for one, other in pairs], sign)


def of(values: Sequence[float], sign: Literal["", "<", ">", "?"] = "") -> Ratio:
    """Median and extremes."""
    return Ratio(median(values), min(values), max(values), sign)


def processor(outcome: Outcome) -> float:
    """The time that a run had a processor: what is left of its length when others keep the
    machine busy."""
    return outcome.processor


def _filled(outcomes: Sequence[Outcome], rounds: int) -> list[Outcome]:
    return [*outcomes, *outcomes[-1:] * (rounds - len(outcomes))]


def stopped(outcomes: Sequence[Outcome]) -> bool:
    """Whether a command did not end in its time."""
    return outcomes[-1].code is None


def memory(outcomes: Iterable[Outcome]) -> float:
    """The peak of all runs, in MB."""
    return max(outcome.megabytes for outcome in outcomes)
