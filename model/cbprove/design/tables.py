"""The verdict of one property for every candidate of a sector: a query for all of them, then single
candidates where it must be.

The solver names a candidate with a broken run; the reference replays it; the reasons give the
region of candidates that are broken alike, which is marked and barred. What is left when nothing
more is satisfiable is proved, if it is reached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol

from cbprove.design.alike import Model, Ones, Why, over, whys
from cbprove.design.asking import script_for
from cbprove.design.generalise import alike
from cbprove.design.merging import Group
from cbprove.design.sectors import Sector, Sheet
from cbprove.design.settle import NotReplayed, Settled, again, late, replayed, settle
from cbprove.evidence.replay import replay
from cbprove.frozen import field, frozen
from cbprove.logic.smtlib import Script, unknown_symbol
from cbprove.logic.terms import Bool, and_, evaluate, not_, var
from cbprove.obligations.forms import Form, PathForm, Unfolded, of_paths, unfolded
from cbprove.obligations.plan import Plan, TooLarge
from cbprove.obligations.sources import UNSURE, spelled
from cbprove.properties import table as properties
from cbprove.reaching.analysis import Reaching
from cbprove.reaching.universe import Candidates, universe
from cbprove.semantics.run import Run
from cbprove.solving.solver import Answer, Limits, Z3Session
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program, Property
from cbprove.verdicts import Verdict

EXCLUDED, INAPPLICABLE, REFUTED, PROVED, VACUOUS, UNKNOWN, BOUNDED, HARD = range(1, 9)

VERDICTS: dict[int, Verdict] = {
    EXCLUDED: "excluded",
    REFUTED: "refuted",
    PROVED: "proved",
    BOUNDED: "proved",
    VACUOUS: "vacuous",
    UNKNOWN: "unknown",
}
_MARKS: dict[Verdict, int] = {
    "refuted": REFUTED,
    "proved": PROVED,
    "vacuous": VACUOUS,
    "unknown": UNKNOWN,
}


class Asked(Protocol):
    """What tables need of the design space: its limits, its programs, and what plain numbers say
    of each."""

    bound: int
    limits: Limits

    def candidate(self, candidate: Mapping[str, AxisValue]) -> Program: ...

    def plain(self, program: Program, name: str) -> bytes: ...


@frozen
class Table:
    """The sheet of a sector; `settled` holds what is known of candidates that were decided one
    by one."""

    sheet: Sheet
    settled: dict[int, Settled] = field(default_factory=dict)


def named(program: Program, name: str) -> Property:
    """A property of a program by its name."""
    return next(p for p in program.properties if p.name == name)


class Tables:
    """All tables of a group of sectors."""

    def __init__(self, group: Group, programs: Sequence[Program], space: Asked) -> None:
        self.group, self.programs, self.space = group, programs, space
        self.sector, self.limits = group.whole, space.limits
        self._made: dict[str, dict[int, Table]] = {}
        self._unfolded: dict[Plan, Unfolded] = {}

    @cached_property
    def reaching(self) -> Reaching:
        """The account of the group's program by data flow."""
        return Reaching(self.group.program, universe(self.sector.free))

    def table(self, place: int, name: str) -> Table:
        """The verdicts of a property in the sector that has a place in the group. Raises
        TooLarge if it is one of several."""
        if name not in self._made:
            self._made[name] = self._tables(name)
        return self._made[name][place]

    def _tables(self, name: str) -> dict[int, Table]:
        sheet = Sheet(self.sector, EXCLUDED)
        for place, program in zip(self.group.places, self.programs, strict=True):
            low, high = self.group.stretch(place)
            sheet.marks[low:high] = self.space.plain(program, name)
        reached = [
            bool(properties.of_placement(named(program, name), program))
            for program in self.programs
        ]
        if sheet.first() is not None:
            self._judge(sheet, name, reached)
        cut = {place: self.group.stretch(place) for place in self.group.places}
        return {
            place: self._one_by_one(sector, bytearray(sheet.marks[slice(*cut[place])]), name)
            for place, sector in zip(self.group.places, self.group.sectors, strict=True)
        }

    def _judge(self, sheet: Sheet, name: str, reached: list[bool]) -> None:
        """Mark what is left by the runs of all candidates at once."""
        try:
            form = self.form(name, Plan(cut=True, limit=self.limits.operations))
        except TooLarge:
            if len(self.programs) > 1:
                raise
            sheet.fill(bytes([1]) * self.sector.size, HARD)
            return
        placed = [
            self.group.stretch(place)
            for place, any_ in zip(self.group.places, reached, strict=True)
            if any_
        ]
        _Sheeting(self, name, form, sheet).decide(placed)

    def form(self, name: str, plan: Plan) -> Form:
        """The form of a property; the runs are laid out once for all of them. Raises TooLarge."""
        if plan not in self._unfolded:
            self._unfolded[plan] = self._unfold(self.group.program.properties, plan)
        listed = enumerate(self.group.program.properties)
        return of_paths(
            self._unfolded[plan], frozenset(i for i, prop in listed if prop.name == name)
        )

    def form_alone(self, name: str, plan: Plan) -> Form:
        """The same, of runs that are laid out for this property alone: with its claims, and its
        events. Raises TooLarge."""
        asked = [prop for prop in self.group.program.properties if prop.name == name]
        return of_paths(self._unfold(asked, plan), frozenset(range(len(asked))))

    def _unfold(self, asked: Sequence[Property], plan: Plan) -> Unfolded:
        axes = {axis: (domain[0], domain[-1]) for axis, domain in self.sector.free}
        return unfolded(self.group.program, asked, plan, axes)

    def candidate(self, point: Mapping[str, int]) -> Program:
        """The program at a point of the group's sector."""
        return self.space.candidate(self.sector.meant(point))

    def _one_by_one(self, sector: Sector, marks: bytearray, name: str) -> Table:
        out = Table(Sheet(sector))
        out.sheet.marks = marks
        while (index := out.sheet.first(HARD)) is not None:
            program = self.space.candidate(sector.candidate(index))
            settled = settle(program, named(program, name), self.space.bound, self.limits)
            out.settled[index] = settled
            out.sheet.marks[index] = (
                BOUNDED if settled.turns is not None else _MARKS[settled.verdict]
            )
        return out


