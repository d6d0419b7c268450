"""The candidates of a proposal as a case looks at them: those alike together, and what is expected of
each."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.design.marks import BOUNDED, EXCLUDED, MARKS, VERDICTS
from cbprove.design.sectors import Sector
from cbprove.design.space import Space
from cbprove.frozen import frozen
from cbprove.system.axes import AxisValue, Expectation, Proposal
from cbprove.verdicts import Verdict


@frozen
class Spot:
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


def spots_of(space: Space, proposal: Proposal, name: str) -> Iterator[Spot]:
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
            by_mark = ((marks.find(mark), mark) for mark in MARKS)
            firsts = sorted((first, mark) for first, mark in by_mark if first >= 0)
            yield from (
                Spot(sector, first, mark, expected, marks.count(mark)) for first, mark in firsts
            )
        else:
            for mark, index in zip(marks, indexes, strict=True):
                yield Spot(sector, index, mark, _expectation(space, expectations, sector, index))


_PROVED = Expectation(None, "proved")


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


def shared(counts: dict[Verdict, int]) -> Verdict:
    """The verdict that all candidates share, excluded ones left out."""
    left = [verdict for verdict in counts if verdict != "excluded"]
    if not left:
        return "excluded"
    return left[0] if len(left) == 1 else "mixed"


def example(spots: list[Spot], verdict: Verdict) -> Spot:
    """The candidate that stands for all of a case. What one of them has only up to a bound all have
    only so."""
    verdict_wanted = "refuted" if verdict == "mixed" else verdict
    listed = [s for s in spots if VERDICTS[s.mark] == verdict_wanted]
    bounded = (s for s in listed if s.mark == BOUNDED)
    return next(bounded, listed[0] if listed else spots[0])


def failures(space: Space, spots: list[Spot], name: str) -> tuple[Spot | None, int]:
    """The first candidate that is not as expected, and the exit code that all such ask for."""
    wrong = [s for s in _judged(spots) if not _as_expected(space, s, name)]
    somewhere = [s for s in spots if s.expected.somewhere]
    if somewhere:
        is_met = any(_as_expected(space, s, name) for s in somewhere)
        undecided = [s for s in somewhere if _code(s) == 3]
        wrong = [s for s in wrong if not s.expected.somewhere] + (
            [] if is_met else (undecided or somewhere)[:1]
        )
    codes = {_code(s) for s in wrong}
    code = next((c for c in (1, 4, 3) if c in codes), 0)
    return next((s for s in wrong if _code(s) == code), None), code


def _judged(spots: list[Spot]) -> list[Spot]:
    """The candidates that expectations speak of: those not excluded, all if all are or it is
    `excluded` that is expected."""
    left = [s for s in spots if s.mark != EXCLUDED]
    if not left or any(s.expected.verdict == "excluded" for s in spots):
        return spots
    return left


def _as_expected(space: Space, spot: Spot, name: str) -> bool:
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


def _code(spot: Spot) -> int:
    if VERDICTS[spot.mark] == "unknown" or (
        spot.mark == BOUNDED and spot.expected.verdict == "proved"
    ):
        return 3
    return 4 if VERDICTS[spot.mark] == "vacuous" else 1


def words(spots: list[Spot]) -> str:
    """The expectation in words; several are joined."""
    words = []
    for spot in spots:
        expected = spot.expected
        up_to = f" up to {expected.turns}" if expected.turns is not None else ""
        words.append(f"{expected.verdict}{up_to}{' somewhere' if expected.somewhere else ''}")
    return " or ".join(dict.fromkeys(words))
