"""What the design space holds: counts by verdict, and where each property is proved, said with
the axes that matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import prod

from cbprove.design.marks import BOUNDED, EXCLUDED, INAPPLICABLE, PROVED, VERDICTS
from cbprove.design.sectors import Sector, runs
from cbprove.design.space import Domains, Space
from cbprove.meaning.system import MOST_CHOICES, choices
from cbprove.system.axes import AxisValue, Proposal
from cbprove.verdicts import Space as Row
from cbprove.verdicts import Verdict

Interval = tuple[int, int]
_Cells = dict[tuple[AxisValue, ...], bytes]
_Marks = list[tuple[Sector, bytes]]
_ROWS = 1 << 12  # different rows whose values are worked out once: most are like many others


def summary(space: Space) -> tuple[Row, ...]:
    """One row a property, over all candidates that are looked at."""
    return tuple(_row(space, prop.name) for prop in space.system.properties)


def _row(space: Space, name: str) -> Row:
    counts: dict[Verdict, int] = {}
    marks_of: _Marks = []
    bounded = 0
    for sector in space.all_sectors():
        marks = bytes(space.table(sector, name).sheet.marks)
        bounded += marks.count(BOUNDED)
        for mark, verdict in VERDICTS.items():
            if mark != BOUNDED and (count := marks.count(mark)):
                counts[verdict] = counts.get(verdict, 0) + count
        marks_of.append((sector, marks.translate(_PROVED_OR_EXCLUDED)))
    free = space.free[-1].name if space.free else ""
    axes, merged = _cells(space, marks_of)
    first = _first(space)
    proved = {
        _label(axes, key): _intervals(first, cell, 1) for key, cell in merged.items() if 1 in cell
    }
    count = choices(space.system)
    return Row(
        property=name,
        axes=(*axes, free) if free else axes,
        counts=counts,
        proved=proved,
        bounded=bounded,
        choices=count if count > MOST_CHOICES else None,
        cells=merged,
        first=first,
    )


def _cells(space: Space, marks_of: _Marks) -> tuple[tuple[str, ...], _Cells]:
    """The marks of sectors in rows over the last free axis, by those other axes that make a
    difference."""
    free = list(space.ranges)
    at = 0
    while at < len(free) - 1:
        inner = prod(len(values) for _, values in free[at + 1 :])
        # Where nothing is excluded this says of a million marks at once what else is found row by
        # row.
        alike = [_alike_along(marks, len(free[at][1]), inner) for _, marks in marks_of]
        if None in alike:
            at += 1
            continue
        del free[at]
        marks_of = [
            (sector, marks or b"") for (sector, _), marks in zip(marks_of, alike, strict=True)
        ]
    cells: _Cells = {}
    for sector, marks in marks_of:
        cells.update(_rows(sector, free, marks))
    names = (*(axis.name for axis in space.fixed), *(name for name, _ in free[:-1]))
    return _without_idle(names, cells)


def _alike_along(marks: bytes, count: int, inner: int) -> bytes | None:
    """Marks without an axis of so many values, each of which has blocks of `inner` marks; None if
    it makes a difference."""
    blocks = [marks[i : i + count * inner] for i in range(0, len(marks), count * inner)]
    if any(block != block[:inner] * count for block in blocks):
        return None
    return b"".join(block[:inner] for block in blocks)


def _rows(
    sector: Sector, free: Sequence[tuple[str, range]], marks: bytes
) -> Iterator[tuple[tuple[AxisValue, ...], bytes]]:
    """Each row by the values of all axes but the last free one."""
    *others, last = [values for _, values in free] or [range(1)]
    for row, outer in enumerate(product(*others)):
        yield (*sector.fixed.values(), *outer), marks[row * len(last) : (row + 1) * len(last)]


_OUTSIDE = 16  # added to the marks of a proposal's own candidates
_UP_TO = " (up to a bound)"
_WILD = 2  # in a cell: excluded, so that it agrees with anything


# By mark: 1 where proved, `_WILD` where excluded, 0 elsewhere; and the marks of a proposal's own
# candidates.
_PROVED_OR_EXCLUDED = bytes(1 if m == PROVED else _WILD if m == EXCLUDED else 0 for m in range(256))
_OWN = bytes(_OUTSIDE + m for m in range(16)) + bytes(240)


def _agreeing(cell: bytes, other: bytes) -> bytes | None:
    """What two cells say together, None where they contradict each other."""
    together = bytes(b if a == _WILD else a for a, b in zip(cell, other, strict=True))
    agree = all(a == b or b == _WILD for a, b in zip(together, other, strict=True))
    return together if agree else None


def _without_idle(axes: tuple[str, ...], cells: _Cells) -> tuple[tuple[str, ...], _Cells]:
    """The cells keyed by those axes alone that make a difference between candidates that are not
    excluded."""
    at = 0
    while at < len(axes):
        merged = _merged(at, cells)
        if merged is not None:
            axes, cells = axes[:at] + axes[at + 1 :], merged
        else:
            at += 1
    return axes, cells


def _merged(at: int, cells: _Cells) -> _Cells | None:
    """The cells without one axis, None if it makes a difference."""
    merged: _Cells = {}
    for key, cell in cells.items():
        shorter = key[:at] + key[at + 1 :]
        before = merged.setdefault(shorter, cell)
        if before != cell:
            together = _agreeing(before, cell)
            if together is None:
                return None
            merged[shorter] = together
    return merged


def _label(axes: tuple[str, ...], key: tuple[AxisValue, ...]) -> str:
    return ", ".join(f"{axis} = {value}" for axis, value in zip(axes, key, strict=True))


def _first(space: Space) -> int:
    """The first value of the last free axis."""
    first = space.free[-1].values[0] if space.free else 0
    assert isinstance(first, int)
    return first


@lru_cache(maxsize=_ROWS)
def _intervals(first: int, cell: bytes, mark: int) -> tuple[Interval, ...]:
    """The runs of a mark as values of an axis."""
    return tuple((first + start, first + end - 1) for start, end in runs(cell, mark))


# --- a proposal of many candidates ----------------------------------------------------------------


def regions(space: Space, name: str, proposal: Proposal) -> tuple[tuple[Verdict, str], ...]:
    """Where each verdict holds among the candidates of a proposal, in the axes that make a
    difference."""
    groups: dict[Verdict, list[str]] = {}
    free, first = space.free[-1].name if space.free else "", _first(space)
    for label, cell in _alike(_cells_of(space, name, proposal.domains)):
        for verdict, bounded, values in _verdicts(free, first, cell):
            text = ", ".join(part for part in (label, values) if part) or "everywhere"
            groups.setdefault(verdict, []).append(text + (_UP_TO if bounded else ""))
    return tuple((verdict, text) for verdict, texts in groups.items() for text in texts)


def _alike(
    cells: list[tuple[tuple[str, ...], tuple[AxisValue, ...], bytes]],
) -> Iterator[tuple[str, bytes]]:
    """Rows with what is said of them; those that differ in the last number alone are one."""
    axes = cells[0][0]
    at = max((i for i, value in enumerate(cells[0][1]) if isinstance(value, int)), default=None)
    if at is None:
        yield from ((_label(axes, key), cell) for _, key, cell in cells)
        return
    rows: dict[tuple[tuple[AxisValue, ...], bytes], list[int]] = {}
    for _, key, cell in cells:
        rows.setdefault(((*key[:at], *key[at + 1 :]), cell), []).append(int(key[at]))
    for (others, cell), numbers in rows.items():
        values = spelled(_stretches(numbers))
        said = f"{axes[at]} {'=' if len(numbers) == 1 else 'in'} {values}"
        label = _label((*axes[:at], *axes[at + 1 :]), others)
        yield ", ".join(part for part in (label, said) if part), cell


def _stretches(numbers: list[int]) -> tuple[Interval, ...]:
    """Numbers as closed intervals."""
    intervals: list[Interval] = []
    for number in sorted(numbers):
        if intervals and intervals[-1][1] == number - 1:
            intervals[-1] = intervals[-1][0], number
        else:
            intervals.append((number, number))
    return tuple(intervals)


@lru_cache(maxsize=_ROWS)
def _verdicts(free: str, first: int, cell: bytes) -> tuple[tuple[Verdict, bool, str], ...]:
    """The verdicts of a row, each with whether it holds up to a bound only, and with the values of
    the free axis that have it; "" if it is the only one."""
    marks = sorted(set(cell) - {_WILD, _OUTSIDE + INAPPLICABLE}, key=cell.index)
    return tuple(
        (
            VERDICTS[mark - _OUTSIDE],
            mark - _OUTSIDE == BOUNDED,
            f"{free} in {spelled(_intervals(first, cell, mark))}"
            if free and cell.count(mark) < len(cell) - cell.count(_WILD)
            else "",
        )
        for mark in marks
    )


def _cells_of(
    space: Space, name: str, domains: Domains
) -> list[tuple[tuple[str, ...], tuple[AxisValue, ...], bytes]]:
    marks_of = [(sector, _marks(space, sector, name, domains)) for sector in space.sectors(domains)]
    axes, merged = _cells(space, marks_of)
    return [(axes, key, cell) for key, cell in merged.items()]


def _marks(
    space: Space, sector: Sector, name: str, domains: Mapping[str, tuple[str, ...] | range]
) -> bytes:
    marks = bytes(space.table(sector, name).sheet.marks).translate(_OWN)
    indexes = space.indexes(sector, domains)
    if indexes == range(len(marks)):
        return marks
    marks_inside = bytearray([_WILD]) * len(marks)
    for index in indexes:
        marks_inside[index] = marks[index]
    return bytes(marks_inside)


def spelled(intervals: tuple[Interval, ...]) -> str:
    """Closed intervals as people write them: `0..20, 22`."""
    return ", ".join(str(low) if low == high else f"{low}..{high}" for low, high in intervals)
