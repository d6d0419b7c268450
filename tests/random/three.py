"""One system judged three times: by the prover, by enumeration with the reference, by the second
enumerator."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cbprove.design.problem import named
from cbprove.design.replayed import NotReplayed
from cbprove.design.sectors import Sector
from cbprove.design.space import Options, Space
from cbprove.diagnostics import SpecError
from cbprove.logic.terms import forget
from cbprove.meaning import check
from cbprove.properties import table
from cbprove.system.program import Program
from tests.brute import Judged, TooManyRuns, runs, verdict
from tests.random.agreement import _agree, _said, meant
from tests.second.reading import read
from tests.second.runs import Candidate, Verdict

FOLLOWED = 5
"""Turns beyond LO that the second enumerator follows where a loop has no HI; the prover is asked for 1 to 3."""


@dataclass(frozen=True)
class Difference:
    """Two accounts that do not agree on a property of a candidate, or one that fails on it."""

    candidate: str
    property: str
    prover: str
    other: str

    def __str__(self) -> str:
        return f"{self.property} at {self.candidate}: prover {self.prover}, {self.other}"


@dataclass
class Tally:
    """What was drawn: how many systems, with which constructs, and which verdicts of which kinds
    of property."""

    counts: Counter[str] = field(default_factory=Counter)
    constructs: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.counts += other.counts
        self.constructs += other.constructs
        self.verdicts += other.verdicts


def compare(
    text: str, tally: Tally, bound: int = 3, limit: int = 300, accounts: str = "rs", most: int = 100
) -> list[Difference]:
    """The differences in one text, at `most` candidates of it; r of the accounts is the
    reference, s the second enumerator."""
    forget()
    tally.counts["drawn"] += 1
    try:
        system = meant(text)
        check.check(system)
        space = Space(system, Options(bound=bound))
        sectors = list(space.all_sectors())
    except SpecError:
        tally.counts["mistaken"] += 1
        return []
    tally.counts["systems"] += 1
    tally.constructs.update(constructs(text))
    found: list[Difference] = []
    spec = read(text) if "s" in accounts else None
    for sector, indexes in _spread(sectors, most):
        said = dict(_said_of(space, sector, found))
        for index in indexes:
            chosen = dict(sector.candidate(index))
            made = space.candidate(chosen)
            marks = {name: _said(marks[index]) for name, marks in said.items()}
            for name, says in marks.items():
                tally.verdicts[type(named(made, name).claim).__name__.lower(), says] += 1
            tally.counts["judged"] += len(marks)
            found += _held(_Candidate(made, spec, chosen), marks, bound, limit, tally, accounts)
    return found


def without_enums(text: str) -> str:
    """A text of `typed` or `placed` without the enum, of which the second enumerator knows nothing."""
    declared = "enum e { NONE, ONE = 5, BELOW = -3 };"
    assert declared in text
    return text.replace(declared, "#define ONE 5\n#define BELOW -3").replace("enum e", "int")


@dataclass(frozen=True)
class _Candidate:
    """A candidate, as the package means it and as the second enumerator reads it."""

    made: Program
    spec: Any
    chosen: dict[str, Any]


def _spread(sectors: Sequence[Sector], most: int) -> Iterator[tuple[Sector, list[int]]]:
    """At most so many candidates, evenly among all, by their sectors."""
    every = [(sector, index) for sector in sectors for index in range(sector.size)]
    count = min(most, len(every))
    taken = [every[at * (len(every) - 1) // max(count - 1, 1)] for at in range(count)]
    for sector in sectors:
        if indexes := [index for other, index in taken if other is sector]:
            yield sector, indexes


def _said_of(space: Space, sector: Sector, found: list[Difference]) -> Iterator[tuple[str, Any]]:
    for prop in space.system.properties:
        try:
            yield prop.name, space.table(sector, prop.name).sheet.marks
        except (NotReplayed, AssertionError) as failure:
            found.append(Difference(str(dict(sector.fixed)), prop.name, repr(failure), "-"))


def _held(
    one: _Candidate, marks: dict[str, str], bound: int, limit: int, tally: Tally, accounts: str
) -> Iterator[Difference]:
    """What the prover says of a candidate, held against the two enumerations."""
    where = ", ".join(f"{axis} = {value}" for axis, value in one.chosen.items())
    if "r" in accounts:
        judged = _in_one_pass(one.made, bound, limit)
        _counted(tally, "reference", any(j.verdict == "open" for j in judged.values()))
        for name, says in marks.items():
            if not _agree_now(says, judged[name]):
                yield Difference(where, name, says, f"reference {judged[name].verdict}")
    if one.spec is not None:
        other = Candidate(one.spec, {"abi": "x86_64", **one.chosen}, FOLLOWED).verdicts(limit)
        _counted(tally, "second", any(v.name == "open" for v in other.values()))
        for name, says in marks.items():
            if not _agree_later(says, other[name], bound):
                yield Difference(
                    where, name, says, f"second {other[name].name}, {other[name].turns} turns"
                )


def _counted(tally: Tally, account: str, opened: bool) -> None:
    tally.counts[f"candidates, {account}, {'some' if opened else 'all'} runs"] += 1


def _in_one_pass(made: Program, bound: int, limit: int) -> dict[str, Judged]:
    """What enumeration says of all properties of a candidate; "open" where nothing broke, and
    there are more runs."""
    if made.required is False:
        return {p.name: Judged(None if p.applies is False else "excluded") for p in made.properties}
    settled = {
        p.name: verdict(made, p, bound, 0) for p in made.properties if _of_placement(made, p)
    }
    left = [p for p in made.properties if p.name not in settled]
    cut, reached = False, {p.name: bool(_placed(made, p)) for p in left}
    try:
        for path in made.paths:
            for one, was_cut in runs(made, path, left, bound, limit):
                cut = cut or was_cut
                for p in left:
                    reached[p.name] = reached[p.name] or one.reached[p.name] > 0
                    if one.broken[p.name]:
                        settled[p.name] = Judged("refuted", cut)
                left = [p for p in left if p.name not in settled]
                if not left:
                    return settled
    except TooManyRuns:
        return settled | {p.name: Judged("open", cut) for p in left}
    for p in left:
        settled[p.name] = Judged(
            "proved" if reached[p.name] else "unknown" if cut else "vacuous", cut
        )
    return settled


def _agree_now(says: str, judged: Judged) -> bool:
    """Whether what the prover says may stand beside what the reference shows in as many turns as
    the prover is asked for."""
    if judged.verdict == "open":
        return says not in ("excluded", "no case")
    # With its loops cut the reference has not seen what the prover may have found in a later turn.
    later = (judged.cut and says == "refuted") or (judged.verdict == "unknown" and says == "proved")
    # A loop that no run comes to, or that must end early, which the prover did not find out.
    later = later or (judged.verdict == "proved" and says == "bounded")
    return later or _agree(says, judged)


def _placed(made: Program, p: Any) -> list[Any]:
    return list(table.of_placement(p, made))


def _of_placement(made: Program, p: Any) -> bool:
    return p.applies is False or any(claim.broken is True for claim in _placed(made, p))


def _agree_later(says: str, judged: Verdict, bound: int) -> bool:
    """Whether what the prover says may stand beside what runs of up to five turns beyond LO
    show."""
    if says == "unknown" or judged.name == "open":
        return (judged.name if says == "unknown" else says) not in ("excluded", "no case")
    if judged.name == "refuted" and judged.turns > bound:
        return says in ("refuted", "bounded")
    if judged.name == "proved" and says == "bounded":
        return True  # a loop that must end early, which the prover did not find out
    return says == judged.name


_CONSTRUCTS = {
    "several ABIs": r"abi \w+,",
    "big-endian": r"abi.*(s390x|m68k)",
    "packing": r"packing",
    "ranged param": r"param \w+ in \d",
    "require": r"require",
    "struct_group": r"struct_group",
    "union": r"union",
    "bit-field": r":\d",
    "view when": r"view.* when",
    "parent": r"parent\.",
    "length": r" for ",
    "input index": r"\[x\]|\[y\]",
    "per step": r"per step",
    "unbounded loop": r"(repeat|each \w+) (\[\d?\.\.\] )?\{",
    "short circuit": r"&&|\|\||\?",
    "bits of two values": r"\w [&|^] [A-Za-z]",
    "on": r"on n\d+ \{",
    "each": r"each",
    "repeat": r"repeat",
    "clone": r"clone",
    "new": r"new n",
    "share": r"share",
    "either": r"either",
    "optionally": r"optionally",
    "if": r"if \(",
    "when block": r"when .*\{",
    "assume": r"assume",
    "copy": r"copy",
    "clear": r"clear",
    "in WHERE": r"property.* in \w",
    "written by": r" by ",
    "since": r" since ",
    "as": r"preserved.* as ",
    "several paths": r"path p[\s\S]*path q",
}


def constructs(text: str) -> Iterator[str]:
    for name, pattern in _CONSTRUCTS.items():
        if re.search(pattern, text):
            yield name
