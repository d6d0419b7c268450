"""Arguments in, exit code out: the only module that exits."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from cbprove import console
from cbprove.arguments import parse, usage
from cbprove.commands.shared import INTERRUPTED, OURS, READER_LEFT, USAGE
from cbprove.usage import WrongUsage


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command and exits with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:
        signal.signal(signal.SIGTERM, _terminated)
    try:
        code = _run(given)
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
    sys.exit(code)


def _terminated(number: int, frame: object) -> NoReturn:
    """Leaves as an exception does, so that what was begun is put away; the code is the shell's for the signal."""
    sys.exit(128 + number)


def _run(given: list[str]) -> int:
    from cbprove.diagnostics import SpecError

    console.begin("auto")
    try:
        parsed, command = parse(given)
    except WrongUsage as wrong:
        console.refuse(wrong, wrong.help)
        return USAGE
    if parsed.version:
        return _version()
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


def _version() -> int:
    from cbprove.report.version import VERSION

    console.show(f"cbprove {VERSION}")
    return 0
