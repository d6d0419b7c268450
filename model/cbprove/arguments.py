"""The command line's grammar: which commands there are, and which of them was meant."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn, Protocol, cast

from cbprove.diagnostics import WrongUsage

COMMANDS = (
    "check",
    "sweep",
    "layout",
    "import",
    "drift",
    "overlays",
    "free",
    "models",
    "accesses",
    "audit",
    "diff",
    "certify",
    "recheck",
    "reproduce",
    "explain",
)


class Command(Protocol):
    """A module of `commands`."""

    HELP: str

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Its arguments."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """What it does; the exit code. Raises SpecError and WrongUsage."""
        ...


class _Parser(argparse.ArgumentParser):
    """argparse whose mistakes can be said as all other mistakes are; `asked` is the command they
    are about, if known."""

    asked = ""

    def _get_formatter(self) -> argparse.HelpFormatter:
        # For each argument argparse makes a formatter, which loads four modules to learn how wide
        # the terminal is.
        return argparse.HelpFormatter(self.prog, width=_columns() - 2)

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(message, f"see `{self.asked or self.prog} --help`")


def _columns() -> int:
    """How wide the terminal is, as the standard library's `shutil` finds it."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 80


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, Command | None]:
    """The arguments and what to do with them, None if nothing was asked. Raises WrongUsage."""
    arguments = _with_command(list(argv))
    commands_known = tuple(arguments[:1]) if arguments and arguments[0] in COMMANDS else COMMANDS
    parser = _parser(commands_known)
    parser.asked = f"cbprove {commands_known[0]}" if len(commands_known) == 1 else ""
    parsed = parser.parse_args(arguments)
    return parsed, _command(parsed.command) if parsed.command else None


def grammar() -> argparse.ArgumentParser:
    """The whole grammar, with the arguments of every command."""
    return _parser(COMMANDS)


def usage() -> str:
    """What `--help` says."""
    return _parser(COMMANDS).format_help()


def _with_command(argv: list[str]) -> list[str]:
    """`check` stands before arguments that name no command. Raises WrongUsage for a command that
    is misspelt."""
    if not argv or argv[0] in (*COMMANDS, "-h", "--help", "--version", "--completion"):
        return argv
    if argv[0].isalpha() and not os.path.lexists(argv[0]):
        _refuse_misspelt(argv[0])
    return ["check", *argv]


def _refuse_misspelt(word: str) -> None:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, 1)
    if near:
        raise WrongUsage(
            f"there is no command and no file `{word}`", f"did you mean `cbprove {near[0]}`?"
        )


def _command(name: str) -> Command:
    # `import` is a word of Python, so that its module is called import_.
    module = f"{name}_" if name == "import" else name
    return cast(Command, importlib.import_module(f"cbprove.commands.{module}"))


def _parser(commands_known: Sequence[str]) -> _Parser:
    """The grammar of the whole line, with the arguments of the commands that may stand on it."""
    parser = _Parser(
        prog="cbprove",
        description="Proves that layers sharing a control block keep out of each other's bytes, "
        "or shows where not.",
        epilog="`cbprove SPEC...` is short for `cbprove check SPEC...`. Exit codes: 0 as "
        "expected, 1 not as expected, "
        "2 a mistake in the spec or usage, 3 unknown, 4 vacuous, 5 nothing to check, 70 a bug of "
        "cbprove.",
    )
    parser.add_argument("--version", action="store_true", help="say which version this is")
    parser.add_argument(
        "--completion",
        choices=("bash", "zsh", "tcsh"),
        help="write what completes commands in a shell",
    )
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", parser_class=_Parser, prog="cbprove"
    )
    for name in commands_known:
        command = _command(name)
        command.add(commands.add_parser(name, help=command.HELP))
    return parser
