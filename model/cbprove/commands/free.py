"""`cbprove free`: where a control block has room for somebody's bytes between two steps, and who
is in the way."""

from __future__ import annotations

import argparse
import re

from cbprove import console
from cbprove.commands.shared import add_color, add_format, add_reach, options

HELP = (
    "the bytes of a control block that nobody stores to between two steps, where so many "
    "bytes fit, or who is in the way"
)


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC")
    parser.add_argument(
        "--from",
        dest="start",
        metavar="STEP",
        help="behind which the bytes are stored (the beginning)",
    )
    parser.add_argument(
        "--to", dest="end", metavar="STEP", help="in front of which they are read (the end)"
    )
    parser.add_argument(
        "--bytes", type=_number, default=1, metavar="N", help="how many are wanted (%(default)s)"
    )
    parser.add_argument(
        "--align",
        type=_power,
        default=1,
        metavar="A",
        help="at a multiple of so many (%(default)s)",
    )
    parser.add_argument("--object", metavar="OBJECT.AREA", help="the control block, as in skb.cb")
    add_reach(parser)
    add_format(parser)
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    from cbprove.report.free import document, text
    from cbprove.slots.free import Wanted, free
    from cbprove.slots.life import Life

    question = Wanted(args.object, Life(args.start, args.end), args.bytes, args.align)
    with console.Progress(args.spec) as progress:
        slots_free = free(args.spec, question, options(args, witnesses=False), progress)
    if args.format == "json":
        import json

        console.show(json.dumps(document(slots_free), indent=2, ensure_ascii=False))
    else:
        console.show(text(slots_free, console.paint()))
    return slots_free.code


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or not int(text):
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of bytes")
    return int(text)


def _power(text: str) -> int:
    number = _number(text)
    if number & (number - 1):
        raise argparse.ArgumentTypeError(f"`{text}` is not a power of two")
    return number
