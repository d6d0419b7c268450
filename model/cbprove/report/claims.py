"""A property at length: what it claims, what becomes of it under each proposal, and why, shown where
each verdict comes up first."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from cbprove.frozen import replace
from cbprove.report import table, text
from cbprove.report.excerpt import printable
from cbprove.report.style import WIDEST, Manner, counted
from cbprove.system.axes import PropertyName
from cbprove.verdicts import Case, Report

CLAIMS: Mapping[str, str] = MappingProxyType(
    {
        "preserved": "what one step left is intact when another begins, where it was or where it "
        "was brought",
        "owned": "every bit that is read through a view is blank, or was last stored as the same "
        "bit of the same member",
        "written": "every bit that is read was stored: by somebody, by those named, or since a step",
        "exact": "each value that is stored is one that the type of its member holds",
        "holds": "a condition is true each time a step begins",
        "fits": "each view, and each access, stays inside of its control block",
        "aligned": "each member of a view lies at a multiple of its alignment",
        "disjoint": "two places share no bit",
        "lent": "no step touches an object by a name that it gave up, none stores to a shared one",
    }
)


def of_word(word: str) -> str | None:
    """What a claim says, by the word that begins it; None where there is none of that name."""
    sentence = CLAIMS.get(word.lower())
    return (
        f"{word.lower()}: {sentence}\nexamples of it: docs/properties.md; of a property of a spec: "
        f"cbprove explain PROPERTY SPEC"
        if sentence
        else None
    )


def of_property(prop: PropertyName, report: Report, manner: Manner) -> str:
    """The property of a spec that this report is about."""
    parts = [_head(prop), table.proposals(report, manner)]
    parts += [text.block(report, _plainly(case), manner) for case in _shown(report, manner)]
    parts += [*_rest(report, manner), text.assumptions(report, manner)]
    return "\n\n".join(part for part in parts if part)


def _plainly(case: Case) -> Case:
    """Without the assumptions, which are told once for all."""
    return replace(case, finding=replace(case.finding, assumptions=()))


def _head(prop: PropertyName) -> str:
    """Its name and title, its claim as it is written, and what such a claim says."""
    lines = [prop.name + (f": {printable(prop.title)}" if prop.title else "")]
    claim = "fits"
    if prop.span is not None:
        lines[0] += f"  {printable(prop.span.source.name)}:{prop.span.line}"
        claim = _claim(prop.span.source.text[prop.span.start :])
        lines.append(f"  {claim}")
    sentence = CLAIMS.get(re.split(r"\W", claim, maxsplit=1)[0], "")
    return "\n".join(
        textwrap.fill(line, WIDEST, subsequent_indent="    ", break_on_hyphens=False)
        for line in (*lines, f"  that is: {sentence}")
    )


def _claim(written: str) -> str:
    """What stands behind the colon, up to the semicolon, in one line."""
    plain = re.sub(r"/\*.*?\*/|//[^\n]*", " ", written, flags=re.DOTALL)
    behind = re.sub(r'"(?:[^"\\]|\\.)*"', "", plain.partition(";")[0]).partition(":")[2]
    return " ".join(behind.split())


def _shown(report: Report, manner: Manner) -> Iterator[Case]:
    """The first case of each verdict; with -v all."""
    verdicts: set[str] = set()
    for case in report.cases:
        if manner.verbosity > 1 or case.verdict not in verdicts:
            verdicts.add(case.verdict)
            yield case


def _rest(report: Report, manner: Manner) -> Iterator[str]:
    number = len(report.cases) - len(list(_shown(report, manner)))
    if number:
        yield f"{counted(number, 'verdict')} more of the same kinds: -v"
