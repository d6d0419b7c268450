"""`cbprove diff`: what a change of specs, of layouts or of the kernel's sources does to everyone."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.artefacts import ARTEFACT
from cbprove.commands.shared import FORMATS, add_color, add_formats, add_reach, mixed, options, sides_page, typed
from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from cbprove.comparing.sides import Pair

HELP = "a patch, two specs, two kernels or two revisions: what changed in layouts, and what became of each verdict"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "specs",
        nargs="*",
        metavar="SPEC",
        help="BASE and HEAD; one with --against; any with --git; `-` is a patch on standard input, on a model of today's "
        "kernel or on the SPECs behind it",
    )
    parser.add_argument(
        "--patch",
        action="append",
        default=[],
        metavar="FILE",
        help="a unified diff, a mail or a mailbox; several are a series in order",
    )
    parser.add_argument("--model", metavar="VERSION", help="the kernel whose model a patch is judged on (the newest)")
    parser.add_argument(
        "--what-if", action="store_true", help="of a patch: judge proposals that are nobody's kernel too"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="of a patch: all of the answer, not 15 lines")
    parser.add_argument("--no-cache", action="store_true", help="of a patch: judge anew what an earlier run has judged")
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
        help="the specs as this revision has them, against those that stand here; A..B without specs: each commit as a patch, "
        "with --source as that repository has it",
    )
    parser.add_argument(
        "--source",
        metavar="TREE",
        help="of a patch: a kernel's source, which stays as it is: its compiler lays structs out, and functions are read",
    )
    parser.add_argument("--headers", metavar="DIR", help="what a build of TREE generated: a linux-headers folder")
    add_reach(parser)
    add_formats(parser, "html")
    add_color(parser)


def run(given: argparse.Namespace) -> int:
    """Compare two specs, or judge a patch or the commits of a range.

    Raises WrongUsage where the arguments do not go together.
    """
    if given.patch or "-" in given.specs:
        from cbprove.commands.patches import review

        return review(given)
    if given.git is not None and ".." in given.git and not given.specs:
        from cbprove.commands.patches import review_commits

        return review_commits(given)
    for name in ("model", "what_if", "verbose", "no_cache", "source", "headers"):
        if getattr(given, name):
            raise WrongUsage(f"--{name.replace('_', '-')} is about a patch", "give it with --patch FILE or `-`")
    return _compare(given)


def _compare(given: argparse.Namespace) -> int:
    from cbprove.comparing.review import compare
    from cbprove.comparing.told import document, text

    found = []
    for before, after in _pairs(given):
        with console.Progress(after.title) as progress:
            found.append(compare(before, after, options(given, witnesses=False), progress))
        if given.format == "text":
            console.show(("" if len(found) == 1 else "\n") + text(found[-1], console.paint()))
    if given.format == "json":
        import json

        console.show(json.dumps(document(found), indent=2, ensure_ascii=False))
    elif given.format == "html":
        console.document(sides_page().of_comparison_pages(found, typed()))
    elif given.format in FORMATS:
        from cbprove.formats.findings import Findings, of_comparisons
        from cbprove.formats.table import FORMATS as WRITERS
        from cbprove.report.style import plain

        lines = tuple(line for each in found for line in text(each, plain).splitlines())
        code = mixed([each.code for each in found])
        subject = ", ".join(dict.fromkeys(each.titles[1] for each in found))
        console.document(WRITERS[given.format](Findings(subject, typed(), of_comparisons(found), lines, code)))
    elif not found and given.format != "html":
        console.show("nothing to compare")
    told = [warning for each in found for side in (each.before, each.after) if side for warning in side.warnings]
    console.warn(tuple(dict.fromkeys(told)))
    return mixed([each.code for each in found])


def _pairs(given: argparse.Namespace) -> tuple[Pair, ...]:
    from cbprove.comparing import sides

    if given.git is not None and given.against:
        raise WrongUsage("--git and --against ask for two different things", "give one of them")
    if given.git is not None:
        return sides.revisions(given.git, given.specs)
    if given.against:
        if len(given.specs) != 1 or len(given.against) != 2:
            raise WrongUsage("--against compares one spec under two artefacts", "give one SPEC and --against twice")
        return (sides.artefacts(given.specs[0], given.against[0], given.against[1]),)
    if len(given.specs) != 2:
        raise WrongUsage(f"two specs are compared, not {len(given.specs)}", _help(given.specs))
    return sides.paths(given.specs[0], given.specs[1])


def _help(specs: list[str]) -> str:
    if any(spec.endswith((".patch", ".diff", ".mbox", ".mbx")) for spec in specs):
        return "give a patch with --patch, or as `-` on standard input"
    return "give BASE and HEAD, --git REV, or a patch with --patch FILE or `-`"
