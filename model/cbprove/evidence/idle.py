"""Which decisions of a witness do not matter: each run again with other answers, all else kept, and the same claim breaks.

Of many answers the least, the greatest and a fixed series of others are tried, so that the same witness says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from cbprove.evidence.replay import replay
from cbprove.semantics.run import Run
from cbprove.semantics.state import DecisionKey
from cbprove.system import Part, Program, Property

_ALL = 8  # answers that are all tried
_TRIES = 4  # of the series
_TURNS = 3  # more or fewer, where there is no limit


def idle(program: Program, path: Part, prop: Property, shown: Run) -> frozenset[DecisionKey]:
    """The decisions of a run that breaks a property that could be otherwise, each alone, and its first broken claim would
    still break. The bits of one stored value go together."""
    found: list[DecisionKey] = []
    for keys in _groups(shown):
        tried = False
        for other in _others(program, shown, keys):
            again = replay(program, path, (prop,), {**dict(shown.decisions), **other})
            tried = tried or _answers(again, keys) != _answers(shown, keys)
            if not _same(prop, shown, again):
                break
        else:
            found += keys if tried else ()
    return frozenset(found)


def _answers(one: Run, keys: tuple[DecisionKey, ...]) -> list[int | None]:
    """An answer that is out of range is not taken: then nothing was tried."""
    known = dict(one.decisions)
    return [known.get(key) for key in keys]


def _groups(shown: Run) -> Iterator[tuple[DecisionKey, ...]]:
    """The decisions one by one, bits by their stores."""
    stored: dict[object, list[DecisionKey]] = {}
    for key, _ in shown.decisions:
        if key[0] == "bit":
            stored.setdefault(key[1], []).append(key)
        else:
            yield (key,)
    yield from map(tuple, stored.values())


def _others(program: Program, shown: Run, keys: tuple[DecisionKey, ...]) -> Iterator[Mapping[DecisionKey, int]]:
    """Other answers to some questions."""
    now = dict(shown.decisions)
    if keys[0][0] == "bit":
        for number in _series(0, (1 << len(keys)) - 1):
            yield {key: number >> at & 1 for at, key in enumerate(keys)}
        return
    low, high = _range(program, keys[0], now[keys[0]])
    yield from ({keys[0]: answer} for answer in _series(low, high) if answer != now[keys[0]])


def _series(low: int, high: int) -> list[int]:
    if high - low < _ALL:
        return list(range(low, high + 1))
    draw = Random(0)
    return [low, high, *(draw.randint(low, high) for _ in range(_TRIES))]


def _range(program: Program, key: DecisionKey, answer: int) -> tuple[int, int]:
    """The answers to try; of arms and turns some may be out of range, and the run then takes the least."""
    if key[0] == "input":
        declared = program.inputs[str(key[1])]
        return declared.low, declared.high
    return max(0, answer - _TURNS), answer + _TURNS


def _same(prop: Property, shown: Run, again: Run) -> bool:
    """Whether the same claim is the first to break."""
    first, broken = shown.broken[prop.name][0], again.broken[prop.name]
    return bool(broken) and (broken[0].moment, broken[0].claim) == (first.moment, first.claim)
