"""The verdicts of a workload in one form for all rivals: by property, the candidates that are
proved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import product
from typing import Any

from benchmarks.workloads import Candidate, Narrow, Workload

Verdicts = dict[str, set[str]]

_COUNTS = re.compile(r"^  ((?:\w+, )*\w+): (\d[\d,]* [a-z].*)$", re.MULTILINE)
_EXCLUDED = re.compile(r"\A.*, (\d[\d,]*) of them excluded$", re.MULTILINE)


class Disagreement(Exception):
    """Two ways of deciding the same workload gave different verdicts."""


def key(candidate: Candidate) -> str:
    """A candidate as one word."""
    return ",".join(f"{axis}={value}" for axis, value in candidate)


def of_rival(output: str) -> Verdicts:
    """The verdicts that a rival printed as JSON."""
    return {name: set(proved) for name, proved in json.loads(output).items()}


def counts(output: str) -> dict[str, dict[str, int]]:
    """By property, how many candidates have each verdict, as cbprove's text says."""
    space = output.partition("\ndesign space of ")[2].partition("\n\n")[0]
    of_all = _EXCLUDED.search(space)
    excluded = {"excluded": _number(of_all[1])} if of_all else {}
    return {
        name: excluded | _numbers(told.partition(" if ")[0])
        for names, told in _COUNTS.findall(space)
        for name in names.split(", ")
    }


def _numbers(told: str) -> dict[str, int]:
    words = (part.split() for part in told.split(", "))
    return {" ".join(verdict): _number(number) for number, *verdict in words}


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def of_document(output: str, work: Workload | Narrow) -> Verdicts:
    """The verdicts in cbprove's JSON document; each candidate must have been decided."""
    spaces = {space["property"]: space for space in json.loads(output)["space"]}
    if isinstance(work, Narrow):
        return {"same": {""} if spaces["same"]["counts"] == {"proved": 1} else set()}
    candidates = list(work.candidates())
    found = {}
    for name in work.properties:
        found[name] = _proved(spaces[name], candidates)
        check_counts(spaces[name]["counts"], work.total, len(candidates), len(found[name]))
    return found


def check_counts(told: dict[str, int], total: int, candidates: int, proved: int) -> None:
    """Every candidate is proved, refuted or excluded, and as many as there should be are each."""
    expected = {"proved": proved, "refuted": candidates - proved, "excluded": total - candidates}
    if {verdict: number for verdict, number in expected.items() if number} != told:
        raise Disagreement(f"cbprove counts {told}, expected {expected}")


def _proved(space: dict[str, Any], candidates: Iterable[Candidate]) -> set[str]:
    """The candidates in the intervals: values of the ranged axis, the last one named, or positions
    where none is named.

    Excluded candidates may lie in the intervals too.
    """
    *outer, ranged = space["axes"] or [None]
    rows = {text: _values(intervals) for text, intervals in space["proved"].items()}
    found = set()
    for position, candidate in enumerate(candidates):
        chosen = dict(candidate)
        row = rows.get(", ".join(f"{axis} = {chosen[axis]}" for axis in outer), set())
        if (position if ranged is None else int(chosen[ranged])) in row:
            found.add(key(candidate))
    return found


def _values(intervals: Iterable[tuple[int, int]]) -> set[int]:
    return {value for low, high in intervals for value in range(low, high + 1)}


def agree(found: dict[str, Verdicts]) -> None:
    """All who gave verdicts gave the same."""
    for (one, ours), (other, theirs) in product(found.items(), repeat=2):
        for name in ours:
            if ours[name] != theirs[name]:
                differing = sorted(ours[name] ^ theirs[name])
                raise Disagreement(
                    f"{name}: {one} and {other} differ on {len(differing)} candidates: {differing[:5]}"
                )
