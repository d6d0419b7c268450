"""Exhaustive enumeration with the reference semantics: every answer to every question, by replaying
prefixes.

A verdict here is about one concrete candidate, all of whose axes are decided, and about loops of at
most `bound` turns beyond LO where they have no HI.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cbprove.properties import table
from cbprove.semantics.claims import Broken
from cbprove.semantics.run import Run, run
from cbprove.semantics.state import DecisionKey
from cbprove.system.program import Part, Program, Property

# Loops with at most so many turns are followed to their HI.
_FOLLOWED = 1_000


class TooManyRuns(Exception):
    """The enumeration was given up; nothing is known."""


@dataclass
class _Script:
    """Answers from a prefix, then the lowest; remembers what could still be answered otherwise."""

    prefix: list[int]
    bound: int
    answers: list[tuple[int, int]] = field(default_factory=list)
    cut: bool = False

    def choose(self, key: DecisionKey, low: int, high: int | None) -> int:
        if key[0] == "turns" and (high is None or high > _FOLLOWED) and high != low:
            self.cut = True
            high = low + self.bound
        assert high is not None
        at = len(self.answers)
        answer = self.prefix[at] if at < len(self.prefix) else low
        self.answers.append((answer, high))
        return answer

    def next(self) -> list[int] | None:
        """The prefix of the next run, depth first: the last answer that can grow, grown by one."""
        for at in reversed(range(len(self.answers))):
            answer, high = self.answers[at]
            if answer < high:
                return [a for a, _ in self.answers[:at]] + [answer + 1]
        return None


def runs(
    program: Program,
    path: Part,
    properties: Sequence[Property],
    bound: int = 3,
    limit: int = 200_000,
) -> Iterator[tuple[Run, bool]]:
    """Every run of a path, and whether a loop of it was cut short of what it may do."""
    prefix: list[int] | None = []
    while prefix is not None:
        limit -= 1
        if limit < 0:
            raise TooManyRuns(f"{path.name}: too many runs")
        script = _Script(prefix, bound)
        yield run(program, path, properties, script), script.cut
        prefix = script.next()


@dataclass(frozen=True)
class Judged:
    """The verdict of enumeration on one property.

    `verdict` is excluded, refuted, vacuous, unknown (nothing reached, loops cut) or proved; None
    where the property makes no case. `cut` says that loops were cut, so that proved means up to
    `bound` turns. `broken` is the first break found, with its run.
    """

    verdict: str | None
    cut: bool = False
    broken: tuple[Run, Broken] | None = None
    runs: int = 0


def verdict(program: Program, prop: Property, bound: int = 3, limit: int = 200_000) -> Judged:
    """What enumeration says of one property of a concrete candidate."""
    if prop.applies is False:
        return Judged(None)
    if program.required is False:
        return Judged("excluded")
    placements = table.of_placement(prop, program)
    if any(claim.broken is True for claim in placements):
        return Judged("refuted")
    return _of_runs(program, prop, bound, limit, reached=bool(placements))


def _of_runs(program: Program, prop: Property, bound: int, limit: int, reached: bool) -> Judged:
    count, cut = 0, False
    for path in program.paths:
        for one, was_cut in runs(program, path, [prop], bound, limit):
            count += 1
            cut = cut or was_cut
            reached = reached or one.reached[prop.name] > 0
            if one.broken[prop.name]:
                return Judged("refuted", cut, (one, one.broken[prop.name][0]), count)
    settled = "proved" if reached else "unknown" if cut else "vacuous"
    return Judged(settled, cut, None, count)
