"""The tables of a group of sectors: the verdict of each property on each candidate, by one formula
for all of them, then by single candidates where it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cbprove.design.groups import Group
from cbprove.design.marks import EXCLUDED, HARD, mark
from cbprove.design.problem import Problem, named
from cbprove.design.refinement import Refinement
from cbprove.design.sectors import Sector, Sheet, part_length
from cbprove.design.settled import Settled
from cbprove.frozen import field, frozen
from cbprove.obligations.plan import Plan, TooLarge
from cbprove.properties import table as properties
from cbprove.solving.solver import Limits
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program

# Candidates in a row of which nothing is found out by themselves, before others are asked no more:
# where a limit is too low it is so for thousands, and each takes as long as it lets it.
_MOST_IN_VAIN = 16
_UNASKED = Settled(
    "unknown",
    reason=f"{_MOST_IN_VAIN} candidates before it were unknown, one by one, so that it was not asked; "
    "raise --resources, --timeout or --operations",
)


@frozen
class Table:
    """The sheet of a sector; `settled` holds what is known of candidates that were decided one
    by one."""

    sheet: Sheet
    settled: dict[int, Settled] = field(default_factory=dict)

    def of(self, sector: Sector, plain: bytes) -> Table:
        """The same of a sector whose program has the same runs, and to which plain numbers give
        marks of its own: it may require more."""
        settled = {index: each for index, each in self.settled.items() if not plain[index]}
        out = Table(Sheet(sector, marks=plain), settled)
        out.sheet.take(self.sheet)
        return out


@frozen
class Asked:
    """How far to go, turns beyond LO and the solver's limits; the program of a candidate; and the
    marks that plain numbers give a sector, by its program and the name of a property."""

    bound: int
    limits: Limits
    candidate: Callable[[Mapping[str, AxisValue]], Program]
    plain: Callable[[Program, str], bytes]


class Tables:
    """All tables of a group of sectors."""

    def __init__(self, group: Group, programs: Sequence[Program], asked: Asked) -> None:
        self.group, self.programs, self.asked = group, programs, asked
        self._problem = Problem(group, asked.candidate, asked.limits)
        self._made: dict[str, dict[int, Table]] = {}
        # By property and part: who judges a part alone begins to count with it.
        self._in_vain: dict[tuple[str, int], int] = {}

    def table(self, place: int, name: str) -> Table:
        """The verdicts of a property in the sector that has a place in the group. Raises
        TooLarge if it is one of several."""
        if name not in self._made:
            self._made[name] = self._tables(name)
        return self._made[name][place]

    def _tables(self, name: str) -> dict[int, Table]:
        sheet = self._plainly(name)
        if sheet.first() is not None:
            self._by_runs(sheet, name)
        out: dict[int, Table] = {}
        for place, sector in zip(self.group.places, self.group.sectors, strict=True):
            low, high = self.group.stretch(place)
            out[place] = self._one_by_one(sector, sheet.marks[low:high], name)
        return out

    def _plainly(self, name: str) -> Sheet:
        """What plain numbers say; places of the group that no sector has are excluded."""
        sheet = Sheet(self.group.whole, EXCLUDED)
        for place, program in zip(self.group.places, self.programs, strict=True):
            low, high = self.group.stretch(place)
            sheet.marks[low:high] = self.asked.plain(program, name)
        return sheet

    def _by_runs(self, sheet: Sheet, name: str) -> None:
        """Mark what is left by the runs of all candidates at once."""
        try:
            form = self._problem.form(name, Plan(cut=True, limit=self.asked.limits.operations))
        except TooLarge:
            if len(self.programs) > 1:
                raise
            sheet.fill(bytes([1]) * sheet.sector.size, HARD)
            return
        placed = [
            self.group.stretch(place)
            for place, program in zip(self.group.places, self.programs, strict=True)
            if properties.of_placement(named(program, name), program)
        ]
        Refinement(self._problem, name, form, sheet).decide(placed)

    def _one_by_one(self, sector: Sector, marks: bytearray, name: str) -> Table:
        out = Table(Sheet(sector))
        out.sheet.marks = marks
        while (index := out.sheet.first(HARD)) is not None:
            # What follows values is loaded where some candidate needs it: most specs have none.
            from cbprove.design.settle import settle

            part = name, index // _part(sector)
            in_vain = self._in_vain.get(part, 0)
            if in_vain < _MOST_IN_VAIN:
                program = self.asked.candidate(sector.candidate(index))
                settled = settle(
                    program,
                    named(program, name),
                    bound=self.asked.bound,
                    limits=self.asked.limits,
                    flow=self._problem.alone,
                )
            else:
                settled = _UNASKED
            self._in_vain[part] = in_vain + 1 if settled.verdict == "unknown" else 0
            out.settled[index] = settled
            out.sheet.marks[index] = mark(settled.verdict, settled.turns is not None)
        return out


def _part(sector: Sector) -> int:
    """How many candidates of a sector make a part, which shares judge by themselves."""
    if not sector.free:
        return 1
    (_, values), *_ = sector.free
    return part_length(sector.free) * (sector.size // len(values))
