"""A folder to run the commands of a document in, as a reader who copies them would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import ROOT, Block, files_before

_WRAPPER = f'#!/bin/sh\nexec "{sys.executable}" -m cbprove "$@"\n'


class Folder:
    """The folder of one block: `cbprove` is on the path; in it lie `specs`, `docs` and earlier
    files of the document."""

    def __init__(self, path: Path, block: Block) -> None:
        self.path = path
        (path / "bin").mkdir()
        wrapper = path / "bin" / "cbprove"
        wrapper.write_text(_WRAPPER, encoding="utf-8")
        wrapper.chmod(0o755)
        for folder in ("specs", "docs"):
            (path / folder).symlink_to(ROOT / folder)
        for name, text in files_before(block).items():
            (path / name).write_text(text, encoding="utf-8")
        self.code = 0

    def run(self, command: str) -> str:
        """What a command prints; `$?` in it is the exit code of the one before, which is `code`."""
        known = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "PYTHONWARNINGS")}
        known |= {
            "PYTHONPATH": str(ROOT / "model"),
            "PATH": f"{self.path / 'bin'}:{os.environ['PATH']}",
        }
        script = f"(exit {self.code}); {command}"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.path,
            env=known,
            capture_output=True,
            text=True,
            timeout=600,
        )
        self.code = done.returncode
        return done.stdout + done.stderr


def agrees(output: str, written: str) -> bool:
    """Whether an output is the written one, whose lines `...` stand for any lines."""
    parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", written, flags=re.MULTILINE)]
    return re.fullmatch("(?:.*\n)*?".join(parts), output) is not None
