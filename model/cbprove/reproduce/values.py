"""What each bit of a run holds in a program: what the run says where it hangs on it, else a number
that shows whose it is.

Inputs that a run does not hang on, at numbers that can be recognised: a witness has the least that
will do, often 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cbprove.evidence.replay import replay
from cbprove.properties.events import IsTrue, Moment, ReadsBack
from cbprove.semantics import arithmetic
from cbprove.semantics.memory import ObjectKey, Source, Store, StoreKey
from cbprove.semantics.run import Run
from cbprove.semantics.state import DecisionKey
from cbprove.semantics.trace import Action, BrokenClaim, CopiedBits, MadeObject, StoredBits
from cbprove.system.expressions import IntType
from cbprove.system.program import Input, Part, Program, Property

# Bytes below 0x80, so that a signed member keeps them; memory that nobody stored to is recognised
# by its first digit.
_FIRST, _LAST = 0x11, 0x7F
_DEBRIS = 0xD0


class Values:
    """The bits of a run. `inverted` says of a source that the second run of a program has its
    bits the other way round."""

    def __init__(self, program: Program, run: Run) -> None:
        self.program, self.run = program, run
        self.inverted: Callable[[Source], bool] = lambda source: False
        self._fills: dict[tuple[object, int], int] = {}
        self._lows: dict[StoreKey, int] = {}
        self._flipped: set[Source] = set()
        for effect in run.effects:
            if isinstance(effect, StoredBits):
                self._lows[effect.store.key] = effect.low
                self._fill(effect.store.key)
        self._objects = {ObjectKey((), i): i + 1 for i in range(len(program.objects))}
        for effect in run.effects:
            if isinstance(effect, MadeObject):
                self._objects[effect.object] = len(self._objects) + 1

    def _fill(self, key: StoreKey) -> int:
        """The byte that an arbitrary store leaves everywhere: the next one for each."""
        fill = _FIRST + len(self._fills) % (_LAST - _FIRST + 1)
        return self._fills.setdefault((key.moment, key.ordinal), fill)

    def debris(self, key: ObjectKey) -> int:
        """The byte that an object is full of before anybody stores to it."""
        return _DEBRIS + self._objects[key] % 16

    def bit(self, source: Source) -> int:
        """What a bit holds."""
        settled = self.settled(source)
        return settled if settled is not None else self._free(source)

    def settled(self, source: Source) -> int | None:
        """What a bit must hold, None where it is free."""
        if source.store.kind == "blank" or self._above_bool(source):
            return 0
        return self.run.values.get(source)

    def _free(self, source: Source) -> int:
        store = source.store
        if store.kind == "debris":
            byte, low = self.debris(ObjectKey(store.moment, store.ordinal)), 0
        else:
            byte, low = self._fill(store), self._lows.get(store, 0)
        at = (low + source.position) % 8
        return self.weigh(byte, at) ^ (source in self._flipped)

    def weigh(self, byte: int, at: int) -> int:
        """The bit at a position of a byte."""
        return byte >> arithmetic.weight(at, 8, self.program.little_endian) & 1

    def byte(self, bits: Mapping[int, int]) -> int:
        """The byte of which some positions are set; the others are 0."""
        return sum(
            bit << arithmetic.weight(at, 8, self.program.little_endian) for at, bit in bits.items()
        )

    def _above_bool(self, source: Source) -> bool:
        """Whether it is a bit of a bool that a store through it leaves 0."""
        store = self.run.stores.get(source.store)
        if store is None or source.store.kind != "fresh" or not store.typed:
            return False
        return _is_above_bool(store, source.position, self.program.little_endian)

    def differ(self, pairs: Iterable[tuple[int, Source, Source]]) -> None:
        """Makes free bits so that each byte in which bits are not what they were also looks so:
        (bit, before, now)."""
        bytes_: dict[int, list[tuple[Source, Source]]] = {}
        for at, before, source in pairs:
            bytes_.setdefault(at // 8, []).append((before, source))
        used: set[Source] = set()
        for pair_set in bytes_.values():
            if all(self.bit(before) == self.bit(source) for before, source in pair_set):
                free = (
                    byte
                    for pair in pair_set
                    for byte in pair
                    if self.settled(byte) is None and byte not in used
                )
                self._flipped.update(list(free)[:1])
            used.update(byte for pair in pair_set for byte in pair)

    # --- as the run has them ----------------------------------------------------------------------

    def input(self, name: str, moment: Moment) -> int:
        """The value of an input in the step that began at a moment, or in the path's own
        statement of that moment."""
        key: DecisionKey = (
            ("input", name, moment) if self.program.inputs[name].per_step else ("input", name)
        )
        return dict(self.run.decisions).get(key, 0)

    def number(self, sources: Iterable[Source], type: IntType) -> int:
        """What bits are as a type reads them."""
        return arithmetic.read_back(
            [self.bit(source) for source in sources], type, self.program.little_endian
        )


def _is_above_bool(store: Store, position: int, little_endian: bool) -> bool:
    leaves = [leaf for leaf in store.place.leaves if 0 <= position - leaf.offset < leaf.width]
    weights = (
        arithmetic.weight((position - leaf.offset) % leaf.element, leaf.element, little_endian)
        for leaf in leaves
    )
    return bool(leaves) and all(
        leaf.boolean and weight > 0 for leaf, weight in zip(leaves, weights, strict=True)
    )


_FIRST_INPUT = 0x21


def recognised(program: Program, path: Part, prop: Property, run_shown: Run) -> Run:
    """The run with such inputs, each of which leaves what was done to memory and the bits that
    break the claim as they were."""
    if isinstance(run_shown.broken[prop.name][0].claim, IsTrue | ReadsBack):
        return run_shown  # what they are about are the values themselves
    deeds = _deeds(run_shown, prop)
    for number, (key, value_now) in enumerate(
        [each for each in run_shown.decisions if each[0][0] == "input"]
    ):
        value = _value(program.inputs[str(key[1])], _FIRST_INPUT + number % 0x40)
        if value != value_now:
            run = replay(
                program, path, (prop,), {**dict(run_shown.decisions), key: value}, trace=True
            )
            if run.broken[prop.name] and _deeds(run, prop) == deeds:
                run_shown = run
    return run_shown


def _value(declared: Input, byte: int) -> int:
    """A number of equal bytes, as many as the range allows."""
    value = byte
    while value << 8 | byte <= declared.high and value.bit_length() <= declared.type.bits - 8:
        value = value << 8 | byte
    return min(max(value, declared.low), declared.high)


def _deeds(run: Run, prop: Property) -> list[object]:
    """What was done to memory, one thing after the other, and which bits break the first claim."""
    broken = run.broken[prop.name][:1]
    deeds: list[object] = [
        [(each.moment, [(bit.object, bit.bit) for bit in each.bits]) for each in broken]
    ]
    for effect in run.effects:
        match effect:
            case StoredBits(store, object, _, bits):
                deeds.append((store.key, object, bits))
            case CopiedBits():
                deeds.append(
                    (
                        effect.moment,
                        effect.origin_object,
                        effect.origin_low,
                        effect.object,
                        effect.bits,
                    )
                )
            case Action():
                pass
            case BrokenClaim():
                break
            case _:
                deeds.append((type(effect), effect.moment))
    return deeds
