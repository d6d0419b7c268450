"""The oldest and newest versions of Python and of each dependency that pyproject allows: `python -m
tests.matrix`.

Each has an environment of its own in a temporary folder, where a small selection of tests must
pass: the oldest dependencies under the oldest Python, the newest ones under every Python that is
installed here. Those that are not are named: nothing was learnt of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEWEST = 14
"""The newest Python 3 that is looked for."""
EXTRAS = ("artefacts", "recheck")
TOOLS = ("pytest", "hypothesis", "jsonschema")
TESTS = (
    "tests/traps/test_traps_prover.py",
    "tests/commands/test_exit_codes.py",
    "tests/artifacts/test_elf.py",
    "tests/artifacts/test_dwarf.py",
    "tests/archive/test_archive.py",
    "tests/evidence/test_clausal.py",
)
_BOUND = re.compile(r"([\w.-]+)>=([\d.]+)$")


@dataclass(frozen=True)
class Combination:
    """A Python and what is to be installed for it."""

    title: str
    python: str
    wanted: tuple[str, ...]


def lower_bounds(project: dict[str, object]) -> Iterator[tuple[str, str]]:
    """The dependencies of the package and of its extras that are tried, each with its oldest
    version."""
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict) and isinstance(project["dependencies"], list)
    for text in [*project["dependencies"], *(one for extra in EXTRAS for one in extras[extra])]:
        found = _BOUND.fullmatch(text)
        if found is None:
            raise ValueError(f"a dependency says its oldest version, and nothing else: {text}")
        yield found[1], found[2]


def interpreters(oldest: int) -> dict[str, str | None]:
    """Each Python from the oldest on, and where it is installed, on the path or by pyenv."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found: dict[str, str | None] = {}
    for minor in range(oldest, NEWEST + 1):
        name = f"python3.{minor}"
        here = [str(path) for path in sorted(kept.glob(f"*/bin/{name}"))]
        found[name] = next(
            (path for path in [*here, shutil.which(name)] if path and _runs(path)), None
        )
    return found


def _runs(python: str) -> bool:
    """A name on the path may be a shim of a Python that is not there."""
    return subprocess.run([python, "-c", "import venv"], capture_output=True).returncode == 0


def combinations(project: dict[str, object]) -> Iterator[Combination | str]:
    """What is tried; in its place the name of a Python that is not installed."""
    oldest = int(str(project["requires-python"]).removeprefix(">=3."))
    bounds = list(lower_bounds(project))
    for name, python in interpreters(oldest).items():
        if python is None:
            yield name
            continue
        if name == f"python3.{oldest}":
            yield Combination(
                f"{name}, oldest",
                python,
                tuple(f"{package}=={version}" for package, version in bounds),
            )
        yield Combination(f"{name}, newest", python, tuple(package for package, _ in bounds))


def tried(one: Combination) -> str:
    """What came of it: nothing if all is well."""
    with tempfile.TemporaryDirectory() as folder:
        python = f"{folder}/bin/python"
        install = [
            python,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
        ]
        commands = (
            [one.python, "-m", "venv", folder],
            [*install, *one.wanted, *TOOLS],
            [
                python,
                "-m",
                "pytest",
                "-q",
                "-x",
                "-m",
                "not slow",
                "-p",
                "no:cacheprovider",
                *TESTS,
            ],
        )
        for command in commands:
            surroundings = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
            done = subprocess.run(
                command, cwd=ROOT, env=surroundings, capture_output=True, text=True
            )
            if done.returncode:
                return f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return ""


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    failed = 0
    for one in combinations(project):
        if isinstance(one, str):
            print(f"{one}: not installed here, not tried", flush=True)
            continue
        told = tried(one)
        failed += bool(told)
        print(f"{one.title}: {'fails' if told else 'passes'}\n{told}".rstrip(), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
