"""`cbprove diff`: what a change of specs, of layouts or of the kernel's sources does to
everyone."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.artefacts import ARTEFACT
from cbprove.commands.shared import (
    add_cache,
    add_color,
    add_formats,
    add_reach,
    kept,
    mixed,
    options,
    sides_page,
    typed,
)
from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from cbprove.comparing.rendering import Comparison
    from cbprove.comparing.sides import Pair

HELP = (
    "a patch, two specs, two kernels or two revisions: what changed in layouts, and what "
    "became of each verdict"
)


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "specs",
        nargs="*",
        metavar="SPEC",
        help="BASE and HEAD; one with --against; any with --git; `-` is a patch on standard "
        "input, on a model of today's "
        "kernel or on the SPECs behind it",
    )
    parser.add_argument(
        "--patch",
        action="append",
        default=[],
        metavar="FILE",
        help="a unified diff, a mail or a mailbox; several are a series in order",
    )
    parser.add_argument(
        "--model",
        metavar="VERSION",
        help="the kernel whose model a patch is judged on (the newest)",
    )
    parser.add_argument(
        "--what-if",
        action="store_true",
        help="of a patch: judge proposals that are nobody's kernel too",
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="of a patch: all of the answer, not 15 lines"
    )
    add_cache(parser)
    _add_sides(parser)
    add_reach(parser)
    add_formats(parser, "html")
    add_color(parser)


def _add_sides(parser: argparse.ArgumentParser) -> None:
    """Where the two sides come from, but for files."""
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="ARTEFACT",
        help=f"twice: the spec under the layouts of each; {ARTEFACT}",
    )
    parser.add_argument(
        "--git",
        metavar="REV",
        help="the specs as this revision has them, against those that stand here; A..B without "
        "specs: each commit as a patch, "
        "with --source as that repository has it",
    )
    parser.add_argument(
        "--source",
        metavar="TREE",
        help="of a patch: a kernel's source, which stays as it is: its compiler lays structs "
        "out, and functions are read",
    )
    parser.add_argument(
        "--headers", metavar="DIR", help="what a build of TREE generated: a linux-headers folder"
    )


def run(args: argparse.Namespace) -> int:
    """Compare two specs, or judge a patch or the commits of a range.

    Raises WrongUsage where the arguments do not go together.
    """
    if args.patch or "-" in args.specs:
        from cbprove.commands.patches import review

        return review(args)
    if args.git is not None and ".." in args.git and not args.specs:
        from cbprove.commands.patches import review_commits

        return review_commits(args)
    for name in ("model", "what_if", "verbose", "source", "headers"):
        if getattr(args, name):
            raise WrongUsage(
                f"--{name.replace('_', '-')} is about a patch", "give it with --patch FILE or `-`"
            )
    return _compare(args)


def _compare(args: argparse.Namespace) -> int:
    from cbprove.comparing.rendering import text
    from cbprove.comparing.review import compare

    comparisons, earlier = [], kept(args)
    for before, after in _pairs(args):
        with console.Progress(after.title) as progress:
            comparisons.append(
                compare(before, after, options(args, witnesses=False), progress, earlier)
            )
        if args.format == "text":
            console.show(
                ("" if len(comparisons) == 1 else "\n") + text(comparisons[-1], console.paint())
            )
    if args.format != "text":
        _show(comparisons, args.format)
    elif not comparisons:
        console.show("nothing to compare")
    warnings = [
        warning
        for each in comparisons
        for side in (each.before, each.after)
        if side
        for warning in side.warnings
    ]
    console.warn(tuple(dict.fromkeys(warnings)))
    return mixed([each.code for each in comparisons])


def _show(comparisons: Sequence[Comparison], format: str) -> None:
    """All comparisons as one document."""
    from cbprove.comparing.rendering import document, text

    if format == "json":
        import json

        console.show(json.dumps(document(comparisons), indent=2, ensure_ascii=False))
    elif format == "html":
        console.document(sides_page().of_comparison_pages(comparisons, typed()))
    else:
        from cbprove.formats.findings import Findings, of_comparisons
        from cbprove.formats.table import FORMATS
        from cbprove.report.style import plain

        lines = tuple(line for each in comparisons for line in text(each, plain).splitlines())
        code = mixed([each.code for each in comparisons])
        subject = ", ".join(dict.fromkeys(each.titles[1] for each in comparisons))
        console.document(
            FORMATS[format](Findings(subject, typed(), of_comparisons(comparisons), lines, code))
        )


def _pairs(args: argparse.Namespace) -> tuple[Pair, ...]:
    from cbprove.comparing import sides

    if args.git is not None and args.against:
        raise WrongUsage("--git and --against ask for two different things", "give one of them")
    if args.git is not None:
        return sides.revisions(args.git, args.specs)
    if args.against:
        if len(args.specs) != 1 or len(args.against) != 2:
            raise WrongUsage(
                "--against compares one spec under two artefacts",
                "give one SPEC and --against twice",
            )
        return (sides.artefacts(args.specs[0], args.against[0], args.against[1]),)
    if len(args.specs) != 2:
        raise WrongUsage(f"two specs are compared, not {len(args.specs)}", _help(args.specs))
    return sides.paths(args.specs[0], args.specs[1])


def _help(specs: list[str]) -> str:
    if any(spec.endswith((".patch", ".diff", ".mbox", ".mbx")) for spec in specs):
        return "give a patch with --patch, or as `-` on standard input"
    return "give BASE and HEAD, --git REV, or a patch with --patch FILE or `-`"
