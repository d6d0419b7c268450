"""A report for a terminal: one line of counts, what was not expected, proposals, questions, the
design space.

What nobody can satisfy, as a sentence with lines.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator

from cbprove.design.vacuity import assumed_on
from cbprove.diagnostics import Span
from cbprove.report import space, table
from cbprove.report.excerpt import printable
from cbprove.report.style import WIDEST, Manner, Role, again, capped, counted, counts_by_verdict
from cbprove.system.axes import AxisValue
from cbprove.verdicts import UNAUDITED, VERDICTS, Answered, Case, Conflict, Report, Verdict

_RIGHT = 88
_WIDTH = 100
_MOST_ANSWERS = 40
_REASON = re.compile(r"(?<! ): ")  # behind a condition, in which C has a blank before each `:`
_ROLES: dict[Verdict, Role] = {
    "proved": "good",
    "refuted": "bad",
    "mixed": "bad",
    "vacuous": "warn",
    "unknown": "warn",
}


def text(report: Report, manner: Manner) -> str:
    """The whole report on one spec."""
    if manner.verbosity < 0:
        return summary(report)
    parts = [
        *_wrapped(summary(report)),
        *_kept(report, manner),
        *_blocks(report, manner),
        table.proposals(report, manner),
    ]
    parts += [
        _asks(report, manner),
        space.text(report, manner),
        assumptions(report, manner),
        _models(report),
    ]
    return "\n\n".join(part for part in parts if part)


def _kept(report: Report, manner: Manner) -> list[str]:
    """That an earlier run found all this, for who asks why."""
    return (
        ["found by an earlier run; --no-cache judges anew"]
        if report.kept and manner.verbosity > 0
        else []
    )


def _wrapped(line: str) -> list[str]:
    """A line as a paragraph."""
    return ["\n".join(textwrap.wrap(line, WIDEST, subsequent_indent="  ", break_on_hyphens=False))]


def _models(report: Report) -> str:
    """What the model is held against; that it is not, where no line of assumptions says so."""
    if not report.models and not _assumed(report):
        return UNAUDITED if report.cases else ""
    return "\n".join(model.told for model in report.models)


def summary(report: Report) -> str:
    """One line of counts."""
    sizes = [
        counted(len({case.proposal for case in report.cases}), "proposal"),
        counted(len(report.cases), "verdict"),
    ]
    if report.asks:
        sizes.append(counted(len(report.asks), "question"))
    parts = [*_counts(report.cases), *_unmet(report)]
    parts += [f"not as {model.kernel}" for model in report.models if not model.clean]
    return f"{printable(report.path)}: {', '.join(sizes)}" + (
        f": {', '.join(parts)}" if parts else ""
    )


def total(reports: Iterable[Report]) -> str:
    """The counts of several specs in one line."""
    listed = list(reports)
    cases = [case for report in listed for case in report.cases]
    unmet = sum(len(unmet_in(report)) for report in listed)
    parts = [*_counts(cases), *([f"{unmet} not as expected"] if unmet else [])]
    return (
        f"{counted(len(listed), 'spec')}, {counted(len(cases), 'verdict')}: "
        f"{', '.join(parts) or 'nothing to check'}"
    )


def verdict_words(case: Case) -> str:
    """The verdict as the table and the blocks say it."""
    turns = case.finding.turns
    if case.verdict == "proved" and turns is not None:
        return f"proved up to {counted(turns, 'turn')}"
    return case.verdict


def _counts(cases: Iterable[Case]) -> Iterator[str]:
    """`29 proved`, `7 refuted (7 expected)`: what is no plain proof says how much of it was
    expected."""
    listed = list(cases)
    bounded = [
        case for case in listed if case.verdict == "proved" and case.finding.turns is not None
    ]
    words: Counter[str] = Counter(case.verdict for case in listed)
    for verdict in VERDICTS:
        group = [case for case in listed if case.verdict == verdict and case not in bounded]
        if group:
            as_expected = sum(case.met for case in group)
            plain = verdict == "proved" or not as_expected
            yield f"{len(group)} {verdict}" + ("" if plain else f" ({as_expected} expected)")
        if verdict == "proved" and bounded and words:
            yield f"{len(bounded)} proved up to a bound"


def _unmet(report: Report) -> list[str]:
    number = len(unmet_in(report))
    return [f"{number} not as expected"] if number else []


def unmet_in(report: Report) -> list[Case | Answered]:
    """The cases and questions that did not come out as the spec expects."""
    return [
        *(case for case in report.cases if not case.met),
        *(ask for ask in report.asks if not ask.met),
    ]


# --- blocks ---------------------------------------------------------------------------------------


def _blocks(report: Report, manner: Manner) -> Iterator[str]:
    """One for each unexpected verdict; with -v, then one for each other."""
    for case in report.cases:
        if not case.met:
            yield block(report, case, manner)
    if manner.verbosity > 0:
        for case in report.cases:
            if case.met:
                yield block(report, case, manner)


def block(report: Report, case: Case, manner: Manner) -> str:
    """A verdict in full."""
    body = list(_body(report, case, manner))
    return "\n".join(
        [_title(case, manner), *([""] if body else []), *(f"  {line}".rstrip() for line in body)]
    )


def _title(case: Case, manner: Manner) -> str:
    word = verdict_words(case)
    rest = f": {case.property} under {case.proposal}"
    place = f"{printable(case.span.source.name)}:{case.span.line}" if case.span else ""
    gap = max(2, _RIGHT - len(word) - len(rest) - len(place))
    painted = manner.paint(word, _ROLES.get(case.verdict, "strong")) + manner.paint(rest, "strong")
    return painted + (" " * gap + place if place else "")


def _body(report: Report, case: Case, manner: Manner) -> Iterator[str]:
    if not case.met and case.expected != "proved":
        yield f"the spec expects {case.expected}"
        yield from _otherwise(case)
    yield from _candidates(case)
    yield from _story(case, manner)
    if case.finding.reason:
        yield from textwrap.wrap(printable(case.finding.reason), _WIDTH)
    yield from _undecided(report, case, manner)
    if case.id in manner.queries:
        yield f"query saved in {manner.queries[case.id]}"
    for assumption in _taken_as_given(case):
        yield from textwrap.wrap(
            f"assuming {printable(assumption)}", WIDEST - 2, subsequent_indent="    "
        )


def _otherwise(case: Case) -> Iterator[str]:
    """The first candidate that is not as expected, where not all are expected to be alike."""
    if case.wanted not in ("", case.expected):
        values = ", ".join(f"{axis} = {value}" for axis, value in case.candidate.items())
        sentence = f"{case.wanted} at {values}, where it is {case.finding.verdict}"
        yield from textwrap.wrap(sentence, _WIDTH, subsequent_indent="    ")


def _taken_as_given(case: Case) -> tuple[str, ...]:
    """What a verdict takes as given; of a refutation, what the path of its run assumes."""
    witness, every = case.finding.witness, case.finding.assumptions
    if case.verdict != "refuted" or witness is None or witness.run is None:
        return every
    on_paths = {path.name: set(assumed_on(witness.program, path)) for path in witness.program.paths}
    on_path = on_paths[witness.run.path]
    elsewhere = set[str]().union(*on_paths.values()) - on_path
    return tuple(assumption for assumption in every if assumption not in elsewhere)


def _candidates(case: Case) -> Iterator[str]:
    """Of several candidates: how many of each verdict, where, and which one is shown."""
    if sum(case.counts.values()) == 1:
        return
    yield f"of {counted(sum(case.counts.values()), 'candidate')}: {counts_by_verdict(case)}"
    regions = [f"{verdict} where {region}" for verdict, region in case.regions]
    for line in capped(regions, _MOST_ANSWERS, len(regions)):
        yield from textwrap.wrap(line, _WIDTH, subsequent_indent="    ")
    for reason in case.excluded if case.verdict != "excluded" else ():
        yield from textwrap.wrap(f"excluded: {reason}", _WIDTH, subsequent_indent="    ")
    if case.finding.witness is not None:
        values = ", ".join(
            f"{axis} = {value}" for axis, value in case.finding.witness.candidate.items()
        )
        yield from textwrap.wrap(f"shown: {values}", _WIDTH, subsequent_indent="    ")


def _story(case: Case, manner: Manner) -> Iterator[str]:
    witness_found = case.finding.witness
    if witness_found is None:
        return
    # What tells of runs and why proofs hold draws pictures and checks certificates: most reports do
    # not.
    if case.finding.verdict == "refuted":
        from cbprove.report import witness

        yield from witness.block(witness_found, case.property)
        yield from _arrivals(case)
    elif manner.verbosity > 0 and witness_found.run is not None:
        from cbprove.report import reasons, story

        claims = counted(witness_found.run.reached.get(case.property, 0), "claim")
        yield (
            f"path {' > '.join(story.way(witness_found.program, witness_found.run))} reaches "
            f"{claims}, all of them true"
        )
        yield from _arrivals(case)
        yield from reasons.reasons(witness_found.program, case.property)


def _arrivals(case: Case) -> Iterator[str]:
    run = case.finding.witness.run if case.finding.witness else None
    number = run.arrivals.get(case.property, 0) if run else 0
    if number:
        yield f"{counted(number, 'arrival')} with nothing to compare with made no claim"


def _undecided(report: Report, case: Case, manner: Manner) -> Iterator[str]:
    """What became of the proof, and for what a limit stood in the way of, how to raise it."""
    if case.verdict == "vacuous":
        yield (
            "no run reaches what it claims, for any number of turns: nothing was asked, so "
            "nothing is proved"
        )
    limited = case.verdict == "unknown" or (
        case.verdict == "proved" and case.finding.turns is not None
    )
    if limited and not case.met:
        reason = case.finding.reason if case.verdict == "unknown" else "--bound"
        yield f"try again with: {again(printable(report.path), reason, manner)}"
    if manner.verbosity > 0 and case.finding.queries:
        answers = Counter(query.answer for query in case.finding.queries)
        counts = ", ".join(f"{number} {answer}" for answer, number in answers.items())
        yield f"{'query' if len(case.finding.queries) == 1 else 'queries'}: {counts}"


# --- the rest -------------------------------------------------------------------------------------


def _asks(report: Report, manner: Manner) -> str:
    lines = []
    for ask in report.asks:
        lines += _ask(ask, manner)
    return "\n".join(lines)


def _ask(ask: Answered, manner: Manner) -> list[str]:
    word = manner.paint(
        "answered" if ask.met else "answered otherwise", "good" if ask.met else "bad"
    )
    lines = [f"{word}: {ask.name}" + (f": {printable(ask.title)}" if ask.title else "")]
    if ask.answer is None:
        lines.append(f"  unknown: {printable(ask.reason)}")
    elif ask.answer:
        lines += _answers(list(rows(ask.axes, ask.answer)))
    else:
        answer = "none" + (
            f": {conflict_sentence(ask.conflict)}" if ask.conflict is not None else ""
        )
        lines += textwrap.wrap(answer, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    if not ask.met:
        lines.append(f"  the spec expects {ask.expected}")
    return lines


def _answers(answers: list[str]) -> list[str]:
    """A line for each, or one for all where they have room on it."""
    joined = f"  {'; '.join(answers)}"
    return (
        [joined]
        if len(joined) <= WIDEST
        else [f"  {row}" for row in capped(answers, _MOST_ANSWERS, len(answers))]
    )


def rows(axes: tuple[str, ...], choices: tuple[tuple[AxisValue, ...], ...]) -> Iterator[str]:
    """The choices of an answer, those that differ in one number only together: `skb_gso_cb =
    roland, OFFSET = 20..22`."""
    from cbprove.pictures.bits import runs

    ranged = next(
        (i for i in reversed(range(len(axes))) if choices and isinstance(choices[0][i], int)), None
    )
    groups: dict[tuple[tuple[str, AxisValue], ...], list[int]] = {}
    for row in choices:
        fixed = tuple(pair for i, pair in enumerate(zip(axes, row, strict=True)) if i != ranged)
        groups.setdefault(fixed, []).extend(int(row[i]) for i in (ranged,) if i is not None)
    for fixed, values in groups.items():
        settings = [f"{axis} = {value}" for axis, value in fixed]
        spans = tuple((low, high - 1) for low, high in runs(values))
        yield ", ".join(
            [
                *settings,
                *([f"{axes[ranged]} = {space.intervals(spans)}"] if ranged is not None else []),
            ]
        )


def assumptions(report: Report, manner: Manner) -> str:
    """What ends runs, each with its reason; the conditions alone where they are more than a line,
    unless asked. That the model is not audited stands in front."""
    sentences = _assumed(report)
    if not sentences:
        return ""
    head = "assuming" if report.models else f"{UNAUDITED}; assuming"
    if manner.verbosity > 0:
        lines = [
            textwrap.fill(each, WIDEST, initial_indent="  ", subsequent_indent="    ")
            for each in sentences
        ]
        return "\n".join([head, *lines])
    line = f"{head} {'; '.join(sentences)}"
    if len(line) > WIDEST:
        conditions = [_REASON.split(each)[0] for each in sentences]
        line = f"{head} {'; '.join(conditions)} (-v)"
    return textwrap.fill(line, WIDEST, subsequent_indent="  ")


def _assumed(report: Report) -> list[str]:
    """The assumptions of all cases, each once."""
    assumptions = (each for case in report.cases for each in case.finding.assumptions)
    return [printable(each) for each in dict.fromkeys(assumptions)]


def conflict_sentence(conflict: Conflict) -> str:
    """`no choice satisfies P (line 71) and Q (line 73) together: ip (line 5) and gso (line 9)
    cannot coexist, for ...`."""
    files = {
        span.source.name for _, span in (*conflict.properties, *(conflict.layers or ())) if span
    }
    many_files = len(files) > 1
    sentence = f"no choice satisfies {_listed(conflict.properties, many_files)}" + " together" * (
        len(conflict.properties) > 1
    )
    if conflict.layers:
        sentence += f": {_listed(conflict.layers, many_files)} cannot " + (
            "coexist" if len(conflict.layers) > 1 else "do so alone"
        )
    if conflict.needs:
        names, sizes = (
            [need.view for need in conflict.needs],
            [str(need.bytes) for need in conflict.needs],
        )
        sentence += (
            f", for {_and(names)} take at least {' + '.join(sizes)} of the {conflict.bytes} bytes "
            f"of {conflict.area}"
        )
    return sentence + (f"; {conflict.reason}" if conflict.reason else "")


def _listed(named: Iterable[tuple[str, Span | None]], many_files: bool) -> str:
    return _and([f"{name} ({_line(span, many_files)})" if span else name for name, span in named])


def _line(span: Span, many_files: bool) -> str:
    return f"{printable(span.source.name)}:{span.line}" if many_files else f"line {span.line}"


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
