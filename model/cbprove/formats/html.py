"""One page for a discussion: the matrix of verdicts, on a click the run that breaks one, byte by
byte; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cbprove.report import stepped
from cbprove.report.excerpt import printable
from cbprove.report.text import summary, verdict_words
from cbprove.report.version import VERSION
from cbprove.verdicts import Answered, Case, Report, Space

_MOST_COLUMNS = 64
_EXCLUDED, _SEVERAL = 2, 3
_CELLS = {
    1: ("P", "proved"),
    0: ("-", "not proved"),
    _EXCLUDED: ("x", "excluded"),
    _SEVERAL: ("m", "mixed"),
}


def text(reports: Iterable[Report], command: str) -> str:
    """The page, ended by a newline."""
    return rendered("page.html.j2", command, specs=[_spec(report) for report in reports])


def rendered(template: str, command: str, **values: Any) -> str:
    """A template beside this file, filled in; all text in it is text, whatever it looks like."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(template)
    return page.render(**values, version=VERSION, command=command).rstrip("\n") + "\n"


def _spec(report: Report) -> dict[str, Any]:
    cases = {(case.property, case.proposal): case for case in report.cases}
    properties = list(dict.fromkeys(case.property for case in report.cases))
    proposals = list(dict.fromkeys(case.proposal for case in report.cases))
    assumptions = dict.fromkeys(text for case in report.cases for text in case.finding.assumptions)
    return {
        "name": report.spec,
        "title": report.title,
        "path": printable(report.path),
        "summary": summary(report),
        "proposals": [{"name": name, "title": report.titles.get(name, "")} for name in proposals],
        "rows": [
            {"property": p, "cells": [_cell(cases.get((p, proposal))) for proposal in proposals]}
            for p in properties
        ],
        "cases": [_case(case) for case in report.cases],
        "spaces": [space for each in report.space if (space := _space(each)) is not None],
        "asks": [
            {"name": ask.name, "title": ask.title, "met": ask.met, "told": _rows_of(ask)}
            for ask in report.asks
        ],
        "assumptions": list(assumptions),
    }


def _rows_of(ask: Answered) -> str:
    answer = ask.answer
    if answer is None:
        return "unknown"
    rows = [
        ", ".join(f"{axis} = {value}" for axis, value in zip(ask.axes, row, strict=True))
        for row in answer[:40]
    ]
    return "; ".join(rows) + (f" and {len(answer) - 40} more" if len(answer) > 40 else "") or "none"


def _cell(case: Case | None) -> dict[str, Any] | None:
    if case is None:
        return None
    return {"id": case.id, "words": verdict_words(case), "verdict": _verdict(case), "met": case.met}


def _verdict(case: Case) -> str:
    return (
        "bounded" if case.verdict == "proved" and case.finding.turns is not None else case.verdict
    )


def _case(case: Case) -> dict[str, Any]:
    misplaced = case.finding.witness.misplaced if case.finding.witness is not None else None
    reason = case.finding.reason or (
        f"{misplaced.subject}: {misplaced.reason}" if misplaced is not None else ""
    )
    return {
        "id": case.id,
        "property": case.property,
        "proposal": case.proposal,
        "words": verdict_words(case),
        "verdict": _verdict(case),
        "expected": case.expected,
        "met": case.met,
        "place": f"{printable(case.span.source.name)}:{case.span.line}" if case.span else "",
        "reason": reason,
        "candidate": [f"{name} = {value}" for name, value in case.candidate.items()],
        "regions": [f"{verdict}: {region}" for verdict, region in case.regions],
        "run": stepped.run(case.finding.witness, case.property)
        if case.finding.witness is not None
        else None,
    }


def _space(space: Space) -> dict[str, Any] | None:
    """Where a property is proved: a column for each value of one axis, a row for each choice of
    the others."""
    if not space.axes or not space.cells:
        return None
    rows, columns = _grid(space)
    names = space.axes[:-1]
    step = -(-len(columns) // _MOST_COLUMNS)
    blocks = [slice(at, at + step) for at in range(0, len(columns), step)]
    counts = ", ".join(f"{count:,} {verdict}" for verdict, count in space.counts.items())
    lines = [
        {
            "choice": _told_choice(names, choice),
            "short": ", ".join(choice),
            "cells": [_block(marks[block], columns[block]) for block in blocks],
        }
        for choice, marks in rows.items()
    ]
    return {
        "property": space.property,
        "axis": space.axes[-1],
        "others": ", ".join(names),
        "counts": counts,
        "rows": lines,
        "heads": [columns[block.start] for block in blocks],
    }


def _grid(space: Space) -> tuple[dict[tuple[str, ...], bytes], list[str]]:
    """The marks in rows, and what the columns are: values of the ranged axis, else those of the
    last one."""
    fixed = len(next(iter(space.cells)))
    if fixed < len(space.axes):
        width = len(next(iter(space.cells.values())))
        rows = {tuple(map(str, key)): cell for key, cell in space.cells.items()}
        return rows, [str(space.first + at) for at in range(width)]
    columns = list(dict.fromkeys(str(key[-1]) for key in space.cells))
    cells: dict[tuple[str, ...], bytearray] = {}
    for key, cell in space.cells.items():
        row = cells.setdefault(tuple(map(str, key[:-1])), bytearray([_EXCLUDED]) * len(columns))
        row[columns.index(str(key[-1]))] = cell[0]
    return {choice: bytes(row) for choice, row in cells.items()}, columns


def _told_choice(names: Sequence[str], values: Sequence[str]) -> str:
    return ", ".join(f"{axis} = {value}" for axis, value in zip(names, values, strict=True))


def _block(marks: bytes, columns: list[str]) -> dict[str, str]:
    """A cell of one candidate, or of several: what is the same of all that are not excluded."""
    kinds = set(marks) - {_EXCLUDED}
    letter, words = _CELLS[kinds.pop() if len(kinds) == 1 else _EXCLUDED if not kinds else _SEVERAL]
    return {
        "letter": letter,
        "words": words,
        "at": columns[0] if len(columns) == 1 else f"{columns[0]}..{columns[-1]}",
    }
