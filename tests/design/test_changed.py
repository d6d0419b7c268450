"""What became of a verdict, in two words, and the exit code that all of them ask for."""

from __future__ import annotations

import pytest

from cbprove.comparing.verdicts import Changed, Reanswered, answers, exit_code, kind, verdicts
from cbprove.verdicts import Answered, Case, Cost, Finding, Report, Verdict


def case(
    said: str,
    counts: dict[Verdict, int] | None = None,
    code: int = 0,
    name: str = "kept",
    regions: tuple[tuple[Verdict, str], ...] = (),
) -> Case:
    verdict: Verdict = "proved" if said == "bounded" else said  # type: ignore[assignment]
    finding = Finding(verdict, turns=3 if said == "bounded" else None)
    told = counts or {verdict: 1}
    return Case(
        f"s/p/{name}",
        "p",
        name,
        verdict,
        {},
        told,
        regions,
        finding,
        "proved",
        not code,
        code,
        Cost(0, 0),
        None,
    )


def mixed(proved: int, refuted: int, unknown: int = 0, where: str = "AT in 0..1") -> Case:
    counts: dict[Verdict, int] = {"proved": proved, "refuted": refuted, "unknown": unknown}
    regions: tuple[tuple[Verdict, str], ...] = (("refuted", where),)
    told = {verdict: count for verdict, count in counts.items() if count}
    return case("mixed", told, regions=regions)


PROVED, REFUTED, BOUNDED, UNKNOWN = (
    case(said) for said in ("proved", "refuted", "bounded", "unknown")
)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (PROVED, PROVED, "unchanged"),
        (None, REFUTED, "added"),
        (PROVED, None, "removed"),
        (PROVED, REFUTED, "newly refuted"),
        (REFUTED, PROVED, "newly proved"),
        (PROVED, BOUNDED, "newly bounded"),
        (BOUNDED, PROVED, "newly proved"),
        (BOUNDED, BOUNDED, "unchanged"),
        (mixed(3, 2), mixed(2, 3), "newly refuted"),
        (mixed(3, 2), mixed(4, 1), "counts"),
        (mixed(3, 2), mixed(3, 2), "unchanged"),
        (mixed(3, 2), mixed(3, 2, where="AT in 2..3"), "counts"),
        (PROVED, mixed(4, 1), "newly refuted"),
        (UNKNOWN, mixed(4, 1), "newly refuted"),
        (REFUTED, mixed(4, 1), "newly mixed"),
        (PROVED, mixed(4, 0, 1), "newly mixed"),
    ],
)
def test_in_two_words(before: Case | None, after: Case | None, told: str) -> None:
    assert kind(before, after) == told


def report(*cases: Case, asks: tuple[Answered, ...] = ()) -> Report:
    return Report("s", "", "s.cbs", cases, (), asks)


def test_cases_are_found_by_their_names_whatever_their_order() -> None:
    one, other, new = case("proved", name="a"), case("refuted", name="b"), case("proved", name="c")
    found = verdicts(report(one, other), report(new, other, one))
    assert [(each.property, each.kind) for each in found] == [
        ("c", "added"),
        ("b", "unchanged"),
        ("a", "unchanged"),
    ]


def changed(after: Case | None, told: str) -> Changed:
    return Changed("p", "kept", told, PROVED, after)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([], 0),
        ([changed(REFUTED, "newly refuted")], 1),
        ([changed(case("refuted", code=1), "unchanged")], 0),
        (
            [
                changed(case("vacuous", code=4), "newly vacuous"),
                changed(case("unknown", code=3), "newly unknown"),
            ],
            4,
        ),
        ([changed(case("unknown", code=3), "newly unknown")], 3),
        ([changed(None, "removed")], 0),
    ],
)
def test_exit_codes(changes: list[Changed], code: int) -> None:
    assert exit_code(changes, ()) == code


def ask(answer: tuple[tuple[int, ...], ...] | None, met: bool = True) -> Answered:
    return Answered("s/q", "q", "", ("n",), answer, None, met, "", None)


def test_answers() -> None:
    def told(before: tuple[Answered, ...], after: tuple[Answered, ...]) -> tuple[Reanswered, ...]:
        return answers(report(asks=before), report(asks=after))

    assert told((ask(((1,),)),), (ask(((1,),)),)) == ()
    (another,) = told((ask(((1,),)),), (ask(((2,),), met=False),))
    assert exit_code((), (another,)) == 1
    (unsure,) = told((ask(((1,),)),), (ask(None, met=False),))
    assert exit_code((), (unsure,)) == 3
    (gone,) = told((ask(((1,),)),), ())
    assert gone.after is None and exit_code((), (gone,)) == 0
