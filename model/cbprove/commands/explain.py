"""`cbprove explain`: a code at length."""

from __future__ import annotations

import argparse

from cbprove import console
from cbprove.commands.shared import USAGE

HELP = "a code at length, with an example; all codes if none is named"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help="CB0103, CB2001, or a verdict's name")


def run(given: argparse.Namespace) -> int:
    from cbprove.report import explain

    if given.code is None:
        console.show(explain.listing())
        return 0
    told = explain.explain(given.code)
    if told is None:
        near = explain.nearest(given.code)
        help = f"did you mean `{near}`?" if near else "`cbprove explain` lists all codes"
        console.refuse(f"there is no code `{given.code}`", help)
        return USAGE
    console.show(told)
    return 0
