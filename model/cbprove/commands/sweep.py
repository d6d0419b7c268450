"""`cbprove sweep`: the verdict of every candidate, as a matrix over two axes."""

from __future__ import annotations

import argparse

from cbprove import console
from cbprove.commands.shared import add_color, add_format, add_jobs, add_reach, options

HELP = "the verdicts of a property as a matrix over two axes, and as regions"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC")
    parser.add_argument(
        "--property", default="", metavar="P", help="whose verdicts; without it all names are told"
    )
    parser.add_argument(
        "--rows", default="", metavar="AXIS", help="down: a param, a packing, or abi"
    )
    parser.add_argument("--cols", default="", metavar="AXIS", help="across: another one")
    add_reach(parser)
    add_jobs(parser)
    add_format(parser)
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    from cbprove.executors import executor
    from cbprove.pipeline import sweep
    from cbprove.report.sweep import document, text

    names = (args.property, args.rows, args.cols)
    with executor(args.jobs, args.dask) as workers, console.Progress(args.spec) as progress:
        matrix = sweep(args.spec, names, options(args, witnesses=False), progress, workers)
    if args.format == "json":
        import json

        console.show(json.dumps(document(matrix), indent=2, ensure_ascii=False))
    else:
        console.show(text(matrix, console.paint()))
    console.warn(matrix.report.warnings)
    return 0
