"""The design space for a terminal: how many candidates have which verdict, and under which
conditions each property is proved."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from cbprove.meaning.system import MOST_CHOICES
from cbprove.report.conditions import Comparisons
from cbprove.report.style import WIDEST, Manner, capped, counted
from cbprove.verdicts import VERDICTS, Report, Space

_IF = "if"
_MOST_CONDITIONS = 4
_MOST_ROWS = 4  # of values, where conditions do not say it all
_MOST_PROVED = 12  # of them, where there are no conditions


def text(report: Report, manner: Manner) -> str:
    """A line of counts for each property, those with the same ones together; behind it, or below,
    where it is proved."""
    if not report.space:
        return ""
    lines = [_title(report)]
    alike = _excluded_of_all(report) is not None
    comparisons = Comparisons(report.measures)
    groups: dict[tuple[str, ...], list[str]] = {}
    for space in report.space:
        where = _where(comparisons, space, manner)
        groups.setdefault((_counts(space, alike), *where), []).append(space.property)
    for (counts, *regions), names in groups.items():
        lines += _row(f"  {', '.join(names)}: {counts}", regions)
    many = next((space.choices for space in report.space if space.choices is not None), None)
    if many is not None:
        lines.append(
            f"the named axes have {many:,} choices, over {MOST_CHOICES}: what nobody proposes is "
            f"not looked at"
        )
    return "\n".join(lines)


def _row(sentence: str, regions: list[str]) -> list[str]:
    """What is told of a property; a single condition stands on its line where there is room."""
    if len(regions) == 1 and regions[0].startswith(f"    {_IF}"):
        joined = f"{sentence} {regions[0].strip()}"
        if len(joined) <= WIDEST:
            return [joined]
    return [*textwrap.wrap(sentence, WIDEST, subsequent_indent="    "), *regions]


def _title(report: Report) -> str:
    # A property with a `when` has fewer candidates than there are, perhaps none; `fits` has all.
    size = counted(max(s.bounded + sum(s.counts.values()) for s in report.space), "candidate")
    title = f"design space of {size}"
    if report.space[0].choices is not None:
        title = f"what is proposed and asked, {size}"
    excluded = _excluded_of_all(report)
    return f"{title}, {excluded:,} of them excluded" if excluded else title


def _excluded_of_all(report: Report) -> int | None:
    """How many candidates are excluded, where that is the same for every property."""
    numbers = {space.counts.get("excluded", 0) for space in report.space}
    return numbers.pop() if len(numbers) == 1 else None


def _counts(space: Space, alike: bool) -> str:
    """What is proved comes last: behind it stands where. What is excluded for all alike is in the
    title, but where nothing else is."""
    counts = {v: space.counts[v] for v in VERDICTS if space.counts.get(v)}
    if alike and len(counts) > 1:
        counts.pop("excluded", None)
    proved = counts.pop("proved", 0)
    words = [f"{number:,} {verdict}" for verdict, number in counts.items()]
    words += [f"{space.bounded:,} proved up to a bound only"] if space.bounded else []
    return ", ".join([*words, *([f"{proved:,} proved"] if proved else [])]) or "for no candidate"


def _where(comparisons: Comparisons, space: Space, manner: Manner) -> Iterator[str]:
    """The conditions, or the values where those are few lines and say more; with -v all values
    as well."""
    found_conditions = comparisons.conditions(space, _MOST_CONDITIONS)
    if found_conditions is None:
        listed = capped(_proved(space), _MOST_PROVED, len(space.proved))
        yield from (f"    {line}" for line in listed)
        return
    rows = list(_proved(space))
    if not found_conditions.all and len(rows) <= _MOST_ROWS:
        yield from (f"    {row}" for row in rows)
        return
    texts = (
        found_conditions.texts
        if found_conditions.all
        else (*found_conditions.texts[: _MOST_CONDITIONS - 1], "elsewhere (-v)")
    )
    yield from _joined(texts)
    if manner.verbosity > 0:
        yield from (f"      {row}" for row in rows)


def _joined(texts: Iterable[str]) -> Iterator[str]:
    """`if A or B`, as many on a line as it holds."""
    line = ""
    for number, each in enumerate(texts):
        joined = f"or {each}" if number else f"{_IF} {each}"
        if line and len(line) + 1 + len(joined) > WIDEST:
            yield from textwrap.wrap(line, WIDEST, subsequent_indent="      ")
            line = ""
        line = f"{line} {joined}" if line else f"    {joined}"
    yield from textwrap.wrap(line, WIDEST, subsequent_indent="      ")


def _proved(space: Space) -> Iterator[str]:
    """A line for each choice of the other axes: the values of the ranged axis, if there is one,
    that are proved."""
    width = max((len(key) for key in space.proved), default=0)
    for key, values in space.proved.items():
        fixed = {part.partition(" = ")[0] for part in key.split(", ")} if key else set()
        ranged = [axis for axis in space.axes if axis not in fixed]
        values_text = f"{ranged[-1]} {intervals(values)}" if ranged else ""
        if key or values_text:
            yield f"{key:<{width}}{'  ' if key else ''}{values_text}".rstrip()


def intervals(values: tuple[tuple[int, int], ...]) -> str:
    """`0..20, 22`; two neighbours are listed, none is `none`."""
    return ", ".join(_interval(low, high) for low, high in values) or "none"


def _interval(low: int, high: int) -> str:
    if high - low > 1:
        return f"{low}..{high}"
    return str(low) if low == high else f"{low}, {high}"
