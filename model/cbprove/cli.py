"""Arguments in, exit code out: the only module that prints or exits.

The stages are imported late, so that `--help` and mistakes in arguments cost nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from cbprove.arguments import WrongUsage, parse, usage

if TYPE_CHECKING:
    from cbprove.diagnostics import Diagnostic
    from cbprove.pipeline import Options
    from cbprove.report.manner import Manner
    from cbprove.report.style import Paint
    from cbprove.verdicts import Report

USAGE, NOTHING, OURS, INTERRUPTED = 2, 5, 70, 130
# Of several exit codes the first of these that occurs is the one that counts.
WORST_FIRST = (OURS, USAGE, 1, 4, 3, 0)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command and exits with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has left; what Python would still flush at exit has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 128 + 13
    except KeyboardInterrupt:
        _say("interrupted")
        code = INTERRUPTED
    except Exception as error:
        code = _our_bug(error)
    sys.exit(code)


def mixed(codes: Sequence[int]) -> int:
    """The exit code of several specs; 5 if nothing was checked in any."""
    checked = [code for code in codes if code != NOTHING]
    return next((code for code in WORST_FIRST if code in checked), NOTHING)


def _run(given: list[str]) -> int:
    _plain_streams()
    try:
        parsed = parse(given)
    except WrongUsage as wrong:
        return _refuse(wrong, wrong.help)
    if parsed.version:
        return _version()
    if parsed.command is None:
        _say(usage())
        return USAGE
    return _COMMANDS[parsed.command](parsed)


def _plain_streams() -> None:
    """Signs that a terminal's encoding lacks are replaced, not a reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


# --- commands ---------------------------------------------------------------------------------------------


def _version() -> int:
    from cbprove.report.version import VERSION

    print(f"cbprove {VERSION}")
    return 0


def _check(given: argparse.Namespace) -> int:
    from cbprove.diagnostics import SpecError
    from cbprove.pipeline import check, files
    from cbprove.report.style import counted
    from cbprove.verdicts import exit_code

    options = _options(given, witnesses=given.verbose > 0 or given.format == "json")
    reports: list[Report] = []
    mistakes: dict[Diagnostic, None] = {}
    codes: list[int] = []
    for path, named in files(given.specs):
        try:
            with _Progress(path) as progress:
                reports.append(check(path, options, progress))
            codes.append(exit_code(reports[-1]))
            if given.format == "text":
                _show(reports[-1], given, first=len(reports) == 1)
        except SpecError as error:
            if not named and _is_included(error):
                continue
            fresh = tuple(d for d in error.diagnostics if d not in mistakes)
            mistakes.update(dict.fromkeys(fresh))
            _complain(fresh, given)
            codes.append(USAGE)
        except BrokenPipeError:
            raise
        except Exception as error:
            codes.append(_our_bug(error))
    if given.format == "json":
        _print_document(reports, tuple(mistakes), given)
    else:
        _close(reports, codes, given)
    if mistakes:
        _say(f"{counted(len(mistakes), 'mistake')}, no verdicts on {counted(codes.count(USAGE), 'spec')}")
    code = mixed(codes)
    return 0 if given.exit_zero and code not in (USAGE, OURS) else code


def _close(reports: list[Report], codes: list[int], given: argparse.Namespace) -> None:
    """The line over all specs, and what to say where there was none."""
    from cbprove.report.text import total

    if len(reports) > 1:
        print(("" if given.quiet else "\n") + total(reports))
    if not codes:
        print("nothing to check")


def _show(report: Report, given: argparse.Namespace, first: bool) -> None:
    from cbprove.report.text import text

    if not first and not given.quiet:
        print()
    print(text(report, _manner(given, report)))
    sys.stdout.flush()


def _print_document(reports: list[Report], mistakes: tuple[Diagnostic, ...], given: argparse.Namespace) -> None:
    from cbprove.report.json import text

    queries = {case: name for report in reports for case, name in _saved(report, given, 0).items()}
    sys.stdout.write(text(reports, mistakes, queries))


def _sweep(given: argparse.Namespace) -> int:
    from cbprove.diagnostics import SpecError
    from cbprove.pipeline import WrongQuestion, sweep
    from cbprove.report.sweep import document, text

    try:
        with _Progress(given.spec) as progress:
            names = (given.property, given.rows, given.cols)
            matrix = sweep(given.spec, names, _options(given, witnesses=False), progress)
    except SpecError as error:
        _complain(error.diagnostics, given)
        return USAGE
    except WrongQuestion as wrong:
        return _refuse(wrong, wrong.help)
    if given.format == "json":
        import json

        print(json.dumps(document(matrix), indent=2, ensure_ascii=False))
    else:
        print(text(matrix, _paint(given, sys.stdout)))
    return 0


