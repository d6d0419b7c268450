"""Under which conditions a property is proved, as the fewest that say it: `SKB_GSO_CB_OFFSET >=
sizeof(struct inet_skb_parm)`.

A condition is a conjunction of comparisons that holds at no candidate where the property is not
proved; excluded candidates count for neither side. Nothing is concluded from how a comparison
reads: each is laid over the verdicts themselves.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress, pairwise

from cbprove.frozen import frozen
from cbprove.meaning.measures import Measure
from cbprove.system.axes import AxisValue
from cbprove.verdicts import Space

_MOST_POINTS = 6_000
_EXCLUDED = 2  # in a cell
_MOST_NAMED = 24  # values of an axis that are compared with one by one
_MOST_LIMITS = 6  # constants that a number is held against
_MOST_ATOMS = 72
_MOST_TOGETHER = 3  # comparisons in a condition

_Key = tuple[AxisValue, ...]
_Sets = list[tuple[str, int]]  # a text, and the points where it holds, a bit each

_KEPT = bytes(mark != _EXCLUDED for mark in range(256))
_DIGITS = b"01" + bytes(254)


@frozen
class Conditions:
    """Conditions of which each is enough; `all` says whether one of them holds wherever the
    property is proved."""

    texts: tuple[str, ...]
    all: bool


class Comparisons:
    """What numbers and names of candidates may be compared with, for all properties of a report:
    properties that exclude the same candidates look at the same points."""

    def __init__(self, measures: Iterable[Measure]) -> None:
        self._measures = tuple(measures)
        self._points: dict[tuple[object, ...], _Points] = {}

    def conditions(self, space: Space, limit: int) -> Conditions | None:
        """At most so many; None where there are too many candidates to look at, or no picture of
        them."""
        left = sum(len(cell) - cell.count(_EXCLUDED) for cell in space.cells.values())
        if not 0 < left <= _MOST_POINTS:
            return None
        cells = tuple((key, cell.translate(_KEPT)) for key, cell in space.cells.items())
        key = (space.axes, space.first, cells)
        if key not in self._points:
            self._points[key] = _Points(space.first, cells)
        points = self._points[key]
        marks = [mark for cell in space.cells.values() for mark in cell if mark != _EXCLUDED]
        proved = _set(map((1).__eq__, marks))
        refuted = points.all ^ proved
        if not refuted:
            return Conditions(texts=(), all=True)
        atoms = [each for each in self._atoms(space, points, proved) if each[1] & proved]
        cover = _cover(_enough(_unlike(atoms[:_MOST_ATOMS]), refuted), proved, limit)
        return Conditions(texts=tuple(text for text, _ in cover), all=not proved & ~_union(cover))

    def _atoms(self, space: Space, points: _Points, proved: int) -> Iterator[tuple[str, int]]:
        named = space.axes[: len(points.keys[0])]
        for at, axis in enumerate(named):
            if all(isinstance(key[at], int) for key in points.keys):
                yield from _thresholds(at, axis, points, proved)
            yield from _equalities(at, axis, points)
        if len(named) == len(space.axes):
            return
        ranged = space.axes[-1]
        for each in self._measures:
            if each.axis in named:
                yield from _measured(ranged, each, named.index(each.axis), points, proved)
        yield from _limits(ranged, points, proved)


class _Points:
    """The candidates that are not excluded, in order: their values of the named axes, and of the
    ranged one. Where a comparison holds is found out once."""

    def __init__(self, first: int, cells: Sequence[tuple[_Key, bytes]]) -> None:
        self.choices = [key for key, _ in cells]
        self.keys = [key for key, cell in cells for _ in range(cell.count(1))]
        self.ranged = [first + i for _, cell in cells for i, kept in enumerate(cell) if kept]
        self.all = (1 << len(self.keys)) - 1
        ends = list(accumulate(cell.count(1) for _, cell in cells))
        self._of_choices = [(1 << end) - (1 << start) for start, end in pairwise([0, *ends])]
        # Whether the next point is one of the same choice of the named axes
        self.next_alike = _set(key == after for key, after in pairwise(self.keys))
        self._sets: dict[str, int] = {}
        self._numbers: dict[str, list[int]] = {}

    def where(self, text: str, holds: Iterable[bool]) -> tuple[str, int]:
        """A comparison, and the points where it holds."""
        if text not in self._sets:
            self._sets[text] = _set(holds)
        return text, self._sets[text]

    def where_named(self, text: str, holds: Iterable[bool]) -> tuple[str, int]:
        """The same of a comparison of named axes alone, given for each choice of them."""
        if text not in self._sets:
            self._sets[text] = sum(compress(self._of_choices, holds))
        return text, self._sets[text]

    def numbers(self, measure: Measure, at: int) -> list[int]:
        """The number of a struct at each point, by the named axis that it hangs on."""
        if measure.text not in self._numbers:
            values = measure.values
            self._numbers[measure.text] = [values[str(key[at])] for key in self.keys]
        return self._numbers[measure.text]


def _set(holds: Iterable[bool]) -> int:
    """The points of which something holds, a bit each, given for each point in order."""
    return int(bytes(holds).translate(_DIGITS)[::-1] or b"0", 2)


def _bits(points: int) -> Iterator[int]:
    """The places of the points in a set, in order."""
    while points:
        lowest = points & -points
        yield lowest.bit_length() - 1
        points ^= lowest


def _union(sets: Iterable[tuple[str, int]]) -> int:
    together = 0
    for _, points in sets:
        together |= points
    return together


# --- comparisons ----------------------------------------------------------------------------------


def _thresholds(at: int, axis: str, points: _Points, proved: int) -> Iterator[tuple[str, int]]:
    """A number that structs hang on against constants, where verdicts change. Points are
    neighbours here where all other values are alike."""
    numbers = [int(key[at]) for key in points.keys]
    others = [
        (str((*key[:at], *key[at + 1 :])), ranged)
        for key, ranged in zip(points.keys, points.ranged, strict=True)
    ]
    along = sorted(range(len(numbers)), key=lambda point: (others[point], numbers[point]))
    line = _Line(
        numbers=[numbers[point] for point in along],
        next_alike=_set(others[point] == others[after] for point, after in pairwise(along)),
        proved=_set(bool(proved >> point & 1) for point in along),
    )
    for limit in line.ends():
        yield points.where(f"{axis} <= {limit}", map(limit.__ge__, numbers))
    for least in line.starts():
        yield points.where(f"{axis} >= {least}", map(least.__le__, numbers))


def _equalities(at: int, axis: str, points: _Points) -> Iterator[tuple[str, int]]:
    values = list(dict.fromkeys(key[at] for key in points.keys))
    if len(values) > _MOST_NAMED:
        return
    chosen = [key[at] for key in points.choices]
    for value in values:
        yield points.where_named(f"{axis} == {value}", [each == value for each in chosen])
    for value in values if len(values) > 2 else ():
        yield points.where_named(f"{axis} != {value}", [each != value for each in chosen])


def _measured(
    ranged: str, measure: Measure, at: int, points: _Points, proved: int
) -> Iterator[tuple[str, int]]:
    """The ranged axis against a number of a struct."""
    numbers = points.numbers(measure, at)
    if measure.divides:
        yield points.where(
            f"{ranged} % {measure.text} == 0",
            map(operator.not_, map(operator.mod, points.ranged, numbers)),
        )
        return
    yield points.where(f"{ranged} >= {measure.text}", map(operator.ge, points.ranged, numbers))
    sums = list(map(operator.add, points.ranged, numbers))
    for limit in _Line(numbers=sums, next_alike=points.next_alike, proved=proved).ends():
        yield points.where(f"{ranged} + {measure.text} <= {limit}", map(limit.__ge__, sums))


def _limits(ranged: str, points: _Points, proved: int) -> Iterator[tuple[str, int]]:
    """The ranged axis against constants, where verdicts change; and by what it divides."""
    numbers = points.ranged
    line = _Line(numbers=numbers, next_alike=points.next_alike, proved=proved)
    for limit in line.ends():
        yield points.where(f"{ranged} <= {limit}", map(limit.__ge__, numbers))
    for least in line.starts():
        yield points.where(f"{ranged} >= {least}", map(least.__le__, numbers))
    for divisor in (2, 4, 8):
        yield points.where(
            f"{ranged} % {divisor} == 0", (number % divisor == 0 for number in numbers)
        )


@frozen
class _Line:
    """A number of each point along an order of them; by bits, whether the point behind is its
    neighbour, and whether it is proved."""

    numbers: Sequence[int]
    next_alike: int
    proved: int

    def ends(self) -> list[int]:
        """The numbers at which proved ends most often, going up."""
        return self._most_often(self.proved & ~(self.proved >> 1) & self.next_alike)

    def starts(self) -> list[int]:
        """The numbers at which it begins most often."""
        return self._most_often(self.proved & ~(self.proved << 1) & (self.next_alike << 1))

    def _most_often(self, points: int) -> list[int]:
        """So many as are worth a look."""
        often = Counter(self.numbers[point] for point in _bits(points))
        return sorted(value for value, _ in often.most_common(_MOST_LIMITS))


# --- conditions -----------------------------------------------------------------------------------


def _unlike(atoms: _Sets) -> _Sets:
    """Without those that hold just where an earlier one does: of two conditions that say the same
    the first is taken."""
    first: dict[int, str] = {}
    for text, points in atoms:
        first.setdefault(points, text)
    return [(text, points) for points, text in first.items()]


def _enough(atoms: _Sets, refuted: int) -> dict[int, tuple[str, ...]]:
    """The conjunctions that hold nowhere else than where it is proved, the shortest ones; of
    those that hold at the same points the first."""
    enough: dict[int, tuple[int, ...]] = {}
    open_to: list[tuple[tuple[int, ...], int]] = [((), -1)]
    for together in range(1, _MOST_TOGETHER + 1):
        longer = []
        for conjuncts, at, points in _one_more(open_to, atoms):
            if not points & refuted:
                enough.setdefault(points, (*conjuncts, at))
            elif together < _MOST_TOGETHER:
                longer.append(((*conjuncts, at), points))
        open_to = longer
    return {
        points: tuple(atoms[each][0] for each in conjuncts) for points, conjuncts in enough.items()
    }


def _one_more(
    open_to: Iterable[tuple[tuple[int, ...], int]], atoms: _Sets
) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Each conjunction with one comparison more that narrows it and leaves something."""
    for conjuncts, points in open_to:
        for at in range(conjuncts[-1] + 1 if conjuncts else 0, len(atoms)):
            common = points & atoms[at][1]
            if common and common != points:
                yield conjuncts, at, common


def _cover(enough: dict[int, tuple[str, ...]], proved: int, limit: int) -> _Sets:
    """Those that say most, one after the other; of two that say as much the shorter, then the
    first."""
    cover: _Sets = []
    left = proved
    while left and len(cover) < limit:
        best = max(
            enough,
            key=lambda points: ((points & left).bit_count(), -len(enough[points])),
            default=0,
        )
        if not best & left:
            break
        cover.append((" && ".join(enough[best]), best))
        left &= ~best
    return _needed(cover)


def _needed(sets: _Sets) -> _Sets:
    """Without those that the others say together."""
    remaining = list(sets)
    for each in sets:
        if not each[1] & ~_union(other for other in remaining if other is not each):
            remaining.remove(each)
    return remaining
