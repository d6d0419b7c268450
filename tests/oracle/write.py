"""Ask every compiler anew and record its answers: `python -m tests.oracle.write`."""

from __future__ import annotations

import sys

from cbprove.layout.abi import ABIS, Abi
from tests.oracle import recorded
from tests.oracle.compilers import COMMANDS, ask, installed, version
from tests.oracle.structs import random_struct


def main() -> int:
    """Write all the files, or none if a compiler is missing."""
    missing = [COMMANDS[name][0] for name, abi in ABIS.items() if not installed(abi)]
    if missing:
        print(f"not installed: {', '.join(missing)}", file=sys.stderr)
        return 1
    for abi in ABIS.values():
        recorded.write(abi, version(abi), _digests(abi))
    return 0


def _digests(abi: Abi) -> list[str]:
    structs = [random_struct(recorded.SEED, abi, number) for number in range(recorded.COUNT)]
    return [answers.digest() for answers in ask(structs, abi)]


if __name__ == "__main__":
    sys.exit(main())
