"""Which decisions of a witness do not matter: run again with other answers, all else kept, the same claim breaks by what
the same statements stored.

Each is tried alone, then together with those found before: of two that could each be otherwise, both may not. Of many answers
the least, the greatest and a fixed series of others are tried, so that the same witness says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from random import Random

from cbprove.evidence.replay import replay
from cbprove.properties.events import Moment
from cbprove.semantics.run import Broken, Run
from cbprove.semantics.state import DecisionKey
from cbprove.system import Part, Program, Property

Answers = Mapping[DecisionKey, int]

_ALL = 8  # answers that are all tried
_TRIES = 4  # of the series
_TURNS = 3  # more or fewer, where there is no limit
_TOGETHER = 4  # times that all found are changed at once


def idle(program: Program, path: Part, prop: Property, shown: Run) -> frozenset[DecisionKey]:
    """The decisions of a run that breaks a property that could be otherwise, all of them, and its first broken claim would
    still break. The bits of one member looked at go together."""
    found: list[list[Answers]] = []
    for keys in _groups(prop, shown):
        others = list(_others(program, shown, keys))
        alone = (_again(program, path, prop, shown, other) for other in others)
        together = (_again(program, path, prop, shown, mixed) for mixed in _mixed([*found, others]) if found)
        if _idle(prop, shown, keys, alone) and all(_same(prop, shown, run) or _ended(prop, run) for run in together):
            found.append(others)
    return frozenset(key for others in found for other in others for key in other)


def _idle(prop: Property, shown: Run, keys: tuple[DecisionKey, ...], runs: Iterable[Run]) -> bool:
    """Whether all runs break the same claim, those left out that an assumption ends, and one of them took another answer."""
    tried = False
    for run in runs:
        if _ended(prop, run):
            continue
        if not _same(prop, shown, run):
            return False
        tried = tried or _answers(run, keys) != _answers(shown, keys)
    return tried


def _again(program: Program, path: Part, prop: Property, run: Run, other: Answers) -> Run:
    return replay(program, path, (prop,), {**dict(run.decisions), **other})


def _mixed(found: list[list[Answers]]) -> Iterator[Answers]:
    """Other answers to several questions at once: the first, the last, and some of any."""
    draw = Random(0)
    yield _joined(others[0] for others in found)
    yield _joined(others[-1] for others in found)
    for _ in range(_TOGETHER):
        yield _joined(draw.choice(others) for others in found)


def _joined(answers: Iterable[Answers]) -> Answers:
    return {key: answer for other in answers for key, answer in other.items()}


def _answers(run: Run, keys: tuple[DecisionKey, ...]) -> list[int | None]:
    """An answer that is out of range is not taken: then nothing was tried."""
    known = dict(run.decisions)
    return [known.get(key) for key in keys]


def _groups(prop: Property, run: Run) -> Iterator[tuple[DecisionKey, ...]]:
    """The decisions up to the break one by one, bits by the members that they were first looked at in."""
    standing = run.broken[prop.name][0].standing
    met = run.decisions[: standing.decisions] if standing else run.decisions
    bits = {key for key, _ in met if key[0] == "bit"}
    yield from ((key,) for key, _ in met if key not in bits)
    for look in run.looks:
        keys = tuple(key for source in look.sources if (key := ("bit", *source)) in bits)
        bits.difference_update(keys)
        if keys:
            yield tuple(dict.fromkeys(keys))


def _others(program: Program, run: Run, keys: tuple[DecisionKey, ...]) -> Iterator[Answers]:
    """Other answers to some questions."""
    now = dict(run.decisions)
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


def _ended(prop: Property, run: Run) -> bool:
    """Whether an assumption leaves no such run."""
    return run.ended and not run.broken[prop.name]


def _same(prop: Property, shown: Run, run: Run) -> bool:
    """Whether the same claim is the first to break, and no store is found there that is not shown."""
    first, broken = shown.broken[prop.name][0], run.broken[prop.name]
    if not broken or (broken[0].moment, broken[0].claim) != (first.moment, first.claim):
        return False
    return _found(run, broken[0]) <= _found(shown, first)


def _found(run: Run, broken: Broken) -> set[tuple[Moment, str]]:
    """What stored the bits that break a claim, or those that it looked at: statements, in whichever turn they did."""
    looked_at = [source for look in run.looks if look.moment == broken.moment for source in look.sources]
    stores = [source.store for source in [*(bit.found for bit in broken.bits), *looked_at]]
    return {(store.moment[-1:], store.kind) for store in stores}
