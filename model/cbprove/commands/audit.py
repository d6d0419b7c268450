"""`cbprove audit`: the steps of specs against what functions of the source do, or against a
record of it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import NOTHING
from cbprove.commands.sources import add_sources, compiled, pool
from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from cbprove.audit.record import Record
    from cbprove.system.program import Program

HELP = "the steps of specs against the functions of the source that they stand for"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "specs", nargs="+", metavar="SPEC", help="a .cbs file, or a folder for every .cbs below it"
    )
    parser.add_argument(
        "--record", metavar="FILE", help="what an earlier audit read, instead of the source"
    )
    parser.add_argument("--record-to", metavar="FILE", help="keep what was read")
    parser.add_argument(
        "--object",
        default="sk_buff.cb",
        metavar="STRUCT.MEMBER",
        help="the control block (%(default)s)",
    )
    parser.add_argument(
        "--sweep",
        nargs="*",
        default=[],
        metavar="FOLDER",
        help="of the source, to look for functions that no step stands for",
    )
    parser.add_argument(
        "--proposal",
        metavar="NAME",
        help="whose first candidate is held against the source (today)",
    )
    add_sources(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="name every function that no step stands for"
    )


def run(args: argparse.Namespace) -> int:
    """Hold specs against a tree or a record of one; the exit code is 1 where something differs.

    Raises WrongUsage where neither is named or both are, and SpecError as the specs and the source
    do.
    """
    from cbprove.audit.compare import audited, with_joins
    from cbprove.audit.record import load
    from cbprove.audit.writing import save
    from cbprove.pipeline import candidates_to_audit

    if (args.record is None) == (args.source is None):
        raise WrongUsage(
            "there is nothing to hold specs against", "say either --source TREE or --record FILE"
        )
    programs = candidates_to_audit(args.specs, args.proposal)
    record = load(args.record) if args.record is not None else _read(args, programs)
    if args.record_to is not None:
        save(args.record_to, record)
    audits = [
        with_joins(audit, program, record)
        for path, program in programs.items()
        if (audit := audited(path, program, record)) is not None
    ]
    _show(args, audits, record)
    if not audits:
        return NOTHING
    return 0 if all(each.clean for each in audits) else 1


def _read(args: argparse.Namespace, programs: dict[str, Program]) -> Record:
    """What the source does, in the functions that the specs name and in the folders that were
    asked for."""
    from cbprove.audit.callees import stands_for
    from cbprove.audit.reading import (
        called,
        guessed,
        kept,
        learnt,
        named,
        others,
        pairs,
        record,
        shortened,
    )
    from cbprove.source.asked import sought
    from cbprove.source.kernel import Kernel

    kernel, object = compiled(args), sought(args.object)
    if not isinstance(kernel, Kernel):
        help = "say --source TREE and --headers DIR, without --cc"
        raise WrongUsage("an audit is of a kernel's tree", help)
    steps = [step for program in programs.values() for step in program.steps.values()]
    names = [name for step in steps for name in stands_for(step)]
    with console.Progress("files") as progress, pool(args, object) as mapped:
        named_functions, absent = named(names, kernel, object, mapped, progress)
        touching = others(args.sweep, kernel, object, mapped, progress)
        pairs_of_steps = pairs(programs.values())
        graph = guessed(kernel, named_functions.functions)
        callees = called(named_functions, graph.files, kernel, object, mapped)
        calls = learnt(pairs_of_steps, graph, kernel, object, mapped)
        between = kept(calls, pairs_of_steps, shortened(kernel.tree))
    return record(
        kernel,
        object,
        sweep_result=named_functions,
        called=callees,
        absent=absent,
        elsewhere=touching,
        between=between,
    )


def _show(args: argparse.Namespace, audits: list, record: Record) -> None:  # type: ignore[type-arg]
    from cbprove.audit.rendering import document, text

    if args.format == "json":
        import json

        console.show(json.dumps(document(audits, record), indent=2, ensure_ascii=False))
    else:
        console.show(text(audits, record, args.verbose))
