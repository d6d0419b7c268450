"""The text of an obligation, made from the spec and what the record says of it. No solver is
asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cbprove import folds
from cbprove.archive.record import Obligation, indexes, stretches
from cbprove.design.sectors import Division, Sector
from cbprove.evidence.certificate import Spot
from cbprove.evidence.frames import frames
from cbprove.logic.loose import loosened
from cbprove.logic.smtlib import Script
from cbprove.logic.terms import Bool, and_, var
from cbprove.obligations.forms import Unfolded, by_sources, unfolded
from cbprove.obligations.forms_by_values import by_values
from cbprove.obligations.invariants import Heads, Loops, Piece, unkept
from cbprove.obligations.ops import Instance
from cbprove.obligations.plan import Plan
from cbprove.obligations.sources import BITS
from cbprove.properties.events import Moment
from cbprove.system.axes import AxisValue
from cbprove.system.program import Part, Program, Property
from cbprove.system.statements import Each, Repeat

_ENDLESS = sys.maxsize  # what was unfolded once can be unfolded again


class Unstated(Exception):
    """A record speaks of an obligation that the spec does not have."""


@dataclass(frozen=True)
class Stated:
    """Formulas that cannot be true at once, the ranges of their unknowns, and how all that is
    written.

    `truncated` says that loops were not followed to their end.
    """

    formulas: tuple[Bool, ...]
    ranges: Mapping[str, tuple[int, int]]
    text: str
    truncated: bool = False


class Statements:
    """Writes the obligations of one spec; what several need is made once."""

    def __init__(self, division: Division) -> None:
        self.division = division
        self._unfolded: dict[tuple[AxisValue, ...], Unfolded] = {}

    def sector(self, fixed: Mapping[str, AxisValue]) -> Sector:
        """The sector that fixes these axes. Raises Unstated."""
        axes = {axis.name: axis.values for axis in self.division.fixed}
        if list(fixed) != list(axes) or any(
            value not in axes[name] for name, value in fixed.items()
        ):
            raise Unstated(f"there is no sector {_listed(fixed)}")
        free = tuple(
            (axis.name, axis.values)
            for axis in self.division.free
            if isinstance(axis.values, range)
        )
        return Sector(dict(fixed), free)

    def state(self, obligation: Obligation) -> Stated:
        """The obligation as a text. Raises Unstated."""
        match obligation.by:
            case "sources":
                return self._by_sources(obligation)
            case "values":
                return self._by_values(obligation)
            case "step":
                return self._step(obligation)
            case "facts":
                return self._facts(obligation)

    # --- by sources: a whole sector ---------------------------------------------------------------

    def _by_sources(self, obligation: Obligation) -> Stated:
        sector = self.sector(obligation.fixed)
        program = self.division.program(sector)
        prop = _property(program, obligation.property)
        axes = {axis: (domain[0], domain[-1]) for axis, domain in sector.free}
        # With all stores in it: a kept text does not rest on the intervals by which the prover
        # leaves some out (docs/soundness.md, section 6).
        form = by_sources(
            self._unfold(sector, program), program.properties.index(prop), prop, keep_all=True
        )
        try:
            region = sector.condition(stretches(sector, indexes(sector, obligation.where)))
        except ValueError as wrong:
            raise Unstated(f"there is no region with {wrong}") from None
        claim = form.broken if obligation.claim == "broken" else form.reached
        claim = loosened(claim) if obligation.loose else claim
        return _stated(
            obligation, (region, and_(claim, prop.applies)), {**form.ranges, **axes, **BITS}, axes
        )

    def _unfold(self, sector: Sector, program: Program) -> Unfolded:
        key = tuple(sector.fixed.values())
        if key not in self._unfolded:
            axes = {axis: (domain[0], domain[-1]) for axis, domain in sector.free}
            plan = Plan(cut=True, limit=_ENDLESS)
            self._unfolded[key] = unfolded(program, program.properties, plan, axes)
        return self._unfolded[key]

    # --- by values: one candidate -----------------------------------------------------------------

    def _by_values(self, obligation: Obligation) -> Stated:
        program, prop = self._candidate(obligation)
        try:
            form = by_values(program, prop, self._plan(obligation, program, prop))
        except ValueError as wrong:
            raise Unstated(str(wrong)) from None
        claim = form.broken if obligation.claim == "broken" else form.reached
        return _stated(obligation, (claim,), form.ranges, {}, form.truncated)

    def _plan(self, obligation: Obligation, program: Program, prop: Property) -> Plan:
        if obligation.invariant is None:
            if obligation.turns is None or obligation.known is None:
                raise Unstated("it says neither how many turns nor what they leave as it was")
            return Plan(cut=False, turns=obligation.turns, known=obligation.known, limit=_ENDLESS)
        if list(obligation.invariant) != [path.name for path in program.paths]:
            raise Unstated("the invariant is not about the paths that there are")
        heads: Heads = {}
        for path, pieces in obligation.invariant.items():
            loops = _loops(program, path, prop, pieces)
            heads.update(loops.heads(pieces))
        facts = tuple(fact for of_path in (obligation.facts or {}).values() for fact in of_path)
        return Plan(cut=True, heads=heads, facts=facts, limit=_ENDLESS)

    def _step(self, obligation: Obligation) -> Stated:
        program, prop = self._candidate(obligation)
        if obligation.invariant is None or list(obligation.invariant) != [obligation.path]:
            raise Unstated("a step without the invariant of its path")
        pieces = obligation.invariant[obligation.path]
        loops = _loops(program, obligation.path, prop, pieces)
        return _stated(obligation, (loops.step(pieces),), {**loops.ranges, **BITS}, {})

    def _facts(self, obligation: Obligation) -> Stated:
        program, prop = self._candidate(obligation)
        named = {tuple(paths or {}) for paths in (obligation.invariant, obligation.facts)}
        if obligation.facts is None or named != {(obligation.path,)}:
            raise Unstated("facts without the invariant of their path")
        loops = _loops(
            program, obligation.path, prop, (obligation.invariant or {})[obligation.path]
        )
        path = next(p for p in program.paths if p.name == obligation.path)
        plan = Plan(
            cut=True,
            heads=loops.heads((obligation.invariant or {})[obligation.path]),
            limit=_ENDLESS,
        )
        try:
            step, ranges = unkept(program, path, prop, plan, obligation.facts[obligation.path])
        except ValueError as wrong:
            raise Unstated(str(wrong)) from None
        return _stated(obligation, (step,), ranges, {})

    def _candidate(self, obligation: Obligation) -> tuple[Program, Property]:
        axes = {axis.name: axis.values for axis in self.division.system.axes}
        if set(obligation.fixed) != set(axes) or any(
            value not in axes[name] for name, value in obligation.fixed.items()
        ):
            raise Unstated(f"there is no candidate {_listed(obligation.fixed)}")
        program = self.division.candidate(obligation.fixed)
        return program, _property(program, obligation.property)


def _loops(program: Program, path: str, prop: Property, pieces: tuple[Piece, ...]) -> Loops:
    part = next((p for p in program.paths if p.name == path), None)
    if part is None:
        raise Unstated(f"there is no path {path}")
    loops = Loops(program, part, prop, _ENDLESS)
    if not set(pieces) <= set(loops.pieces):
        raise Unstated(f"the invariant names memory that no turn on {path} stores to")
    # What a turn stores to, from the Program alone: a proof that leaves any of it out is refused,
    # whatever the prover made of the loop.
    for at, label, bit in unaccounted(program, part, loops):
        raise Unstated(
            f"what turns of the loop at {at} store to bit {bit} of {label} is not accounted for"
        )
    return loops


def _property(program: Program, name: str) -> Property:
    prop_found = next((prop for prop in program.properties if prop.name == name), None)
    if prop_found is None:
        raise Unstated(f"there is no property {name}")
    return prop_found


def _stated(
    obligation: Obligation,
    formulas: tuple[Bool, ...],
    ranges: Mapping[str, tuple[int, int]],
    axes: Mapping[str, object],
    truncated: bool = False,
) -> Stated:
    script = Script(ranges)
    # What a bound shows is another statement, even where the formulas are the same.
    bound = f", in runs of up to {obligation.turns} turns beyond LO" if truncated else ""
    script.lines += [f"; {_sentence(obligation)}{bound}", "(set-logic ALL)"]
    for axis in axes:
        script.express(var(axis))
    for formula in formulas:
        script.assert_(formula)
    return Stated(formulas, ranges, script.text() + "(check-sat)\n", truncated)


def _sentence(obligation: Obligation) -> str:
    if obligation.by == "facts":
        return (
            f"what proofs by values take for true of loops on {obligation.path} is true at "
            f"first, and every turn keeps it"
        )
    if obligation.by == "step":
        return f"no turn on {obligation.path} changes what proofs by values take for unchanged"
    condition = " whatever conditions come to," if obligation.loose else ""
    verb = "breaks" if obligation.claim == "broken" else "reaches"
    return f"no run {verb} a claim of {obligation.property},{condition} followed by {obligation.by}"


def _listed(values: Mapping[str, AxisValue]) -> str:
    return ", ".join(f"{axis} = {value}" for axis, value in values.items()) or "without axes"


def unaccounted(program: Program, path: Part, loops: Loops) -> Iterator[tuple[Spot, str, int]]:
    """Yield, for loops that are followed, the bits that a turn may store to and that no piece of
    memory of `loops` holds: where the loop stands, the object, the first such bit in it."""
    turned = _loop_statements(program)
    labels = {_label(instance, turned): instance for instance in loops.unfolding.instances}
    followed = {_spot(moment, turned) for moment in loops.unfolding.followed}
    positions: dict[tuple[Spot, int], set[int]] = {}
    for moment, (number, _), low, last in loops.pieces:
        positions.setdefault((_spot(moment, turned), number), set()).update(range(low, last))
    for at, frame in frames(program, path).items():
        for label, bits in frame.items() if at in followed else ():
            instance = labels[label]
            missing = {instance.base + bit for bit in bits} - positions.get(
                (at, instance.number), set()
            )
            if missing:
                yield at, label, min(missing) - instance.base


def _loop_statements(program: Program) -> frozenset[int]:
    bodies = [body.body for body in (*program.paths, *program.parts.values())]
    bodies += [step.body for step in program.steps.values()]
    return frozenset(
        s.uid for body in bodies for s in folds.within(body) if isinstance(s, Each | Repeat)
    )


def _spot(moment: Moment, turned: frozenset[int]) -> Spot:
    """A moment without its turns."""
    return tuple(part for part, is_turn in _parts(moment, turned) if not is_turn)


def _parts(moment: Moment, turned: frozenset[int]) -> list[tuple[int, bool]]:
    """The parts of a moment, each with whether it counts turns: what stands after a loop's
    statement does."""
    parts: list[tuple[int, bool]] = []
    for part in moment:
        parts.append((part, bool(parts) and not parts[-1][1] and parts[-1][0] in turned))
    return parts


def _label(instance: Instance, turned: frozenset[int]) -> str:
    """An object as `evidence/ways.py` names it. What `each` makes is made where its turn begins,
    by the loop's own statement."""
    kind, moment = instance.key
    if kind == "object" or not isinstance(moment, tuple):
        return instance.name
    spot = _spot(moment, turned)
    by_each = _parts(moment, turned)[-1][1]
    return f"{instance.name}@{'.'.join(map(str, (*spot, spot[-1]) if by_each else spot))}"
