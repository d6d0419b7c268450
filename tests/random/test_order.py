"""No order of properties, proposals, paths or includes changes a verdict, and every command says
the same."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from cbprove.pipeline import Options, check, sweep
from cbprove.verdicts import Report
from tests.random.regions import text

# Properties with one formula by sources, which only the values tell apart.
_ALIKE = """
path same { fill; write M.x = M.x + 0; use; }
path other { fill; write M.x = M.x + 1; use; }
path third { fill; write M.x = M.x; use; }
property in_same: preserved M from fill to use in same;
property in_other: preserved M from fill to use in other;
property in_third: preserved M from fill to use in third;
"""


def _drawn(seed: int) -> tuple[list[str], list[str], list[str]]:
    """The lines of a system that stay where they are; its paths and properties; proposals and
    questions."""
    lines = (text(seed) + _ALIKE).splitlines()
    movable = [line for line in lines if line.startswith(("path ", "property "))]
    two = any(line.startswith("param Q") for line in lines)
    asked = [f"proposal low {{ P = 0; {'Q = 0;' if two else ''} }}"]
    asked += [f"proposal high {{ P in 1..3; {'Q in 0..1;' if two else ''} }}"]
    names = [line.split()[1].rstrip(":") for line in movable if line.startswith("property ")]
    asked += [f"ask of_{name}: {'P, Q' if two else 'P'} such that {name};" for name in names]
    return [line for line in lines if line not in movable], movable, asked


def _judged(folder: Path, fixed: list[str], parts: list[list[str]]) -> tuple[str, Report]:
    """The report on a spec whose parts are included in this order."""
    names = [f"part{i}.cbs" for i in range(len(parts))]
    for name, part in zip(names, parts, strict=True):
        (folder / name).write_text("\n".join(part))
    spec = folder / "drawn.cbs"
    spec.write_text("\n".join([fixed[0], *(f'include "{name}";' for name in names), *fixed[1:]]))
    return str(spec), check(str(spec), Options(), lambda done, total: None)


def _verdicts(report: Report) -> dict[str, object]:
    cases = {
        case.id: (case.verdict, dict(case.counts), sorted(case.regions)) for case in report.cases
    }
    spaces = {space.property: (dict(space.counts), dict(space.proved)) for space in report.space}
    return {**cases, **spaces, **{ask.id: ask.answer for ask in report.asks}}


def _proved(report: Report, name: str) -> set[str]:
    """The choices for which a property is proved, by the answer to a question."""
    (asked,) = [ask for ask in report.asks if ask.name == f"of_{name}"]
    assert asked.answer is not None
    return {
        ", ".join(f"{axis} = {value}" for axis, value in zip(asked.axes, row, strict=True))
        for row in asked.answer
    }


def _holds(seed: int, folder: Path) -> None:
    random = Random(seed)
    fixed, movable, asked = _drawn(seed)
    _, report = _judged(folder, fixed, [movable, asked])
    shuffled, others = random.sample(movable, len(movable)), random.sample(asked, len(asked))
    cut = random.randint(1, len(shuffled) - 1)
    parts = [others, shuffled[cut:], shuffled[:cut]]
    path, again = _judged(folder, fixed, random.sample(parts, 3))
    assert _verdicts(again) == _verdicts(report), f"seed {seed}: {shuffled}"
    if "param Q" not in "\n".join(fixed):
        return
    name = random.choice(["kept", "part", "equal", "in_same", "in_other"])
    matrix = sweep(path, (name, "P", "Q"), Options(), lambda done, total: None)
    cells = [case for case in matrix.report.cases if case.proposal != "all"]
    found = {
        ", ".join(f"{axis} = {value}" for axis, value in c.candidate.items())
        for c in cells
        if c.verdict == "proved"
    }
    assert {where.removeprefix("abi = x86_64, ") for where in found} == _proved(again, name)


def test_no_order_changes_a_verdict(tmp_path: Path) -> None:
    for seed in range(2):
        _holds(seed, tmp_path)


@pytest.mark.slow
def test_no_order_changes_a_verdict_of_many_systems(tmp_path: Path) -> None:
    for seed in range(20_000, 20_300):
        _holds(seed, tmp_path)
