"""`cbprove check`: a verdict for every property of every proposal, then what the whole design
space holds."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import (
    FORMATS,
    OURS,
    USAGE,
    add_cache,
    add_color,
    add_formats,
    add_jobs,
    add_reach,
    kept,
    mixed,
    options,
    typed,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from cbprove.diagnostics import Diagnostic, SpecError
    from cbprove.keeping import Folder
    from cbprove.report.style import Manner
    from cbprove.verdicts import Report

HELP = "a verdict for every property of every proposal, then the design space"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "specs", nargs="+", metavar="SPEC", help="a .cbs file, or a folder for every .cbs below it"
    )
    add_reach(parser)
    add_jobs(parser)
    parser.add_argument(
        "--queries",
        metavar="DIR",
        default=".cbprove/queries",
        help="where queries are saved (%(default)s)",
    )
    add_cache(parser)
    parser.add_argument(
        "--exit-zero", action="store_true", help="only report: exit 0 whatever the verdicts are"
    )
    add_formats(parser, "html")
    parser.add_argument("-q", "--quiet", action="store_true", help="the line of counts alone")
    parser.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="why each proof holds; -vv the queries too",
    )
    add_color(parser)


def run(args: argparse.Namespace) -> int:
    from cbprove.executors import executor
    from cbprove.pipeline import files

    with executor(args.jobs, args.dask) as workers:
        checking = _Check(args, workers)
        paths = list(files(args.specs))
        if workers is not None and len(paths) > 1:
            checking.begin(path for path, _ in paths)
        for path, named in paths:
            checking.file(path, named)
        checking.close()
    code = mixed(checking.codes)
    return 0 if args.exit_zero and code not in (USAGE, OURS) else code


def _kept(args: argparse.Namespace) -> Folder | None:
    """Where verdicts are kept: nowhere by the workers of a cluster, nor where all is judged anew
    (two specs of one check are seldom alike, and to see that takes a twentieth of a run)."""
    return None if args.dask is not None or args.no_cache else kept(args)


class _Check:
    """One run over all specs: what was found, and what was wrong with those that could not be
    read."""

    def __init__(self, args: argparse.Namespace, executor: Executor | None) -> None:
        self.given, self.executor = args, executor
        self.kept = _kept(args)
        self.begun: dict[str, Callable[[], Report]] = {}
        self.options = options(
            args, args.verbose > 0 or args.format in ("json", "html"), queries=args.verbose > 1
        )
        self.reports: list[Report] = []
        self.mistakes: dict[Diagnostic, None] = {}
        self.warnings: dict[Diagnostic, None] = {}
        self.codes: list[int] = []

    def begin(self, paths: Iterable[str]) -> None:
        """Have several specs judged side by side; `file` then waits for each."""
        from cbprove.pipeline import begin

        assert self.executor is not None
        for path in paths:
            self.begun[path] = begin(path, self.options, self.executor, self.kept)

    def file(self, path: str, named: bool) -> None:
        """One spec. What is wrong with it, or with us, must not hide the next one."""
        from cbprove.diagnostics import SpecError
        from cbprove.pipeline import is_included

        try:
            self._judge(path)
        except SpecError as error:
            if named or not is_included(error):
                self._mistaken(error)
        except BrokenPipeError:
            raise
        except Exception as error:
            console.our_bug(error)
            self.codes.append(OURS)

    def close(self) -> None:
        """The line over all specs, and what to say where there was none; the document, if that
        was asked for."""
        from cbprove.report.style import counted
        from cbprove.report.text import total

        if self.given.format == "json":
            self._document()
        elif self.given.format == "html":
            self._page()
        elif self.given.format in FORMATS:
            self._findings()
        elif len(self.reports) > 1:
            console.show(("" if self.given.quiet else "\n") + total(self.reports))
        if not self.codes and self.given.format == "text":
            console.show("nothing to check")
        if self.mistakes:
            specs = counted(self.codes.count(USAGE), "spec")
            console.say(f"{counted(len(self.mistakes), 'mistake')}, no verdicts on {specs}")

    def _judge(self, path: str) -> None:
        from cbprove.pipeline import check
        from cbprove.verdicts import exit_code

        with console.Progress(path) as progress:
            begun = self.begun.pop(path, None)
            report = (
                begun()
                if begun is not None
                else check(path, self.options, progress, self.executor, self.kept)
            )
        self.reports.append(report)
        self.codes.append(exit_code(report))
        if self.given.format == "text":
            self._show(report)

    def _show(self, report: Report) -> None:
        from cbprove.report.text import text

        if len(self.reports) > 1 and not self.given.quiet:
            console.show("")
        console.show(text(report, _manner(self.given, report)))
        fresh = tuple(d for d in report.warnings if d not in self.warnings)
        self.warnings.update(dict.fromkeys(fresh))
        if not self.given.quiet:
            console.warn(fresh)

    def _mistaken(self, error: SpecError) -> None:
        fresh = tuple(d for d in error.diagnostics if d not in self.mistakes)
        self.mistakes.update(dict.fromkeys(fresh))
        console.complain(fresh)
        self.codes.append(USAGE)

    def _page(self) -> None:
        from cbprove.diagnostics import WrongUsage

        try:
            from cbprove.formats.html import text
        except ImportError:
            raise WrongUsage(
                "a page is written with Jinja, which is not installed",
                "pip install 'cbprove[html]'",
            ) from None
        console.document(text(self.reports, typed()))

    def _findings(self) -> None:
        from cbprove.formats.findings import Findings, of_reports, summary_lines
        from cbprove.formats.table import FORMATS as WRITERS
        from cbprove.report.text import total

        findings = of_reports(self.reports, tuple(self.mistakes))
        subject, lines = ", ".join(self.given.specs), summary_lines(findings, total(self.reports))
        all_findings = Findings(subject, typed(), findings, lines, mixed(self.codes))
        console.document(WRITERS[self.given.format](all_findings))

    def _document(self) -> None:
        from cbprove.report.json import text

        queries = {
            case: name
            for report in self.reports
            for case, name in _saved(report, self.given, 0).items()
        }
        console.document(text(self.reports, tuple(self.mistakes), queries))


def _manner(args: argparse.Namespace, report: Report) -> Manner:
    from cbprove.report.style import Manner

    verbosity = -1 if args.quiet else min(args.verbose, 2)
    return Manner(
        paint=console.paint(),
        verbosity=verbosity,
        queries=_saved(report, args, verbosity),
        bound=args.bound,
        resources=args.resources,
        operations=args.operations,
        seconds=args.timeout,
    )


def _saved(report: Report, args: argparse.Namespace, verbosity: int) -> dict[str, str]:
    """Saves the deciding query of each unknown, with -vv of every verdict; the files by case."""
    saved_cases = [
        c for c in report.cases if c.finding.queries and (verbosity > 1 or c.verdict == "unknown")
    ]
    names: dict[str, str] = {}
    for case in saved_cases:
        name = os.path.join(args.queries, case.id.replace("/", ".") + ".smt2")
        os.makedirs(args.queries, exist_ok=True)
        with open(name, "w", encoding="utf-8") as file:
            file.write(case.finding.queries[-1].text.rstrip("\n") + "\n(check-sat)\n")
        names[case.id] = name
    return names
