"""The design space for a terminal: how many candidates have which verdict, and under which
conditions each property is proved.

Where a property is proved, as the fewest conditions that say it: `SKB_GSO_CB_OFFSET >=
sizeof(struct inet_skb_parm)`.

A condition is a conjunction of comparisons that holds at no candidate where the property is not
proved; excluded candidates count for neither side. Nothing is concluded from how a comparison
reads: each is laid over the verdicts themselves.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from cbprove.frozen import frozen
from cbprove.meaning.measures import Measure
from cbprove.meaning.system import MOST_CHOICES
from cbprove.report.style import WIDEST, Manner, capped, counted
from cbprove.system.axes import AxisValue
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
    groups: dict[tuple[str, ...], list[str]] = {}
    for space in report.space:
        groups.setdefault((_counts(space, alike), *_where(report, space, manner)), []).append(
            space.property
        )
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
    first = report.space[0]
    size = counted(sum(first.counts.values()) + first.bounded, "candidate")
    title = f"design space of {size}"
    if first.choices is not None:
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
    return ", ".join([*words, *([f"{proved:,} proved"] if proved else [])])


def _where(report: Report, space: Space, manner: Manner) -> Iterator[str]:
    """The conditions, or the values where those are few lines and say more; with -v all values
    as well."""
    rows = list(_proved(space))
    found_conditions = conditions(space, report.measures, _MOST_CONDITIONS)
    if found_conditions is None:
        yield from (f"    {line}" for line in capped(rows, _MOST_PROVED))
        return
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


_MOST_POINTS = 6_000
_EXCLUDED = 2  # in a cell
_MOST_NAMED = 24  # values of an axis that are compared with one by one
_MOST_LIMITS = 6  # constants that a number is held against
_MOST_ATOMS = 72
_MOST_TOGETHER = 3  # comparisons in a condition

_Point = tuple[tuple[AxisValue, ...], int]
_Sets = list[tuple[str, int]]


@frozen
class Conditions:
    """Conditions of which each is enough; `all` says whether one of them holds wherever the
    property is proved."""

    texts: tuple[str, ...]
    all: bool


def conditions(space: Space, measures: Iterable[Measure], limit: int) -> Conditions | None:
    """At most so many; None where there are too many candidates to look at, or no picture of
    them."""
    if (
        not 0
        < sum(len(cell) - cell.count(_EXCLUDED) for cell in space.cells.values())
        <= _MOST_POINTS
    ):
        return None
    marks = {
        (key, space.first + i): mark
        for key, cell in space.cells.items()
        for i, mark in enumerate(cell)
    }
    points = [point for point, mark in marks.items() if mark != _EXCLUDED]
    proved = _set([marks[point] == 1 for point in points])
    refuted = _set([marks[point] == 0 for point in points])
    if not refuted:
        return Conditions(texts=(), all=True)
    atoms = [
        (text, points_met)
        for text, points_met in _atoms(space, measures, marks, points)
        if points_met & proved
    ]
    cover = _cover(_enough(atoms[:_MOST_ATOMS], refuted), proved, limit)
    return Conditions(texts=tuple(text for text, _ in cover), all=not proved & ~_union(cover))


def _set(holds: Sequence[bool]) -> int:
    """The points of which something holds, a bit each, given for each point in order."""
    return int("".join("1" if each else "0" for each in reversed(holds)) or "0", 2)


def _union(sets: Iterable[tuple[str, int]]) -> int:
    together = 0
    for _, points_met in sets:
        together |= points_met
    return together


# --- comparisons ----------------------------------------------------------------------------------


def _atoms(
    space: Space, measures: Iterable[Measure], marks: dict[_Point, int], points: Sequence[_Point]
) -> Iterator[tuple[str, int]]:
    named = space.axes[: len(points[0][0])]
    for at, axis in enumerate(named):
        if all(isinstance(key[at], int) for key, _ in points):
            yield from _thresholds(at, axis, marks, points)
        yield from _equalities(at, axis, points)
    if len(named) == len(space.axes):
        return
    ranged = space.axes[-1]
    for each in measures:
        if each.axis in named:
            yield from _measured(ranged, each, named.index(each.axis), marks, points)
    yield from _limits(ranged, lambda point: point[1], marks, points)


def _thresholds(
    at: int, axis: str, marks: dict[_Point, int], points: Sequence[_Point]
) -> Iterator[tuple[str, int]]:
    """A number that structs hang on against constants, where verdicts change."""

    def number(point: _Point) -> int:
        return int(point[0][at])

    def others(point: _Point) -> tuple[str, int]:
        key, ranged = point
        return str((*key[:at], *key[at + 1 :])), ranged

    along = sorted(points, key=lambda point: (others(point), number(point)))
    for limit in _ends(number, marks, along, step=1, others=others):
        yield f"{axis} <= {limit}", _set([number(point) <= limit for point in points])
    for least in _ends(number, marks, along, step=-1, others=others):
        yield f"{axis} >= {least}", _set([number(point) >= least for point in points])


def _equalities(at: int, axis: str, points: Sequence[_Point]) -> Iterator[tuple[str, int]]:
    values = list(dict.fromkeys(key[at] for key, _ in points))
    if len(values) > _MOST_NAMED:
        return
    for value in values:
        yield f"{axis} == {value}", _set([point[0][at] == value for point in points])
    for value in values if len(values) > 2 else ():
        yield f"{axis} != {value}", _set([point[0][at] != value for point in points])


def _measured(
    ranged: str, measure: Measure, at: int, marks: dict[_Point, int], points: Sequence[_Point]
) -> Iterator[tuple[str, int]]:
    """The ranged axis against a number of a struct."""

    def number(point: _Point) -> int:
        return measure.values[str(point[0][at])]

    if measure.divides:
        yield (
            f"{ranged} % {measure.text} == 0",
            _set([point[1] % number(point) == 0 for point in points]),
        )
        return
    yield f"{ranged} >= {measure.text}", _set([point[1] >= number(point) for point in points])
    ends = _ends(lambda point: point[1] + number(point), marks, points, step=1)
    for limit in ends:
        points_met = _set([point[1] + number(point) <= limit for point in points])
        yield f"{ranged} + {measure.text} <= {limit}", points_met


def _limits(
    ranged: str, number: Callable[[_Point], int], marks: dict[_Point, int], points: Sequence[_Point]
) -> Iterator[tuple[str, int]]:
    """The ranged axis against constants, where verdicts change; and by what it divides."""
    for limit in _ends(number, marks, points, step=1):
        yield f"{ranged} <= {limit}", _set([point[1] <= limit for point in points])
    for least in _ends(number, marks, points, step=-1):
        yield f"{ranged} >= {least}", _set([point[1] >= least for point in points])
    for divisor in (2, 4, 8):
        yield f"{ranged} % {divisor} == 0", _set([point[1] % divisor == 0 for point in points])


def _ends(
    number: Callable[[_Point], int],
    marks: dict[_Point, int],
    points: Iterable[_Point],
    step: int,
    others: Callable[[_Point], object] = lambda point: point[0],
) -> list[int]:
    """The numbers at which proved ends most often, going up or down; so many as are worth a
    look. Points are neighbours where their `others` are alike."""
    neighbours = (
        pairwise(points) if step > 0 else ((after, before) for before, after in pairwise(points))
    )
    last = [
        point
        for point, other in neighbours
        if others(point) == others(other) and (marks[point], marks[other]) == (1, 0)
    ]
    return sorted(value for value, _ in Counter(map(number, last)).most_common(_MOST_LIMITS))


# --- conditions -----------------------------------------------------------------------------------


def _enough(atoms: _Sets, refuted: int) -> _Sets:
    """The conjunctions that hold nowhere else than where it is proved, the shortest ones."""
    sets: _Sets = []
    open_to: list[tuple[tuple[int, ...], int]] = [((), -1)]
    for together in range(1, _MOST_TOGETHER + 1):
        longer = []
        for conjuncts, at, points_met in _one_more(open_to, atoms):
            if not points_met & refuted:
                sets.append((" && ".join(atoms[each][0] for each in (*conjuncts, at)), points_met))
            elif together < _MOST_TOGETHER:
                longer.append(((*conjuncts, at), points_met))
        open_to = longer
    return sets


def _one_more(
    open_to: Iterable[tuple[tuple[int, ...], int]], atoms: _Sets
) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Each conjunction with one comparison more that narrows it and leaves something."""
    for conjuncts, points_met in open_to:
        for at in range(conjuncts[-1] + 1 if conjuncts else 0, len(atoms)):
            common = points_met & atoms[at][1]
            if common and common != points_met:
                yield conjuncts, at, common


def _cover(enough: _Sets, proved: int, limit: int) -> _Sets:
    """Those that say most, one after the other; of two that say as much the shorter, then the
    first."""
    cover: _Sets = []
    left = proved
    while left and len(cover) < limit:
        best = max(
            enough,
            key=lambda each: ((each[1] & left).bit_count(), -each[0].count("&&")),
            default=("", 0),
        )
        if not best[1] & left:
            break
        cover.append(best)
        left &= ~best[1]
    return _needed(cover)


def _needed(sets: _Sets) -> _Sets:
    """Without those that the others say together."""
    remaining = list(sets)
    for each in sets:
        if not each[1] & ~_union(other for other in remaining if other is not each):
            remaining.remove(each)
    return remaining
