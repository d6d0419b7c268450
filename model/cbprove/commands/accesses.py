"""`cbprove accesses`: what functions of C do to an object, as a compiler reads them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import NOTHING, USAGE
from cbprove.commands.sources import add_sources, compiled, named, pool, root

if TYPE_CHECKING:
    from cbprove.source.accesses import Found

HELP = "what functions of C do to an object, read as a compiler reads them"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="FILE|FOLDER|FUNCTION")
    parser.add_argument("--object", required=True, metavar="STRUCT[.MEMBER]", help="whose accesses, as in sk_buff.cb")
    add_sources(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--draft", action="store_true", help="write a layer with views and steps, to begin a spec with")


def run(given: argparse.Namespace) -> int:
    from cbprove.source.asked import asked, sought
    from cbprove.source.sweep import sweep

    object = sought(given.object)
    files = asked(given.names, compiled(given), root(given), object)
    with console.Progress("files") as progress, pool(given, object) as mapped:
        found = sweep(files.jobs, object, mapped, progress)
    _show(given, found, files.files)
    if found.unread and found.files == len(found.unread):
        return USAGE
    return 0 if any(each.accesses for each in found.functions) else NOTHING


def _show(given: argparse.Namespace, found: Found, files: int) -> None:
    from cbprove.source.asked import sought
    from cbprove.source.told import document, draft, text

    object, short = sought(given.object), named(given)
    if given.format == "json":
        import json

        console.show(json.dumps(document(found, object, short), indent=2, ensure_ascii=False))
    elif given.draft:
        console.document(draft(found, object, short))
    else:
        console.show(text(found, object, short, files))
