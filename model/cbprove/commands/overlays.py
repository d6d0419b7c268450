"""`cbprove overlays`: what lies over a control block, how far it reaches, and what checks of sizes cannot see."""

from __future__ import annotations

import argparse

from cbprove import console
from cbprove.commands.artefacts import ARTEFACT, add_modules, opened
from cbprove.commands.shared import add_color, add_format
from cbprove.usage import WrongUsage

HELP = "the views over a control block: sizes, what they cross or exceed, and what their build-time checks cannot see"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC")
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="ARTEFACT",
        help=f"with the layouts of {ARTEFACT}; several times for several",
    )
    parser.add_argument(
        "--diff",
        metavar="PATCH|SPEC",
        help="what a patch (`-`: on standard input) or another spec makes of them: the views that differ alone",
    )
    add_modules(parser)
    add_format(parser)
    add_color(parser)


def run(given: argparse.Namespace) -> int:
    from cbprove.comparing.rebase import overlays
    from cbprove.report.overlays import code, document, text

    if given.diff is not None:
        return _difference(given)
    artefacts = [opened(given, path) for path in given.against]
    found = [overlays(given.spec, each) for each in artefacts] or [overlays(given.spec, None)]
    if given.format == "json":
        import json

        console.show(json.dumps(document(found), indent=2, ensure_ascii=False))
    else:
        console.show(text(found, console.paint()))
    return code(found)


def _difference(given: argparse.Namespace) -> int:
    from cbprove.comparing.overlays import difference, document, text
    from cbprove.comparing.rebase import overlays

    if given.against:
        raise WrongUsage("--diff and --against are two questions", "give one of them")
    if given.diff.endswith(".cbs"):
        found = difference((given.spec, given.diff), overlays(given.spec, None), overlays(given.diff, None))
    else:
        from cbprove.commands.patches import series
        from cbprove.patching.overlays import overlays as patched

        found = patched(given.spec, series([given.diff]))
    if given.format == "json":
        import json

        console.show(json.dumps(document(found), indent=2, ensure_ascii=False))
    else:
        console.show(text(found, console.paint()))
    return found.code
