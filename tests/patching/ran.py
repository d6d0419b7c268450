"""cbprove run in a process of its own, in a folder, with a cache there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TREE = ROOT / "tests" / "source" / "tree"


def cbprove(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command line; what it keeps lies below the folder, and is no one else's."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "model"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    return subprocess.run(
        [sys.executable, "-m", "cbprove", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def unwrapped(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """What was printed, with wrapped lines in one."""
    text = done.stdout.replace("\n  ", " ")
    return subprocess.CompletedProcess(done.args, done.returncode, text, done.stderr)
