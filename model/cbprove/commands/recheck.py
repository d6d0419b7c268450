"""`cbprove recheck`: an archive against the specs, by another solver than the one that proved.
Z3 is never loaded."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import USAGE, add_color, add_timeout, mixed
from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from cbprove.archive.folder import Failure
    from cbprove.archive.recheck import Outcome
    from cbprove.meaning.system import System
    from cbprove.verdicts import Model

HELP = "every verdict of an archive checked again, without Z3"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("archive", metavar="DIR", help="what `certify` wrote")
    parser.add_argument(
        "root",
        nargs="?",
        default=".",
        metavar="ROOT",
        help="where the paths of specs begin (%(default)s)",
    )
    add_timeout(parser)
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    from cbprove.archive.folder import open_archive
    from cbprove.archive.strict import Unreadable

    solvers = _solvers(args.timeout)
    try:
        folders, failures = open_archive(args.archive)
    except Unreadable as wrong:
        console.refuse(wrong, "name a folder that `cbprove certify` wrote")
        return USAGE
    outcomes = [_one(folder, args, solvers) for folder in folders]
    _amiss(failures)
    every = [*failures, *(failure for outcome in outcomes for failure in outcome.failures)]
    if any(any(outcome.proofs.values()) for outcome in outcomes):
        console.show(_resting(outcomes))
    console.show(_summary(args.archive, outcomes, every, list(solvers)))
    return mixed([*(failure.code for failure in every), *(0 for _ in outcomes)])


def _solvers(seconds: float | None) -> dict[str, Callable[[str], str]]:
    from cbprove.archive.solvers import SOLVERS, Missing, need

    def asking(name: str) -> Callable[[str], str]:
        return lambda text: SOLVERS[name](text, seconds)

    try:
        need()
    except Missing as missing:
        raise WrongUsage(f"{missing} is not installed", "pip install 'cbprove[recheck]'") from None
    return {name: asking(name) for name in SOLVERS}


def _one(
    folder: object, args: argparse.Namespace, solvers: dict[str, Callable[[str], str]]
) -> Outcome:
    from cbprove.archive.folder import Folder
    from cbprove.archive.recheck import recheck

    assert isinstance(folder, Folder)
    with console.Progress(folder.name):
        outcome = recheck(
            folder, args.archive, root=args.root, meaning=_meaning, solvers=solvers, audits=_audits
        )
    console.show(_line(outcome))
    for model in outcome.models:
        console.show(f"  {model}")
    _amiss(outcome.failures)
    return outcome


def _meaning(path: str) -> System:
    from cbprove.meaning import check
    from cbprove.meaning.resolve import resolve
    from cbprove.syntax.includes import load

    system = resolve(load(path))
    check.check(system)
    return system


def _audits(system: System) -> tuple[Model, ...]:
    if not system.audited:
        return ()
    from cbprove.audit.resting import models

    return models(system)


def _line(outcome: Outcome) -> str:
    verdicts = f"{outcome.confirmed} of {outcome.verdicts} verdicts confirmed"
    decided = ", ".join(f"{number} by {name}" for name, number in outcome.decided.items())
    return (
        f"{outcome.spec}: {verdicts}, obligations {decided or 'not asked'}, {outcome.runs} replays"
    )


def _amiss(failures: list[Failure]) -> None:
    for failure in failures:
        console.show(f"  {failure.where}: {failure.what}")


def _resting(outcomes: list[Outcome]) -> str:
    """What shows the proofs, over all specs."""
    from cbprove.report.style import counted

    sums = {
        kind: sum(outcome.proofs.get(kind, 0) for outcome in outcomes)
        for kind in ("certificate", "clausal", "solvers")
    }
    total = counted(sum(sums.values()), "proof")
    proofs = f"{sums['certificate']} by a certificate, {sums['clausal']} by a clausal proof"
    return f"{total}: {proofs}, {sums['solvers']} by the solver alone"


def _summary(
    place: str, outcomes: list[Outcome], failures: list[Failure], solvers: list[str]
) -> str:
    from cbprove.report.style import counted

    verdicts = sum(outcome.verdicts for outcome in outcomes)
    confirmed = sum(outcome.confirmed for outcome in outcomes)
    names = " and ".join(solvers)
    summary = (
        f"{place}: {counted(len(outcomes), 'spec')}, {confirmed} of {verdicts} verdicts "
        f"confirmed by {names}"
    )
    return f"{summary}, {counted(len(failures), 'thing')} amiss" if failures else summary
