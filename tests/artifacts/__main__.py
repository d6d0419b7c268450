"""Real artefacts against other readers of them: `make artefacts`, or `python -m tests.artifacts
VMLINUX MODULE...`.

Without arguments: the running kernel, and a module that is made over it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from cbprove.artifacts.opening import RUNNING
from tests.artifacts import bpftool, check_btf, check_pahole, check_text


def main() -> int:
    """1 where something differs, 2 where nothing can be compared."""
    kernel, *modules = map(Path, sys.argv[1:] or [RUNNING])
    if not kernel.exists() or not bpftool.installed():
        print(f"needs {kernel} and {bpftool.NAME}", file=sys.stderr)
        return 2
    different = 0
    for line in _checked(kernel, tuple(modules)):
        print(line, flush=True)
        different += line.startswith("difference")
    return int(different > 0)


def _checked(kernel: Path, modules: tuple[Path, ...]) -> Iterator[str]:
    yield from check_btf.check(kernel, modules)
    yield from check_text.check(kernel)
    yield from (
        check_pahole.check(kernel)
        if check_pahole.installed()
        else [f"pahole {check_pahole.VERSION} is not here"]
    )


if __name__ == "__main__":
    sys.exit(main())
