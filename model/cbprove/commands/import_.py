"""`cbprove import`: layouts from an artefact or from C headers, written as text for specs."""

from __future__ import annotations

import argparse

from cbprove import console
from cbprove.commands.artefacts import add_modules, add_names, found, names, opened
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
    parser.add_argument("--const", action="append", default=[], metavar="NAME", help="a constant of the headers")
    parser.add_argument("--cc", metavar="COMMAND", help="the compiler to ask, with its options: 'gcc -Iinclude'")
    add_modules(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write (standard output)")
    add_color(parser)


def run(given: argparse.Namespace) -> int:
    """Write what was asked of an artefact or of headers as text for specs.

    Raises WrongUsage where nothing was asked for, and SpecError for what is not found.
    """
    from cbprove.artifacts.imports import save

    if not names(given) and not given.const:
        raise WrongUsage("nothing was asked for", "name what to import: --struct sk_buff")
    text = _of_artefact(given) if given.cc is None else _of_headers(given)
    if given.output in (None, "-"):
        console.document(text)
    else:
        save(given.output, text)
    return 0


def _of_artefact(given: argparse.Namespace) -> str:
    from cbprove.artifacts.imports import written

    if given.const:
        raise WrongUsage("no artefact records macros", "ask a compiler for --const: --cc 'gcc -I...' HEADER")
    if len(given.files) > 1:
        raise WrongUsage(
            f"{len(given.files)} artefacts were named", "name one; modules over it are given with --module"
        )
    artifact = opened(given, given.files[0] if given.files else None)
    return written(artifact, found(given, artifact), {})


def _of_headers(given: argparse.Namespace) -> str:
    from cbprove.artifacts.headers import ask
    from cbprove.artifacts.imports import written
    from cbprove.artifacts.model import Artifact

    if not given.files:
        raise WrongUsage("no header was named", "name the headers behind --cc: --cc gcc linux/ip.h")
    if given.module or given.modules or given.abi:
        raise WrongUsage("--cc takes no modules and no --abi", "the compiler is asked for its own target")
    spelled = [name if kind == "struct" else f"{kind} {name}" for kind, name in names(given)]
    said = ask(given.cc, given.files, spelled, given.const)
    artifact = Artifact(given.files[0], (said.types,))
    return written(artifact, found(given, artifact), dict(said.constants))
