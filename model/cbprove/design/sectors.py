"""The design space in sectors: the axes that change what the program is are fixed, the others stay free.

A `Sheet` holds one mark for each candidate of a sector, by the values of its free axes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, product
from math import prod

from cbprove.design.cubes import NotLinear, Region, region
from cbprove.frozen import frozen
from cbprove.system import AxisValue
from cbprove.terms import Bool, and_, eq, evaluate, le, or_, var

Ranges = tuple[tuple[str, range], ...]


@frozen
class Sector:
    """All candidates that agree on the fixed axes."""

    fixed: Mapping[str, AxisValue]
    free: Ranges

    @property
    def size(self) -> int:
        return prod(len(values) for _, values in self.free)

    def candidate(self, index: int) -> dict[str, AxisValue]:
        """The candidate that a mark of a sheet stands for."""
        return {**self.fixed, **self.point(index)}

    def point(self, index: int) -> dict[str, int]:
        """The values of the free axes at a mark."""
        values: dict[str, int] = {}
        for name, domain in reversed(self.free):
            index, place = divmod(index, len(domain))
            values[name] = domain[place]
        return {name: values[name] for name, _ in self.free}

    def index(self, candidate: Mapping[str, AxisValue]) -> int:
        """The mark that stands for a candidate."""
        index = 0
        for name, domain in self.free:
            index = index * len(domain) + domain.index(int(candidate[name]))
        return index

    def stretches(self, area: Region) -> Iterator[tuple[int, int]]:
        """The marks of a region as half open intervals of indexes."""
        if not self.free:
            yield 0, 1
            return
        *outer, (name, domain) = self.free
        for row, values in enumerate(product(*(d for _, d in outer))):
            fixed = dict(zip((n for n, _ in outer), values, strict=True))
            low, high = area.interval(fixed, name, domain[0], domain[-1])
            if low <= high:
                start = row * len(domain) - domain[0]
                yield start + low, start + high + 1

    def corners(self, stretches: Sequence[tuple[int, int]]) -> list[int]:
        """The ends of stretches that lie farthest out: first, last, least and greatest in each axis."""
        ends = [end for low, high in stretches if low < high for end in (low, high - 1)]
        if not ends:
            return []
        found, stride = [ends[0], ends[-1]], 1
        for _, domain in reversed(self.free):
            size = len(domain)
            places = [end // stride % size for end in ends]
            found += [ends[places.index(min(places))], ends[places.index(max(places))]]
            stride *= size
        return list(dict.fromkeys(found))

    def condition(self, stretches: Sequence[tuple[int, int]]) -> Bool:
        """That the free axes have the values of a mark in one of the stretches."""
        if not self.free:
            return bool(stretches)
        name, domain = self.free[-1]
        parts: list[Bool] = []
        for low, high in stretches:
            while low < high:
                end = min(high, (low // len(domain) + 1) * len(domain))
                *outer, (_, first) = self.point(low).items()
                fixed = [eq(var(axis), value) for axis, value in outer]
                parts.append(and_(*fixed, le(first, var(name)), le(var(name), first + end - low - 1)))
                low = end
        return or_(*parts)


class Sheet:
    """A mark (a small number) for each candidate of a sector; 0 is none."""

    def __init__(self, sector: Sector, mark: int = 0) -> None:
        self.sector = sector
        self.marks = bytearray([mark]) * sector.size

    def overlay(self, other: Sheet) -> None:
        """Give the candidates that have no mark yet those of another sheet."""
        for low, high in self.stretches(0):
            self.marks[low:high] = other.marks[low:high]

    def fill(self, stretches: Sequence[tuple[int, int]], mark: int) -> None:
        """Mark the candidates of some stretches that have no mark yet."""
        for low, high in stretches:
            chunk = self.marks[low:high]
            if not any(chunk):
                self.marks[low:high] = bytes([mark]) * (high - low)
            else:
                self.marks[low:high] = chunk.replace(b"\0", bytes([mark]))

    def stretches(self, mark: int) -> list[tuple[int, int]]:
        """The runs of candidates with a mark, as half open intervals of indexes."""
        return runs(self.marks, mark)

    def where(self, mark: int) -> Bool:
        """That the free axes have the values of a candidate with a mark; neighbours that are alike are said at once."""
        return _where(self.sector.free, bytes(self.marks), mark)

    def first(self, mark: int = 0) -> int | None:
        """The first candidate with a mark."""
        index = self.marks.find(mark)
        return None if index < 0 else index


def runs(marks: bytes | bytearray, mark: int) -> list[tuple[int, int]]:
    """The runs of a mark, as half open intervals of indexes."""
    return [found.span() for found in re.finditer(re.escape(bytes([mark])) + b"+", marks)]


def _where(free: Ranges, marks: bytes, mark: int) -> Bool:
    if not free:
        return marks[0] == mark
    (name, domain), *inner = free
    size = len(marks) // len(domain)
    blocks = [marks[at : at + size] for at in range(0, len(marks), size)]
    parts: list[Bool] = []
    for block, alike in groupby(range(len(blocks)), blocks.__getitem__):
        first, *others = alike
        within = and_(le(domain[first], var(name)), le(var(name), domain[first + len(others)]))
        parts.append(and_(within, _where(tuple(inner), block, mark)))
    return or_(*parts)


def spread(sector: Sector, term: Bool) -> bytearray:
    """1 for each candidate of a sector where a condition over the free axes is true."""
    if isinstance(term, bool):
        return bytearray([int(term)]) * sector.size
    sheet = Sheet(sector)
    axes = frozenset(name for name, _ in sector.free)
    while (index := sheet.first()) is not None:
        point = sector.point(index)
        (held,) = evaluate(point, term)
        try:
            stretches = list(sector.stretches(region(term, point, axes, None)))
        except NotLinear:
            stretches = [(index, index + 1)]
        sheet.fill(stretches, 1 + int(held))
    return sheet.marks.translate(bytes.maketrans(b"\1\2", b"\0\1"))
