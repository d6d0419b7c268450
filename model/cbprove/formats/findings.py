"""What a run found out, one finding after another, for whatever goes on with it: editors, mails,
CI."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from cbprove.comparing.rendering import Comparison
from cbprove.diagnostics import Diagnostic, Span
from cbprove.frozen import frozen
from cbprove.report import witness
from cbprove.report.answer import Answer, Turned
from cbprove.report.answer_text import size
from cbprove.report.codes import NAMES
from cbprove.report.json import of_witness
from cbprove.report.text import verdict_words
from cbprove.verdicts import Answered, Case, Report, Witness

Level = Literal["error", "warning", "note", "pass"]


@frozen
class Place:
    """A line of a file, and what happens there; line 0 where no line is known."""

    file: str
    line: int
    text: str = ""


@frozen
class Finding:
    """One thing that was found: `rule` is a code (`CB2001`) or what stands for one, `title` names
    it within its file.

    `message` is one sentence; `details` are lines that show it, `flow` is where a run that shows it
    comes through, `run` is it as a page draws it. A `pass` is a verdict as it should be.
    """

    rule: str
    level: Level
    title: str
    message: str
    place: Place
    details: tuple[str, ...] = ()
    flow: tuple[Place, ...] = ()
    run: Mapping[str, Any] | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same finding in later versions of the file, wherever it stands there
        then."""
        text = "\0".join((self.rule, self.place.file, self.title))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@frozen
class Findings:
    """All of a run: `subject` in words, `command` as it can be typed again, `lines` are the
    whole answer as text."""

    subject: str
    command: str
    entries: tuple[Finding, ...]
    lines: tuple[str, ...]
    code: int

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.entries if each.level != "pass")


# --- of `check` -----------------------------------------------------------------------------------


def of_reports(reports: Iterable[Report], mistakes: Iterable[Diagnostic]) -> tuple[Finding, ...]:
    """Mistakes, then each verdict and each answer of all specs."""
    findings = [_of_mistake(each) for each in mistakes]
    for report in reports:
        findings += [_of_case(report, case) for case in report.cases]
        findings += [_of_ask(report, ask) for ask in report.asks]
        findings += [_of_mistake(each, "warning") for each in report.warnings]
    return tuple(findings)


def _of_mistake(each: Diagnostic, level: Level = "error") -> Finding:
    help = (f"help: {each.help}",) if each.help else ()
    return Finding(
        rule=each.code,
        level=level,
        title=each.message,
        message=each.message,
        place=_place(each.span),
        details=help,
    )


def _of_case(report: Report, case: Case) -> Finding:
    words = f"{verdict_words(case)}: {case.property} under {case.proposal}"
    expected = "" if case.expected == "proved" or case.met else f", expected {case.expected}"
    witness_shown = case.finding.witness if not case.met else None
    details, flow = _of_run(witness_shown, case.property) if witness_shown is not None else ((), ())
    reason = f": {case.finding.reason}" if case.finding.reason and not case.met else ""
    return Finding(
        rule=NAMES.get(case.verdict, "CB2001"),
        level="pass" if case.met else "error" if case.code == 1 else "warning",
        title=f"{case.property} under {case.proposal}",
        message=words + expected + reason,
        place=_place(case.span) if case.span else Place(report.path, 1),
        details=details,
        flow=flow,
    )


def _of_ask(report: Report, ask: Answered) -> Finding:
    text = "unknown" if ask.answer is None else f"{len(ask.answer)} found"
    message = (
        f"{ask.name}: {text}, expected {ask.expected}" if not ask.met else f"{ask.name}: {text}"
    )
    level: Level = "pass" if ask.met else "warning" if ask.answer is None else "error"
    return Finding(
        "ask", level, ask.name, message, _place(ask.span) if ask.span else Place(report.path, 1)
    )


def _of_run(
    witness_shown: Witness, property_name: str
) -> tuple[tuple[str, ...], tuple[Place, ...]]:
    """The run as lines, and the steps that it comes through."""
    details = of_witness(witness_shown, property_name)
    steps = witness_shown.program.steps
    flow = tuple(
        _place(steps[name].span, name) for name in details.get("steps", ()) if name in steps
    )
    return tuple(witness.block(witness_shown, property_name)), flow


def _place(span: Span | None, text: str = "") -> Place:
    return Place(span.source.name, span.line, text) if span is not None else Place("", 0, text)


