"""Hunts for faults for a while: `python -m tests.fuzz --minutes 60 --seed 1`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.compiled import compiled
from tests.fuzz.noise import mutated, outcome
from tests.random import placed, regions, systems, typed
from tests.random.agreement import Seen, compare


def main() -> int:
    """Takes noise and random systems in turn until the time is up; 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()), help="where chance begins (the clock)"
    )
    parser.add_argument(
        "--compiled",
        action="store_true",
        help="also compile random systems to C and run them with gcc",
    )
    given = parser.parse_args()
    end = time.monotonic() + 60 * given.minutes
    seen, counts, faults, seed = Seen(), Counter[str](), 0, given.seed
    while time.monotonic() < end:
        faults += sum(_noise(20 * seed + i, counts) for i in range(20))
        drawn = systems.text(seed), typed.text(seed), placed.text(seed)
        for text in (*drawn, regions.with_bools(seed)):
            faults += _system(seed, text, seen, counts)
        # Of regions with bools no programs: where the reference has a zero at another candidate, a
        # program may have a bit of its own choice.
        for text in drawn if given.compiled else ():
            faults += _compiled(seed, text, counts)
        seed += 1
    told = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
    print(f"seeds {given.seed}..{seed - 1}: {told}; {faults} faults")
    return int(faults > 0)


def _noise(seed: int, counts: Counter[str]) -> int:
    spec = mutated(Random(seed))
    try:
        counts[f"noisy specs with {outcome(spec)}"] += 1
    except Exception:
        print(f"seed {seed}: noise\n{spec}\n{traceback.format_exc()}", file=sys.stderr)
        return 1
    return 0


def _system(seed: int, text: str, seen: Seen, counts: Counter[str]) -> int:
    counts["random systems"] += 1
    try:
        found = compare(text, seen)
    except Exception:
        print(f"seed {seed}: system\n{text}\n{traceback.format_exc()}", file=sys.stderr)
        return 1
    if found:
        print(f"seed {seed}: prover and reference differ\n{text}\n{found[0]}", file=sys.stderr)
    return int(bool(found))


def _compiled(seed: int, text: str, counts: Counter[str]) -> int:
    try:
        with tempfile.TemporaryDirectory(prefix="cbprove-fuzz-") as folder:
            found = compiled(text, Path(folder), counts)
    except Exception:
        print(f"seed {seed}: compiled\n{text}\n{traceback.format_exc()}", file=sys.stderr)
        return 1
    if found:
        print(f"seed {seed}: reference and compiled C differ\n{text}\n{found[0]}", file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
