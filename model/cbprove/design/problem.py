"""A group of sectors as one problem: its merged program, what data flow says of it, and its runs
laid out, each made once for all properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from cbprove.design.groups import Group
from cbprove.design.sectors import Sector
from cbprove.obligations.forms import Form, Unfolded, of_paths, unfolded
from cbprove.obligations.plan import Plan
from cbprove.reaching.analysis import Reaching
from cbprove.reaching.universe import Universe, universe
from cbprove.solving.solver import Limits
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program, Property

_MOST_ALONE = 16  # candidates whose data flow is kept at a time


def named(program: Program, name: str) -> Property:
    """A property of a program by its name."""
    return next(p for p in program.properties if p.name == name)


class Problem:
    """The merged program of a group, and what is derived from it; `program_of` gives the program
    of one candidate by itself."""

    def __init__(
        self,
        group: Group,
        program_of: Callable[[Mapping[str, AxisValue]], Program],
        limits: Limits,
    ) -> None:
        self.group, self.limits = group, limits
        self._program_of = program_of
        self._unfolded: dict[Plan, Unfolded] = {}
        self._alone: dict[int, Reaching] = {}  # by the id of a program, which is held there

    @property
    def sector(self) -> Sector:
        """The sector of all candidates of the group."""
        return self.group.whole

    @property
    def program(self) -> Program:
        """The merged program."""
        return self.group.program

    @property
    def universe(self) -> Universe:
        """All candidates of the group."""
        return universe(self.sector.free)

    @cached_property
    def ranges(self) -> dict[str, tuple[int, int]]:
        """The least and greatest value of each axis."""
        return {axis: (domain[0], domain[-1]) for axis, domain in self.sector.free}

    @cached_property
    def reaching(self) -> Reaching:
        """The account of the merged program by data flow."""
        return Reaching(self.program, self.universe)

    def alone(self, program: Program) -> Reaching:
        """The account of one candidate by data flow, made once for all properties that ask."""
        if id(program) not in self._alone:
            if len(self._alone) == _MOST_ALONE:
                self._alone.clear()
            self._alone[id(program)] = Reaching(program, universe(()))
        return self._alone[id(program)]

    def candidate(self, point: Mapping[str, int]) -> Program:
        """The program at a point of the group's sector."""
        return self._program_of(self.sector.meant(point))

    def form(self, name: str, plan: Plan) -> Form:
        """The form of a property; the runs are laid out once for all of them. Raises TooLarge."""
        if plan not in self._unfolded:
            self._unfolded[plan] = self._unfold(self.program.properties, plan)
        listed = enumerate(self.program.properties)
        return of_paths(
            self._unfolded[plan], frozenset(i for i, prop in listed if prop.name == name)
        )

    def form_alone(self, name: str, plan: Plan) -> Form:
        """The same, of runs that are laid out for this property alone: with its claims, and its
        events. Raises TooLarge."""
        asked = [prop for prop in self.program.properties if prop.name == name]
        return of_paths(self._unfold(asked, plan), frozenset(range(len(asked))))

    def _unfold(self, asked: Sequence[Property], plan: Plan) -> Unfolded:
        return unfolded(self.program, asked, plan, self.ranges)
