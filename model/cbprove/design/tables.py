"""The verdict of one property for every candidate of a sector: a query for all of them, then single candidates where it must be.

The solver names a candidate with a broken run; the reference replays it; the reasons give the region of candidates that are
broken alike, which is marked and barred. What is left when nothing more is satisfiable is proved, if it is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from cbprove.design.alike import Model, Why, looked_at, over, whys
from cbprove.design.asking import impossible_by_bits
from cbprove.design.cubes import NotLinear, Region, region
from cbprove.design.sectors import Sector, Sheet, spread
from cbprove.design.settle import NotReplayed, Settled, again, late, replayed, settle
from cbprove.evidence.replay import replay
from cbprove.frozen import frozen
from cbprove.obligations.forms import Form, PathForm, Unfolded, by_sources, unfolded
from cbprove.obligations.plan import Plan, TooLarge
from cbprove.obligations.smtlib import Script, unknown_symbol
from cbprove.obligations.sources import BIT, UNSURE, spelled
from cbprove.properties import table as properties
from cbprove.semantics.run import Run
from cbprove.solving.solver import Answer, Limits, Z3Session
from cbprove.system import AxisValue, Program, Property
from cbprove.terms import Bool, Int, add, and_, evaluate, le, mul, not_, var
from cbprove.verdicts import Verdict

EXCLUDED, INAPPLICABLE, REFUTED, PROVED, VACUOUS, UNKNOWN, BOUNDED, _HARD = range(1, 9)

VERDICTS: dict[int, Verdict] = {
    EXCLUDED: "excluded",
    REFUTED: "refuted",
    PROVED: "proved",
    BOUNDED: "proved",
    VACUOUS: "vacuous",
    UNKNOWN: "unknown",
}
_MARKS: dict[Verdict, int] = {"refuted": REFUTED, "proved": PROVED, "vacuous": VACUOUS, "unknown": UNKNOWN}

Programs = Callable[[dict[str, AxisValue]], Program]


@frozen
class Table:
    """The sheet of a sector; `settled` holds what is known of candidates that were decided one by one."""

    sheet: Sheet
    settled: dict[int, Settled] = field(default_factory=dict)


def named(program: Program, name: str) -> Property:
    """A property of a program by its name."""
    return next(p for p in program.properties if p.name == name)


@frozen
class Alone:
    """A candidate that was marked by itself: the path and the choices that break (or else reach) a claim there."""

    point: Mapping[str, int]
    path: int
    model: Model
    broken: bool


@frozen
class Shared:
    """A sheet for all properties with one formula.

    What follows from the formula and what it looks at holds for all of them: what its unsatisfiability proves, and regions whose
    reasons are its own. What the reference saw `alone` at a candidate holds for the property that it was seen of.
    """

    sheet: Sheet
    alone: tuple[Alone, ...]


class Known:
    """What one sector found that others can use: forms by the parts of the program, sheets by their formula."""

    def __init__(self) -> None:
        self.sheets: dict[object, Shared] = {}
        self._unfolded: dict[tuple[object, ...], Unfolded] = {}
        self._forms: dict[tuple[int, tuple[object, ...]], Form] = {}

    def form(self, program: Program, prop: Property, plan: Plan, axes: dict[str, tuple[int, int]]) -> Form:
        """The form of a property; equal parts of two programs are one object, so that their identities tell.

        Raises TooLarge.
        """
        parts = (*program.objects, *program.views, *program.paths, *program.properties)
        parts += (*program.inputs.values(), *program.steps.values(), *program.parts.values())
        key = (plan, *map(id, parts))
        if key not in self._unfolded:
            self._unfolded[key] = unfolded(program, program.properties, plan, axes)
        index = program.properties.index(prop)
        if (index, key) not in self._forms:
            self._forms[index, key] = by_sources(self._unfolded[key], index, prop)
        return self._forms[index, key]


class Tables:
    """All tables of a sector."""

    def __init__(
        self, sector: Sector, program: Program, programs: Programs, bound: int, limits: Limits, known: Known
    ) -> None:
        self.sector, self.program, self.programs = sector, program, programs
        self.bound, self.limits, self.known = bound, limits, known

    def table(self, name: str) -> Table:
        """The verdicts of a property."""
        prop = named(self.program, name)
        out = Table(Sheet(self.sector))
        # Where a property makes no case there is none to exclude.
        self._mark(out.sheet, not_(prop.applies), INAPPLICABLE)
        self._mark(out.sheet, not_(self.program.required), EXCLUDED)
        if out.sheet.first() is not None:
            out.sheet.overlay(self._sheet(prop))
            self._one_by_one(out, name)
        return out

    def _mark(self, sheet: Sheet, condition: Bool, mark: int) -> None:
        if condition is not False:
            held = Sheet(self.sector)
            held.marks = spread(self.sector, condition)
            sheet.fill(held.stretches(1), mark)

    def _sheet(self, prop: Property) -> Sheet:
        """The marks of all candidates in the sector's range, those excluded with them."""
        try:
            form = self._form(prop)
        except TooLarge:
            return Sheet(self.sector, _HARD)
        ranges = tuple(sorted(form.ranges.items()))
        asked = form.broken, form.reached, form.faithful, prop.applies, ranges, form.computed
        key = (*asked, looked_at(form), self.sector.free)
        if key in self.known.sheets:
            return self._shared(self.known.sheets[key], prop, form)
        made = _Sheeting(self, prop, form)
        self.known.sheets[key] = Shared(made.sheet(), tuple(made.alone))
        return self.known.sheets[key].sheet

    def _shared(self, shared: Shared, prop: Property, form: Form) -> Sheet:
        """The sheet of a property with the same formula; what the reference saw at one candidate alone, it must see again."""
        sheet = Sheet(self.sector)
        sheet.overlay(shared.sheet)
        for alone in shared.alone:
            if not self.repeats(form, form.paths[alone.path], prop.name, alone.point, alone.model, alone.broken):
                sheet.marks[self.sector.index(alone.point)] = _HARD
        return sheet

    def repeats(
        self, form: Form, one: PathForm, name: str, point: Mapping[str, int], model: Model, broken: bool
    ) -> bool:
        """Whether the reference sees the choices of a model break (or else reach) a claim at a candidate."""
        program = self.candidate(dict(point))
        prop = named(program, name)
        if prop.applies is False:
            return True
        run = again(program, form, one, prop, Answer("sat", over(model, point)))
        return bool((run.broken if broken else run.reached)[name])

    def _form(self, prop: Property) -> Form:
        return self._followed(prop, Plan(cut=True, limit=self.limits.operations))

    def laid_out(self, prop: Property) -> Form:
        """The form of the same candidates with every loop laid out for LO + 3 turns. Raises TooLarge."""
        return self._followed(prop, late(self.limits))

    def _followed(self, prop: Property, plan: Plan) -> Form:
        axes = {axis: (domain[0], domain[-1]) for axis, domain in self.sector.free}
        return self.known.form(self.program, prop, plan, axes)

    def candidate(self, point: dict[str, int]) -> Program:
        """The program at a point of the sector."""
        return self.programs({**self.sector.fixed, **point}) if self.sector.free else self.program

    def _one_by_one(self, out: Table, name: str) -> None:
        while (index := out.sheet.first(_HARD)) is not None:
            program = self.candidate(self.sector.point(index))
            settled = settle(program, named(program, name), self.bound, self.limits)
            out.settled[index] = settled
            out.sheet.marks[index] = BOUNDED if settled.turns is not None else _MARKS[settled.verdict]


