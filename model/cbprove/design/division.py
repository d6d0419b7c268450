"""How a design space is divided into sectors: which axes stay free, which candidates each sector holds. No solver is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product

from cbprove.design.sectors import Sector, spread
from cbprove.frozen import frozen
from cbprove.logic.terms import Bool
from cbprove.reaching.universe import Ranges
from cbprove.system import FREE, Assignment, Axis, AxisValue, Free, NeedsValue, Program, System, looked_at

Elaborate = Callable[[System, Assignment], Program]
Condition = Callable[[System, int, Assignment], Bool]
Domains = Mapping[str, "tuple[str, ...] | range"]


@frozen
class Stage:
    """The two functions of the language that the design space is asked through."""

    program: Elaborate
    condition: Condition


class Division:
    """The sectors of a system and their programs; what is asked twice is found once.

    `pinned` are ranged axes that are known not to stay free.
    """

    def __init__(self, system: System, stage: Stage, pinned: Iterable[str] = ()) -> None:
        self.system, self.stage = system, stage
        self._pinned = set(pinned)
        self._programs: dict[tuple[AxisValue, ...], Program] = {}
        self._spreads: dict[tuple[int, tuple[AxisValue, ...]], bytearray] = {}
        self._pin()

    # --- axes -----------------------------------------------------------------------------------------

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
        return tuple(a for a in self.system.axes if isinstance(a.values, range) and a.name not in self._pinned)

    @property
    def ranges(self) -> Ranges:
        """The free axes, each with its values."""
        return tuple((axis.name, axis.values) for axis in self.free if isinstance(axis.values, range))

    @property
    def fixed(self) -> tuple[Axis, ...]:
        """The axes that a sector fixes."""
        return tuple(a for a in self.system.axes if not isinstance(a.values, range) or a.name in self._pinned)

    def all_sectors(self) -> Iterator[Sector]:
        """The sectors of every candidate that is looked at, each once."""
        seen: set[tuple[AxisValue, ...]] = set()
        for domains in looked_at(self.system):
            for sector in self.sectors(domains):
                key = tuple(sector.fixed.values())
                if key not in seen:
                    seen.add(key)
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

    # --- programs and conditions ----------------------------------------------------------------------------

    def program(self, sector: Sector) -> Program:
        """The program of a sector, its free axes left free."""
        key = tuple(sector.fixed.values())
        if key not in self._programs:
            self._programs[key] = self.stage.program(self.system, _assignment(sector))
        return self._programs[key]

    def candidate(self, candidate: Mapping[str, AxisValue]) -> Program:
        """The program of one candidate."""
        return self.stage.program(self.system, candidate)

    def where(self, condition: int, sector: Sector) -> bytearray:
        """1 for each candidate of a sector that meets one of the system's conditions."""
        key = (condition, tuple(sector.fixed.values()))
        if key not in self._spreads:
            term = self.stage.condition(self.system, condition, _assignment(sector))
            self._spreads[key] = spread(sector, term)
        return self._spreads[key]


def _assignment(sector: Sector) -> dict[str, AxisValue | Free]:
    return {**sector.fixed, **{name: FREE for name, _ in sector.free}}
