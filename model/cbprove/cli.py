"""Arguments in, exit code out: the only module that exits."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from cbprove import console
from cbprove.arguments import grammar, parse, usage
from cbprove.commands.shared import INTERRUPTED, OURS, READER_LEFT, USAGE
from cbprove.diagnostics import WrongUsage


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command and exits with its code."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:
        _leave_on(signal.SIGTERM)
        _leave_on(signal.SIGINT)
        collect_rarely()
    try:
        code = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        console.reader_left()
        code = READER_LEFT
    except KeyboardInterrupt:
        console.say("interrupted")
        code = INTERRUPTED
    except Exception as error:
        console.our_bug(error)
        code = OURS
    if arguments is None and not any(_waited_for(thread) for thread in threading.enumerate()):
        _end(code)
    sys.exit(code)


def _waited_for(thread: threading.Thread) -> bool:
    return thread is not threading.main_thread() and not thread.daemon


def _end(code: int) -> NoReturn:
    """Ends the process as `sys.exit` does, but for freeing object by object what a run holds,
    which takes a tenth of it."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _leave_on(number: int) -> None:
    """Has a signal leave as an exception does, so that what was begun is put away.

    An exception in a finaliser would be swallowed: there the signal is taken again a moment later.
    """

    def leave(signal_number: int, frame: FrameType | None) -> None:
        while frame is not None:
            if frame.f_code.co_name == "__del__":
                signal.signal(signal.SIGALRM, leave)
                signal.setitimer(signal.ITIMER_REAL, 0.01)
                return
            frame = frame.f_back
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)

    signal.signal(number, leave)


def _run(argv: list[str]) -> int:
    from cbprove.diagnostics import SpecError

    console.begin("auto")
    try:
        parsed, command = parse(argv)
    except WrongUsage as wrong:
        console.refuse(wrong, wrong.help)
        return USAGE
    if parsed.version:
        return _version()
    if parsed.completion:
        return _completion(parsed.completion)
    if command is None:
        console.say(usage())
        return USAGE
    console.begin(getattr(parsed, "color", "auto"))
    try:
        return command.run(parsed)
    except SpecError as error:
        console.complain(error.diagnostics)
        return USAGE
    except WrongUsage as wrong:
        console.refuse(wrong, wrong.help)
        return USAGE


def collect_rarely() -> None:
    """Has Python look for cycles of objects seldom: a run makes many objects that it keeps and
    few cycles, and looking for these again and again took a fifth of long ones."""
    gc.set_threshold(1_000_000, 20, 50)


def _version() -> int:
    from cbprove.report.version import VERSION

    console.show(f"cbprove {VERSION}")
    return 0


def _completion(shell: str) -> int:
    try:
        import shtab
    except ImportError:
        help = "pip install 'cbprove[completion]'"
        console.refuse("completion is written by shtab, which is not installed", help)
        return USAGE
    console.show(shtab.complete(grammar(), shell))
    return 0
