"""Which of the things that a run did can reach the bits that its claim is about: the rest is
left out of a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cbprove.reproduce.claims import Claim
from cbprove.semantics.memory import ObjectKey
from cbprove.semantics.trace import CopiedBits, Effect, HeldName, MadeObject, StoredBits
from cbprove.system.expressions import Place

Needed = dict[ObjectKey, set[int]]


class Slice:
    """Walks back from a claim. A view that a macro moves may come to lie anywhere in its object:
    all of its stores stay."""

    def __init__(
        self,
        claim: Claim,
        seeds: Iterable[tuple[ObjectKey, Place, range]],
        widths: Mapping[ObjectKey, int],
        moved: frozenset[str],
    ) -> None:
        self.claim, self.widths, self.moved = claim, widths, moved
        self.needed: Needed = {}
        self.kept: set[int] = set()
        for key, place, bits in seeds:
            self._need(key, place, bits)
        for number in reversed(range(claim.at)):
            if number == claim.kept:
                self._need_remembered()
            if self._is_needed(claim.run.effects[number]):
                self.kept.add(number)

    def _need_remembered(self) -> None:
        """What a `preserved` remembers here is compared at the end."""
        for location, compared in self.claim.compared():
            origin = self.claim.origin(location)
            positions = {bit - location.low + origin.low for bit in compared}
            self._need(origin.object, origin.place, positions)

    def _is_needed(self, effect: Effect) -> bool:
        """Whether what comes later hangs on this; then so it does on what this was made of."""
        match effect:
            case StoredBits():
                return self._touches(effect.object, effect.store.place, effect.bits)
            case CopiedBits():
                return self._copied(effect)
            case MadeObject():
                if effect.object not in self.needed:
                    return False
                if effect.kind != "new":
                    needed = self.needed.setdefault(effect.parent, set())
                    needed.update(self.needed[effect.object])
                return True
            case HeldName():
                return True
            case _:
                return False

    def _need(self, key: ObjectKey, place: Place, bits: Iterable[int]) -> None:
        moves = place.view in self.moved
        self.needed.setdefault(key, set()).update(range(self.widths[key]) if moves else bits)

    def _touches(self, key: ObjectKey, place: Place, bits: Iterable[int]) -> bool:
        needed = self.needed.get(key)
        return needed is not None and (place.view in self.moved or not needed.isdisjoint(bits))

    def _copied(self, effect: CopiedBits) -> bool:
        if not effect.bits or not self._touches(effect.object, effect.target, effect.bits):
            return False
        shift = effect.origin_low - effect.low
        bits = range(min(effect.bits) + shift, max(effect.bits) + shift + 1)
        self._need(effect.origin_object, effect.origin, bits)
        if effect.target.view in self.moved:
            self.needed[effect.origin_object].update(bits)
        return True
