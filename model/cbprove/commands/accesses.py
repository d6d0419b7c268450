"""`cbprove accesses`: what functions of C do to an object, as a compiler reads them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import NOTHING, USAGE
from cbprove.commands.sources import add_sources, compiled, named, pool, root

if TYPE_CHECKING:
    from cbprove.source.accesses import Sweep

HELP = "what functions of C do to an object, read as a compiler reads them"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="FILE|FOLDER|FUNCTION")
    parser.add_argument(
        "--object",
        required=True,
        metavar="STRUCT[.MEMBER]",
        help="whose accesses, as in sk_buff.cb",
    )
    add_sources(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--draft",
        action="store_true",
        help="write a layer with views and steps, to begin a spec with",
    )


def run(args: argparse.Namespace) -> int:
    from cbprove.source.asked import asked, sought
    from cbprove.source.sweep import sweep

    object = sought(args.object)
    files = asked(args.names, compiled(args), root(args), object)
    with console.Progress("files") as progress, pool(args, object) as mapped:
        sweep_result = sweep(files.jobs, object, mapped, progress)
    _show(args, sweep_result, files.files)
    if sweep_result.unread and sweep_result.files == len(sweep_result.unread):
        return USAGE
    if any(each.accesses for each in sweep_result.functions):
        return 0
    console.say(f"  = help: nothing touches `{args.object}`: see that it is spelt as C spells it")
    return NOTHING


def _show(args: argparse.Namespace, sweep_result: Sweep, files: int) -> None:
    from cbprove.source.asked import sought
    from cbprove.source.rendering import document, draft, text

    object, short = sought(args.object), named(args)
    if args.format == "json":
        import json

        console.show(
            json.dumps(document(sweep_result, object, short), indent=2, ensure_ascii=False)
        )
    elif args.draft:
        console.document(draft(sweep_result, object, short))
    else:
        console.show(text(sweep_result, object, short, files))
