"""The whole design space of a spec: the verdict of each property at each candidate, found once."""

from __future__ import annotations

from dataclasses import field

from cbprove.design.division import Division, Domains, Stage
from cbprove.design.sectors import Sector
from cbprove.design.settle import Settled
from cbprove.design.tables import Known, Table, Tables
from cbprove.frozen import frozen
from cbprove.solving.solver import Limits
from cbprove.system import AxisValue, System

__all__ = ["Domains", "Options", "Space", "Stage"]


@frozen
class Options:
    """How far to go: turns beyond LO, the solver's limits; and whether all witnesses and the queries are wanted."""

    bound: int = 3
    limits: Limits = field(default_factory=Limits)
    witnesses: bool = False
    queries: bool = False


class Space(Division):
    """The tables of a system, by sectors; what is asked twice is found once."""

    def __init__(self, system: System, stage: Stage, options: Options) -> None:
        super().__init__(system, stage)
        self.options = options
        self._tables: dict[tuple[str, tuple[AxisValue, ...]], Table] = {}
        self._makers: dict[tuple[AxisValue, ...], Tables] = {}
        self._known = Known()

    def table(self, sector: Sector, name: str) -> Table:
        """The verdicts of a property in a sector."""
        at = tuple(sector.fixed.values())
        if (name, at) not in self._tables:
            if at not in self._makers:
                options, program = self.options, self.program(sector)
                known = self._known
                self._makers[at] = Tables(sector, program, self.candidate, options.bound, options.limits, known)
            self._tables[(name, at)] = self._makers[at].table(name)
        return self._tables[(name, at)]

    def settled(self, sector: Sector, name: str, index: int) -> Settled | None:
        """What is known of a candidate that was decided by itself."""
        return self.table(sector, name).settled.get(index)
