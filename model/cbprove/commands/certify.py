"""`cbprove certify`: what every verdict rests on, kept so that others can check it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import NOTHING, USAGE, add_color, add_reach, mixed
from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from cbprove.archive.certify import Certified
    from cbprove.design.space import Options

HELP = "an archive of all verdicts, with what each rests on, for `recheck`"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "specs", nargs="+", metavar="SPEC", help="a .cbs file, or a folder for every .cbs below it"
    )
    parser.add_argument(
        "-o", "--output", required=True, metavar="DIR", help="the archive, made anew as a whole"
    )
    parser.add_argument(
        "--clausal", action="store_true", help="with clausal proofs, which cadical writes"
    )
    add_reach(parser)
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    from cbprove.design.space import Options
    from cbprove.report.style import counted
    from cbprove.solving.solver import Limits

    options = Options(args.bound, Limits(args.resources, args.timeout, args.operations))
    certified = _all(args.specs, options, args.clausal)
    if certified is None:
        return USAGE
    if not certified:
        console.show("nothing to certify")
        return NOTHING
    changed = _write(args.output, [each for each, _ in certified])
    console.show(
        f"{args.output}: {counted(len(certified), 'spec')}, {'written' if changed else 'unchanged'}"
    )
    return mixed(
        [
            code
            for each, clean in certified
            for code in (3 if _unknown(each) else 0, 0 if clean else 1)
        ]
    )


def _all(specs: list[str], options: Options, clausal: bool) -> list[tuple[Certified, bool]] | None:
    """What is kept of each spec, and whether its model is as its records say; None if one has
    mistakes, of which all are said."""
    from cbprove.diagnostics import SpecError
    from cbprove.pipeline import files, is_included

    certified: list[tuple[Certified, bool]] = []
    mistaken = False
    for path, named in files(specs):
        try:
            certified.append(_one(path, options, clausal))
        except SpecError as error:
            if named or not is_included(error):
                console.complain(error.diagnostics)
                mistaken = True
    return None if mistaken else certified


def _one(path: str, options: Options, clausal: bool) -> tuple[Certified, bool]:
    from cbprove.archive.certify import certify
    from cbprove.audit.resting import models
    from cbprove.evidence.clausal import NoSolver
    from cbprove.pipeline import meaning
    from cbprove.report.style import counted
    from cbprove.verdicts import UNAUDITED

    try:
        with console.Progress(path):
            system = meaning(path)
            audits = models(system)
            certified = certify(system, options, clausal, audits)
    except NoSolver as wrong:
        raise WrongUsage(str(wrong), "leave out --clausal") from None
    unknown, record = _unknown(certified), certified.record
    summary = (
        f"{counted(len(record.verdicts), 'verdict')}, "
        f"{counted(len(record.obligations), 'obligation')}"
    )
    summary += f", {counted(len(record.certificates), 'certificate')}"
    summary += f", {counted(len(record.clausal), 'clausal proof')}" if record.clausal else ""
    console.show(f"{path}: {summary}{f', {unknown} unknown' if unknown else ''}")
    for sentence in [audit.told for audit in audits] or [UNAUDITED]:
        console.show(f"  {sentence}")
    return certified, all(audit.clean for audit in audits)


def _unknown(certified: Certified) -> int:
    return sum("unknown" in verdict.counts for verdict in certified.record.verdicts)


def _write(place: str, certified: list[Certified]) -> bool:
    from cbprove.archive.folder import place_of, write
    from cbprove.archive.strict import Unreadable

    names = [place_of(each.record) for each in certified]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise WrongUsage(f"two specs would be kept in `{twice}`", "certify them into two archives")
    try:
        return write(place, certified)
    except Unreadable as wrong:
        raise WrongUsage(str(wrong), "name another folder, or remove it") from None
    except OSError as wrong:
        raise WrongUsage(
            f"`{place}` cannot be written: {(wrong.strerror or str(wrong)).lower()}", "see -o"
        ) from None
