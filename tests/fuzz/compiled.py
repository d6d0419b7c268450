"""The third account: what gcc's program answers of a random system, beside enumeration with the reference."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice, product
from pathlib import Path

from cbprove.diagnostics import Source, SpecError
from cbprove.language import syntax
from cbprove.language.elaborate import program as elaborated
from cbprove.language.parse import parse
from cbprove.language.resolve import resolve
from cbprove.reproduce.program import program
from cbprove.reproduce.script import Shown
from cbprove.system import AxisValue, Program, Property, System
from cbprove.terms import forget
from tests.brute import TooManyRuns, verdict

GCC = ("gcc", "-std=c11", "-fwrapv", "-Wall", "-Wextra", "-Werror", "-O0")
# No run that enumeration knows of reaches a claim it is unknown about; where a property makes no case, the program says so.
ANSWERS = {"refuted": 1, "proved": 0, "vacuous": 4, "unknown": 4, None: 5}
_CANDIDATES = 3
_RUNS = 4_000


def compiled(text: str, folder: Path, counts: Counter[str]) -> list[str]:
    """What the two accounts differ in; mistakes in the text and enumerations too long are counted and left."""
    forget()
    try:
        source = Source("drawn.cbs", text)
        system = resolve(syntax.Tree(parse(source), (source,)))
        candidates = [(candidate, elaborated(system, candidate)) for candidate in _candidates(system)]
    except SpecError:
        counts["compiled systems with mistakes"] += 1
        return []
    found: list[str] = []
    for candidate, made in candidates:
        for prop in made.properties:
            found += _difference(system, candidate, (made, prop), folder, counts)
    return found


def _candidates(system: System) -> Iterator[dict[str, AxisValue]]:
    """The first ones on this machine's ABI."""
    values: list[list[AxisValue]] = [["x86_64"] if axis.name == "abi" else list(axis.values) for axis in system.axes]
    for choice in islice(product(*values), _CANDIDATES):
        yield dict(zip((axis.name for axis in system.axes), choice, strict=True))


def _difference(
    system: System,
    candidate: Mapping[str, AxisValue],
    asked: tuple[Program, Property],
    folder: Path,
    counts: Counter[str],
) -> Iterator[str]:
    made, prop = asked
    where = f"{prop.name} at {dict(candidate)}"
    try:
        said = "excluded" if made.required is False else verdict(made, prop, limit=_RUNS).verdict
        text = program(system, Shown(prop.name, prop.name, str(said), candidate, None), "drawn.cbs")
    except TooManyRuns:
        counts["compiled verdicts with too many runs"] += 1
        return
    except SpecError as refused:
        counts[f"compiled verdicts refused, {refused.diagnostics[0].message}"] += 1
        return
    counts[f"compiled verdicts {said or 'without a case'}"] += 1
    answered = _answer(text, _macros(system, candidate), folder)
    if answered != ("excluded" if said == "excluded" else ANSWERS[said]):
        yield f"{where}: reference {said}, compiled C {answered}"


def _macros(system: System, candidate: Mapping[str, AxisValue]) -> list[str]:
    values = [(axis.name, candidate[axis.name]) for axis in system.axes if axis.name != "abi"]
    return [f"-D{name}={value if isinstance(value, int) else f'{name}_{value}'}" for name, value in values]


def _answer(text: str, macros: list[str], folder: Path) -> int | str:
    """The exit code, or what the compiler says."""
    source, made = folder / "drawn.c", folder / "drawn"
    source.write_text(text)
    done = subprocess.run([*GCC, *macros, str(source), "-o", str(made)], capture_output=True, text=True)
    if done.returncode:
        return "excluded" if "excluded by: require" in done.stderr else done.stderr
    return subprocess.run([str(made)], stdout=subprocess.DEVNULL, timeout=120).returncode
