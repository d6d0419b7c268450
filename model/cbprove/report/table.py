"""Proposals by properties, one verdict a cell, with what each proposal costs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from cbprove.report.style import WIDEST, Manner, Paint
from cbprove.verdicts import Case, Cost, Report


def proposals(report: Report, manner: Manner) -> str:
    """The table; where its columns do not fit side by side, those that only say `proved` become one
    line below it.

    With -v, and where it does not fit even so, it is cut into several.
    """
    if not report.cases:
        return ""
    names = list(dict.fromkeys(case.proposal for case in report.cases))
    properties = list(dict.fromkeys(case.property for case in report.cases))
    cells = {(case.proposal, case.property): case for case in report.cases}
    costs = {case.proposal: case.cost for case in report.cases}
    columns = [[p, *(_cell(cells.get((name, p))) for name in names)] for p in properties]
    if any(cost.per_packet or cost.per_segment for cost in costs.values()):
        columns.append(["bytes copied or cleared", *(_cost(costs[name]) for name in names)])
    first = ["", *names]
    folded = (
        []
        if manner.verbosity > 0 or _fits([first, *columns])
        else [c for c in columns if _is_plain(c)]
    )
    columns_kept = [column for column in columns if column not in folded]
    tables = ["\n".join(_rows(part, manner.paint)) for part in _fitting([first, *columns_kept])]
    notes = [*([_folded(folded)] if folded else []), *_legend(report)]
    lines = [line for note in notes for line in textwrap.wrap(note, WIDEST, subsequent_indent="  ")]
    return "\n".join(["\n\n".join(tables), *lines])


def _is_plain(column: list[str]) -> bool:
    """Whether a column says that a property is proved of each proposal that is not excluded, and
    no more."""
    return {"proved"} <= set(column[1:]) <= {"proved", "excluded"}


def _folded(columns: list[list[str]]) -> str:
    excluded = any("excluded" in column[1:] for column in columns)
    return (
        f"proved for each{' that is not excluded' if excluded else ''}: "
        f"{', '.join(column[0] for column in columns)}"
    )


def _cell(case: Case | None) -> str:
    """What is not as expected begins with a `!`."""
    if case is None:
        return "-"
    word = case.verdict
    if word == "mixed":
        cell = f"mixed {case.counts.get('proved', 0) - case.bounded}/{sum(case.counts.values()) - case.counts.get('excluded', 0)}"
    elif word == "proved" and case.finding.turns is not None:
        cell = f"proved up to {case.finding.turns}"
    else:
        cell = word
    return cell if case.met else f"! {cell}"


def _cost(cost: Cost) -> str:
    if not cost.per_segment:
        return str(cost.per_packet)
    return f"{cost.per_packet} + {cost.per_segment}/segment"


def _fits(columns: list[list[str]]) -> bool:
    return sum(map(_width, columns)) - 2 <= WIDEST


def _fitting(columns: list[list[str]]) -> list[list[list[str]]]:
    """The columns in groups that fit on a line, the names of the proposals before each."""
    groups: list[list[list[str]]] = [[columns[0]]]
    for column in columns[1:]:
        if len(groups[-1]) > 1 and not _fits([*groups[-1], column]):
            groups.append([columns[0]])
        groups[-1].append(column)
    return groups


def _width(column: list[str]) -> int:
    return max(map(len, column)) + 2


def _rows(columns: list[list[str]], paint: Paint) -> list[str]:
    lines = []
    for number, cells in enumerate(zip(*columns, strict=True)):
        padded = [cell.ljust(_width(column)) for cell, column in zip(cells, columns, strict=True)]
        if number:
            painted = [paint(cell, "bad") if cell.startswith("! ") else cell for cell in padded]
            lines.append("".join(painted).rstrip())
        else:
            lines.append(paint("".join(padded).rstrip(), "strong"))
    return lines


def _legend(report: Report) -> Iterator[str]:
    if any(not case.met for case in report.cases):
        yield "! is not as the spec expects"
    excluded = _excluded(report)
    if any(case.verdict == "mixed" for case in report.cases):
        yield "; ".join(["mixed P/N: P of N candidates proved", *excluded])
    elif excluded:
        yield "; ".join(excluded)


def _excluded(report: Report) -> list[str]:
    """`9 of 48 candidates of packed_anywhere are excluded`, and under which property where those
    differ."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for case in report.cases:
        number = case.counts.get("excluded", 0)
        if number and case.verdict != "excluded":
            amount = f"{number:,} of {sum(case.counts.values()):,} candidates"
            by_reason.setdefault((case.proposal, amount), []).append(case.property)
    repeated = {
        proposal
        for proposal, _ in by_reason
        if sum(proposal == other for other, _ in by_reason) > 1
    }
    return [
        f"{amount} of {proposal} are excluded"
        + (f" ({', '.join(names)})" if proposal in repeated else "")
        for (proposal, amount), names in by_reason.items()
    ]
