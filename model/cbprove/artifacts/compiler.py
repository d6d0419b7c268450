"""A C compiler as a command that is run: what it made of a text, or what it said against it."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cbprove.artifacts.model import bad

LIMIT = 120  # seconds; the largest headers of a kernel take two
_LINES = 5  # of what a compiler says are shown


@dataclass(frozen=True)
class Answer:
    """`output` is None where the compiler refused; `said` is what it wrote to stderr, paths of
    temporary files left out."""

    output: bytes | None
    said: str

    def summary(self) -> str:
        """The first errors, for a message."""
        lines = [line for line in self.said.splitlines() if line.strip()]
        errors = [line for line in lines if "error:" in line] or lines or ["it said nothing"]
        further = [f"... and {len(errors) - _LINES} more"] if len(errors) > _LINES else []
        return "; ".join((*errors[:_LINES], *further))


def words(cc: str) -> tuple[str, ...]:
    """The words of a command, as a shell splits them. Raises SpecError CB0313 for none, or for
    quotes that do not close."""
    try:
        command = tuple(shlex.split(cc))
    except ValueError:
        command = ()
    if not command:
        raise bad(
            "CB0313",
            f"`{cc}` is no command",
            'say the compiler and its options, as in --cc "gcc -Iinclude -m32"',
        )
    return command


def run(command: Sequence[str], flags: Sequence[str], text: str, limit: float = LIMIT) -> Answer:
    """Give a C text to a compiler, and take what it writes.

    Raises SpecError: CB0313 where there is no such command, CB0317 where it takes longer than
    `limit` seconds.
    """
    with tempfile.TemporaryDirectory(prefix="cbprove-") as folder:
        source, output, path = (Path(folder, name) for name in ("asked.c", "answer", "said"))
        source.write_text(text)
        status = _wait([*command, *flags, "-x", "c", str(source), "-o", str(output)], path, limit)
        message = path.read_text(errors="replace").replace(f"{folder}{os.sep}", "")
        return Answer(output.read_bytes() if status == 0 and output.exists() else None, message)


def _wait(command: list[str], path: Path, limit: float) -> int:
    """The exit status of a command. It has a group of processes of its own: gcc starts others,
    and all must end in time."""
    environment = {**os.environ, "LC_ALL": "C"}
    with path.open("wb") as stderr:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise _missing(command[0], error) from None
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            raise bad(
                "CB0317",
                f"`{command[0]}` gave no answer in {limit:g} seconds",
                "try the command by hand",
            ) from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _missing(command: str, error: OSError) -> Exception:
    reason = (error.strerror or "it cannot be run").lower()
    return bad(
        "CB0313",
        f"the compiler `{command}` cannot be run: {reason}",
        "install it, or `pip install 'cbprove[cc]'` and say --cc \"python3 -m ziglang cc -target "
        's390x-linux-musl"',
    )
