"""What people and programs see: the only module that prints.

Results go to stdout; mistakes, progress and all else to stderr.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from cbprove.diagnostics import Diagnostic
    from cbprove.report.style import Paint

_color: Literal["auto", "always", "never"] = "auto"


def begin(color: Literal["auto", "always", "never"]) -> None:
    """How this run wants its colours; signs that a terminal's encoding lacks are replaced, not a
    reason to fail."""
    global _color
    _color = color
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _open_what_is_closed() -> None:
    """A stream that the shell closed (`>&-`) takes what is written and keeps nothing."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def show(text: str) -> None:
    """A result, at once. Raises SpecError CB0325 where there is no room for it."""
    document(f"{text}\n")


def document(text: str) -> None:
    """A whole document, as it is. Raises as `show`."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _lost(error) from None


def _lost(error: OSError) -> Exception:
    from cbprove.diagnostics import Diagnostic, SpecError

    reader_left()
    reason = (error.strerror or str(error)).lower()
    message = f"standard output cannot be written: {reason}"
    return SpecError(
        (Diagnostic("CB0325", message, None, "check the disk, or name another place"),)
    )


def say(text: str) -> None:
    """To the person, not to the next program."""
    print(text, file=sys.stderr, flush=True)


def refuse(message: object, help: str) -> None:
    """Why nothing was done, and what to do."""
    say(f"error: {message}")
    say(f"  = help: {help}")


def complain(mistakes: tuple[Diagnostic, ...]) -> None:
    """Mistakes in specs and artefacts, each where it stands."""
    from cbprove.report.excerpt import diagnostics

    if mistakes:
        say(diagnostics(mistakes, _paint(sys.stderr)) + "\n")


def warn(warnings: tuple[Diagnostic, ...]) -> None:
    """What a spec leaves unsaid, behind its result."""
    from cbprove.report.excerpt import diagnostics

    if warnings:
        say("\n" + diagnostics(warnings, _paint(sys.stderr), "warning"))


def our_bug(error: Exception) -> None:
    """A failure inside our own code, with all that a report of it needs."""
    import traceback

    traceback.print_exception(error, file=sys.stderr)
    say(f"\nerror: this is a bug of cbprove, not of your spec: {type(error).__name__}: {error}")
    say("  = help: please report it: send the text above, the command and the spec to the project")


def paint() -> Paint:
    """How results are coloured."""
    return _paint(sys.stdout)


def reader_left() -> None:
    """What Python would still flush at exit has nowhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _paint(stream: Any) -> Paint:
    from cbprove.report.style import ansi, plain

    return ansi if _coloured(stream) else plain


def _coloured(stream: Any) -> bool:
    if _color != "auto":
        return _color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return os.environ["FORCE_COLOR"] != "0"
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


class Progress:
    """A bar on a terminal, nothing elsewhere; called with how much is done of how much."""

    _LATE = 0.5  # seconds until it is worth showing

    def __init__(self, title: str) -> None:
        self.title = title
        self.bar: Any = None
        self.began = 0.0

    def __enter__(self) -> Progress:
        import time

        self.clock = time.monotonic
        self.began = self.clock()
        return self

    def __call__(self, done: int, total: int) -> None:
        if self.bar is None and sys.stderr.isatty() and self.clock() - self.began > self._LATE:
            self._open()
        if self.bar is not None:
            self.bar.update(self.task, completed=done, total=total)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self.bar = Bars(*columns, console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task(self.title, total=None)
        self.bar.start()

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()
        if sys.stderr.isatty() and self.clock() - self.began > self._LATE:
            say(f"{self.title}: {self.clock() - self.began:.1f} s")
