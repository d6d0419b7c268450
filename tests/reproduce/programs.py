"""C programs of specs, built by a compiler that is here, and what they answer."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from cbprove.diagnostics import Source
from cbprove.language import syntax
from cbprove.language.parse import parse
from cbprove.language.resolve import resolve
from cbprove.pipeline import Options, judged, meaning
from cbprove.reproduce.program import program
from cbprove.reproduce.script import Shown, shown
from cbprove.system import AxisValue, System
from cbprove.verdicts import Case, Report

GCC = ("gcc", "-std=c11", "-fwrapv", "-Wall", "-Wextra", "-Werror", "-O0")
CLANG = ("clang", *GCC[1:])
EXIT_CODES = {"refuted": 1, "proved": 0, "vacuous": 4}


@lru_cache(maxsize=4)
def report(path: str) -> tuple[System, Report]:
    """A spec and every verdict on it, with witnesses."""
    system = meaning(path)
    return system, judged(system, path, Options(witnesses=True), lambda done, total: None)


def meant(text: str) -> System:
    """The system of a text."""
    source = Source("drawn.cbs", text)
    return resolve(syntax.Tree(parse(source), (source,)))


def case(path: str, id: str) -> tuple[System, Case]:
    system, found = report(path)
    return system, next(one for one in found.cases if one.id == f"{system.name}/{id}")


def text_of(path: str, id: str, kunit: bool = False) -> str:
    """The program of a case."""
    system, found = case(path, id)
    return program(system, shown(system, found), Path(path).name, kunit)


def unscripted(system: System, property: str, candidate: Mapping[str, AxisValue]) -> str:
    """The program of a property that knows no verdict and no witness."""
    return program(system, Shown(f"{system.name}/{property}", property, "asked", candidate, None), "drawn.cbs")


def chosen(system: System, candidate: Mapping[str, AxisValue]) -> list[str]:
    """The macros of a candidate."""
    values = [(axis.name, candidate[axis.name]) for axis in system.axes if axis.name != "abi"]
    return [f"-D{name}={value if isinstance(value, int) else f'{name}_{value}'}" for name, value in values]


def build(text: str, folder: Path, compiler: Sequence[str] = GCC, macros: Sequence[str] = ()) -> str | Path:
    """The executable, or what the compiler says of it."""
    source, made = folder / "repro.c", folder / "repro"
    source.write_text(text)
    done = subprocess.run([*compiler, *macros, str(source), "-o", str(made)], capture_output=True, text=True)
    return made if done.returncode == 0 else done.stderr


def answer(made: str | Path, *before: str) -> tuple[int, str]:
    """Exit code and output."""
    assert isinstance(made, Path), made
    done = subprocess.run([*before, str(made)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def agrees(system: System, verdict: str, text: str, candidate: Mapping[str, AxisValue], folder: Path) -> bool:
    """Whether gcc's program says of a candidate what the prover does; of one excluded, that it does not compile."""
    made = build(text, folder, macros=chosen(system, candidate))
    if verdict == "excluded":
        return isinstance(made, str) and "excluded by: require" in made
    return answer(made)[0] == EXIT_CODES[verdict]
