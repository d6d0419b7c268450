"""Every bit that can be lost on the choices of a witness: the same arms and turns run again with other values.

The values tried are the least, the greatest and a fixed series of arbitrary ones, so that the same witness shows the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from cbprove.frozen import frozen
from cbprove.semantics.judge import BrokenBit
from cbprove.semantics.run import Broken, Run, run
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
    best, lost = witness, {(b.object, b.bit): b for b in first.bits}
    for one in _others(program, path, prop, witness):
        broken = _same_claim(one, prop.name, first)
        if broken is None:
            continue
        if len(broken.bits) > len(best.broken[prop.name][0].bits) and one.broken[prop.name][0] is broken:
            best = one
        for bit in broken.bits:
            lost.setdefault((bit.object, bit.bit), bit)
    shown = run(program, path, (prop,), _Values(dict(best.decisions), None, False), trace=True)
    return _with_bits(shown, prop.name, [lost[key] for key in sorted(lost)])


def _others(program: Program, path: Part, prop: Property, witness: Run) -> list[Run]:
    kept = {key: answer for key, answer in witness.decisions if key[0] in ("arm", "turns")}
    oracles = [_Values(kept, None, False), _Values(kept, None, True)]
    oracles += [_Values(kept, Random(seed), False) for seed in range(_TRIES)]
    if not any(key[0] in ("input", "bit") for key, _ in witness.decisions):
        return []
    return [run(program, path, (prop,), oracle) for oracle in oracles]


def _same_claim(one: Run, name: str, first: Broken) -> Broken | None:
    return next((b for b in one.broken[name] if (b.moment, b.claim) == (first.moment, first.claim)), None)


def _with_bits(one: Run, name: str, bits: Sequence[BrokenBit]) -> Run:
    first, *rest = one.broken[name]
    return replace(one, broken={**one.broken, name: (replace(first, bits=tuple(bits)), *rest)})
