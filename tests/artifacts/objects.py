"""Objects with DWARF: compiled here, and those in dwarf/ that `python -m tests.artifacts.objects`
writes anew.

The objects hold the first structs of a seed of the oracle's for their ABI, so that what they must
say is known: what cbprove.layout says, which the oracle compares with the same compilers.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cbprove.layout.abi import ABIS, Abi
from cbprove.layout.types import Record
from tests.oracle.c_text import definitions
from tests.oracle.compilers import COMMANDS, FLAGS, installed
from tests.oracle.structs import random_struct

FOLDER = Path(__file__).parent / "dwarf"
SEED = 3
COUNT = 12
VERSIONS = (4, 5)


def compile_c(text: str, command: Sequence[str], *flags: str) -> bytes:
    """The object that a compiler makes of a text; no path of this machine is in it."""
    with tempfile.TemporaryDirectory() as folder:
        options = (*FLAGS, f"-ffile-prefix-map={folder}=.", *flags, "-o", "object.o", "-")
        subprocess.run(
            (*command, *options), input=text.encode(), check=True, cwd=folder, timeout=60
        )
        return Path(folder, "object.o").read_bytes()


def variables(records: Sequence[Record]) -> str:
    """The C that defines these records as x0, x1, ..., and something of each, so that compilers
    describe them."""
    return "\n".join(
        (
            definitions(records),
            *(f"{r.kind} x{number} v{number};" for number, r in enumerate(records)),
            "",
        )
    )


def structs(abi: Abi, seed: int = SEED, count: int = COUNT) -> list[Record]:
    """The structs of a seed."""
    return [random_struct(seed, abi, number) for number in range(count)]


def path(abi: Abi, version: int) -> Path:
    """Where the object of an ABI and a version of DWARF is kept."""
    return FOLDER / f"{abi.name}-{version}.o"


def main() -> int:
    """Write all the objects, or none if a compiler is missing."""
    missing = [COMMANDS[name][0] for name, abi in ABIS.items() if not installed(abi)]
    if missing:
        print(f"not installed: {', '.join(missing)}", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    for abi in ABIS.values():
        for version in VERSIONS:
            flags = (f"-gdwarf-{version}", "-gz=none", "-fno-asynchronous-unwind-tables", "-Qn")
            path(abi, version).write_bytes(
                compile_c(variables(structs(abi)), COMMANDS[abi.name], *flags)
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
