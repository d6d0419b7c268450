"""`cbprove overlays`: what lies over a control block, how far it reaches, and what checks of sizes cannot see."""

from __future__ import annotations

import argparse

from cbprove import console
from cbprove.commands.artefacts import ARTEFACT, add_modules, opened
from cbprove.commands.shared import NOTHING, USAGE, add_color, add_format
from cbprove.commands.sources import add_sources, compiled, named, pool, root
from cbprove.diagnostics import WrongUsage

HELP = "the views over a control block: sizes, what they cross or exceed, and what their build-time checks cannot see"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="*", metavar="SPEC|FILE|FOLDER", help="a spec; with --source, what of it is read"
    )
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        nargs="?",
        const="",
        metavar="ARTEFACT",
        help=f"with the layouts of {ARTEFACT} (the tree's vmlinux, or the running kernel); several times for several",
    )
    parser.add_argument(
        "--diff",
        metavar="PATCH|SPEC",
        help="what a patch (`-`: on standard input) or another spec makes of them: the views that differ alone",
    )
    parser.add_argument("--object", metavar="STRUCT[.MEMBER]", help="with --source: over what (sk_buff.cb)")
    add_sources(parser)
    add_modules(parser)
    add_format(parser)
    add_color(parser)


def run(given: argparse.Namespace) -> int:
    from cbprove.comparing.drift import overlays
    from cbprove.report.overlays import code, document, text

    if given.source is not None or given.compile_commands is not None or given.cc is not None:
        return _of_source(given)
    given.spec = _spec(given)
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
    from cbprove.comparing.drift import overlays
    from cbprove.comparing.overlays import difference, document, text

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


def _spec(given: argparse.Namespace) -> str:
    """The one spec that is asked about. Raises WrongUsage."""
    for option, value in (("--headers", given.headers), ("--object", given.object)):
        if value is not None:
            raise WrongUsage(f"{option} without --source", "name the source of a kernel: --source TREE")
    if len(given.names) != 1:
        told = f"{len(given.names)} specs are named" if given.names else "no spec is named"
        raise WrongUsage(told, "name one, or the source of a kernel: --source TREE")
    name: str = given.names[0]
    return name


# Where networking and what uses it lies in a kernel.
_FOLDERS = ("net", "drivers", "crypto", "kernel", "security", "lib")


def _of_source(given: argparse.Namespace) -> int:
    """What lies over an object of C. Raises WrongUsage."""
    from cbprove.source.asked import asked, folders, sought
    from cbprove.source.overlays import document, overlays, text
    from cbprove.source.sweep import sweep

    if given.against or given.diff is not None:
        raise WrongUsage("--against and --diff are about a spec", "leave them out, or --source")
    object, tree = sought(given.object or "sk_buff.cb"), root(given)
    names = given.names or [each for each in _FOLDERS if given.source is not None and (tree / each).is_dir()]
    if not names:
        raise WrongUsage("no file or folder is named", "name those that are to be read")
    files = asked(names, compiled(given), tree, object)
    with console.Progress("files") as progress, pool(given, object) as mapped:
        found = sweep(files.jobs, object, mapped, progress)
    laid = overlays(found, object, folders(names, tree))
    if given.format == "json":
        import json

        console.show(json.dumps(document(laid, named(given)), indent=2, ensure_ascii=False))
    else:
        console.show(text(laid, named(given)))
    if found.unread and found.files == len(found.unread):
        return USAGE
    return 0 if laid.views else NOTHING
