"""`cbprove explain`: a code at length, offline: what it means, what helps, and the least spec
that shows it; a property of a spec, and why it has its verdicts."""

from __future__ import annotations

import argparse
import re
import textwrap
from difflib import get_close_matches
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import USAGE, add_color, add_reach, options
from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from cbprove.meaning.codes import Code

HELP = "a code at length, or a property of a spec and why it has its verdicts"


_CODE = re.compile(r"CB[0-9O]{2,}", re.IGNORECASE)


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="CB0103, CB2001, a verdict's name, a claim (`preserved`); a property of SPEC; without "
        "it all codes are listed",
    )
    parser.add_argument("spec", nargs="?", metavar="SPEC", help="whose property is explained")
    parser.add_argument(
        "--property", metavar="P", help="the same as NAME, in front of or behind SPEC"
    )
    add_reach(parser)
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="every verdict, not one of each"
    )
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    """Print what a code, a claim or a property of a spec means; the exit code. Raises WrongUsage."""
    name, spec = args.name, args.spec
    if args.property is not None:
        if spec is not None:
            raise WrongUsage("a property is named twice", "give NAME or --property")
        name, spec = args.property, args.name
        if spec is None:
            raise WrongUsage("no spec is named", f"cbprove explain --property {name} SPEC")
    if name is None:
        console.show(listing())
        return 0
    if spec is not None and not _CODE.fullmatch(name):
        console.show(_property(name, spec, args))
        return 0
    explanation = explain(name)
    if explanation is None:
        console.refuse(f"there is no code `{name}`", _help(name))
        return USAGE
    console.show(explanation)
    return 0


def _help(name: str) -> str:
    """What may have been meant."""
    near = nearest(name)
    meant = f"did you mean `{near}`?" if near else "`cbprove explain` lists all codes."
    if name.upper().startswith("CB"):
        return meant.rstrip(".")
    arguments = f"PROPERTY {name}" if name.endswith(".cbs") else f"{name} SPEC"
    return f"{meant} A property is explained by: cbprove explain {arguments}"


def _property(name: str, spec: str, args: argparse.Namespace) -> str:
    """A property of a spec, with a run or a reason for each verdict that it has."""
    from cbprove.pipeline import explained
    from cbprove.report.claims import of_property
    from cbprove.report.style import Manner

    with console.Progress(spec) as progress:
        prop, report = explained(spec, name, options(args, witnesses=True), progress)
    verbosity = 2 if args.verbose else 1
    return of_property(prop, report, Manner(paint=console.paint(), verbosity=verbosity))


def explain(code: str) -> str | None:
    """All that is known of a code, of a verdict or of a claim by its name; None if there is no such
    code."""
    from cbprove.report.claims import of_word
    from cbprove.report.codes import NAMES

    key = NAMES.get(code.lower(), code.upper())
    entry = _all().get(key)
    return of_word(code) if entry is None else "\n\n".join(_parts(key, entry))


def listing() -> str:
    """Every code with the first line of its meaning."""
    lines = [f"{key}  {code.meaning.splitlines()[0]}" for key, code in sorted(_all().items())]
    return "\n".join(lines)


def nearest(code: str) -> str:
    """What may have been meant, empty if nothing is near."""
    from cbprove.report.claims import CLAIMS
    from cbprove.report.codes import NAMES

    words = {each.upper(): each for each in (*_all(), *NAMES, *CLAIMS)}
    close = get_close_matches(code.upper(), words, 1, 0.7)
    return words[close[0]] if close else ""


def _all() -> dict[str, Code]:
    from cbprove.meaning.codes import CODES, WARNINGS
    from cbprove.report.codes import READING, VERDICTS

    return {**READING, **CODES, **WARNINGS, **VERDICTS}


def _parts(key: str, code: Code) -> list[str]:
    parts = [f"{key}: {code.meaning}", f"help: {code.help}"]
    if code.example:
        parts.append("for example\n\n" + textwrap.indent(code.example.strip("\n"), "    "))
    return parts
