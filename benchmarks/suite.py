"""What is run: each workload with its rivals, how often, and for how long at most."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import cbmc
from benchmarks.workloads import Narrow, Workload, drawn, gso, path, single, three


@dataclass(frozen=True)
class Entry:
    """A workload. `plain` says that the plain way is run beside it; `c` is the program for CBMC,
    if it can be said in C."""

    work: Workload | Narrow
    plain: bool = True
    c: str | None = None
    rounds: int = 3
    limit: float = 60.0

    @property
    def name(self) -> str:
        return self.work.name


def entries() -> list[Entry]:
    """All of them, small ones first. The plain way is left out where it is known to take many
    minutes."""
    return [
        Entry(single()),
        *(_gso(segments) for segments in (1, 4, 16, 64, 256)),
        Entry(gso(None), plain=False),
        Entry(gso(4, drawn(60))),
        Entry(gso(4, drawn(600)), plain=False),
        Entry(three(10)),
        Entry(three(100), plain=False, rounds=1, limit=150),
        Entry(path(100), c=cbmc.long_path(100)),
        Entry(path(1_000), c=cbmc.long_path(1_000)),
        Entry(path(10_000), plain=False, c=cbmc.long_path(10_000), rounds=1, limit=150),
        Entry(Narrow(4)),
        Entry(Narrow(16), limit=20),
        Entry(Narrow(256)),
        Entry(Narrow(256, 512)),
    ]


def _gso(segments: int) -> Entry:
    work = gso(segments)
    return Entry(work, c=cbmc.gso(work))


def small() -> list[Workload | Narrow]:
    """What a test can run in a moment: each kind of workload once, with verdicts of both kinds."""
    return [
        gso(1, offsets=range(19, 22)),
        single(),
        path(30),
        three(5),
        Narrow(3),
        Narrow(2, 40_000),
    ]


def by_name(name: str) -> Workload | Narrow:
    """A workload of the suite or of the tests."""
    return next(
        work for work in (*small(), *(entry.work for entry in entries())) if work.name == name
    )
