"""What was promised, and whether it holds in this run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from benchmarks.contest import Row
from benchmarks.measure import Ratio

MAIN, CASES, LINUX = "main spec", "all of specs/cases", "linux/"
MOST_MEGABYTES = 200.0
MOST_PARSING = 0.15  # ms a line


@dataclass(frozen=True)
class Target:
    """At most so much, of a ratio of one workload; `measure` gives None where it was not
    measured."""

    claim: str
    workload: str
    most: float
    measure: Callable[[Row], Ratio | None]


def _processor(row: Row) -> Ratio | None:
    return row.processor


def _cbmc(row: Row) -> Ratio | None:
    return row.cbmc


DEAREST, CONFIGS, LAYERS = "the dearest of specs/linux", "26 options", "200 layers in one path"
TARGETS = (
    Target("the main spec: 2 x the import floor, parsing and all", MAIN, 2, _processor),
    Target("246 candidates, N = 1: 1.5 x the import floor", "gso_246_1", 1.5, _processor),
    Target("246 candidates, N = 256: 1.5 x the import floor", "gso_246_256", 1.5, _processor),
    Target("24,600 candidates: 3 x the import floor", "gso_24600_4", 3, _processor),
    Target("10^6 candidates: 5 x the import floor", "three_100", 5, _processor),
    Target(
        "a path of 1,000 steps at every offset: 1.5 x the import floor",
        "path_1000",
        1.5,
        _processor,
    ),
    Target(
        "a path of 10,000 steps at every offset: 4 x the import floor", "path_10000", 4, _processor
    ),
    Target("unbounded segments: 1.2 x the import floor", "gso_246_any", 1.2, _processor),
    Target("narrowing over 256 turns: 1.5 x the import floor", "narrow_256_64", 1.5, _processor),
    Target("all of specs/cases: 4 x the import floor", CASES, 4, _processor),
    Target("the dearest of specs/linux: 5 x the import floor", DEAREST, 5, _processor),
    Target("a struct with 26 options: 2 x the import floor", CONFIGS, 2, _processor),
    Target("246 candidates, N = 1: 0.2 x one CBMC run", "gso_246_1", 0.2, _cbmc),
    Target("246 candidates, N = 4: 0.04 x one CBMC run", "gso_246_4", 0.04, _cbmc),
    Target("a path of 1,000 steps at every offset: 0.1 x CBMC", "path_1000", 0.1, _cbmc),
)


def with_linux(rows: Mapping[str, Row]) -> dict[str, Row]:
    """The rows, and the dearest of specs/linux under a name of its own."""
    linux = [row for name, row in rows.items() if name.startswith(LINUX)]
    if not linux:
        return dict(rows)
    return {
        **rows,
        DEAREST: replace(max(linux, key=lambda row: row.processor.middle), name=DEAREST),
    }


def table(rows: Mapping[str, Row]) -> list[tuple[str, str, str]]:
    """Each target, what was measured, and whether it holds."""
    told = [_told(target, rows.get(target.workload)) for target in TARGETS]
    return [*told, _linux(rows), _flat(rows), _parsing(rows), _memory(rows)]


def _told(target: Target, row: Row | None) -> tuple[str, str, str]:
    ratio = target.measure(row) if row else None
    return (
        (target.claim, "not measured", "-")
        if ratio is None
        else (target.claim, str(ratio), _verdict(ratio, target))
    )


def _verdict(ratio: Ratio, target: Target) -> str:
    """What was stopped proves a target only on the side where it stopped."""
    below = ratio.middle <= target.most
    if ratio.sign and below != (ratio.sign == "<"):
        return "unknown"
    return "holds" if below else "does not hold"


_ALL_LINUX = 5.0  # seconds


def _linux(rows: Mapping[str, Row]) -> tuple[str, str, str]:
    """All of specs/linux, one process each. Seconds hang on the machine, as no ratio does."""
    each = [row.seconds for name, row in rows.items() if name.startswith(LINUX)]
    claim = f"specs/linux, one after another: {_ALL_LINUX:g} s of processor time"
    if not each:
        return claim, "not measured", "-"
    verdict = "holds" if sum(each) <= _ALL_LINUX else "does not hold"
    return claim, f"{sum(each):.2f} s for {len(each)}", verdict


_FLAT = 1.5


def _flat(rows: Mapping[str, Row]) -> tuple[str, str, str]:
    """The dearest number of segments against the cheapest."""
    costs = [row.floor.middle for name, row in rows.items() if name.startswith("gso_246_")]
    claim = f"246 candidates: flat in N (the dearest at most {_FLAT} x the cheapest)"
    if len(costs) < 2:
        return claim, "not measured", "-"
    growth = max(costs) / min(costs)
    return claim, f"{growth:.3g}", "holds" if growth <= _FLAT else "does not hold"


def _parsing(rows: Mapping[str, Row]) -> tuple[str, str, str]:
    costs = [row.parsing for row in rows.values() if row.parsing is not None]
    claim = f"parsing: {MOST_PARSING} ms a line"
    if not costs:
        return claim, "not measured", "-"
    return claim, f"{max(costs):.3g} ms", "holds" if max(costs) <= MOST_PARSING else "does not hold"


def _memory(rows: Mapping[str, Row]) -> tuple[str, str, str]:
    most = max(rows.values(), key=lambda row: row.megabytes)
    verdict = "holds" if most.megabytes <= MOST_MEGABYTES else "does not hold"
    return (
        f"memory: {MOST_MEGABYTES:.0f} MB at most",
        f"{most.megabytes:.0f} MB ({most.name})",
        verdict,
    )
