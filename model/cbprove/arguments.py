"""The command line's grammar: which commands, options and values there are."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

COMMANDS = ("check", "sweep", "layout", "explain")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


class WrongUsage(Exception):
    """The arguments make no sense; `help` says what to look at."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


class _Parser(argparse.ArgumentParser):
    """argparse whose mistakes can be said as all other mistakes are."""

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(message, f"see `{self.prog} --help`")


def parse(given: Sequence[str]) -> argparse.Namespace:
    """The arguments; `command` names what to do, None if nothing was asked. Raises WrongUsage."""
    return _parser().parse_args(_with_command(list(given)))


def usage() -> str:
    """What `--help` says."""
    return _parser().format_help()


def _with_command(given: list[str]) -> list[str]:
    """`check` stands before arguments that name no command."""
    if not given or given[0] in (*COMMANDS, "-h", "--help", "--version"):
        return given
    return ["check", *given]


def _parser() -> _Parser:
    parser = _Parser(
        prog="cbprove",
        description="Proves that layers sharing a control block keep out of each other's bytes, or shows where not.",
        epilog="`cbprove SPEC...` is short for `cbprove check SPEC...`. Exit codes: 0 as expected, 1 not as expected, "
        "2 a mistake in the spec or usage, 3 unknown, 4 vacuous, 5 nothing to check, 70 a bug of cbprove.",
    )
    parser.add_argument("--version", action="store_true", help="say which version this is")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=_Parser)
    _add_check(commands)
    _add_sweep(commands)
    _add_layout(commands)
    _add_explain(commands)
    return parser


def _add_check(commands: Any) -> None:
    check = commands.add_parser("check", help="a verdict for every property of every proposal, then the design space")
    check.add_argument("specs", nargs="+", metavar="SPEC", help="a .cbs file, or a folder for every .cbs below it")
    _add_reach(check)
    check.add_argument(
        "--queries", metavar="DIR", default=".cbprove/queries", help="where queries are saved (%(default)s)"
    )
    check.add_argument("--exit-zero", action="store_true", help="only report: exit 0 whatever the verdicts are")
    _add_output(check, verbose=True)


def _add_sweep(commands: Any) -> None:
    sweep = commands.add_parser("sweep", help="the verdicts of a property as a matrix over two axes, and as regions")
    sweep.add_argument("spec", metavar="SPEC")
    sweep.add_argument("--property", required=True, metavar="P")
    sweep.add_argument("--rows", required=True, metavar="AXIS")
    sweep.add_argument("--cols", required=True, metavar="AXIS")
    _add_reach(sweep)
    _add_output(sweep, verbose=False)


def _add_layout(commands: Any) -> None:
    layout = commands.add_parser(
        "layout", help="structs as pahole prints them, where views lie, what each layer touches"
    )
    layout.add_argument("spec", metavar="SPEC")
    layout.add_argument("--proposal", metavar="NAME", help="this proposal alone")
    _add_color(layout)


def _add_explain(commands: Any) -> None:
    explain = commands.add_parser("explain", help="a code at length, with an example; all codes if none is named")
    explain.add_argument("code", nargs="?", metavar="CODE", help="CB0103, CB2001, or a verdict's name")


def _add_reach(parser: argparse.ArgumentParser) -> None:
    """How far proofs go."""
    parser.add_argument("--bound", type=_count, default=3, metavar="N", help="turns beyond LO to follow (%(default)s)")
    parser.add_argument(
        "--resources",
        type=_positive,
        default=30_000_000,
        metavar="N",
        help="the solver's own steps for a query, the same on every machine (%(default)s)",
    )
    parser.add_argument(
        "--operations",
        type=_positive,
        default=200_000,
        metavar="N",
        help="stores, copies and makings that the runs of one path are unfolded to (%(default)s)",
    )
    parser.add_argument(
        "--timeout", type=_duration, metavar="TIME", help="for a query, with its unit: 500ms, 5s, 2m (none)"
    )


def _add_output(parser: argparse.ArgumentParser, verbose: bool) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text")
    if verbose:
        parser.add_argument("-q", "--quiet", action="store_true", help="the line of counts alone")
        parser.add_argument(
            "-v", "--verbose", action="count", default=0, help="why each proof holds; -vv the queries too"
        )
    _add_color(parser)


def _add_color(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of turns")
    return int(text)


def _positive(text: str) -> int:
    # Z3 keeps the limit in 32 bits, and takes 0 for none.
    if not re.fullmatch(r"[0-9]{1,10}", text) or not 0 < int(text) < 1 << 32:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number from 1 to {(1 << 32) - 1}")
    return int(text)


def _duration(text: str) -> float:
    """Seconds."""
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([a-z]*)", text)
    if match is None or (match[2] and match[2] not in _SECONDS):
        raise argparse.ArgumentTypeError(f"`{text}` is not a time; write 500ms, 5s, 2m or 1h")
    if not match[2]:
        raise argparse.ArgumentTypeError(f"`{text}` has no unit; did you mean `{text}s`?")
    seconds = float(match[1]) * _SECONDS[match[2]]
    if not 0.001 <= seconds <= 4_000_000:
        raise argparse.ArgumentTypeError(f"`{text}` is not between 1ms and 1000h")
    return seconds
