"""The design space for a terminal: how many candidates have which verdict, and under which conditions each property is proved."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from cbprove.report.conditions import conditions
from cbprove.report.manner import Manner
from cbprove.report.style import WIDEST, capped, counted
from cbprove.system import MOST_CHOICES
from cbprove.verdicts import VERDICTS, Report, Space

_MOST_CONDITIONS = 4
_MOST_ROWS = 4  # of values, where conditions do not say it all
_MOST_PROVED = 12  # of them, where there are no conditions


def text(report: Report, manner: Manner) -> str:
    """A line of counts for each property, those with the same ones together; below it where it is proved."""
    if not report.space:
        return ""
    lines = [_title(report)]
    groups: dict[tuple[str, ...], list[str]] = {}
    for space in report.space:
        groups.setdefault((_counts(space), *_where(report, space, manner)), []).append(space.property)
    for (counts, *where), names in groups.items():
        lines += textwrap.wrap(f"{', '.join(names)}: {counts}", WIDEST, initial_indent="  ", subsequent_indent="    ")
        lines += where
    many = next((space.choices for space in report.space if space.choices is not None), None)
    if many is not None:
        lines.append(
            f"the named axes have {many:,} choices, over {MOST_CHOICES}: what nobody proposes is not looked at"
        )
    return "\n".join(lines)


def _title(report: Report) -> str:
    first = report.space[0]
    size = counted(sum(first.counts.values()) + first.bounded, "candidate")
    return f"design space of {size}" if first.choices is None else f"what is proposed and asked, {size}"


def _counts(space: Space) -> str:
    told = [f"{space.counts[v]:,} {v}" for v in VERDICTS if space.counts.get(v)]
    return ", ".join([*told, *([f"{space.bounded:,} proved up to a bound only"] if space.bounded else [])])


def _where(report: Report, space: Space, manner: Manner) -> Iterator[str]:
    """The conditions, or the values where those are few lines and say more; with -v all values as well."""
    rows = list(_proved(space))
    found = conditions(space, report.measures, _MOST_CONDITIONS)
    if found is None:
        yield from (f"    {line}" for line in capped(rows, _MOST_PROVED))
        return
    if not found.all and len(rows) <= _MOST_ROWS:
        yield from (f"    {row}" for row in rows)
        return
    texts = found.texts if found.all else (*found.texts[: _MOST_CONDITIONS - 1], "at other values; -v lists all")
    yield from _joined(texts)
    if manner.verbosity > 0:
        yield from (f"      {row}" for row in rows)


def _joined(texts: Iterable[str]) -> Iterator[str]:
    """`where A or B`, as many on a line as it holds."""
    line = ""
    for number, each in enumerate(texts):
        told = f"or {each}" if number else f"where {each}"
        if line and len(line) + 1 + len(told) > WIDEST:
            yield from textwrap.wrap(line, WIDEST, subsequent_indent="      ")
            line = ""
        line = f"{line} {told}" if line else f"    {told}"
    yield from textwrap.wrap(line, WIDEST, subsequent_indent="      ")


def _proved(space: Space) -> Iterator[str]:
    """A line for each choice of the other axes: the values of the ranged axis, if there is one, that are proved."""
    width = max((len(key) for key in space.proved), default=0)
    for key, values in space.proved.items():
        fixed = {part.partition(" = ")[0] for part in key.split(", ")} if key else set()
        ranged = [axis for axis in space.axes if axis not in fixed]
        told = f"{ranged[-1]} {intervals(values)}" if ranged else ""
        if key or told:
            yield f"{key:<{width}}{'  ' if key else ''}{told}".rstrip()


def intervals(values: tuple[tuple[int, int], ...]) -> str:
    """`0..20, 22`; two neighbours are listed, none is `none`."""
    return ", ".join(_interval(low, high) for low, high in values) or "none"


def _interval(low: int, high: int) -> str:
    if high - low > 1:
        return f"{low}..{high}"
    return str(low) if low == high else f"{low}, {high}"
