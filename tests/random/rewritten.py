"""Systems drawn at random and written otherwise are judged as they were: `python -m
tests.random.rewritten --systems N --seed S`.

What no law of the language may change (`laws.py`) is held against the prover, candidate by
candidate. Only two answers that contradict each other count: what is unknown, or proved up to a
bound, in one way of writing may be proved in another. Prints what was tried and what was found; the
exit code is 1 where something was.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from cbprove.design.space import Options, Space
from cbprove.diagnostics import Source, SpecError
from cbprove.logic.terms import forget
from cbprove.meaning import check
from cbprove.meaning.resolve import resolve
from cbprove.syntax import tree as syntax
from tests.random.__main__ import text
from tests.random.agreement import _said
from tests.random.laws import LAWS, Declarations, declared, told_apart

Verdicts = Mapping[tuple[str, str], str]  # by candidate and property
_MOST = 200  # verdicts of a system; larger ones take long
_OPEN = {"unknown", "bounded"}


def verdicts(spec: Declarations) -> Verdicts:
    """What the prover says of each property at each candidate. Raises SpecError."""
    forget()
    system = resolve(syntax.Tree(tuple(told_apart(spec)), (Source("drawn.cbs", ""),)))
    check.check(system)
    space = Space(system, Options())
    return {
        (_named(sector.candidate(index)), prop.name): _said(mark)
        for sector in space.all_sectors()
        for prop in system.properties
        for index, mark in enumerate(space.table(sector, prop.name).sheet.marks)
    }


def _named(candidate: Mapping[str, object]) -> str:
    return ", ".join(sorted(f"{axis} = {value}" for axis, value in candidate.items()))


def contradictions(one: Verdicts, other: Verdicts) -> Iterator[str]:
    """Where two ways of writing are judged otherwise, and neither verdict is open."""
    for key in {**one, **other}:
        told = [each.get(key, "not asked") for each in (one, other)]
        if told[0] != told[1] and _OPEN.isdisjoint(told):
            yield f"{key[1]} at {key[0]}: {told[0]}, written otherwise {told[1]}"


def held(seed: int, laws: Sequence[str], tried: Counter[str]) -> Iterator[str]:
    """What the laws find in the system of a seed."""
    try:
        spec = declared(text(seed))
        plain = verdicts(spec)
    except SpecError:
        tried["mistaken"] += 1
        return
    if len(plain) > _MOST:
        tried["large"] += 1
        return
    tried["systems"] += 1
    for law in laws:
        rewritten = LAWS[law](Random(seed), spec)
        if rewritten is not None:
            tried[law] += 1
            yield from (f"seed {seed}, {law}: {each}" for each in _found(plain, rewritten))


def _found(plain: Verdicts, rewritten: Declarations) -> Iterator[str]:
    try:
        yield from contradictions(plain, verdicts(rewritten))
    except SpecError as error:
        yield f"a mistake: {error.diagnostics[0].message}"


def some_laws(seed: int, number: int) -> list[str]:
    """A few of the laws, others for each seed."""
    return Random(seed).sample(sorted(LAWS), number)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.random.rewritten")
    parser.add_argument("--systems", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--laws", type=int, default=len(LAWS), help="of each system")
    given = parser.parse_args()
    tried, found = Counter[str](), list[str]()
    for seed in range(given.seed, given.seed + given.systems):
        for told in held(seed, some_laws(seed, given.laws), tried):
            found.append(told)
            print(told, file=sys.stderr, flush=True)
    print(*(f"{name:32}{count:8}" for name, count in sorted(tried.items())), sep="\n")
    print(f"{len(found)} contradictions")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
