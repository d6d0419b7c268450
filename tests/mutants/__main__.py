"""Break cbprove on purpose, one fault at a time: some test must notice each. `python -m
tests.mutants [WORD]`."""

from __future__ import annotations

import ast
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from tests.mutants.planting import Mutant
from tests.mutants.table import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
_AT_ONCE = os.cpu_count() or 1
# A fault that makes the tests run for ever was noticed. Running is counted in CPU, as cores may be
# shared by others; what waits without CPU is ended by the clock.
_SECONDS, _WAITING = 180, 3600


Outcome = Literal["fails", "passes", "skips"]


def noticed(tests: tuple[str, ...], mutant: Mutant) -> bool:
    """Whether the tests fail with the fault planted in a copy of the model."""
    return outcome(tests, mutant) == "fails"


def outcome(tests: tuple[str, ...], mutant: Mutant | None) -> Outcome:
    """What the tests come to with a fault planted in a copy of the model, or without one; they
    skip where what they need is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        shutil.copytree(ROOT / "model", model)
        if mutant is not None:
            file, tree = mutant.planted()
            (model / "cbprove" / file).write_text(ast.unparse(tree), encoding="utf-8")
        return _outcome(tests, model)


def _outcome(tests: tuple[str, ...], model: Path) -> Outcome:
    options = [
        "-q",
        "-x",
        "-m",
        "not slow or block",
        "-p",
        "no:cacheprovider",
        "-o",
        f"pythonpath={ROOT} {model}",
    ]
    surroundings = {**os.environ, "PYTHONPATH": str(model), "CBPROVE_SHRINK": "no"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=ROOT,
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=_WAITING,
            preexec_fn=_limited,
        )
    except subprocess.TimeoutExpired:
        return "fails"
    if done.returncode != 0:
        return "fails"
    return "passes" if "passed" in done.stdout.rpartition("\n\n")[2] else "skips"


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 1))


def main(word: str = "") -> int:
    chosen = [m for m in MUTANTS if word in f"{m.where} {m.function} {m.breaks}"]
    selections = list(dict.fromkeys(m.tests for m in chosen))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        sound = pool.map(lambda tests: (tests, outcome(tests, None)), selections)
        unfit = [each for each in sound if each[1] != "passes"]
        for tests, how in unfit:
            print(f"{how} without any fault: {' '.join(tests)}")
        if unfit:
            return 1
        caught: list[Mutant] = []
        for mutant, seen in zip(
            chosen, pool.map(lambda m: noticed(m.tests, m), chosen), strict=True
        ):
            if seen:
                caught.append(mutant)
            else:
                print(f"survives: {mutant.where} {mutant.function}: {mutant.breaks}", flush=True)
    print("\n".join(_counted(chosen, caught)))
    return 0 if len(caught) == len(chosen) else 1


def _counted(chosen: Iterable[Mutant], caught: Iterable[Mutant]) -> list[str]:
    """How many of each folder, then of all."""
    planted, seen = Counter(m.folder for m in chosen), Counter(m.folder for m in caught)
    lines = [f"{folder}: {seen[folder]} of {planted[folder]}" for folder in sorted(planted)]
    return [*lines, f"{seen.total()} of {planted.total()} faults noticed"]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
