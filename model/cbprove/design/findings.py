"""What is said of the candidate that a case shows: its run, the reason of its verdict, and which
requirements take others away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from cbprove.design.costs import cost
from cbprove.design.marks import EXCLUDED, VERDICTS
from cbprove.design.problem import named
from cbprove.design.replayed import GaveUp
from cbprove.design.settled import Settled
from cbprove.design.space import Space
from cbprove.design.spots import Spot
from cbprove.design.vacuity import assumptions, why
from cbprove.frozen import frozen
from cbprove.meaning.elaborate import requirements
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program, Property, Requirement
from cbprove.verdicts import Cost, Finding, Query, Verdict, Witness

if TYPE_CHECKING:
    from cbprove.design.known import Known

# Excluded candidates of a case that are asked which requirement takes them away
_LOOKED_AT = 32


@frozen
class Shown:
    """A candidate that cases show."""

    candidate: dict[str, AxisValue]
    program: Program

    @cached_property
    def cost(self) -> Cost:
        """What it costs."""
        return cost(self.program)

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What its verdicts take as given."""
        return assumptions(self.program)


def finding(
    space: Space, spot: Spot, shown: Shown, name: str, *, code: int, known: Known | None
) -> Finding:
    """What is said of a property at the candidate of a spot; `code` is what the case exits with,
    and 0 where all is as expected. What is `known` of it is run again."""
    verdict = VERDICTS[spot.mark]
    settled = space.settled(spot.sector, name, spot.index)
    program = shown.program
    prop = named(program, name)
    run, reason = None, _reason(program, prop, verdict, settled)
    try:
        run = _example_run(space, spot, program, prop=prop, code=code, known=known)
    except GaveUp as gave_up:
        reason = f"{gave_up}; {gave_up.help}"
    return Finding(
        verdict,
        turns=settled.turns if settled else None,
        witness=run,
        reason=reason,
        queries=_queries(space, spot, program, prop)
        if space.options.queries or verdict == "unknown"
        else (),
        assumptions=shown.assumptions,
    )


def _example_run(
    space: Space, spot: Spot, program: Program, *, prop: Property, code: int, known: Known | None
) -> Witness | None:
    """The run that shows a verdict, where one is asked for. Raises GaveUp."""
    verdict = VERDICTS[spot.mark]
    if verdict == "refuted" and (code or space.options.witnesses):
        from cbprove.design.witness import witness

        return witness(program, prop, candidate=spot.candidate, options=space.options, known=known)
    if verdict == "proved" and space.options.witnesses:
        from cbprove.design.witness import reaching

        return reaching(program, prop, candidate=spot.candidate, options=space.options, known=known)
    return None


def _reason(program: Program, prop: Property, verdict: Verdict, settled: Settled | None) -> str:
    match verdict:
        case "vacuous":
            return why(program, prop)
        case "excluded":
            return _excluded(program)
    return settled.reason if settled else ""


def _excluded(program: Program) -> str:
    """The requirement that takes a candidate away, with its numbers."""
    requirement = _violated(program.requirements)
    return _unmet(requirement) if requirement else ""


def _violated(listed: Iterable[Requirement]) -> Requirement | None:
    return next((requirement for requirement in listed if requirement.holds is False), None)


def _unmet(requirement: Requirement) -> str:
    return f"{requirement.name}: {' '.join(''.join(map(str, requirement.words)).split())} is false"


def exclusions(space: Space, name: str, spots: list[Spot]) -> Iterator[str]:
    """Each requirement that takes some of the candidates away, with its numbers, as far as a few
    of them show."""
    names_seen: set[str] = set()
    for candidate in islice(_taken_away(space, name, spots), _LOOKED_AT):
        requirement = _violated(requirements(space.system, candidate))
        if requirement is not None and requirement.name not in names_seen:
            names_seen.add(requirement.name)
            yield _unmet(requirement)


def _taken_away(space: Space, name: str, spots: list[Spot]) -> Iterator[dict[str, AxisValue]]:
    """Excluded candidates: of each spot those at even distances, where it stands for several."""
    for spot in spots:
        if spot.mark == EXCLUDED:
            marks = space.table(spot.sector, name).sheet.marks if spot.count > 1 else ()
            indexes = [at for at, mark in enumerate(marks) if mark == EXCLUDED] or [spot.index]
            for index in indexes[:: -(-len(indexes) // _LOOKED_AT)]:
                yield spot.sector.candidate(index)


def _queries(space: Space, spot: Spot, program: Program, prop: Property) -> tuple[Query, ...]:
    if spot.mark == EXCLUDED:
        return ()
    from cbprove.design.queries import queries

    sector = space.program(spot.sector)
    return queries(
        spot.sector,
        sector,
        candidate=program,
        prop=named(sector, prop.name),
        point=spot.candidate,
        options=space.options,
    )
