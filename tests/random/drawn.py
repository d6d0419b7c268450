"""Every refutation of a small system drawn at random, shown as text, as JSON and as a C program,
and whether a run is shorter.

As a program: `python -m tests.random.drawn FIRST LAST` draws all systems of these seeds, and
enumerates the runs of each.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import jsonschema

from cbprove.diagnostics import Source, SpecError
from cbprove.logic.terms import forget
from cbprove.meaning import check
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.pipeline import Options, judged
from cbprove.report import json
from cbprove.report.style import Manner
from cbprove.report.text import text as told
from cbprove.reproduce.program import program, undefined
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.system.program import Program, Property
from cbprove.verdicts import Case, Report
from tests.brute import TooManyRuns, runs
from tests.random.systems import text


def judge(written: str) -> tuple[System, Report] | None:
    """What a text means, and the verdicts on it with a witness for each; None if there are
    mistakes in it."""
    forget()
    source = Source("random.cbs", written)
    try:
        system = resolve(syntax.Tree(parse(source), (source,)))
        check.check(system)
        found = judged(system, "random.cbs", Options(witnesses=True), lambda done, of: None)
    except SpecError:
        return None
    return system, replace(found, inputs=())


@cache
def _schema() -> Any:
    return jsonschema.Draft202012Validator(json.schema())


def draw(written: str) -> Counter[str]:
    """Shows a text's verdicts in every way; the properties refuted are counted by their kind."""
    found = judge(written)
    return Counter(mistaken=1) if found is None else _drawn(*found)


def _drawn(system: System, found: Report) -> Counter[str]:
    shown = told(found, Manner(verbosity=1))
    assert shown == told(found, Manner(verbosity=1))
    document = json.document([found])
    _schema().validate(document)
    refuted = [case for case in found.cases if case.finding.verdict == "refuted"]
    for case in refuted:
        assert case.finding.witness is not None
        if case.finding.witness.run is None or not undefined(case.finding.witness.run):
            assert "main" in program(
                system, case.finding.witness, case.property, case.id, "random.cbs"
            )
    return Counter(_kind(case) for case in refuted)


def _kind(case: Case) -> str:
    """The properties are called `p0_owned`, or `fits` where nobody declared it."""
    return case.property.rpartition("_")[2]


def shorter(written: str, limit: int = 4_000) -> tuple[int, list[str]]:
    """How many refutations were held against all runs, and of which a run breaks the property
    sooner, or as soon by less."""
    found = judge(written)
    held, told = 0, []
    for case in found[1].cases if found else ():
        witness = case.finding.witness
        if case.finding.verdict != "refuted" or witness is None or witness.run is None:
            continue
        prop = next(prop for prop in witness.program.properties if prop.name == case.property)
        try:
            least = min(_lengths(witness.program, prop, limit))
        except TooManyRuns:
            continue
        held += 1
        first = witness.run.broken[prop.name][0]
        if (first.turns, first.steps) != least:
            told.append(
                f"{prop.name}: {least[0]} turns, {least[1]} steps; shown: {first.turns}, {first.steps}"
            )
    return held, told


def _lengths(program: Program, prop: Property, limit: int) -> Iterator[tuple[int, int]]:
    """After how many turns and steps each run that breaks a property does so."""
    for path in program.paths:
        for one, _ in runs(program, path, [prop], Options().bound, limit):
            yield from ((broken.turns, broken.steps) for broken in one.broken[prop.name][:1])


def shortest_of_all(seeds: Iterable[int]) -> tuple[int, list[str]]:
    """How many refutations were held against all runs, and what is not the shortest."""
    held, failures = 0, []
    for seed in seeds:
        number, told = shorter(text(seed))
        held += number
        failures += [f"seed {seed}: {line}" for line in told]
    return held, failures


def draw_all(seeds: Iterable[int]) -> tuple[Counter[str], list[str]]:
    """What was drawn, and what failed."""
    seen: Counter[str] = Counter()
    failures: list[str] = []
    for seed in seeds:
        try:
            seen += draw(text(seed))
        except Exception as failure:
            failures.append(f"seed {seed}: {failure!r}")
        seen["systems"] += 1
    return seen, failures


if __name__ == "__main__":
    asked = range(int(sys.argv[1]), int(sys.argv[2]))
    counted, failed = draw_all(asked)
    compared, longer = shortest_of_all(asked)
    failed += longer
    print(dict(counted), f"{compared} held against enumeration")
    print("\n".join(failed) or "no failure")
