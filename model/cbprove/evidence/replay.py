"""Runs tried again by the reference: a solver's answer, and the bits that other values lose.

The values tried are the least, the greatest and a fixed series of arbitrary ones, so that the same
witness shows the same bits. Other values may also take other branches, read and store elsewhere and
take longer to break the claim. So a bit of another run counts only where values are compared, and
if the run shown holds the very same there, and had the very same remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cbprove.frozen import by_identity, field, frozen, replace
from cbprove.properties.events import Unchanged
from cbprove.semantics.claims import Broken, Lying, Until
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
    until: Until | None = None,
) -> Run:
    """The run of a path under these decisions; with `until` as far as to the first such claim."""
    return run(program, path, properties, Script(decisions), trace=trace, until=until)


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
    oracles += [_Values(structure, drawing(seed), False) for seed in range(_SEEDS)]
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
    if not 0 <= bit.bit < len(memory) or memory[bit.bit] != bit.actual:
        return False
    return bit.remembered is None or any(_remembers(place, bit) for place in broken_shown.places)


def _remembers(place: Lying, bit: BrokenBit) -> bool:
    sources = place.remembered or {}
    return place.object == bit.object and sources.get(bit.bit - place.low) == bit.remembered


def drawing(seed: int) -> Random:
    """Return what draws a fixed series; its module is loaded where something is drawn."""
    from random import Random

    return Random(seed)