def _layout(given: argparse.Namespace) -> int:
    from cbprove.diagnostics import SpecError
    from cbprove.pipeline import WrongQuestion, layout

    try:
        print(layout(given.spec, given.proposal))
    except SpecError as error:
        _complain(error.diagnostics, given)
        return USAGE
    except WrongQuestion as wrong:
        return _refuse(wrong, wrong.help)
    return 0


def _explain(given: argparse.Namespace) -> int:
    from cbprove.report import explain

    if given.code is None:
        print(explain.listing())
        return 0
    told = explain.explain(given.code)
    if told is None:
        near = explain.nearest(given.code)
        help = f"did you mean `{near}`?" if near else "`cbprove explain` lists all codes"
        return _refuse(f"there is no code `{given.code}`", help)
    print(told)
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "sweep": _sweep,
    "layout": _layout,
    "explain": _explain,
}


# --- what commands share ----------------------------------------------------------------------------------


def _options(given: argparse.Namespace, witnesses: bool) -> Options:
    from cbprove.pipeline import Options

    queries = getattr(given, "verbose", 0) > 1
    return Options(given.bound, given.resources, given.timeout, witnesses, queries, given.operations)


def _manner(given: argparse.Namespace, report: Report) -> Manner:
    from cbprove.report.manner import Manner

    verbosity = -1 if given.quiet else min(given.verbose, 2)
    return Manner(
        paint=_paint(given, sys.stdout),
        verbosity=verbosity,
        queries=_saved(report, given, verbosity),
        bound=given.bound,
        resources=given.resources,
        operations=given.operations,
        seconds=given.timeout,
    )


def _is_included(error: Exception) -> bool:
    """Whether all that is wrong is that the file has no `spec` line: it is made to be included."""
    found: tuple[Diagnostic, ...] = getattr(error, "diagnostics", ())
    return all(d.code == "CB0007" and d.message.startswith("no ") for d in found)


def _saved(report: Report, given: argparse.Namespace, verbosity: int) -> dict[str, str]:
    """Saves the deciding query of each unknown, with -vv of every verdict; the files by case."""
    wanted = [c for c in report.cases if c.finding.queries and (verbosity > 1 or c.verdict == "unknown")]
    names: dict[str, str] = {}
    for case in wanted:
        name = os.path.join(given.queries, case.id.replace("/", ".") + ".smt2")
        os.makedirs(given.queries, exist_ok=True)
        with open(name, "w", encoding="utf-8") as file:
            file.write(case.finding.queries[-1].text.rstrip("\n") + "\n(check-sat)\n")
        names[case.id] = name
    return names


def _paint(given: argparse.Namespace, stream: Any) -> Paint:
    from cbprove.report.style import ansi, plain

    return ansi if _coloured(given.color, stream) else plain


def _coloured(wish: str, stream: Any) -> bool:
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return os.environ["FORCE_COLOR"] != "0"
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def _complain(mistakes: tuple[Diagnostic, ...], given: argparse.Namespace) -> None:
    from cbprove.report.excerpt import diagnostics

    if mistakes:
        _say(diagnostics(mistakes, _paint(given, sys.stderr)) + "\n")


def _refuse(message: object, help: str) -> int:
    _say(f"error: {message}")
    _say(f"  = help: {help}")
    return USAGE


def _say(text: str) -> None:
    """To the person, not to the next program."""
    print(text, file=sys.stderr, flush=True)


def _our_bug(error: Exception) -> int:
    import traceback

    traceback.print_exception(error, file=sys.stderr)
    _say(f"\nerror: this is a bug of cbprove, not of your spec: {type(error).__name__}: {error}")
    _say("  = help: please report it: send the text above, the command and the spec to the project")
    return OURS


class _Progress:
    """A bar on a terminal, nothing elsewhere; called with how much is done of how much."""

    _LATE = 0.5  # seconds until it is worth showing

    def __init__(self, title: str) -> None:
        self.title = title
        self.bar: Any = None
        self.began = 0.0

    def __enter__(self) -> _Progress:
        import time

        self.clock = time.monotonic
        self.began = self.clock()
        return self

    def __call__(self, done: int, total: int) -> None:
        if self.bar is None and sys.stderr.isatty() and self.clock() - self.began > self._LATE:
            self._open()
        if self.bar is not None:
            self.bar.update(self.task, completed=done, total=total)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task(self.title, total=None)
        self.bar.start()

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()
        if sys.stderr.isatty() and self.clock() - self.began > self._LATE:
            _say(f"{self.title}: {self.clock() - self.began:.1f} s")
