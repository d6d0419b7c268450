"""`cbprove explain`: a code at length, offline: what it means, what helps, and the least spec
that shows it."""

from __future__ import annotations

import argparse
import textwrap
from difflib import get_close_matches
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import USAGE

if TYPE_CHECKING:
    from cbprove.meaning.codes import Code

HELP = "a code at length, with an example; all codes if none is named"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help="CB0103, CB2001, or a verdict's name"
    )


def run(args: argparse.Namespace) -> int:
    if args.code is None:
        console.show(listing())
        return 0
    explanation = explain(args.code)
    if explanation is None:
        near = nearest(args.code)
        help = f"did you mean `{near}`?" if near else "`cbprove explain` lists all codes"
        console.refuse(f"there is no code `{args.code}`", help)
        return USAGE
    console.show(explanation)
    return 0


def explain(code: str) -> str | None:
    """All that is known of a code, or of a verdict by its name; None if there is no such code."""
    from cbprove.report.codes import NAMES

    key = NAMES.get(code.lower(), code.upper())
    entry = _all().get(key)
    return None if entry is None else "\n\n".join(_parts(key, entry))


def listing() -> str:
    """Every code with the first line of its meaning."""
    lines = [f"{key}  {code.meaning.splitlines()[0]}" for key, code in sorted(_all().items())]
    return "\n".join(lines)


def nearest(code: str) -> str:
    """What may have been meant, empty if nothing is near."""
    close = get_close_matches(code.upper(), _all(), 1, 0.6)
    return close[0] if close else ""


def _all() -> dict[str, Code]:
    from cbprove.meaning.codes import CODES, WARNINGS
    from cbprove.report.codes import READING, VERDICTS

    return {**READING, **CODES, **WARNINGS, **VERDICTS}


def _parts(key: str, code: Code) -> list[str]:
    parts = [f"{key}: {code.meaning}", f"help: {code.help}"]
    if code.example:
        parts.append("for example\n\n" + textwrap.indent(code.example.strip("\n"), "    "))
    return parts
