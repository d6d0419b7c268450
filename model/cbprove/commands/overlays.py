"""`cbprove overlays`: what lies over a control block, how far it reaches, and what checks of
sizes cannot see."""

from __future__ import annotations

import argparse
import os

from cbprove import console
from cbprove.commands.artefacts import ARTEFACT, add_modules, opened
from cbprove.commands.shared import NOTHING, USAGE, add_color, add_format
from cbprove.commands.sources import add_sources, compiled, named, pool, root
from cbprove.diagnostics import WrongUsage

HELP = (
    "the views over a control block: sizes, what they cross or exceed, and what their "
    "build-time checks cannot see"
)


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names",
        nargs="*",
        metavar="SPEC|FILE|FOLDER",
        help="a spec; with --source, what of it is read",
    )
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        nargs="?",
        const="",
        metavar="ARTEFACT",
        help=f"with the layouts of {ARTEFACT} (the tree's vmlinux, or the running kernel); "
        f"several times for several",
    )
    parser.add_argument(
        "--diff",
        metavar="PATCH|SPEC",
        help="what a patch (`-`: on standard input) or another spec makes of them: the views "
        "that differ alone",
    )
    parser.add_argument(
        "--object", metavar="STRUCT[.MEMBER]", help="with --source: over what (sk_buff.cb)"
    )
    add_sources(parser)
    add_modules(parser)
    add_format(parser)
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    from cbprove.comparing.drift import overlays
    from cbprove.report.overlays import code, document, text

    if args.source is not None or args.compile_commands is not None or args.cc is not None:
        return _of_source(args)
    args.spec = _spec(args)
    if args.diff is not None:
        return _difference(args)
    artefacts = [opened(args, path) for path in args.against]
    tables = [overlays(args.spec, each) for each in artefacts] or [overlays(args.spec, None)]
    if args.format == "json":
        import json

        console.show(json.dumps(document(tables), indent=2, ensure_ascii=False))
    else:
        console.show(text(tables, console.paint()))
    return code(tables)


def _difference(args: argparse.Namespace) -> int:
    from cbprove.comparing.drift import overlays
    from cbprove.comparing.overlays import difference, document, text

    if args.against:
        raise WrongUsage("--diff and --against are two questions", "give one of them")
    if args.diff.endswith(".cbs"):
        comparison = difference(
            (args.spec, args.diff), overlays(args.spec, None), overlays(args.diff, None)
        )
    else:
        from cbprove.commands.patches import series
        from cbprove.patching.overlays import overlays as patched

        comparison = patched(args.spec, series([args.diff]))
    if args.format == "json":
        import json

        console.show(json.dumps(document(comparison), indent=2, ensure_ascii=False))
    else:
        console.show(text(comparison, console.paint()))
    return comparison.code


def _spec(args: argparse.Namespace) -> str:
    """The one spec that is asked about. Raises WrongUsage."""
    for option, value in (("--headers", args.headers), ("--object", args.object)):
        if value is not None:
            raise WrongUsage(
                f"{option} without --source", "name the source of a kernel: --source TREE"
            )
    names: list[str] = args.names or _newest()
    if len(names) != 1:
        problem = f"{len(names)} specs are named" if names else "no spec is named"
        raise WrongUsage(problem, "name one, or the source of a kernel: --source TREE")
    return names[0]


def _newest() -> list[str]:
    """All views of the newest kernel whose model comes with the package."""
    from cbprove.models import models

    newest = [each for model in models()[-1:] for each in model.specs]
    return [each for each in newest if "overlays" in os.path.basename(each)]


# Where networking and what uses it lies in a kernel.
_FOLDERS = ("net", "drivers", "crypto", "kernel", "security", "lib")


def _of_source(args: argparse.Namespace) -> int:
    """What lies over an object of C. Raises WrongUsage."""
    from cbprove.source.asked import asked, folders, sought
    from cbprove.source.overlays import document, overlays, text
    from cbprove.source.sweep import sweep

    if args.against or args.diff is not None:
        raise WrongUsage("--against and --diff are about a spec", "leave them out, or --source")
    object, tree = sought(args.object or "sk_buff.cb"), root(args)
    names = args.names or [
        each for each in _FOLDERS if args.source is not None and (tree / each).is_dir()
    ]
    if not names:
        raise WrongUsage("no file or folder is named", "name those that are to be read")
    files = asked(names, compiled(args), tree, object)
    with console.Progress("files") as progress, pool(args, object) as mapped:
        sweep_result = sweep(files.jobs, object, mapped, progress)
    views = overlays(sweep_result, object, folders(names, tree))
    if args.format == "json":
        import json

        console.show(json.dumps(document(views, named(args)), indent=2, ensure_ascii=False))
    else:
        console.show(text(views, named(args)))
    if sweep_result.unread and sweep_result.files == len(sweep_result.unread):
        return USAGE
    return 0 if views.views else NOTHING