class _Sheeting:
    """Fills the sheet of one formula; `alone` are the candidates that speak for themselves only."""

    def __init__(self, tables: Tables, prop: Property, form: Form) -> None:
        self.tables, self.prop, self.form, self.sector = tables, prop, form, tables.sector
        self.out = Sheet(self.sector)
        self.axes = frozenset(axis for axis, _ in self.sector.free)
        self.ranges = {axis: (domain[0], domain[-1]) for axis, domain in self.sector.free}
        self.barred: list[Bool] = []
        self.alone: list[Alone] = []

    def sheet(self) -> Sheet:
        self._decide(self.form)
        return self.out

    def _decide(self, form: Form) -> None:
        if form.misplaced and all(path.broken is False for path in form.paths):
            self._measure(form)
        self._refute(form)
        self._reach(form)

    def _measure(self, form: Form) -> None:
        """Mark what plain numbers say of where things lie; the solver is then asked of the rest alone."""
        broken = Sheet(self.sector)
        broken.marks = spread(self.sector, form.broken)
        self.out.fill(broken.stretches(1), REFUTED)
        self.barred.append(self.out.where(0))

    # --- marks ----------------------------------------------------------------------------------------

    def _rest(self, mark: int) -> None:
        self.out.fill([(0, self.sector.size)], mark)

    def _session(self, form: Form, formula: Bool) -> tuple[Script, Z3Session]:
        script = Script({**form.ranges, **self.ranges})
        for axis in self.axes:
            script.express(var(axis))
        script.assert_(and_(formula, self.prop.applies))
        for bar in self.barred:
            script.assert_(bar)
        session = Z3Session(self.tables.limits)
        session.add(script.text())
        return script, session

    def _sweep(self, form: Form, formula: Bool, broken: bool, mark: int) -> str:
        """Mark region after region where the formula can be true, until the solver finds no more; its last word.

        Runs that hang on what earlier turns of a loop left are looked at last: they speak for one candidate only.
        """
        asked, ranges = and_(formula, self.prop.applies, *self.barred), {**form.ranges, **self.ranges}
        if impossible_by_bits(asked, ranges, self.tables.limits):
            return "unsat"
        script, session = self._session(form, formula)
        unsure = [name for name, sort in script.declared.items() if sort == "Bool" and name.startswith(UNSURE)]
        if unsure:
            session.push()
            session.add("".join(f"(assert (not {unknown_symbol(name)}))" for name in unsure))
            bars = self._regions(form, formula, broken, mark, script, session)[1]
            session.pop()
            for bar in bars:
                _add(script, session, bar)
        return self._regions(form, formula, broken, mark, script, session)[0]

    def _regions(
        self, form: Form, formula: Bool, broken: bool, mark: int, script: Script, session: Z3Session
    ) -> tuple[str, list[Bool]]:
        """The solver's last word, and what bars the regions found."""
        bars: list[Bool] = []
        while self.out.first() is not None:
            answer = session.check()
            if answer.result != "sat":
                return answer.result, bars
            bar = self._found(form, formula, answer, broken, mark)
            bars.append(bar)
            if broken:
                self.barred.append(bar)
            _add(script, session, bar)
        return "unsat", bars

    def _found(self, form: Form, formula: Bool, answer: Answer, broken: bool, mark: int) -> Bool:
        """Mark the candidates that are like the model's; returns the condition that bars them."""
        point = {axis: int(answer.model.get(axis, low)) for axis, (low, _) in self.ranges.items()}
        model = over(answer.model, point)
        program = self.tables.candidate(point)
        prop = named(program, self.prop.name)
        misplaced = self._misplaced(form, program, prop, point) if broken else None
        if misplaced is not None:
            return self._fill(misplaced, mark)
        seen = replayed(program, form, prop, Answer("sat", model), broken)
        if seen is None and form.faithful:
            raise NotReplayed(f"{self.prop.name}: the solver's run does not replay")
        if seen is None:
            return self._fill(self._exactly(point), _HARD)
        one, run = seen
        return self._fill(self._widest(form, one, model, point, broken, run), mark)

    def _misplaced(self, form: Form, program: Program, prop: Property, point: dict[str, int]) -> Region | None:
        """The candidates where something is misplaced as it is at a point, if anything is there: plain numbers say so."""
        there = properties.of_placement(prop, program)
        own = next((m for m, at in zip(form.misplaced, there, strict=True) if at.broken is True), None)
        try:
            return None if own is None else region(own.broken, point, self.axes, None)
        except NotLinear:
            return self._exactly(point)

    def _widest(self, form: Form, one: PathForm, model: Model, point: dict[str, int], broken: bool, run: Run) -> Region:
        """The region of the first reasons that are linear, where the run is the same one at all corners; else the candidate."""
        for why in whys(one, run, self.prop.name, model) if broken else (Why(one.reached, model),):
            try:
                area = region(why.formula, why.model, self.axes, BIT.args[0], form.held, why.differs)
            except NotLinear:
                continue
            corners = map(self.sector.point, self.sector.corners(list(self.sector.stretches(area))))
            if all(self.tables.repeats(form, one, self.prop.name, at, why.model, broken) for at in corners):
                return area
        self.alone.append(Alone(point, form.paths.index(one), model, broken))
        return self._exactly(point)

    def _fill(self, area: Region, mark: int) -> Bool:
        """Mark a region; returns the condition that bars it."""
        self.out.fill(list(self.sector.stretches(area)), mark)
        return not_(and_(*(le(0, _sum(condition)) for condition in area.conditions)))

    def _exactly(self, point: dict[str, int]) -> Region:
        return Region(tuple((((axis, sign),), -sign * value) for axis, value in point.items() for sign in (1, -1)))

    # --- the sweeps -----------------------------------------------------------------------------------

    def _refute(self, form: Form) -> None:
        last = self._sweep(form, form.broken, True, REFUTED)
        if last != "unsat":
            self._rest(_HARD)
        elif any(path.unfolding.followed for path in form.paths):
            self._distrust()

    def _distrust(self) -> None:
        """A cut loop allows more than any run does, so that loops laid out break nothing where it breaks nothing. Asked all the
        same before anything is called proved: where the two accounts of loops disagree, each candidate is settled by itself.

        Turns that touch nothing but what they made are one account, not two: then there is nothing to ask.
        """
        try:
            form = self.tables.laid_out(self.prop)
        except TooLarge:
            return
        if form.broken is False:
            return
        script, session = self._session(form, form.broken)
        while self.out.first() is not None and (answer := session.check()).result != "unsat":
            if answer.result == "unknown":
                self._rest(_HARD)
                return
            point = {axis: int(answer.model.get(axis, low)) for axis, (low, _) in self.ranges.items()}
            bar = self._fill(self._exactly(point), _HARD)
            _add(script, session, bar)

    def _reach(self, form: Form) -> None:
        """What cannot be broken is proved where it is reached, and vacuous where no run can reach it."""
        if form.reached is True:
            self._rest(PROVED)
        self._plainest(form)
        if self.out.first() is None:
            return
        last = self._sweep(form, form.reached, False, PROVED)
        self._rest(VACUOUS if last == "unsat" else _HARD)

    def _plainest(self, form: Form) -> None:
        """Where the plainest run, that of the first choices, reaches a claim, nothing needs to be asked."""
        while (index := self.out.first()) is not None:
            area = self._reached_plainly(form, self.sector.point(index))
            if area is None:
                return
            self.out.fill(list(self.sector.stretches(area)), PROVED)

    def _reached_plainly(self, form: Form, point: dict[str, int]) -> Region | None:
        program = self.tables.candidate(point)
        prop = named(program, self.prop.name)
        for path, one in zip(program.paths, form.paths, strict=True):
            run = replay(program, path, (prop,), {}) if one.reached is not False else None
            if run is not None and run.reached[prop.name]:
                model = {spelled(key): answer for key, answer in run.decisions if key[0] != "bit"} | point
                if evaluate(model, one.reached)[0]:
                    return self._widest(form, one, model, point, broken=False, run=run)
        return None


def _add(script: Script, session: Z3Session, formula: Bool) -> None:
    said = len(script.lines)
    script.assert_(formula)
    session.add("\n".join(script.lines[said:]))


def _sum(condition: tuple[tuple[tuple[str, int], ...], int]) -> Int:
    coefficients, constant = condition
    result: Int = constant
    for axis, factor in coefficients:
        result = add(mul(var(axis), factor), result)
    return result
