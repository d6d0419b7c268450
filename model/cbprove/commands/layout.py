"""`cbprove layout`: structs as pahole prints them, and the map of the control block."""

from __future__ import annotations

import argparse

from cbprove import console
from cbprove.commands.shared import add_color

HELP = "structs as pahole prints them, where views lie, what each layer touches"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC")
    parser.add_argument("--proposal", metavar="NAME", help="this proposal alone")
    add_color(parser)


def run(given: argparse.Namespace) -> int:
    from cbprove.pipeline import layout

    console.show(layout(given.spec, given.proposal))
    return 0