class _Sheeting:
    """Fills what is left of a sheet by one formula."""

    def __init__(self, tables: Tables, name: str, form: Form, sheet: Sheet) -> None:
        self.tables, self.name, self.form, self.sector, self.out = (
            tables,
            name,
            form,
            tables.sector,
            sheet,
        )
        self.axes = frozenset(axis for axis, _ in self.sector.free)
        self.ranges = {axis: (domain[0], domain[-1]) for axis, domain in self.sector.free}
        self.universe, self.little_endian = (
            universe(self.sector.free),
            tables.group.program.little_endian,
        )
        self.left = self.universe.marked(sheet.marks, 0)
        self.barred: list[Bool] = [self.universe.condition(self.left)]

    def decide(self, placed: Sequence[tuple[int, int]]) -> None:
        """Mark all that has no mark; in the stretches `placed` the property is reached without a
        run."""
        self._refute()
        for low, high in placed:
            self._mark(self.left & (((1 << (high - low)) - 1) << low), PROVED)
        self._reach()

    # --- marks ------------------------------------------------------------------------------------

    def _mark(self, candidates: Candidates, mark: int) -> None:
        # What has a mark keeps it: a region may reach over candidates that were judged before.
        self.out.fill(self.universe.digits(candidates & self.left), mark)
        self.left &= ~candidates

    def _rest(self, mark: int) -> None:
        self._mark(self.left, mark)

    def _session(self, form: Form, formula: Bool) -> tuple[Script, Z3Session]:
        script = script_for((formula, *self.barred), {**form.ranges, **self.ranges})
        for axis in self.axes:
            script.express(var(axis))
        script.assert_(formula)
        for bar in self.barred:
            script.assert_(bar)
        session = Z3Session(self.tables.limits)
        session.add(script.text())
        return script, session

    def _sweep(self, form: Form, formula: Bool, broken: bool, mark: int) -> str:
        """Mark region after region where the formula can be true, until the solver finds no more;
        its last word.

        Runs that hang on what earlier turns of a loop left are looked at last: they speak for one
        candidate only.
        """
        script, session = self._session(form, formula)
        unsure = [
            name
            for name, sort in script.declared.items()
            if sort == "Bool" and name.startswith(UNSURE)
        ]
        if unsure:
            session.push()
            session.add("".join(f"(assert (not {unknown_symbol(name)}))" for name in unsure))
            bars = self._regions(
                form, formula, broken=broken, mark=mark, script=script, session=session
            )[1]
            session.pop()
            for bar in bars:
                _add(script, session, bar)
        return self._regions(
            form, formula, broken=broken, mark=mark, script=script, session=session
        )[0]

    def _regions(
        self, form: Form, formula: Bool, broken: bool, mark: int, script: Script, session: Z3Session
    ) -> tuple[str, list[Bool]]:
        """The solver's last word, and what bars the regions found."""
        bars: list[Bool] = []
        while self.left:
            answer = session.check()
            if answer.result != "sat":
                return answer.result, bars
            # The bar holds the model's own candidate at least, so that each turn leaves fewer and
            # the loop ends.
            bar = self._found(form, formula, answer, broken, mark)
            bars.append(bar)
            if broken:
                # A refuted candidate needs no other verdict: later queries leave it out too.
                self.barred.append(bar)
            _add(script, session, bar)
        return "unsat", bars

    def _found(self, form: Form, formula: Bool, answer: Answer, broken: bool, mark: int) -> Bool:
        """Mark the candidates that are like the model's; returns the condition that bars them."""
        point = {axis: int(answer.model.get(axis, low)) for axis, (low, _) in self.ranges.items()}
        model = over(answer.model, point)
        program = self.tables.candidate(point)
        prop = named(program, self.name)
        for tried in (model, Ones(model)):
            replayed_run = replayed(program, form, prop, Answer("sat", tried), broken)
            if replayed_run is not None:
                form_found, run = replayed_run
                return self._fill(
                    self._widest(
                        form, form_found, model=tried, point=point, broken=broken, run=run
                    ),
                    mark,
                )
            # Each model of a faithful form is a run: that none is seen is a fault of cbprove's, and
            # no verdict. Of others a model may be no run, and says nothing of the candidate.
            if form.faithful:
                raise NotReplayed(f"{self.name}: the solver's run does not replay")
        return self._fill(self._exactly(point), HARD)

    def _widest(
        self,
        form: Form,
        form_of_path: PathForm,
        model: Model,
        point: dict[str, int],
        broken: bool,
        run: Run,
    ) -> Candidates:
        """The candidates of the first reason that holds at the point, where the run is the same
        one at all corners."""
        exact_region = self._exactly(point)
        near = self._near(point)
        tried: set[Candidates] = set()
        for why in (
            whys(form_of_path, run, self.name, model)
            if broken
            else (Why(form_of_path.reached, model),)
        ):
            region = alike(
                self.universe,
                why.formula,
                model=why.model,
                variables=form.held,
                bits=why.bits,
                little_endian=self.little_endian,
            )
            for area in (region, region & near):
                # `alike` speaks for the whole area. The reference, which shares no code with it, is
                # asked at the corners.
                if (
                    area & exact_region
                    and area not in tried
                    and self._repeats(
                        form, form_of_path, area & self.left, exact_region, why.model, broken
                    )
                ):
                    return area
                tried.add(area)
        return exact_region

    def _near(self, point: Mapping[str, int]) -> Candidates:
        """The candidates that are written with the same words: those of the point's own sector."""
        candidates = self.universe.all
        for axis in self.sector.words:
            candidates &= self.universe.value(axis, point[axis])
        return candidates

    def _repeats(
        self,
        form: Form,
        form_of_path: PathForm,
        area: Candidates,
        seen: Candidates,
        model: Model,
        broken: bool,
    ) -> bool:
        """Whether the reference sees the choices of a model break (or else reach) a claim at the
        corners of an area.

        At the candidate of the model itself it has seen that already: the reasons add the bit to
        the model, and no choice.
        """
        corners = self.sector.corners(self.universe.stretches(area))
        others = (self.sector.point(index) for index in corners if not seen >> index & 1)
        return all(self._repeats_at(form, form_of_path, point, model, broken) for point in others)

    def _repeats_at(
        self,
        form: Form,
        form_of_path: PathForm,
        point: Mapping[str, int],
        model: Model,
        broken: bool,
    ) -> bool:
        """The same at one candidate; an arbitrary bit may be equal by chance, and then is
        another one with ones."""
        program = self.tables.candidate(point)
        prop = named(program, self.name)
        for values in (model, Ones(model)):
            run = again(program, form, form_of_path, prop, Answer("sat", over(values, point)))
            if (run.broken if broken else run.reached)[self.name]:
                return True
        return False

    def _fill(self, area: Candidates, mark: int) -> Bool:
        """Mark a region; returns the condition that bars it."""
        self._mark(area, mark)
        return not_(self.universe.condition(area))

    def _exactly(self, point: Mapping[str, int]) -> Candidates:
        return 1 << self.sector.index(self.sector.meant(point))

    # --- the sweeps -------------------------------------------------------------------------------

    def _refute(self) -> None:
        last = self._sweep(self.form, self.form.broken, True, REFUTED)
        # Without a last `unsat` nothing is known of those that are left, and each is settled by
        # itself.
        if last != "unsat":
            self._rest(HARD)
        elif any(path.unfolding.followed for path in self.form.paths):
            self._distrust()

    def _distrust(self) -> None:
        """A cut loop allows more than any run does, so that no run breaks anything where it breaks
        nothing. Before anything is called proved a second account of loops is asked all the same:
        data flow, which goes on until no turn adds anything. Where it sees nothing that could
        break, the two agree. Where it may (it knows no values, and no extents that hang on the
        run), loops laid out for LO + 3 turns are asked; candidates at which those break something
        are settled by themselves.
        """
        doubted = self.tables.reaching.may_break(self.name, self.left)
        if not doubted:
            return
        try:
            form = self.tables.form_alone(self.name, late(self.tables.limits))
        except TooLarge:
            return
        if form.broken is False:
            return
        script, session = self._session(form, and_(form.broken, self.universe.condition(doubted)))
        while self.left & doubted and (answer := session.check()).result != "unsat":
            if answer.result == "unknown":
                self._mark(self.left & doubted, HARD)
                return
            point = {
                axis: int(answer.model.get(axis, low)) for axis, (low, _) in self.ranges.items()
            }
            bar = self._fill(self._exactly(point), HARD)
            _add(script, session, bar)

    def _reach(self) -> None:
        """What cannot be broken is proved where it is reached, and vacuous where no run can
        reach it."""
        form = self.form
        if form.reached is True:
            self._rest(PROVED)
        self._plainest(form)
        if not self.left:
            return
        last = self._sweep(form, form.reached, False, PROVED)
        # The form has every run, and where loops are cut more than these: what it does not reach,
        # no run reaches.
        self._rest(VACUOUS if last == "unsat" else HARD)

    def _plainest(self, form: Form) -> None:
        """Where the plainest run, that of the first choices, reaches a claim, nothing needs to
        be asked."""
        while (index := self.out.first()) is not None:
            area = self._reached_plainly(form, self.sector.point(index))
            if area is None:
                return
            self._mark(area, PROVED)

    def _reached_plainly(self, form: Form, point: dict[str, int]) -> Candidates | None:
        program = self.tables.candidate(point)
        prop = named(program, self.name)
        for path, form_of_path in zip(program.paths, form.paths, strict=True):
            run = replay(program, path, (prop,), {}) if form_of_path.reached is not False else None
            if run is not None and run.reached[prop.name]:
                model = {
                    spelled(key): answer for key, answer in run.decisions if key[0] != "bit"
                } | point
                if evaluate(model, form_of_path.reached)[0]:
                    return self._widest(form, form_of_path, model, point, broken=False, run=run)
        return None


def _add(script: Script, session: Z3Session, formula: Bool) -> None:
    lines_before = len(script.lines)
    script.assert_(formula)
    session.add("\n".join(script.lines[lines_before:]))
