"""Every bit that can be lost on the choices of a witness: the same arms and turns run again with other values.

The values tried are the least, the greatest and a fixed series of arbitrary ones, so that the same witness shows the same bits.
Other values may also take other branches, read and store elsewhere and take longer to break the claim. So a bit of another run
counts only where values are compared, and if the run shown holds the very same there, and had the very same remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from cbprove.frozen import frozen
from cbprove.properties.events import Unchanged
from cbprove.semantics.judge import BrokenBit
from cbprove.semantics.run import Broken, Lying, Run, run
from cbprove.semantics.state import DecisionKey
from cbprove.system import Part, Program, Property

_TRIES = 14


@frozen
class _Values:
    """An oracle that keeps arms and turns, and answers for inputs and bits what its series gives."""

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
    """The witness with the values that lose most, and with all bits that its first broken claim loses for any values."""
    first = witness.broken[prop.name][0]
    best, seen = witness, list(first.bits)
    for one in _others(program, path, prop, witness):
        broken = _same_claim(one, prop.name, first)
        if broken is None:
            continue
        if len(broken.bits) > len(best.broken[prop.name][0].bits) and one.broken[prop.name][0] is broken:
            best = one
        seen += broken.bits
    shown = run(program, path, (prop,), _Values(dict(best.decisions), None, False), trace=True)
    return _with_bits(shown, prop.name, seen)


def _others(program: Program, path: Part, prop: Property, witness: Run) -> list[Run]:
    kept = {key: answer for key, answer in witness.decisions if key[0] in ("arm", "turns")}
    oracles = [_Values(kept, None, False), _Values(kept, None, True)]
    oracles += [_Values(kept, Random(seed), False) for seed in range(_TRIES)]
    if not any(key[0] in ("input", "bit") for key, _ in witness.decisions):
        return []
    return [run(program, path, (prop,), oracle) for oracle in oracles]


def _same_claim(one: Run, name: str, first: Broken) -> Broken | None:
    """The same claim broken after as many turns and steps."""
    alike = (b for b in one.broken[name] if (b.moment, b.claim) == (first.moment, first.claim))
    return next((b for b in alike if (b.turns, b.steps) == (first.turns, first.steps)), None)


def _with_bits(one: Run, name: str, seen: Sequence[BrokenBit]) -> Run:
    first, *rest = one.broken[name]
    of_values = isinstance(first.claim, Unchanged)
    lost = {(bit.object, bit.bit): bit for bit in seen if of_values and _holds(first, bit)}
    lost.update({(bit.object, bit.bit): bit for bit in first.bits})
    bits = tuple(lost[key] for key in sorted(lost))
    return replace(one, broken={**one.broken, name: (replace(first, bits=bits), *rest)})


def _holds(shown: Broken, bit: BrokenBit) -> bool:
    """Whether the bit that another run lost has the same sources in the run shown, now and where they were remembered."""
    assert shown.standing is not None
    memory = shown.standing.stage.memory.get(bit.object, ())
    if not 0 <= bit.bit < len(memory) or memory[bit.bit] != bit.found:
        return False
    return bit.remembered is None or any(_remembers(place, bit) for place in shown.places)


def _remembers(lying: Lying, bit: BrokenBit) -> bool:
    sources = lying.remembered or {}
    return lying.object == bit.object and sources.get(bit.bit - lying.low) == bit.remembered
