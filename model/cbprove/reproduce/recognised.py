"""Inputs that a run does not hang on, at numbers that can be recognised: a witness has the least that will do, often 0."""

from __future__ import annotations

from cbprove.evidence.replay import replay
from cbprove.properties.events import IsTrue, ReadsBack
from cbprove.semantics.run import Run
from cbprove.semantics.trace import Action, BrokenClaim, CopiedBits, StoredBits
from cbprove.system import Input, Part, Program, Property

_FIRST = 0x21


def recognised(program: Program, path: Part, prop: Property, shown: Run) -> Run:
    """The run with such inputs, each of which leaves what was done to memory and the bits that break the claim as they were."""
    if isinstance(shown.broken[prop.name][0].claim, IsTrue | ReadsBack):
        return shown  # what they are about are the values themselves
    wanted = _deeds(shown, prop)
    for number, (key, now) in enumerate([each for each in shown.decisions if each[0][0] == "input"]):
        value = _value(program.inputs[str(key[1])], _FIRST + number % 0x40)
        if value != now:
            run = replay(program, path, (prop,), {**dict(shown.decisions), key: value}, trace=True)
            if run.broken[prop.name] and _deeds(run, prop) == wanted:
                shown = run
    return shown


def _value(declared: Input, byte: int) -> int:
    """A number of equal bytes, as many as the range allows."""
    found = byte
    while found << 8 | byte <= declared.high and found.bit_length() <= declared.type.bits - 8:
        found = found << 8 | byte
    return min(max(found, declared.low), declared.high)


def _deeds(run: Run, prop: Property) -> list[object]:
    """What was done to memory, one thing after the other, and which bits break the first claim."""
    broken = run.broken[prop.name][:1]
    deeds: list[object] = [[(each.moment, [(bit.object, bit.bit) for bit in each.bits]) for each in broken]]
    for effect in run.effects:
        match effect:
            case StoredBits(store, object, _, bits):
                deeds.append((store.key, object, bits))
            case CopiedBits():
                deeds.append((effect.moment, effect.origin_object, effect.origin_low, effect.object, effect.bits))
            case Action():
                pass
            case BrokenClaim():
                break
            case _:
                deeds.append((type(effect), effect.moment))
    return deeds
