"""Every refutation of a small system drawn at random, shown as text and as a document, and held against what the reference says.

As a program: `python -m tests.random.drawn FIRST LAST` draws all systems of these seeds.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import jsonschema

from cbprove.diagnostics import Source, SpecError
from cbprove.language import resolve_check, syntax
from cbprove.language.parse import parse
from cbprove.language.resolve import resolve
from cbprove.pipeline import Options, judged
from cbprove.report import json
from cbprove.report.manner import Manner
from cbprove.report.text import text as told
from cbprove.terms import forget
from cbprove.verdicts import Case, Report
from tests.random.systems import text


def report(written: str) -> Report | None:
    """The verdicts on a text, with a witness for each; None if there are mistakes in it."""
    forget()
    source = Source("random.cbs", written)
    try:
        system = resolve(syntax.Tree(parse(source), (source,)))
        resolve_check.check(system)
        return replace(judged(system, "random.cbs", Options(witnesses=True), lambda done, of: None), inputs=())
    except SpecError:
        return None


@cache
def _schema() -> Any:
    return jsonschema.Draft202012Validator(json.schema())


def draw(written: str) -> Counter[str]:
    """Shows a text's verdicts in every way; the properties refuted are counted by their kind."""
    found = report(written)
    if found is None:
        return Counter(mistaken=1)
    shown = told(found, Manner(verbosity=1))
    assert shown == told(found, Manner(verbosity=1))
    document = json.document([found])
    _schema().validate(document)
    return Counter(_kind(case) for case in found.cases if case.finding.verdict == "refuted")


def _kind(case: Case) -> str:
    """The properties are called `p0_owned`, or `fits` where nobody declared it."""
    return case.property.rpartition("_")[2]


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
    counted, failed = draw_all(range(int(sys.argv[1]), int(sys.argv[2])))
    print(dict(counted))
    print("\n".join(failed) or "no failure")
