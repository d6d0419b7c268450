"""Systems drawn at random, each judged three times: `python -m tests.random --systems N --seed S
--jobs 2 [--minutes M]`.

Prints what was drawn and what was found. A system that the accounts do not agree on is made smaller
and written to `.cbprove/random/SEED.cbs`; the exit code is 1 then. With files as arguments these
are judged instead. `--tally FILE` adds what was drawn to what FILE has, while it goes on; with
`--systems 0` the table of that is printed, and nothing is drawn.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random

from tests.random import kept, loops, placed, regions, systems, typed, wide
from tests.random.shrink import shrink
from tests.random.three import Difference, Tally, compare, without_enums

_AT_ONCE = 25
_RUNS, _CANDIDATES = 60, 2
_FOUND = Path(".cbprove/random")


def text(seed: int) -> str:
    """The system of a seed: most are wide, some look for regions, loops and what these keep, members of
    all types and places that move."""
    draw: tuple[Callable[[], str], ...] = (
        lambda: systems.text(seed),
        lambda: regions.text(seed),
        lambda: loops.drawn(Random(seed)),
        lambda: kept.drawn(Random(seed)),
        lambda: regions.with_bools(seed),
        lambda: without_enums(typed.text(seed)),
        lambda: without_enums(placed.text(seed)),
    )
    return draw[seed % 20]() if seed % 20 < len(draw) else wide.text(seed)


def judged(seed: int, tally: Tally) -> str | None:
    """What is to be told of a seed; None if all agree."""
    drawn, bound = text(seed), seed % 3 + 1
    found = _differences(drawn, tally, bound)
    if not found:
        return None
    kind = found[0].property
    small = shrink(drawn, lambda less: any(d.property == kind for d in _quietly(less, bound)))
    _FOUND.mkdir(parents=True, exist_ok=True)
    path = _FOUND / f"{seed}.cbs"
    path.write_text(f"// bound {bound}: {found[0]}\n{small}", encoding="utf-8")
    return f"seed {seed}: {found[0]} ({len(found)} in all), written to {path}"


def _differences(drawn: str, tally: Tally, bound: int) -> list[Difference]:
    try:
        return compare(drawn, tally, bound, _RUNS, most=_CANDIDATES)
    except Exception as failure:
        return [Difference("-", "-", f"fails: {failure!r}", "-")]


def _quietly(drawn: str, bound: int) -> list[Difference]:
    try:
        return compare(drawn, Tally(), bound, _RUNS, most=_CANDIDATES)
    except Exception:  # a text cut to pieces may upset any account
        return []


def _some(first: int, last: int) -> tuple[Tally, list[str]]:
    tally = Tally()
    # What is kept for a system is let go with it: looking for circles costs a tenth
    gc.set_threshold(200_000, 20, 100)
    found = [told for seed in range(first, last) if (told := judged(seed, tally))]
    gc.collect()
    return tally, found


def _many(given: argparse.Namespace) -> tuple[Tally, list[str]]:
    tally, found = _kept(given.tally), []
    end = None if given.minutes is None else time.monotonic() + 60 * given.minutes
    with ProcessPoolExecutor(given.jobs) as pool:
        at, last = given.seed, given.seed + given.systems
        while at < last and (end is None or time.monotonic() < end):
            starts = [start for i in range(given.jobs) if (start := at + i * _AT_ONCE) < last]
            for one, told in pool.map(
                _some, starts, [min(start + _AT_ONCE, last) for start in starts]
            ):
                tally.add(one)
                found += told
                print(*told, sep="\n", end="\n" if told else "", file=sys.stderr, flush=True)
            at += given.jobs * _AT_ONCE
            _keep(given.tally, tally)
    return tally, found


def _kept(file: Path | None) -> Tally:
    tally = Tally()
    if file is not None and file.exists():
        counts, constructs, verdicts = json.loads(file.read_text(encoding="utf-8"))
        tally.add(
            Tally(
                Counter(counts), Counter(constructs), Counter({(k, v): n for k, v, n in verdicts})
            )
        )
    return tally


def _keep(file: Path | None, tally: Tally) -> None:
    if file is not None:
        verdicts = [[kind, verdict, count] for (kind, verdict), count in tally.verdicts.items()]
        written = file.with_suffix(".new")
        written.write_text(json.dumps([tally.counts, tally.constructs, verdicts]), encoding="utf-8")
        written.replace(file)


def table(tally: Tally) -> str:
    """What was drawn, by construct, and the verdicts of each kind of property."""
    verdicts = sorted({verdict for _, verdict in tally.verdicts})
    lines = [f"{name:45}{count:8}" for name, count in sorted(tally.counts.items())]
    lines += ["", *(f"{name:45}{count:8}" for name, count in tally.constructs.most_common()), ""]
    lines.append(f"{'':12}" + "".join(f"{verdict:>10}" for verdict in verdicts))
    for kind in sorted({kind for kind, _ in tally.verdicts}):
        lines.append(
            f"{kind:12}" + "".join(f"{tally.verdicts[kind, verdict]:10}" for verdict in verdicts)
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.random")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--systems", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--tally", type=Path)
    given = parser.parse_args()
    if given.files:
        tally = Tally()
        found = [
            f"{file}: {d}"
            for file in given.files
            for d in compare(file.read_text(), tally, limit=20_000)
        ]
    else:
        tally, found = _many(given)
    print(table(tally), "", *found, f"{len(found)} differences", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
