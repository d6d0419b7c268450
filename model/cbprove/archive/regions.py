"""Candidates of a sector as boxes: for each free axis the least and the greatest value, both included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cbprove.design.sectors import Sector

Box = Mapping[str, tuple[int, int]]


def boxes(sector: Sector, indexes: Iterable[int]) -> tuple[Box, ...]:
    """The boxes that hold these marks of a sector and no others, each a run of values of its last free axis."""
    return tuple(_box(sector, low, high) for low, high in stretches(sector, indexes))


def stretches(sector: Sector, indexes: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of marks as half open intervals, none of them longer than the last free axis."""
    row = len(sector.free[-1][1]) if sector.free else 1
    found: list[tuple[int, int]] = []
    for index in sorted(indexes):
        if found and found[-1][1] == index and index % row:
            found[-1] = found[-1][0], index + 1
        else:
            found.append((index, index + 1))
    return found


def indexes(sector: Sector, where: Iterable[Box]) -> list[int]:
    """The marks that boxes hold, in order of the boxes. Raises ValueError where a box is none of this sector."""
    return [index for box in where for index in _marks(sector, box)]


def _box(sector: Sector, low: int, high: int) -> Box:
    first, last = sector.point(low), sector.point(high - 1)
    return {axis: (first[axis], last[axis]) for axis in first}


def _marks(sector: Sector, box: Box) -> Iterator[int]:
    domains = dict(sector.free)
    if list(box) != list(domains):
        raise ValueError(f"a region over {', '.join(box) or 'no axis'}")
    for axis, (low, high) in box.items():
        if low > high or low not in domains[axis] or high not in domains[axis]:
            raise ValueError(f"{axis} in {low}..{high}")
    first = sector.index({axis: low for axis, (low, _) in box.items()})
    last = sector.index({axis: high for axis, (_, high) in box.items()})
    if boxes(sector, range(first, last + 1)) != (dict(box),):
        raise ValueError(f"a region that is no run of values of {list(domains)[-1]}")
    yield from range(first, last + 1)
