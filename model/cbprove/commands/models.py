"""`cbprove models`: the models of kernels that come with the package."""

from __future__ import annotations

import argparse

from cbprove import console

HELP = "the models of kernels that come with the package, and their specs"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kernel",
        nargs="?",
        metavar="VERSION",
        help="the paths of one model's specs alone, to go on with",
    )


def run(args: argparse.Namespace) -> int:
    """List the models that ship, or the specs of one.

    Raises WrongUsage where there is no model of the kernel that was named.
    """
    from cbprove.commands.shared import NOTHING
    from cbprove.diagnostics import WrongUsage
    from cbprove.models import models

    shipped = models()
    if args.kernel is None:
        console.show(
            "\n".join(
                line
                for model in shipped
                for line in (model.title, *(f"  {spec}" for spec in model.specs))
            )
        )
        return 0 if shipped else NOTHING
    model_of_version = next((model for model in shipped if model.version == args.kernel), None)
    if model_of_version is None:
        versions = ", ".join(model.version for model in shipped) or "none"
        raise WrongUsage(
            f"there is no model of Linux {args.kernel}", f"the models are of {versions}"
        )
    console.show("\n".join(model_of_version.specs))
    return 0
