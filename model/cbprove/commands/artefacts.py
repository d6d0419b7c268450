"""What commands share that open artefacts: the arguments, and what they open."""

from __future__ import annotations

import argparse
import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cbprove.artifacts.model import Artifact, Kind
    from cbprove.artifacts.records import Definition
    from cbprove.diagnostics import Diagnostic

ARTEFACT = "a vmlinux, vmlinuz, .ko or .o, or a folder with a kernel and modules"
KINDS: tuple[Kind, ...] = ("struct", "union", "typedef", "enum")


def add_modules(parser: argparse.ArgumentParser) -> None:
    """What is opened over an artefact."""
    parser.add_argument(
        "--module",
        action="append",
        default=[],
        metavar="FILE",
        help="a module over the artefact: a .ko file, or the name of a running one",
    )
    parser.add_argument(
        "--modules",
        action="append",
        default=[],
        metavar="DIR",
        help="every module below a folder, opened when asked",
    )
    parser.add_argument(
        "--abi", metavar="ABI", help="the ABI of an artefact that does not tell its own"
    )


def add_names(parser: argparse.ArgumentParser) -> None:
    """What is asked of an artefact."""
    for kind in KINDS:
        article = "an" if kind == "enum" else "a"
        about = "its tag; X___M is the one of module M" if kind == "struct" else "its name"
        many = "; a pattern, as `tc_*`, is several" if kind == "struct" else ""
        parser.add_argument(
            f"--{kind}",
            action="append",
            default=[],
            metavar="X",
            help=f"{article} {kind} by {about}{many}",
        )


def opened(args: argparse.Namespace, path: str | None) -> Artifact:
    """The artefact, and the modules over it; where none is named, the tree's vmlinux, or else
    the running kernel."""
    from cbprove.artifacts.opening import RUNNING, open_artifact
    from cbprove.settings import settings

    path = path or settings(Path()).vmlinux
    folder = os.path.dirname(RUNNING)
    running = [os.path.join(folder, name) for name in args.module]
    modules = [
        path if not os.path.exists(name) and os.path.exists(path) else name
        for name, path in zip(args.module, running, strict=True)
    ]
    return open_artifact(path, [*modules, *args.modules], args.abi)


def names(args: argparse.Namespace) -> list[tuple[Kind, str]]:
    """What was asked for, in the order of kinds."""
    return [(kind, name) for kind in KINDS for name in dict.fromkeys(getattr(args, kind))]


def sought(
    args: argparse.Namespace, artifact: Artifact
) -> tuple[list[Definition], tuple[Diagnostic, ...]]:
    """What there is of all that was asked for, and a mistake for each that is missing."""
    from cbprove.artifacts.imports import flavoured
    from cbprove.artifacts.imports import sought as looked_for

    return looked_for(
        artifact, [flavoured(kind, name, artifact) for kind, name in _meant(args, artifact)]
    )


def definitions(args: argparse.Namespace, artifact: Artifact) -> list[Definition]:
    """All that was asked for; raises SpecError with all that is missing."""
    from cbprove.artifacts.imports import find, flavoured

    return find(
        artifact, [flavoured(kind, name, artifact) for kind, name in _meant(args, artifact)]
    )


def _meant(args: argparse.Namespace, artifact: Artifact) -> list[tuple[Kind, str]]:
    """The names that were asked for; for a pattern those that it fits, itself where it fits
    none."""
    meant: dict[tuple[Kind, str], None] = {}
    for kind, name in names(args):
        fitting = _fitting(artifact, kind, name) if any(sign in name for sign in "*?[") else []
        meant |= dict.fromkeys((kind, each) for each in fitting or [name])
    return list(meant)


def _fitting(artifact: Artifact, kind: Kind, pattern: str) -> list[str]:
    return sorted(
        {name for unit in artifact.units for name in unit.names(kind) if fnmatchcase(name, pattern)}
    )
