"""`cbprove layout`: structs as pahole prints them, and the map of the control block."""

from __future__ import annotations

import argparse
import os
import re

from cbprove import console
from cbprove.commands.artefacts import (
    ARTEFACT,
    KINDS,
    add_modules,
    add_names,
    names,
    opened,
    sought,
)
from cbprove.commands.shared import add_color
from cbprove.diagnostics import SpecError, WrongUsage

HELP = "structs as pahole prints them, where views lie, what each layer touches"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "spec",
        nargs="?",
        metavar="SPEC",
        help=f"a .cbs file, or an artefact: {ARTEFACT} (the tree's, or the running kernel)",
    )
    parser.add_argument("--proposal", metavar="NAME", help="of a spec, this proposal alone")
    parser.add_argument(
        "--all", action="store_true", help="of a spec, the structs that no view has too"
    )
    add_names(parser)
    parser.add_argument(
        "--over", metavar="STRUCT.MEMBER", help="the control block of an artefact (sk_buff.cb)"
    )
    parser.add_argument(
        "--at",
        action="append",
        default=[],
        type=_offset,
        metavar="X=BYTES",
        help="where X lies over it (0)",
    )
    add_modules(parser)
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    """Draw the structs of a spec or of an artefact.

    Raises WrongUsage where an argument is for the other of the two, and SpecError for what is not
    found.
    """
    of_artefact = [
        f"--{name}"
        for name in (*KINDS, "over", "at", "module", "modules", "abi")
        if getattr(args, name)
    ]
    if args.spec is not None and (
        args.spec.endswith(".cbs") or (os.path.isdir(args.spec) and not of_artefact)
    ):
        if of_artefact:
            raise WrongUsage(
                f"{of_artefact[0]} is for artefacts",
                f"`{args.spec}` is a spec: those of its views are shown, with --all all",
            )
        return _of_spec(args)
    for name in ("proposal", "all"):
        if getattr(args, name):
            raise WrongUsage(f"--{name} is for specs", "name a .cbs file")
    return _of_artefact(args)


def _of_spec(args: argparse.Namespace) -> int:
    from cbprove.pipeline import layout

    console.show(layout(args.spec, args.proposal, args.all))
    return 0


def _of_artefact(args: argparse.Namespace) -> int:
    from cbprove.pictures.artefact import block, text

    if not names(args):
        raise WrongUsage(
            "nothing was asked for", "name a spec, or what to show of an artefact: --struct sk_buff"
        )
    artifact = opened(args, args.spec)
    all, missing = sought(args, artifact)
    if all:
        named = {each.name for each in all}
        at = {name: offset for name, offset in args.at if name in named or not missing}
        console.show(text(all, block(artifact, args.over, all, at)))
    if missing:
        raise SpecError(missing)  # one name that is missing hides no other
    return 0


def _offset(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\w+)=([0-9]{1,6})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"`{text}` is not of the form X=BYTES")
    return match[1], int(match[2])
