"""From the design space to what is said of it: a case for each property of each proposal, the
space, the questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from cbprove.design.costs import cost
from cbprove.design.marks import BOUNDED, EXCLUDED, INAPPLICABLE, MARKS, VERDICTS
from cbprove.design.problem import named
from cbprove.design.replayed import GaveUp
from cbprove.design.sectors import Sector
from cbprove.design.settled import Settled
from cbprove.design.space import Options, Space
from cbprove.design.summary import regions, summary
from cbprove.design.vacuity import assumptions, why
from cbprove.frozen import frozen
from cbprove.logic.terms import deep
from cbprove.meaning.elaborate import requirements
from cbprove.meaning.measures import measures
from cbprove.meaning.system import System
from cbprove.system.axes import AxisValue, Expectation, PropertyName, Proposal
from cbprove.system.program import Program, Property, Requirement
from cbprove.verdicts import Answered, Case, Finding, Query, Report, Verdict, Witness

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from cbprove.design.known import Known

Progress = Callable[[int, int], None]


@frozen
class _Spot:
    """Candidates of a proposal that have one mark and of which one thing is expected: the first
    of them, and how many."""

    sector: Sector
    index: int
    mark: int
    expected: Expectation
    count: int = 1

    @property
    def candidate(self) -> dict[str, AxisValue]:
        return self.sector.candidate(self.index)


def judge(
    system: System,
    options: Options,
    progress: Progress = lambda done, total: None,
    executor: Executor | None = None,
    known: Known | None = None,
) -> Report:
    """All verdicts on a system; an executor finds them side by side. What is `known` of it is
    not found again."""
    with deep():
        space = Space(system, options)
        if known is not None and known.fill(space):
            return _report(space, known)
        if executor is None:
            _fill(space, progress)
        else:
            from cbprove.design.shares import fill

            fill(space, executor, progress)
        if known is not None:
            known.learn(space)
        return _report(space, known)


def _fill(space: Space, progress: Progress) -> None:
    sectors = list(space.all_sectors())
    total = len(sectors) * len(space.system.properties)
    for done, (name, sector) in enumerate(
        (p.name, s) for p in space.system.properties for s in sectors
    ):
        progress(done, total)
        space.table(sector, name)
    progress(total, total)


def _report(space: Space, known: Known | None) -> Report:
    system = space.system
    cases = tuple(_cases(space, known))
    titles = {proposal.name: proposal.title for proposal in system.proposals}
    return Report(
        spec=system.name,
        title=system.title,
        path="",
        cases=cases,
        space=summary(space),
        asks=_answers(space, known),
        titles=titles,
        measures=measures(system),
    )


def _answers(space: Space, known: Known | None) -> tuple[Answered, ...]:
    if not space.system.asks:
        return ()
    from cbprove.design.answers import answers

    if known is None:
        return answers(space)
    return known.answers(space.system, space.options, lambda: answers(space))


def _cases(space: Space, known: Known | None) -> Iterator[Case]:
    for proposal in space.system.proposals:
        for prop in space.system.properties:
            case = _case(space, proposal, prop, known)
            if case is not None:
                yield case


def _case(space: Space, proposal: Proposal, prop: PropertyName, known: Known | None) -> Case | None:
    every = list(_spots(space, proposal, prop.name))
    spots = [s for s in every if s.mark != INAPPLICABLE]
    if not spots:
        return _without_a_case(space, proposal, prop, every)
    counts: dict[Verdict, int] = {}
    for spot in spots:
        counts[VERDICTS[spot.mark]] = counts.get(VERDICTS[spot.mark], 0) + spot.count
    bounded = sum(spot.count for spot in spots if spot.mark == BOUNDED)
    verdict = _shared(counts)
    wrong, code = _failures(space, spots, prop.name)
    spot_shown = wrong or _example(spots, verdict)
    return Case(
        id=f"{space.system.name}/{proposal.name}/{prop.name}",
        proposal=proposal.name,
        property=prop.name,
        verdict=verdict,
        candidate=spot_shown.candidate,
        counts=counts,
        regions=regions(space, prop.name, proposal)
        if verdict == "mixed" or 0 < bounded < counts.get("proved", 0)
        else (),
        finding=_finding(space, spot_shown, prop.name, code, known),
        expected=_words(spots),
        met=code == 0,
        code=code,
        cost=cost(space.candidate(spot_shown.candidate)),
        span=prop.span,
        excluded=tuple(_exclusions(space, prop.name, spots)),
        bounded=bounded,
        wanted=_words([spot_shown]),
    )


def _without_a_case(
    space: Space, proposal: Proposal, prop: PropertyName, spots: list[_Spot]
) -> Case | None:
    """A property that makes no case: none is shown, but where the proposal says by its name that
    it is proved."""
    if not any(
        (spot.expected.property, spot.expected.verdict) == (prop.name, "proved") for spot in spots
    ):
        return None
    candidate = spots[0].candidate
    program = space.candidate(candidate)
    reason = "its `when` is false at every candidate of the proposal, so that it makes no case"
    return Case(
        id=f"{space.system.name}/{proposal.name}/{prop.name}",
        proposal=proposal.name,
        property=prop.name,
        verdict="vacuous",
        candidate=candidate,
        counts={"vacuous": sum(spot.count for spot in spots)},
        regions=(),
        finding=Finding("vacuous", reason=reason, assumptions=assumptions(program)),
        expected=_words(spots),
        met=False,
        code=4,
        cost=cost(program),
        span=prop.span,
    )


def _spots(space: Space, proposal: Proposal, name: str) -> Iterator[_Spot]:
    """The candidates of a proposal, those alike in a sector together, in the order of their
    first ones."""
    expectations = [e for e in proposal.expectations if e.property in (name, None)]
    for sector in space.sectors(proposal.domains):
        table = space.table(sector, name)
        indexes, marks = space.indexes(sector, proposal.domains), bytes(table.sheet.marks)
        if indexes != range(sector.size):
            marks = bytes(marks[i] for i in indexes)
        plain = not table.settled and all(e.condition is None for e in expectations)
        if plain and len(marks) == sector.size:
            expected = expectations[0] if expectations else _PROVED
            found = ((marks.find(mark), mark) for mark in MARKS)
            firsts = sorted((first, mark) for first, mark in found if first >= 0)
            yield from (
                _Spot(sector, first, mark, expected, marks.count(mark)) for first, mark in firsts
            )
        else:
            for mark, index in zip(marks, indexes, strict=True):
                yield _Spot(sector, index, mark, _expectation(space, expectations, sector, index))


_PROVED = Expectation(None, "proved")
_LOOKED_AT = 32
"""Excluded candidates of a case that are asked which requirement takes them away."""


def _expectation(
    space: Space, expectations: list[Expectation], sector: Sector, index: int
) -> Expectation:
    """What is expected of one candidate; unsaid means proved."""
    for expectation in expectations:
        if expectation.condition is None:
            return expectation
        if space.where(expectation.condition, sector)[index]:
            return expectation
        if expectation.otherwise is not None:
            return Expectation(expectation.property, expectation.otherwise)
    return _PROVED


def _shared(counts: dict[Verdict, int]) -> Verdict:
    """The verdict that all candidates share, excluded ones left out."""
    left = [verdict for verdict in counts if verdict != "excluded"]
    if not left:
        return "excluded"
    return left[0] if len(left) == 1 else "mixed"


def _example(spots: list[_Spot], verdict: Verdict) -> _Spot:
    """The candidate that stands for all of a case. What one of them has only up to a bound all have
    only so."""
    verdict_wanted = "refuted" if verdict == "mixed" else verdict
    listed = [s for s in spots if VERDICTS[s.mark] == verdict_wanted]
    bounded = (s for s in listed if s.mark == BOUNDED)
    return next(bounded, listed[0] if listed else spots[0])


# --- expectations ---------------------------------------------------------------------------------


def _failures(space: Space, spots: list[_Spot], name: str) -> tuple[_Spot | None, int]:
    """The first candidate that is not as expected, and the exit code that all such ask for."""
    wrong = [s for s in _judged(spots) if not _met(space, s, name)]
    somewhere = [s for s in spots if s.expected.somewhere]
    if somewhere:
        is_met = any(_met(space, s, name) for s in somewhere)
        undecided = [s for s in somewhere if _code(s) == 3]
        wrong = [s for s in wrong if not s.expected.somewhere] + (
            [] if is_met else (undecided or somewhere)[:1]
        )
    codes = {_code(s) for s in wrong}
    code = next((c for c in (1, 4, 3) if c in codes), 0)
    return next((s for s in wrong if _code(s) == code), None), code


def _judged(spots: list[_Spot]) -> list[_Spot]:
    """The candidates that expectations speak of: those not excluded, all if all are or it is
    `excluded` that is expected."""
    left = [s for s in spots if s.mark != EXCLUDED]
    if not left or any(s.expected.verdict == "excluded" for s in spots):
        return spots
    return left


def _met(space: Space, spot: _Spot, name: str) -> bool:
    expected = spot.expected
    if VERDICTS[spot.mark] != expected.verdict:
        return False
    if spot.mark != BOUNDED:
        return True
    settled = space.settled(spot.sector, name, spot.index)
    return (
        expected.turns is not None
        and settled is not None
        and (settled.turns or 0) >= expected.turns
    )


def _code(spot: _Spot) -> int:
    if VERDICTS[spot.mark] == "unknown" or (
        spot.mark == BOUNDED and spot.expected.verdict == "proved"
    ):
        return 3
    return 4 if VERDICTS[spot.mark] == "vacuous" else 1


def _words(spots: list[_Spot]) -> str:
    """The expectation in words; several are joined."""
    words = []
    for spot in spots:
        expected = spot.expected
        up_to = f" up to {expected.turns}" if expected.turns is not None else ""
        words.append(f"{expected.verdict}{up_to}{' somewhere' if expected.somewhere else ''}")
    return " or ".join(dict.fromkeys(words))


# --- findings -------------------------------------------------------------------------------------


def _finding(space: Space, spot: _Spot, name: str, code: int, known: Known | None) -> Finding:
    verdict = VERDICTS[spot.mark]
    settled = space.settled(spot.sector, name, spot.index)
    program = space.candidate(spot.candidate)
    prop = named(program, name)
    example, reason = None, _reason(program, prop, verdict, settled)
    try:
        example = _example_run(space, spot, program, prop=prop, code=code, known=known)
    except GaveUp as gave_up:
        reason = f"{gave_up}; {gave_up.help}"
    return Finding(
        verdict,
        turns=settled.turns if settled else None,
        witness=example,
        reason=reason,
        queries=_queries(space, spot, program, prop)
        if space.options.queries or verdict == "unknown"
        else (),
        assumptions=assumptions(program),
    )


def _example_run(
    space: Space, spot: _Spot, program: Program, *, prop: Property, code: int, known: Known | None
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


def _exclusions(space: Space, name: str, spots: list[_Spot]) -> Iterator[str]:
    """Each requirement that takes some of the candidates away, with its numbers, as far as a few
    of them show."""
    names_seen: set[str] = set()
    for candidate in islice(_taken_away(space, name, spots), _LOOKED_AT):
        requirement = _violated(requirements(space.system, candidate))
        if requirement is not None and requirement.name not in names_seen:
            names_seen.add(requirement.name)
            yield _unmet(requirement)


def _taken_away(space: Space, name: str, spots: list[_Spot]) -> Iterator[dict[str, AxisValue]]:
    """Excluded candidates: of each spot those at even distances, where it stands for several."""
    for spot in spots:
        if spot.mark == EXCLUDED:
            marks = space.table(spot.sector, name).sheet.marks if spot.count > 1 else ()
            indexes = [at for at, mark in enumerate(marks) if mark == EXCLUDED] or [spot.index]
            for index in indexes[:: -(-len(indexes) // _LOOKED_AT)]:
                yield spot.sector.candidate(index)


def _queries(space: Space, spot: _Spot, program: Program, prop: Property) -> tuple[Query, ...]:
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
