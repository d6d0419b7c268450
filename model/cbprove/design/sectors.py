"""The design space in sectors: the axes that change what the program is are fixed, the others stay
free.

A `Sheet` holds one mark for each candidate of a sector, by the values of its free axes.

How a design space is divided into sectors: which axes stay free, which candidates each sector
holds. No solver is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import ceil, prod

from cbprove.design.evaluation import where
from cbprove.frozen import field, frozen
from cbprove.logic.terms import Bool, and_, eq, le, or_, var
from cbprove.meaning import elaborate
from cbprove.meaning.system import System, looked_at
from cbprove.reaching.universe import Ranges, universe
from cbprove.system.axes import FREE, Assignment, Axis, AxisValue, Free, NeedsValue
from cbprove.system.program import Program


@frozen
class Sector:
    """All candidates that agree on the fixed axes.

    A free axis of words (packings, named params) is counted: `words` are what its numbers stand
    for.
    """

    fixed: Mapping[str, AxisValue]
    free: Ranges
    words: Mapping[str, Sequence[AxisValue]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return prod(len(values) for _, values in self.free)

    def candidate(self, index: int) -> dict[str, AxisValue]:
        """The candidate that a mark of a sheet stands for."""
        return self.meant(self.point(index))

    def meant(self, point: Mapping[str, int]) -> dict[str, AxisValue]:
        """The candidate whose free axes have the values of a point."""
        return {
            **self.fixed,
            **point,
            **{axis: words[point[axis]] for axis, words in self.words.items()},
        }

    def point(self, index: int) -> dict[str, int]:
        """The values of the free axes at a mark."""
        return numbered(self.free, index)

    def index(self, candidate: Mapping[str, AxisValue]) -> int:
        """The mark that stands for a candidate."""
        index = 0
        for name, domain in self.free:
            words = self.words.get(name)
            value = candidate[name] if words is None else words.index(candidate[name])
            index = index * len(domain) + domain.index(int(value))
        return index

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
                parts.append(
                    and_(*fixed, le(first, var(name)), le(var(name), first + end - low - 1))
                )
                low = end
        return or_(*parts)


def numbered(free: Ranges, index: int) -> dict[str, int]:
    """The values of axes at a place of their product, the last axis counted fastest."""
    values: dict[str, int] = {}
    for name, domain in reversed(free):
        index, place = divmod(index, len(domain))
        values[name] = domain[place]
    return {name: values[name] for name, _ in free}


_MOST_SHARED = 1 << 17  # candidates of a part: sets of them are numbers of so many bits


def part_length(free: Ranges) -> int:
    """How many values of the free axis that is counted slowest make a part, of which a process
    may judge one and another the next."""
    (_, values), *rest = free
    step = max(1, _MOST_SHARED // prod(len(domain) for _, domain in rest))
    return ceil(len(values) / ceil(len(values) / step))


class Sheet:
    """A mark (a small number) for each candidate of a sector; 0 is none."""

    def __init__(self, sector: Sector, mark: int = 0, marks: bytes | None = None) -> None:
        """With one mark everywhere, or with these."""
        self.sector = sector
        self.marks = bytearray([mark]) * sector.size if marks is None else bytearray(marks)

    def fill(self, chosen: bytes | bytearray, mark: int) -> None:
        """Mark the candidates that are chosen (1 of each, else 0) and have no mark yet."""
        left = _number(self.marks.translate(_UNMARKED)) & _number(chosen)
        # A byte of `left` is 0 or 1, so that times a mark none runs over into the next.
        self.marks[:] = (_number(self.marks) | left * mark).to_bytes(len(self.marks), "little")

    def take(self, other: Sheet) -> None:
        """Mark the candidates that have no mark yet as another sheet does."""
        left = _number(self.marks.translate(_UNMARKED)) * 0xFF & _number(other.marks)
        self.marks[:] = (_number(self.marks) | left).to_bytes(len(self.marks), "little")

    def first(self, mark: int = 0) -> int | None:
        """The first candidate with a mark."""
        index = self.marks.find(mark)
        return None if index < 0 else index


_UNMARKED = bytes([1]) + bytes(255)


def _number(digits: bytes | bytearray) -> int:
    return int.from_bytes(digits, "little")


def runs(marks: bytes | bytearray, mark: int) -> list[tuple[int, int]]:
    """The runs of a mark, as half open intervals of indexes."""
    return [match.span() for match in re.finditer(re.escape(bytes([mark])) + b"+", marks)]


def spread(sector: Sector, term: Bool) -> bytearray:
    """1 for each candidate of a sector where a condition over the free axes is true."""
    if isinstance(term, bool):
        return bytearray([int(term)]) * sector.size
    candidates = universe(sector.free)
    return bytearray(candidates.digits(where(candidates, term)))


Domains = Mapping[str, "tuple[str, ...] | range"]


def _whole(program: Program) -> Program:
    return program


class Division:
    """The sectors of a system and their programs; what is asked twice is found once.

    `pinned` are ranged axes that are known not to stay free; programs are what `cut` leaves of
    them.
    """

    def __init__(
        self, system: System, pinned: Iterable[str] = (), cut: Callable[[Program], Program] = _whole
    ) -> None:
        self.system, self.cut = system, cut
        self._pinned = set(pinned)
        self._programs: dict[tuple[AxisValue, ...], Program] = {}
        self._spreads: dict[tuple[int, tuple[AxisValue, ...]], bytearray] = {}
        self._pin()

    # --- axes -------------------------------------------------------------------------------------

    def _pin(self) -> None:
        """Find the axes that cannot stay free: those whose value changes what the program is."""
        while True:
            try:
                for sector in self.all_sectors():
                    self.program(sector)
                return
            except NeedsValue as needed:
                self._pinned.add(needed.axis)
                self._programs.clear()

    @property
    def free(self) -> tuple[Axis, ...]:
        """The axes that stay free in every sector."""
        return tuple(
            a
            for a in self.system.axes
            if isinstance(a.values, range) and a.name not in self._pinned
        )

    @property
    def ranges(self) -> Ranges:
        """The free axes, each with its values."""
        return tuple(
            (axis.name, axis.values) for axis in self.free if isinstance(axis.values, range)
        )

    @property
    def fixed(self) -> tuple[Axis, ...]:
        """The axes that a sector fixes."""
        return tuple(
            a for a in self.system.axes if not isinstance(a.values, range) or a.name in self._pinned
        )

    def all_sectors(self) -> Iterator[Sector]:
        """The sectors of every candidate that is looked at, each once."""
        sectors_seen: set[tuple[AxisValue, ...]] = set()
        for domains in looked_at(self.system):
            for sector in self.sectors(domains):
                key = tuple(sector.fixed.values())
                if key not in sectors_seen:
                    sectors_seen.add(key)
                    yield sector

    def sectors(self, domains: Domains) -> Iterator[Sector]:
        """The sectors that hold candidates of these domains, in order of declaration."""
        free = self.ranges
        names = [axis.name for axis in self.fixed]
        choices: list[Sequence[AxisValue]] = [domains[name] for name in names]
        for values in product(*choices):
            yield Sector(dict(zip(names, values, strict=True)), free)

    def indexes(self, sector: Sector, domains: Domains) -> Sequence[int]:
        """The marks of a sector that stand for candidates of these domains; a range if all do."""
        if all(domains[name] == values for name, values in sector.free):
            return range(sector.size)
        strides, stride = [], 1
        for name, values in reversed(sector.free):
            strides.append([(int(v) - values[0]) * stride for v in domains[name]])
            stride *= len(values)
        return [sum(offsets) for offsets in product(*reversed(strides))]

    # --- programs and conditions ------------------------------------------------------------------

    def program(self, sector: Sector) -> Program:
        """The program of a sector, its free axes left free."""
        key = tuple(sector.fixed.values())
        if key not in self._programs:
            self._programs[key] = self.candidate(_assignment(sector))
        return self._programs[key]

    def candidate(self, candidate: Assignment) -> Program:
        """The program of one candidate."""
        return self.cut(elaborate.program(self.system, candidate))

    def where(self, condition: int, sector: Sector) -> bytearray:
        """1 for each candidate of a sector that meets one of the system's conditions."""
        key = (condition, tuple(sector.fixed.values()))
        if key not in self._spreads:
            term = elaborate.condition(self.system, condition, _assignment(sector))
            self._spreads[key] = spread(sector, term)
        return self._spreads[key]


def _assignment(sector: Sector) -> dict[str, AxisValue | Free]:
    return {**sector.fixed, **{name: FREE for name, _ in sector.free}}
