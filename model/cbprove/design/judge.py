"""From the design space to what is said of it: a case for each property of each proposal, the
space, the questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cbprove.design.findings import Shown, exclusions, finding
from cbprove.design.marks import BOUNDED, INAPPLICABLE, VERDICTS
from cbprove.design.space import Options, Space
from cbprove.design.spots import Spot, example, failures, shared, spots_of, words
from cbprove.design.summary import regions, summary
from cbprove.logic.terms import deep
from cbprove.meaning.measures import measures
from cbprove.meaning.system import System
from cbprove.system.axes import PropertyName, Proposal
from cbprove.verdicts import Answered, Case, Finding, Report, Verdict

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from cbprove.design.known import Known

Progress = Callable[[int, int], None]


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
    cases = tuple(_Cases(space, known).all())
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


class _Cases:
    """The cases of a space; a candidate that several of them show is made once."""

    def __init__(self, space: Space, known: Known | None) -> None:
        self.space, self.known = space, known
        self._shown: dict[tuple[object, ...], Shown] = {}

    def all(self) -> Iterator[Case]:
        """A case for each property of each proposal, in this order; none where none is made."""
        for proposal in self.space.system.proposals:
            for prop in self.space.system.properties:
                case = self._case(proposal, prop)
                if case is not None:
                    yield case

    def _case(self, proposal: Proposal, prop: PropertyName) -> Case | None:
        space = self.space
        every = list(spots_of(space, proposal, prop.name))
        spots = [s for s in every if s.mark != INAPPLICABLE]
        if not spots:
            return self._without_a_case(proposal, prop, every)
        counts: dict[Verdict, int] = {}
        for spot in spots:
            counts[VERDICTS[spot.mark]] = counts.get(VERDICTS[spot.mark], 0) + spot.count
        bounded = sum(spot.count for spot in spots if spot.mark == BOUNDED)
        verdict = shared(counts)
        wrong, code = failures(space, spots, prop.name)
        spot = wrong or example(spots, verdict)
        shown = self._of(spot)
        return Case(
            id=f"{space.system.name}/{proposal.name}/{prop.name}",
            proposal=proposal.name,
            property=prop.name,
            verdict=verdict,
            candidate=shown.candidate,
            counts=counts,
            regions=regions(space, prop.name, proposal)
            if verdict == "mixed" or 0 < bounded < counts.get("proved", 0)
            else (),
            finding=finding(space, spot, shown, prop.name, code=code, known=self.known),
            expected=words(spots),
            met=code == 0,
            code=code,
            cost=shown.cost,
            span=prop.span,
            excluded=tuple(exclusions(space, prop.name, spots)),
            bounded=bounded,
            wanted=words([spot]),
        )

    def _without_a_case(
        self, proposal: Proposal, prop: PropertyName, spots: list[Spot]
    ) -> Case | None:
        """A property that makes no case: none is shown, but where the proposal says by its name
        that it is proved."""
        if not any(
            (spot.expected.property, spot.expected.verdict) == (prop.name, "proved")
            for spot in spots
        ):
            return None
        shown = self._of(spots[0])
        reason = "its `when` is false at every candidate of the proposal, so that it makes no case"
        return Case(
            id=f"{self.space.system.name}/{proposal.name}/{prop.name}",
            proposal=proposal.name,
            property=prop.name,
            verdict="vacuous",
            candidate=shown.candidate,
            counts={"vacuous": sum(spot.count for spot in spots)},
            regions=(),
            finding=Finding("vacuous", reason=reason, assumptions=shown.assumptions),
            expected=words(spots),
            met=False,
            code=4,
            cost=shown.cost,
            span=prop.span,
        )

    def _of(self, spot: Spot) -> Shown:
        candidate = spot.candidate
        key = tuple(candidate.values())
        if key not in self._shown:
            self._shown[key] = Shown(candidate=candidate, program=self.space.candidate(candidate))
        return self._shown[key]
