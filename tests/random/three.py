"""One system judged three times: by the prover, by enumeration with the reference, by the second enumerator."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from cbprove.design.settle import NotReplayed
from cbprove.design.space import Options, Space, Stage
from cbprove.design.tables import named
from cbprove.diagnostics import SpecError
from cbprove.language import resolve_check
from cbprove.language.elaborate import condition, program
from cbprove.properties import table
from cbprove.system import Program
from cbprove.terms import forget
from tests.brute import Judged, TooManyRuns, runs, verdict
from tests.random.agreement import _agree, _said, meant
from tests.second.reading import read
from tests.second.runs import Candidate, TooMany, Verdict

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
    """What was drawn: how many systems, with which constructs, and which verdicts of which kinds of property."""

    counts: Counter[str] = field(default_factory=Counter)
    constructs: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)


def compare(text: str, tally: Tally, bound: int = 3, limit: int = 300, accounts: str = "rs") -> list[Difference]:
    """The differences in one text; `accounts` are r, the reference, and s, the second enumerator."""
    forget()
    tally.counts["drawn"] += 1
    try:
        system = meant(text)
        resolve_check.check(system)
        space = Space(system, Stage(program, condition), Options(bound=bound))
        sectors = list(space.all_sectors())
    except SpecError:
        tally.counts["mistaken"] += 1
        return []
    tally.counts["systems"] += 1
    tally.constructs.update(constructs(text))
    sheets, found = [], []
    for sector, prop in product(sectors, system.properties):
        try:
            sheets.append((sector, prop.name, space.table(sector, prop.name).sheet.marks))
        except (NotReplayed, AssertionError) as failure:
            found.append(Difference(str(dict(sector.fixed)), prop.name, repr(failure), "-"))
    spec = read(text) if "s" in accounts else None
    second: dict[str, dict[str, Verdict] | None] = {}
    reference: dict[str, dict[str, Judged] | None] = {}
    for sector, name, marks in sheets:
        step = max(1, len(marks) // 3)
        for index, mark in enumerate(marks):
            chosen: dict[str, Any] = dict(sector.candidate(index))
            if index % step:
                continue
            where = ", ".join(f"{axis} = {value}" for axis, value in chosen.items())
            says = _said(mark)
            tally.counts["judged"] += 1
            made = space.candidate(chosen)
            tally.verdicts[type(named(made, name).claim).__name__.lower(), says] += 1
            if "r" in accounts:
                if where not in reference:
                    reference[where] = _reference(made, bound, limit, tally)
                judged = (reference[where] or {}).get(name)
                # With its loops cut the reference has not seen what the prover may have found in a later turn.
                later = judged is not None and judged.cut and says == "refuted"
                later = later or (judged is not None and judged.verdict == "unknown" and says == "proved")
                if judged is not None and not later and not _agree(says, judged):
                    found.append(Difference(where, name, says, f"reference {judged.verdict}"))
            if spec is not None:
                if where not in second:
                    second[where] = _second(spec, chosen, limit, tally)
                other = second[where]
                if other is not None and not _agree_later(says, other[name], bound):
                    found.append(Difference(where, name, says, f"second {other[name].name}, {other[name].turns} turns"))
    return found


def _second(spec: Any, chosen: dict[str, Any], limit: int, tally: Tally) -> dict[str, Verdict] | None:
    """What the second enumerator says of a candidate; with fewer turns where there are too many runs."""
    chosen = {"abi": "x86_64", **chosen}
    for turns in (FOLLOWED, 3):
        try:
            found = Candidate(spec, chosen, turns).verdicts(limit)
            tally.counts[f"candidates, {turns} turns"] += 1
            return found
        except TooMany:
            continue
    tally.counts["candidates, too many runs for the second"] += 1
    return None


def _reference(made: Program, bound: int, limit: int, tally: Tally) -> dict[str, Judged] | None:
    """What enumeration says of a candidate, all properties in one pass."""
    try:
        return _in_one_pass(made, bound, limit)
    except TooManyRuns:
        tally.counts["candidates, too many runs for the reference"] += 1
        return None


def _in_one_pass(made: Program, bound: int, limit: int) -> dict[str, Judged]:
    if made.required is False:
        return {p.name: Judged(None if p.applies is False else "excluded") for p in made.properties}
    settled = {p.name: verdict(made, p, bound, 0) for p in made.properties if _of_placement(made, p)}
    left = [p for p in made.properties if p.name not in settled]
    cut, reached = False, {p.name: bool(_placed(made, p)) for p in left}
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
    for p in left:
        settled[p.name] = Judged("proved" if reached[p.name] else "unknown" if cut else "vacuous", cut)
    return settled


def _placed(made: Program, p: Any) -> list[Any]:
    return list(table.of_placement(p, made))


def _of_placement(made: Program, p: Any) -> bool:
    return p.applies is False or any(claim.broken is True for claim in _placed(made, p))


def _agree_later(says: str, judged: Verdict, bound: int) -> bool:
    """Whether what the prover says may stand beside what runs of up to five turns beyond LO show."""
    if says == "unknown":
        return judged.name not in ("excluded", "no case")
    if judged.name == "refuted" and judged.turns > bound:
        return says in ("refuted", "bounded")
    if judged.cut and judged.name == "proved":
        return says in ("proved", "bounded")
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
