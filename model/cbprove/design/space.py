"""The whole design space of a spec: the verdict of each property at each candidate, found once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cbprove.design.groups import Alike, Group, alone, equal_programs, groups
from cbprove.design.marks import EXCLUDED, INAPPLICABLE, REFUTED
from cbprove.design.problem import named
from cbprove.design.sectors import Division, Domains, Sector, Sheet, spread
from cbprove.design.settled import Settled
from cbprove.design.tables import Asked, Table, Tables
from cbprove.frozen import field, frozen
from cbprove.logic.terms import Bool, not_, or_
from cbprove.meaning.system import System
from cbprove.obligations.plan import TooLarge
from cbprove.properties import table
from cbprove.solving.solver import Limits
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program

Key = tuple[AxisValue, ...]  # a sector by the values of its fixed axes

__all__ = ["Domains", "Options", "Space"]


@frozen
class Options:
    """How far to go: turns beyond LO, the solver's limits; and whether all witnesses and the
    queries are wanted."""

    bound: int = 3
    limits: Limits = field(default_factory=Limits)
    witnesses: bool = False
    queries: bool = False


class Space(Division):
    """The tables of a system, by sectors; what is asked twice is found once."""

    def __init__(
        self,
        system: System,
        options: Options,
        pinned: Iterable[str] = (),
        cut: Callable[[Program], Program] = lambda program: program,
    ) -> None:
        super().__init__(system, pinned, cut)
        self.options, self.bound, self.limits = options, options.bound, options.limits
        self._tables: dict[tuple[str, Key], Table] = {}
        self._places: dict[Key, tuple[Tables, int]] = {}
        self._classes: dict[Key, Alike] = {}
        self._plain: dict[Bool, bytearray] = {}

    def table(self, sector: Sector, name: str) -> Table:
        """The verdicts of a property in a sector."""
        key = key_of(sector)
        if (name, key) not in self._tables:
            self._tables[name, key] = self._table(sector, name)
        return self._tables[name, key]

    def take(self, sector: Sector, name: str, table_found: Table) -> None:
        """Keep a table that was found elsewhere."""
        self._tables[name, key_of(sector)] = table_found

    def settled(self, sector: Sector, name: str, index: int) -> Settled | None:
        """What is known of a candidate that was decided by itself."""
        return self.table(sector, name).settled.get(index)

    def plain(self, program: Program, name: str) -> bytes:
        """The marks that plain numbers give the candidates of a sector, by its program; 0 where
        runs must be asked."""
        prop = named(program, name)
        sheet = Sheet(Sector({}, self.ranges))
        # Where a property makes no case there is none to exclude.
        misplaced = or_(*(placement.broken for placement in table.of_placement(prop, program)))
        marks = (
            (not_(prop.applies), INAPPLICABLE),
            (not_(program.required), EXCLUDED),
            (misplaced, REFUTED),
        )
        for condition, mark in marks:
            if condition is not False:
                sheet.fill(self._spread(condition), mark)
        return bytes(sheet.marks)

    def _spread(self, condition: Bool) -> bytearray:
        if condition not in self._plain:
            self._plain[condition] = spread(Sector({}, self.ranges), condition)
        return self._plain[condition]

    def _table(self, sector: Sector, name: str) -> Table:
        marks = self.plain(self.program(sector), name)
        if 0 not in marks:
            return Table(Sheet(sector, marks=marks))
        if key_of(sector) not in self._places:
            self._divide(sector)
        tables, place = self._places[key_of(sector)]
        try:
            return tables.table(place, name).of(sector, marks)
        except TooLarge:
            for sector_of_group in tables.group.sectors:
                self._put(alone(sector_of_group, self._classes[key_of(sector_of_group)].program))
            return self._table(sector, name)

    def _divide(self, sector_asked: Sector) -> None:
        """Group the sectors that have a candidate left, and the one that is asked for."""
        sectors = {key_of(sector): sector for sector in (*self.all_sectors(), sector_asked)}
        left = [
            (s, self.program(s)) for s in sectors.values() if self.program(s).required is not False
        ]
        # A verdict hangs on the program alone, so that one sector speaks for all with an equal one.
        classes = equal_programs(left)
        self._classes = {key_of(alike.sectors[0]): alike for alike in classes}
        for group in groups(self.system.axes, [(a.sectors[0], a.program) for a in classes]):
            self._put(group)

    def _put(self, group: Group) -> None:
        programs = [self._classes[key_of(sector)].program for sector in group.sectors]
        asked = Asked(
            bound=self.bound, limits=self.limits, candidate=self.candidate, plain=self.plain
        )
        tables_made = Tables(group, programs, asked)
        self._places.update(
            (key_of(alike), (tables_made, place))
            for sector, place in zip(group.sectors, group.places, strict=True)
            for alike in self._classes[key_of(sector)].sectors
        )


def key_of(sector: Sector) -> Key:
    """A sector by the values of its fixed axes."""
    return tuple(sector.fixed.values())
