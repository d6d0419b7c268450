"""The verdicts of one property over two axes: a sign for each choice of the two, and the regions
in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from cbprove.frozen import frozen
from cbprove.meaning.system import System
from cbprove.report.style import Paint, Role, counted, counts_by_verdict
from cbprove.report.version import VERSION
from cbprove.system.axes import Axis, AxisValue, Proposal
from cbprove.verdicts import Case, Report

_WIDEST = 110
_SIGNS = {
    "proved": "+",
    "refuted": "x",
    "mixed": "~",
    "vacuous": "o",
    "unknown": "?",
    "excluded": "-",
}
_ROLES: dict[str, Role] = {
    "+": "good",
    "x": "bad",
    "?": "warn",
    "o": "warn",
    "~": "warn",
    "b": "warn",
}
_BOUNDED = "b"
_UP_TO = "proved up to a bound"
_WHOLE = "the whole"
_Domain = tuple[str, ...] | range


@frozen
class Matrix:
    """A property over two axes. The report has a proposal for each cell, as `cells` makes them,
    and one for all."""

    property: str
    rows: Axis
    cols: Axis
    report: Report


def cells(system: System, rows: Axis, cols: Axis) -> tuple[Proposal, ...]:
    """A proposal for each choice of two axes, and one for all of them, with the other axes at
    their defaults."""
    span = system.proposals[0].span
    rest: dict[str, _Domain] = {
        axis.name: _default(axis) for axis in system.axes if axis not in (rows, cols)
    }

    def made(name: str, row: _Domain, col: _Domain) -> Proposal:
        candidate = {**rest, rows.name: row, cols.name: col}
        return Proposal(
            name, "", {axis.name: candidate[axis.name] for axis in system.axes}, (), span
        )

    each = (
        made(_name(row, col), _only(row), _only(col)) for row in rows.values for col in cols.values
    )
    return (*each, made(_WHOLE, rows.values, cols.values))


def _default(axis: Axis) -> _Domain:
    return axis.values if axis.default is None else _only(axis.default)


def _only(value: AxisValue) -> _Domain:
    return range(value, value + 1) if isinstance(value, int) else (value,)


def _name(row: AxisValue, col: AxisValue) -> str:
    return f"{row}, {col}"


def text(matrix: Matrix, paint: Paint) -> str:
    """The matrix with its legend, then the regions."""
    cases = {case.proposal: case for case in matrix.report.cases}
    grid = [
        [_sign(cases.get(_name(row, col))) for col in matrix.cols.values]
        for row in matrix.rows.values
    ]
    title = f"{matrix.property}: {matrix.rows.name} down, {matrix.cols.name} across"
    parts = [title, "\n".join(_lines(matrix, grid, paint)), _legend(grid)]
    return "\n\n".join(part for part in (*parts, "\n".join(_regions(cases.get(_WHOLE)))) if part)


def _sign(case: Case | None) -> str:
    if case is None:
        return " "
    return (
        _BOUNDED
        if case.finding.turns is not None and case.verdict == "proved"
        else _SIGNS[case.verdict]
    )


def _lines(matrix: Matrix, grid: list[list[str]], paint: Paint) -> Iterator[str]:
    names = [str(value) for value in matrix.rows.values]
    labels = [str(value) for value in matrix.cols.values]
    margin = max(map(len, names))
    wide = margin + sum(len(label) + 2 for label in labels) <= _WIDEST
    widths = [len(label) + 2 if wide else 1 for label in labels]
    header = "".join(f"  {label}" for label in labels) if wide else "  " + _ruler(labels)
    yield " " * margin + header
    for name, row in zip(names, grid, strict=True):
        drawn = "".join(
            " " * (width - 1) + (paint(sign, _ROLES[sign]) if sign in _ROLES else sign)
            for sign, width in zip(row, widths, strict=True)
        )
        yield f"{name:<{margin}}" + ("" if wide else "  ") + drawn


def _ruler(labels: list[str]) -> str:
    """Every eighth label, for columns of one sign."""
    return "".join(f"{label[:7]:<8}" for label in labels[::8]).rstrip()


def _legend(grid: list[list[str]]) -> str:
    signs = {sign for row in grid for sign in row}
    words = {
        **{sign: verdict for verdict, sign in _SIGNS.items()},
        _BOUNDED: _UP_TO,
    }
    return "  ".join(f"{sign} {word}" for sign, word in words.items() if sign in signs)


def _regions(case: Case | None) -> Iterator[str]:
    if case is None:
        return
    yield f"{counted(sum(case.counts.values()), 'candidate')}: {counts_by_verdict(case, case.counts)}"
    for verdict, region in case.regions:
        yield from textwrap.wrap(f"  {verdict} where {region}", _WIDEST, subsequent_indent="      ")


def document(matrix: Matrix) -> dict[str, Any]:
    """The matrix as plain data."""
    cases = {case.proposal: case for case in matrix.report.cases}
    case_of_all = cases.get(_WHOLE)
    rows = [
        [_verdict(cases.get(_name(row, col))) for col in matrix.cols.values]
        for row in matrix.rows.values
    ]
    return {
        "schema_version": 1,
        "tool": {"name": "cbprove", "version": VERSION},
        "inputs": [{"path": each.name, "sha256": each.sha256} for each in matrix.report.inputs],
        "sweep": {
            "property": matrix.property,
            "rows": {"axis": matrix.rows.name, "values": list(matrix.rows.values)},
            "cols": {"axis": matrix.cols.name, "values": list(matrix.cols.values)},
            "verdicts": rows,
            "regions": [{"verdict": v, "where": region} for v, region in case_of_all.regions]
            if case_of_all
            else [],
        },
    }


def _verdict(case: Case | None) -> str | None:
    if case is None:
        return None
    bounded = case.verdict == "proved" and case.finding.turns is not None
    return _UP_TO if bounded else case.verdict
