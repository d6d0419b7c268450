"""Proposals by properties, one verdict a cell, with what each proposal costs."""

from __future__ import annotations

from cbprove.report.style import Paint
from cbprove.verdicts import Case, Cost, Report

_WIDEST = 110


def proposals(report: Report, paint: Paint) -> str:
    """The table, cut into several where its columns do not fit side by side."""
    if not report.cases:
        return ""
    names = list(dict.fromkeys(case.proposal for case in report.cases))
    properties = list(dict.fromkeys(case.property for case in report.cases))
    cells = {(case.proposal, case.property): case for case in report.cases}
    costs = {case.proposal: case.cost for case in report.cases}
    columns = [["", *names]]
    columns += [[p, *(_cell(cells.get((name, p))) for name in names)] for p in properties]
    if any(cost.per_packet or cost.per_segment for cost in costs.values()):
        columns.append(["bytes moved", *(_cost(costs[name]) for name in names)])
    tables = ["\n".join(_rows(part, paint)) for part in _fitting(columns)]
    return "\n\n".join(tables) + _legend(report)


def _cell(case: Case | None) -> str:
    """What is not as expected begins with a `!`."""
    if case is None:
        return "-"
    word = case.verdict
    if word == "mixed":
        told = f"mixed {case.counts.get('proved', 0)}/{sum(case.counts.values()) - case.counts.get('excluded', 0)}"
    elif word == "proved" and case.finding.turns is not None:
        told = f"proved up to {case.finding.turns}"
    else:
        told = word
    excluded, every = case.counts.get("excluded", 0), sum(case.counts.values())
    if excluded and word != "excluded":
        told += f", {excluded:,} of {every:,} excluded"
    return told if case.met else f"! {told}"


def _cost(cost: Cost) -> str:
    if not cost.per_segment:
        return str(cost.per_packet)
    return f"{cost.per_packet} + {cost.per_segment}/segment"


def _fitting(columns: list[list[str]]) -> list[list[list[str]]]:
    """The columns in groups that fit on a line, the names of the proposals before each."""
    groups: list[list[list[str]]] = [[columns[0]]]
    for column in columns[1:]:
        if len(groups[-1]) > 1 and sum(map(_width, (*groups[-1], column))) > _WIDEST:
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


def _legend(report: Report) -> str:
    unmet = any(not case.met for case in report.cases)
    mixed = any(case.verdict == "mixed" for case in report.cases)
    told = [
        *(["! is not as the spec expects"] if unmet else []),
        *(["mixed P/N: P of N candidates proved"] if mixed else []),
    ]
    return f"\n\n{', '.join(told)}" if told else ""
