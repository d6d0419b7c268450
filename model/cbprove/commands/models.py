"""`cbprove models`: the models of kernels that come with the package."""

from __future__ import annotations

import argparse

from cbprove import console

HELP = "the models of kernels that come with the package, and their specs"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kernel", nargs="?", metavar="VERSION", help="the paths of one model's specs alone, to go on with"
    )


def run(given: argparse.Namespace) -> int:
    """List the models that ship, or the specs of one.

    Raises WrongUsage where there is no model of the kernel that was named.
    """
    from cbprove.commands.shared import NOTHING
    from cbprove.diagnostics import WrongUsage
    from cbprove.models import models

    known = models()
    if given.kernel is None:
        console.show(
            "\n".join(line for model in known for line in (model.title, *(f"  {spec}" for spec in model.specs)))
        )
        return 0 if known else NOTHING
    asked = next((model for model in known if model.version == given.kernel), None)
    if asked is None:
        versions = ", ".join(model.version for model in known) or "none"
        raise WrongUsage(f"there is no model of Linux {given.kernel}", f"the models are of {versions}")
    console.show("\n".join(asked.specs))
    return 0
