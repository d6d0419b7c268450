"""Lets the tests here import `tiny`, and runs cbprove as people do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE)]

Cbprove = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cbprove(tmp_path: Path) -> Cbprove:
    """Runs the command in an empty folder."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        known = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        known |= {"PYTHONPATH": str(HERE.parents[1] / "model"), **environment}
        command = [sys.executable, "-m", "cbprove", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=known, capture_output=True, text=True, timeout=120
        )

    return run


@pytest.fixture
def spec(tmp_path: Path) -> Callable[[str, str], str]:
    """Writes a file and says its name."""

    def write(name: str, text: str) -> str:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return name

    return write