# --- of `diff` ------------------------------------------------------------------------------------


def of_comparisons(comparisons: Iterable[Comparison]) -> tuple[Finding, ...]:
    """What became of each verdict that is another one; the others pass."""
    return tuple(finding for each in comparisons for finding in _of_comparison(each))


def _of_comparison(comparison: Comparison) -> Iterator[Finding]:
    for each in comparison.verdicts:
        case = each.after or each.before
        assert case is not None
        witness_shown = comparison.witnesses.get(case.id)
        details, flow = (
            _of_run(witness_shown, each.property) if witness_shown is not None else ((), ())
        )
        title = f"{each.property} under {each.proposal}"
        yield Finding(
            rule=NAMES.get(case.verdict, "CB2001"),
            level=_level(each.kind),
            title=title,
            message=f"{each.kind}: {title}",
            place=_place(case.span) if case.span else Place(comparison.titles[1], 1),
            details=details,
            flow=flow,
        )


def _level(kind: str) -> Level:
    if kind in ("newly refuted", "newly mixed"):
        return "error"
    return "warning" if kind in ("newly unknown", "newly bounded", "newly vacuous") else "pass"


def of_answer(answer: Answer | None) -> tuple[Finding, ...]:
    """What a patch does: checks, views, verdicts, and what could not be judged."""
    return tuple(_of_answer(answer)) if answer is not None else ()


def _of_answer(answer: Answer) -> Iterator[Finding]:
    for each in (struct for struct in answer.structs if struct.edited):
        message = ", ".join([f"{each.name}: {size(each)}", *each.members])
        yield Finding("struct", "note", each.name, message, Place("", 0))
    for check in answer.broken:
        about = f" ({check.about})" if check.about else ""
        detail = check.name.removeprefix(f"{check.file}:{check.line}").strip(" ,:")
        called = f"BUILD_BUG_ON ({detail})" if detail else "BUILD_BUG_ON"
        message = f"{called}: {check.words} is false{about}"
        yield Finding("build-check", "error", check.name, message, Place(check.file, check.line))
    for view in answer.views:
        end = (
            f"beyond {view.block}" if view.beyond else f"across byte {view.border} of {view.block}"
        )
        message = f"{view.view} ({view.type}) ends at {view.ends}, {end}" + (
            "" if view.stopped else "; no check says so"
        )
        rule = "view-beyond" if view.beyond else "view-across"
        yield Finding(
            rule,
            "error" if view.beyond else "note",
            view.view,
            message,
            Place(view.file, view.line),
        )
    yield from map(_of_turned, answer.turned)
    for member in answer.untouched:
        name = f"{member.struct}.{member.member}"
        yield Finding("untouched", "note", name, f"{name}: {member.told}", Place("", 0))
    for access in answer.functions:
        level: Level = "warning" if access.stores and not access.judged else "note"
        yield Finding(
            "function", level, access.function, access.message, Place(access.file, access.line)
        )
    for text in answer.unjudged:
        yield Finding("unjudged", "warning", text, text, Place("", 0))


def _of_turned(turned: Turned) -> Finding:
    """A case that has another verdict than before."""
    of_spec = "" if turned.file else f" of {turned.spec}"  # no line says whose it is
    title = f"{turned.property}{of_spec} under {turned.proposal}"
    rule = NAMES.get(turned.kind.partition(" ")[2], "CB2001")
    place = Place(turned.file or turned.spec, turned.line)
    message = (
        f'{turned.kind}: {title}, "{turned.title}"' if turned.title else f"{turned.kind}: {title}"
    )
    if len(turned.told) == 1:
        message = f"{message}: {turned.told[0]}"
    return Finding(
        rule=rule,
        level=_level(turned.kind),
        title=title,
        message=message,
        place=place,
        details=turned.told if len(turned.told) > 1 else (),
        run=turned.run,
    )


def summary_lines(findings: Iterable[Finding], last: str) -> tuple[str, ...]:
    """What is not as it should be as lines, and a last one."""
    lines: list[str] = []
    for each in findings:
        if each.level != "pass":
            place = f"  {each.place.file}:{each.place.line}" if each.place.line else ""
            lines += [each.message + place, *(f"  {line}".rstrip() for line in each.details), ""]
    return (*lines, last)
