"""What a change does to the verdicts: two reports on one spec, case by case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cbprove.frozen import frozen
from cbprove.verdicts import Answered, Case, Report


@frozen
class Changed:
    """A case before and after; None on the side that does not have it.

    `kind` is `unchanged`, `newly refuted` (or proved, bounded, unknown, vacuous, excluded, mixed),
    `counts` where a mixed proposal has other counts and no more refuted candidates, as many of each
    but other ones, or another number is excluded, `added` or `removed`.
    """

    proposal: str
    property: str
    kind: str
    before: Case | None
    after: Case | None


@frozen
class Reanswered:
    """A question whose answer is another one, or that only one side asks."""

    name: str
    before: Answered | None
    after: Answered | None


def verdicts(before: Report, after: Report) -> tuple[Changed, ...]:
    """All cases of both, those of the later report first, in its order."""
    old = {(case.proposal, case.property): case for case in before.cases}
    new = {(case.proposal, case.property): case for case in after.cases}
    return tuple(
        Changed(*key, kind(old.get(key), new.get(key)), old.get(key), new.get(key))
        for key in {**new, **old}
    )


def kind(before: Case | None, after: Case | None) -> str:
    """What became of a case, in two words."""
    if before is None or after is None:
        return "added" if before is None else "removed"
    return became(_outcome(before), _outcome(after))


def _outcome(case: Case) -> Outcome:
    return Outcome(
        state(case), {str(verdict): count for verdict, count in case.counts.items()}, case.regions
    )


@frozen
class Outcome:
    """What is compared of a case: its state, its candidates by verdict, and which have which."""

    state: str
    counts: Mapping[str, int]
    regions: tuple[tuple[str, str], ...]


def became(before: Outcome, after: Outcome) -> str:
    """What became of an outcome, in two words."""
    refuted = before.counts.get("refuted", 0), after.counts.get("refuted", 0)
    if after.state != before.state:
        newly = "refuted" if after.state == "mixed" and refuted[1] else after.state
        return (
            "newly mixed" if before.state == "refuted" and newly == "refuted" else f"newly {newly}"
        )
    if after.state == "mixed" and refuted[1] > refuted[0]:
        return "newly refuted"
    return "unchanged" if _alike(before, after) else "counts"


def _alike(before: Outcome, after: Outcome) -> bool:
    """Whether as many candidates have each verdict, of as many in all the same ones; where none
    differ in their verdict it is only asked how many are excluded."""
    if dict(before.counts) == dict(after.counts):
        return before.regions == after.regions
    one = after.state != "mixed"
    return one and before.counts.get("excluded") == after.counts.get("excluded")


def state(case: Case) -> str:
    """The verdict, `bounded` for a proof that holds up to some number of turns only."""
    return (
        "bounded" if case.verdict == "proved" and case.finding.turns is not None else case.verdict
    )


def answers(before: Report, after: Report) -> tuple[Reanswered, ...]:
    """The questions that are answered otherwise."""
    return tuple(_answers(before.asks, after.asks))


def _answers(before: Sequence[Answered], after: Sequence[Answered]) -> Iterator[Reanswered]:
    old, new = ({ask.name: ask for ask in asks} for asks in (before, after))
    for name in {**new, **old}:
        old_answer, other = old.get(name), new.get(name)
        if old_answer is None or other is None or old_answer.answer != other.answer:
            yield Reanswered(name, old_answer, other)


def exit_code(verdicts: Sequence[Changed], answers: Sequence[Reanswered]) -> int:
    """1 if something is newly refuted; else the worst that the later side of what changed asks
    for."""
    codes = {_code(change) for change in verdicts}
    codes |= {
        3 if each.after.answer is None else 1
        for each in answers
        if each.after is not None and not each.after.met
    }
    return next((code for code in (1, 4, 3) if code in codes), 0)


def _code(change: Changed) -> int:
    if change.kind == "newly refuted":
        return 1
    return change.after.code if change.after is not None and change.kind != "unchanged" else 0
