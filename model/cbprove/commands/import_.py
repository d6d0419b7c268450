"""`cbprove import`: layouts from an artefact or from C headers, written as text for specs."""

from __future__ import annotations

import argparse

from cbprove import console
from cbprove.commands.artefacts import add_modules, add_names, definitions, names, opened
from cbprove.commands.shared import add_color
from cbprove.diagnostics import WrongUsage

HELP = "structs from a kernel, a module, an object file or C headers, pinned where they were found"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="an artefact (the tree's vmlinux, or the running kernel); with --cc, headers",
    )
    add_names(parser)
    parser.add_argument(
        "--const", action="append", default=[], metavar="NAME", help="a constant of the headers"
    )
    parser.add_argument(
        "--cc", metavar="COMMAND", help="the compiler to ask, with its options: 'gcc -Iinclude'"
    )
    add_modules(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write (standard output)")
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    """Write what was asked of an artefact or of headers as text for specs.

    Raises WrongUsage where nothing was asked for, and SpecError for what is not found.
    """
    from cbprove.artifacts.imports import save

    if not names(args) and not args.const:
        raise WrongUsage("nothing was asked for", "name what to import: --struct sk_buff")
    text = _of_artefact(args) if args.cc is None else _of_headers(args)
    if args.output in (None, "-"):
        console.document(text)
    else:
        save(args.output, text)
    return 0


def _of_artefact(args: argparse.Namespace) -> str:
    from cbprove.artifacts.imports import written

    if args.const:
        raise WrongUsage(
            "no artefact records macros", "ask a compiler for --const: --cc 'gcc -I...' HEADER"
        )
    if len(args.files) > 1:
        raise WrongUsage(
            f"{len(args.files)} artefacts were named",
            "name one; modules over it are given with --module",
        )
    artifact = opened(args, args.files[0] if args.files else None)
    return written(artifact, definitions(args, artifact), {})


def _of_headers(args: argparse.Namespace) -> str:
    from cbprove.artifacts.headers import ask
    from cbprove.artifacts.imports import written
    from cbprove.artifacts.model import Artifact

    if not args.files:
        raise WrongUsage("no header was named", "name the headers behind --cc: --cc gcc linux/ip.h")
    if args.module or args.modules or args.abi:
        raise WrongUsage(
            "--cc takes no modules and no --abi", "the compiler is asked for its own target"
        )
    spelled = [name if kind == "struct" else f"{kind} {name}" for kind, name in names(args)]
    declarations = ask(args.cc, args.files, spelled, args.const)
    artifact = Artifact(args.files[0], (declarations.types,))
    return written(artifact, definitions(args, artifact), dict(declarations.constants))
