"""What commands share: exit codes, and arguments that several of them take."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from cbprove.keeping import Folder
    from cbprove.pipeline import Options

USAGE, NOTHING, OURS, INTERRUPTED, READER_LEFT = 2, 5, 70, 130, 128 + 13
# Of several exit codes the first of these that occurs is the one that counts.
WORST_FIRST = (OURS, USAGE, 1, 4, 3, 0)

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def mixed(codes: Sequence[int]) -> int:
    """The exit code of several specs; 5 if nothing was checked in any."""
    checked = [code for code in codes if code != NOTHING]
    return next((code for code in WORST_FIRST if code in checked), NOTHING)


def add_reach(parser: argparse.ArgumentParser) -> None:
    """How far proofs go."""
    parser.add_argument(
        "--bound",
        type=_count,
        default=3,
        metavar="N",
        help="turns beyond LO to follow (%(default)s)",
    )
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
    add_timeout(parser)


def add_cache(parser: argparse.ArgumentParser) -> None:
    """Whether what an earlier run found counts."""
    parser.add_argument(
        "--no-cache", action="store_true", help="judge anew what an earlier run has judged"
    )


def kept(args: argparse.Namespace) -> Folder:
    """Where verdicts on specs are kept: with --no-cache for this run alone, in which the very
    same texts are judged once."""
    from cbprove.keeping import Folder, folder

    return Folder(None if args.no_cache else folder("specs"))


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Who does the work."""
    parser.add_argument(
        "--jobs", type=processes, default=1, metavar="N", help="processes that judge (%(default)s)"
    )
    parser.add_argument(
        "--dask", metavar="ADDRESS", help="a Dask cluster judges: its scheduler, as tcp://HOST:PORT"
    )


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """How long a solver may take."""
    parser.add_argument(
        "--timeout",
        type=_duration,
        metavar="TIME",
        help="for a query, with its unit: 500ms, 5s, 2m (none)",
    )


def options(args: argparse.Namespace, witnesses: bool, queries: bool = False) -> Options:
    """How far proofs go, as the arguments of `add_reach` say."""
    from cbprove.pipeline import Options

    return Options(
        bound=args.bound,
        resources=args.resources,
        seconds=args.timeout,
        witnesses=witnesses,
        queries=queries,
        operations=args.operations,
    )


# For editors, mails and CI: one document of all findings each. `formats/` writes them.
FORMATS = ("short", "mail", "markdown", "sarif", "github", "junit", "ktap")


def add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text")


def add_formats(parser: argparse.ArgumentParser, *further: str) -> None:
    """As `add_format`, the formats of findings, and those that a command has besides."""
    parser.add_argument(
        "--format",
        choices=("text", "json", *FORMATS, *further),
        default="text",
        help="one document of all (text)",
    )


def sides_page() -> ModuleType:
    """What writes the page of a change. Raises WrongUsage where Jinja is not installed."""
    try:
        from cbprove.formats import sides
    except ImportError:
        help = "pip install 'cbprove[html]'"
        raise WrongUsage("a page is written with Jinja, which is not installed", help) from None
    return sides


def typed() -> str:
    """The command as it was typed, but for its format."""
    import shlex

    words = re.sub(r"(?:^|\0)--format(?:=|\0)[a-z]+", "", "\0".join(sys.argv[1:])).split("\0")
    return shlex.join(["cbprove", *(word for word in words if word)])


def add_color(parser: Any) -> None:
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of turns")
    return int(text)


MOST_PROCESSES = 256


def processes(text: str) -> int:
    """A number of processes, each of which is begun.

    Raises ArgumentTypeError where it is no number from 1 to MOST_PROCESSES.
    """
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 0 < int(text) <= MOST_PROCESSES:
        raise argparse.ArgumentTypeError(
            f"`{text}` is not a number of processes from 1 to {MOST_PROCESSES}"
        )
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
