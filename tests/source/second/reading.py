"""Files of a kernel to what the second reader sees in each of their functions."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.source.second.flow import Done, Flow
from tests.source.second.gimple import dumped, functions

# As the kernel's own Makefiles have them, for x86; without optimisation calls of string functions
# stay what they are.
_OPTIONS = [
    *(
        "-std=gnu11",
        "-fms-extensions",
        "-fno-strict-aliasing",
        "-fno-pie",
        "-fshort-wchar",
        "-funsigned-char",
        "-w",
    ),
    *("-mcmodel=kernel", "-mno-sse", "-mno-80387", "-mno-red-zone", "-mpreferred-stack-boundary=3"),
    *("-nostdinc", "-D__KERNEL__", "-DCC_USING_FENTRY"),
]
_FIRST = ("compiler-version.h", "kconfig.h", "compiler_types.h")


@dataclass(frozen=True)
class File:
    """What was seen in a file: by function; what gcc had against it; where the type in front of
    `->cb` is not printed."""

    path: str
    done: dict[str, Done]
    names: frozenset[str]  # of all its functions
    error: str
    unsure: tuple[tuple[str, str], ...]


def options(tree: Path, made: Path) -> list[str]:
    """How gcc is called for any file of the tree, module or not."""
    own = subprocess.run(
        ["gcc", "-print-file-name=include"], capture_output=True, text=True, check=True
    ).stdout.strip()
    folders = [
        *(
            tree / "arch/x86/include",
            made / "arch/x86/include/generated",
            tree / "include",
            made / "include",
        ),
        *(tree / "arch/x86/include/uapi", made / "arch/x86/include/generated/uapi"),
        *(tree / "include/uapi", made / "include/generated/uapi"),
    ]
    first = [word for name in _FIRST for word in ("-include", str(tree / "include/linux" / name))]
    named = [
        '-DKBUILD_MODNAME="x"',
        '-DKBUILD_BASENAME="x"',
        '-DKBUILD_MODFILE="x"',
        "-D__KBUILD_MODNAME=kmod_x",
    ]
    return [*_OPTIONS, "-isystem", own, *(f"-I{each}" for each in folders), *first, *named]


def read(path: Path, words: Sequence[str]) -> File:
    """One file."""
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "gimple"
        error = dumped(path, words, dump)
        flow = Flow(functions(dump.read_text(errors="replace")), str(path))
    done = {name: flow.done(name) for name in flow.own()}
    return File(str(path), done, frozenset(flow.own()), error, tuple(sorted(flow.unsure)))


def read_all(paths: Sequence[Path], words: Sequence[str], workers: int) -> list[File]:
    """All of them, in order."""
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(functools.partial(read, words=words), paths, chunksize=4))
