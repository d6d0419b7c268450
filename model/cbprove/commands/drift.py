"""`cbprove drift`: whether the structs of a spec are still those of a kernel."""

from __future__ import annotations

import argparse

from cbprove import console
from cbprove.commands.artefacts import ARTEFACT, add_modules, opened
from cbprove.commands.shared import add_color, add_format

HELP = "each struct of a spec against a kernel, a module or an object file: what differs, as a diff"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC")
    parser.add_argument(
        "--against",
        metavar="ARTEFACT",
        help=f"{ARTEFACT} (the tree's vmlinux, or the running kernel)",
    )
    add_modules(parser)
    add_format(parser)
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    from cbprove.comparing.drift import document, drifted, exit_code, text

    artifact = opened(args, args.against)
    drifts = drifted(args.spec, artifact)
    if args.format == "json":
        import json

        console.show(
            json.dumps(document(args.spec, artifact, drifts), indent=2, ensure_ascii=False)
        )
    else:
        console.show(text(args.spec, artifact, drifts, console.paint()))
    return exit_code(drifts)
