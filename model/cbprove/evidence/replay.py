"""Runs tried again by the reference: a solver's answer, the bits that other values lose, the
decisions that do not matter.

The values tried are the least, the greatest and a fixed series of arbitrary ones, so that the same
witness shows the same bits. Other values may also take other branches, read and store elsewhere and
take longer to break the claim. So a bit of another run counts only where values are compared, and
if the run shown holds the very same there, and had the very same remembered.

Each is tried alone, then together with those found before: of two that could each be otherwise,
both may not. Of many answers the least, the greatest and a fixed series of others are tried, so
that the same witness says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cbprove.frozen import by_identity, field, frozen, replace
from cbprove.properties.events import Moment, Unchanged
from cbprove.semantics.claims import Broken, Lying
from cbprove.semantics.judge import BrokenBit
from cbprove.semantics.run import Run, run
from cbprove.semantics.state import DecisionKey
from cbprove.system.program import Part, Program, Property

if TYPE_CHECKING:
    from random import Random


@by_identity
class Script:
    """An oracle that answers what was decided, and the least it may wherever nothing was."""

    decisions: Mapping[DecisionKey, int]
    answered: dict[DecisionKey, int] = field(default_factory=dict)

    def choose(self, key: DecisionKey, low: int, high: int | None) -> int:
        """What was decided, if it is in range."""
        answer = self.decisions.get(key, low)
        if answer < low or (high is not None and answer > high):
            answer = low
        self.answered[key] = answer
        return answer


def replay(
    program: Program,
    path: Part,
    properties: Sequence[Property],
    decisions: Mapping[DecisionKey, int],
    trace: bool = False,
) -> Run:
    """The run of a path under these decisions."""
    return run(program, path, properties, Script(decisions), trace=trace)


_SEEDS = 14


@frozen
class _Values:
    """An oracle that keeps arms and turns, and answers for inputs and bits what its series
    gives."""

    kept: Mapping[DecisionKey, int]
    draw: Random | None
    greatest: bool

    def choose(self, key: DecisionKey, low: int, high: int | None) -> int:
        """The decision kept, or a value of the series."""
        if key in self.kept:
            return self.kept[key]
        if high is None or key[0] in ("arm", "turns"):
            return low
        if self.draw is not None:
            return self.draw.randint(low, high)
        return high if self.greatest else low


def spread(program: Program, path: Part, prop: Property, witness: Run) -> Run:
    """The witness with the values that lose most, and with all bits that its first broken claim
    loses for any values."""
    first = witness.broken[prop.name][0]
    best, bits_seen = witness, list(first.bits)
    for other in _other_values(program, path, prop, witness):
        broken = _same_claim(other, prop.name, first)
        if broken is None:
            continue
        if (
            len(broken.bits) > len(best.broken[prop.name][0].bits)
            and other.broken[prop.name][0] is broken
        ):
            best = other
        bits_seen += broken.bits
    traced = run(program, path, (prop,), _Values(dict(best.decisions), None, False), trace=True)
    return _with_bits(traced, prop.name, bits_seen)


def _other_values(program: Program, path: Part, prop: Property, witness: Run) -> list[Run]:
    structure = {key: answer for key, answer in witness.decisions if key[0] in ("arm", "turns")}
    oracles = [_Values(structure, None, False), _Values(structure, None, True)]
    oracles += [_Values(structure, _random(seed), False) for seed in range(_SEEDS)]
    if not any(key[0] in ("input", "bit") for key, _ in witness.decisions):
        return []
    return [run(program, path, (prop,), oracle) for oracle in oracles]


def _same_claim(other: Run, name: str, first: Broken) -> Broken | None:
    """The same claim broken after as many turns and steps."""
    alike = (b for b in other.broken[name] if (b.moment, b.claim) == (first.moment, first.claim))
    return next((b for b in alike if (b.turns, b.steps) == (first.turns, first.steps)), None)


def _with_bits(other: Run, name: str, bits_seen: Sequence[BrokenBit]) -> Run:
    first, *rest = other.broken[name]
    of_values = isinstance(first.claim, Unchanged)
    lost = {(bit.object, bit.bit): bit for bit in bits_seen if of_values and _holds(first, bit)}
    lost.update({(bit.object, bit.bit): bit for bit in first.bits})
    bits = tuple(lost[key] for key in sorted(lost))
    return replace(other, broken={**other.broken, name: (replace(first, bits=bits), *rest)})


def _holds(broken_shown: Broken, bit: BrokenBit) -> bool:
    """Whether the bit that another run lost has the same sources in the run shown, now and where
    they were remembered."""
    assert broken_shown.standing is not None
    memory = broken_shown.standing.stage.memory.get(bit.object, ())
    if not 0 <= bit.bit < len(memory) or memory[bit.bit] != bit.found:
        return False
    return bit.remembered is None or any(_remembers(place, bit) for place in broken_shown.places)


def _remembers(place: Lying, bit: BrokenBit) -> bool:
    sources = place.remembered or {}
    return place.object == bit.object and sources.get(bit.bit - place.low) == bit.remembered


Answers = Mapping[DecisionKey, int]

_ALL = 8  # answers that are all tried
_DRAWS = 4  # of the series
_TURNS = 3  # more or fewer, where there is no limit
_TOGETHER = 4  # times that all found are changed at once


def idle(program: Program, path: Part, prop: Property, run_shown: Run) -> frozenset[DecisionKey]:
    """The decisions of a run that breaks a property that could be otherwise, all of them, and
    its first broken claim would still break. The bits of one member looked at go together."""
    groups: list[list[Answers]] = []
    for keys in _groups(prop, run_shown):
        alternatives = list(_other_answers(program, run_shown, keys))
        alone = (_again(program, path, prop, run_shown, other) for other in alternatives)
        together = (
            _again(program, path, prop, run_shown, mixed)
            for mixed in _mixed([*groups, alternatives])
            if groups
        )
        if _idle(prop, run_shown, keys, alone) and all(
            _same(prop, run_shown, run) or _ended(prop, run) for run in together
        ):
            groups.append(alternatives)
    return frozenset(key for group in groups for other in group for key in other)


def _idle(
    prop: Property, run_shown: Run, keys: tuple[DecisionKey, ...], runs: Iterable[Run]
) -> bool:
    """Whether all runs break the same claim, those left out that an assumption ends, and one of
    them took another answer."""
    tried = False
    for other in runs:
        if _ended(prop, other):
            continue
        if not _same(prop, run_shown, other):
            return False
        tried = tried or _answers(other, keys) != _answers(run_shown, keys)
    return tried


def _random(seed: int) -> Random:
    from random import Random

    return Random(seed)


def _again(program: Program, path: Part, prop: Property, run: Run, other: Answers) -> Run:
    return replay(program, path, (prop,), {**dict(run.decisions), **other})


def _mixed(groups: list[list[Answers]]) -> Iterator[Answers]:
    """Other answers to several questions at once: the first, the last, and some of any."""
    draw = _random(0)
    yield _joined(group[0] for group in groups)
    yield _joined(group[-1] for group in groups)
    for _ in range(_TOGETHER):
        yield _joined(draw.choice(group) for group in groups)


def _joined(answers: Iterable[Answers]) -> Answers:
    return {key: answer for other in answers for key, answer in other.items()}


def _answers(run: Run, keys: tuple[DecisionKey, ...]) -> list[int | None]:
    """An answer that is out of range is not taken: then nothing was tried."""
    answers_of_run = dict(run.decisions)
    return [answers_of_run.get(key) for key in keys]


def _groups(prop: Property, run: Run) -> Iterator[tuple[DecisionKey, ...]]:
    """The decisions up to the break one by one, bits by the members that they were first looked
    at in."""
    moment = run.broken[prop.name][0].standing
    decisions = run.decisions[: moment.decisions] if moment else run.decisions
    bits = {key for key, _ in decisions if key[0] == "bit"}
    yield from ((key,) for key, _ in decisions if key not in bits)
    for look in run.looks:
        keys = tuple(key for source in look.sources if (key := ("bit", *source)) in bits)
        bits.difference_update(keys)
        if keys:
            yield tuple(dict.fromkeys(keys))


def _other_answers(program: Program, run: Run, keys: tuple[DecisionKey, ...]) -> Iterator[Answers]:
    """Other answers to some questions."""
    current = dict(run.decisions)
    if keys[0][0] == "bit":
        for number in _series(0, (1 << len(keys)) - 1):
            yield {key: number >> at & 1 for at, key in enumerate(keys)}
        return
    low, high = _range(program, keys[0], current[keys[0]])
    yield from ({keys[0]: answer} for answer in _series(low, high) if answer != current[keys[0]])


def _series(low: int, high: int) -> list[int]:
    if high - low < _ALL:
        return list(range(low, high + 1))
    draw = _random(0)
    return [low, high, *(draw.randint(low, high) for _ in range(_DRAWS))]


def _range(program: Program, key: DecisionKey, answer: int) -> tuple[int, int]:
    """The answers to try; of arms and turns some may be out of range, and the run then takes the
    least."""
    if key[0] == "input":
        declared = program.inputs[str(key[1])]
        return declared.low, declared.high
    return max(0, answer - _TURNS), answer + _TURNS


def _ended(prop: Property, run: Run) -> bool:
    """Whether an assumption leaves no such run."""
    return run.ended and not run.broken[prop.name]


def _same(prop: Property, run_shown: Run, run: Run) -> bool:
    """Whether the same claim is the first to break, and no store is found there that is not
    shown."""
    first, broken = run_shown.broken[prop.name][0], run.broken[prop.name]
    if not broken or (broken[0].moment, broken[0].claim) != (first.moment, first.claim):
        return False
    return _found(run, broken[0]) <= _found(run_shown, first)


def _found(run: Run, broken: Broken) -> set[tuple[Moment, str]]:
    """What stored the bits that break a claim, or those that it looked at: statements, in
    whichever turn they did."""
    looked_at = [
        source for look in run.looks if look.moment == broken.moment for source in look.sources
    ]
    stores = [source.store for source in [*(bit.found for bit in broken.bits), *looked_at]]
    return {(store.moment[-1:], store.kind) for store in stores}
