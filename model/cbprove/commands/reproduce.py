"""`cbprove reproduce`: the run of a refuted case as a C program."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import add_color, add_reach, options
from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from cbprove.meaning.system import System
    from cbprove.verdicts import Case, Report, Witness

HELP = "a refuted case as a C program of the run that breaks it"

_NEAR = 3
_INSTEAD = {
    "proved": "no run breaks it, so there is none to show; `cbprove certify` keeps what the "
    "proof rests on",
    "vacuous": "no run reaches what it claims, so there is nothing to run; `cbprove check` "
    "says where",
    "unknown": "try `cbprove check` with a higher --bound or --resources first",
    "excluded": "a `require` rules it out, and nothing of it is judged",
}


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC")
    parser.add_argument(
        "--case", default="", metavar="ID", help="as --format json names it: SPEC/PROPOSAL/PROPERTY"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="where to write it (standard output)"
    )
    parser.add_argument("--kunit", action="store_true", help="as a KUnit test case")
    add_reach(parser)
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    from cbprove.artifacts.imports import save
    from cbprove.pipeline import meaning
    from cbprove.reproduce.program import program

    system = meaning(args.spec)
    _refuse_unknown(system, args.case)
    case = _case(_report(args, _asked(system, args.case)), args.case)
    if case.verdict == "mixed" and case.finding.verdict != "refuted":
        case = _case(_report(args, _unexpected(_asked(system, args.case))), args.case)
    _refuse_unbroken(case)
    text = program(
        system,
        _witness(case),
        property_name=case.property,
        id=case.id,
        path=args.spec.rpartition("/")[2],
        kunit=args.kunit,
    )
    if args.output in (None, "-"):
        console.document(text)
    else:
        save(args.output, text)
        console.show(f"{args.output}: {case.id}, {case.finding.verdict}")
    return 0


def _witness(case: Case) -> Witness:
    """The run of a refuted case; a limit may have been too low to find one."""
    if case.finding.witness is None:
        raise WrongUsage(f"{case.id}: {case.finding.reason}", _INSTEAD["unknown"])
    return case.finding.witness


def _report(args: argparse.Namespace, asked: System) -> Report:
    from cbprove.pipeline import judged

    with console.Progress(args.spec) as progress:
        return judged(asked, args.spec, options(args, witnesses=True), progress)


def _unexpected(system: System) -> System:
    """The system without expectations, so that what is shown of a mixed case is refuted."""
    from dataclasses import replace

    return replace(
        system, proposals=tuple(replace(each, expectations=()) for each in system.proposals)
    )


def _asked(system: System, id: str) -> System:
    """The system with no more than this case to judge."""
    from dataclasses import replace

    _, proposal, property = id.split("/")
    return replace(
        system,
        proposals=tuple(each for each in system.proposals if each.name == proposal),
        properties=tuple(each for each in system.properties if each.name == property),
        asks=(),
    )


def _refuse_unknown(system: System, id: str) -> None:
    """Before anything is proved: whether there can be such a case."""
    from difflib import get_close_matches

    proposals = [p.name for p in system.proposals] or ["any"]
    cases = [
        f"{system.name}/{proposal}/{p.name}" for proposal in proposals for p in system.properties
    ]
    if not id:
        refuted = "`cbprove check` says which of them are refuted"
        raise WrongUsage("no case is named", f"--case {cases[0]}, one of {len(cases)}; {refuted}")
    if id not in cases:
        near = get_close_matches(id, cases, _NEAR, 0.3) or cases[:_NEAR]
        raise WrongUsage(f"there is no case `{id}`", f"near it: {', '.join(near)}")


def _case(report: Report, id: str) -> Case:
    """The case of this id."""
    case_found = next((case for case in report.cases if case.id == id), None)
    if case_found is None:
        raise WrongUsage(
            f"`{id}` makes no case: its `when` is false there", "reproduce another proposal"
        )
    return case_found


def _refuse_unbroken(case: Case) -> None:
    """Whether there is anything in it to run."""
    verdict = case.finding.verdict
    if verdict in _INSTEAD:
        raise WrongUsage(f"`{case.id}` is {verdict}", _INSTEAD[verdict])
