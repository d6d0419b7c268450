"""How a report looks and how much it says: colour as something that can be left out, and the
options of this run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Literal

from cbprove.frozen import field, frozen
from cbprove.verdicts import VERDICTS, Case, Verdict

Role = Literal["bad", "warn", "good", "strong", "faint"]

WIDEST = 100  # columns of a report

# Gives a text the look of a role, or returns it as it is.
Paint = Callable[[str, Role], str]

_CODES: dict[Role, str] = {"bad": "1;31", "warn": "1;33", "good": "32", "strong": "1", "faint": "2"}


def plain(text: str, role: Role) -> str:
    """No colour."""
    return text


def ansi(text: str, role: Role) -> str:
    """Colour as terminals understand it."""
    return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if text else text


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 question`, `9 proposals`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def capped(lines: Iterable[str], limit: int, count: int) -> list[str]:
    """The first of `count` lines, which alone are made, and how many there are more."""
    rest = count - limit
    more = [f"... {rest:,} more; --format json has all"] if rest > 0 else []
    return [*islice(lines, limit), *more]


@frozen
class Manner:
    """`verbosity`: -1 the summary alone, 0 the usual, 1 why each proof holds, 2 the queries as
    well.

    `queries` are the files that queries were saved in, by case; `again` the options this run was
    given.
    """

    paint: Paint = plain
    verbosity: int = 0
    queries: Mapping[str, str] = field(default_factory=dict)
    bound: int = 3
    resources: int = 30_000_000
    operations: int = 200_000
    seconds: float | None = None


def again(path: str, reason: str, manner: Manner) -> str:
    """The command that tries an undecided case again, with the limit raised that its reason
    names."""
    if manner.seconds is not None and ("timeout" in reason or "canceled" in reason):
        return f"cbprove check {path} --timeout {10 * manner.seconds:g}s"
    raised = {
        "bound": 4 * manner.bound,
        "resources": 10 * manner.resources,
        "operations": 10 * manner.operations,
    }
    named = [option for option in raised if f"--{option}" in reason] or [
        "bound" if "turn" in reason else "resources"
    ]
    return f"cbprove check {path} --{named[0]} {raised[named[0]]}"


def counts_by_verdict(case: Case, order: Iterable[Verdict] = VERDICTS) -> str:
    """`11 proved, 3 of them up to a bound, 1 refuted`"""
    words = [
        f"{case.counts[v]:,} {v}"
        + (f", {case.bounded:,} of them up to a bound" if v == "proved" and case.bounded else "")
        for v in order
        if case.counts.get(v)
    ]
    return ", ".join(words)
