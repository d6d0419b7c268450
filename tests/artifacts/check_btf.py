"""Every type of a kernel, and of modules over it, against bpftool: part of `make artefacts`.

A module is made where none is named: gcc and pahole write one with split BTF over the kernel.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from cbprove.artifacts.btf.reader import Btf
from cbprove.artifacts.model import Types
from cbprove.artifacts.opening import RUNNING, open_artifact
from tests.artifacts import bpftool, make_fixtures
from tests.artifacts.reading import FIXTURES


def check(kernel: Path = Path(RUNNING), modules: tuple[Path, ...] = ()) -> Iterator[str]:
    """Compares them; yields a line for each unit, and one for each type that differs, which then
    begins with `difference`."""
    with TemporaryDirectory() as folder:
        modules = modules or (made_over(kernel, Path(folder)),)
        units = open_artifact(str(kernel), [str(module) for module in modules]).units
        below = bpftool.records(kernel)
        yield from compared(units[0], bpftool.Reading(below))
        for unit, module in zip(units[1:], modules, strict=True):
            yield from compared(unit, bpftool.Reading(bpftool.records(module, kernel), below))


def made_over(kernel: Path, folder: Path) -> Path:
    """A module whose BTF is written over that of a kernel."""
    file = folder / "made.ko"
    make_fixtures.run(f"gcc -g -c {FIXTURES / 'module.c'} -o {file}")
    make_fixtures.run(f"pahole -J --btf_base {kernel} {file}")
    return file


def compared(unit: Types, reading: bpftool.Reading) -> Iterator[str]:
    """One unit, type by type."""
    assert isinstance(unit, Btf)
    count = 0
    for ref, said in reading.own.items():
        if said["kind"] not in bpftool.NO_TYPES:
            count += 1
            ours, theirs = unit.node(ref), reading.node(ref)
            if ours != theirs:
                yield f"difference in {unit.name}: type {ref} is {ours}, bpftool says {theirs}"
    if len(reading.own) != unit.records.end - unit.records.first:
        yield f"difference in {unit.name}: bpftool counts {len(reading.own)} types"
    yield f"{unit.name}: {count} types compared with bpftool"
