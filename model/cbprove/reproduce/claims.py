"""The claim that a run breaks: where it is made, and the bits and members that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cbprove.folds import members
from cbprove.frozen import replace
from cbprove.properties.events import (
    ClaimMade,
    IsTrue,
    ReadsBack,
    SameMember,
    Stored,
    Unchanged,
)
from cbprove.semantics.claims import Broken, Lying
from cbprove.semantics.memory import ObjectKey, Source, StoreKey
from cbprove.semantics.run import Run
from cbprove.semantics.trace import Action, BrokenClaim, EndedStep, MadeObject, StoredBits
from cbprove.system.expressions import Place
from cbprove.system.program import Preserved, Program, Property


class Claim:
    """The first claim that a run breaks, and where it is made."""

    def __init__(self, program: Program, run: Run, prop: Property) -> None:
        self.program, self.run, self.prop = program, run, prop
        self.broken: Broken = run.broken[prop.name][0]
        self.at = next(
            i
            for i, e in enumerate(run.effects)
            if isinstance(e, BrokenClaim) and e.property == prop.name
        )
        marker = run.effects[self.at]
        assert isinstance(marker, BrokenClaim)
        self.marker = marker
        self.moment = marker.began or marker.moment
        self.kept = self._kept()

    @property
    def made(self) -> ClaimMade:
        """The claim itself."""
        return self.broken.claim

    def _kept(self) -> int | None:
        """Which effect is the end of the step that members are to be preserved from; None for
        other claims."""
        return (
            self._ended(self.prop.claim.start) if isinstance(self.prop.claim, Preserved) else None
        )

    def _ended(self, step: str) -> int | None:
        """The effect that is the latest end of a step in the history of the object that the
        claim is made on."""
        latest: dict[ObjectKey, int] = {}
        for number, effect in enumerate(self.run.effects[: self.at]):
            if isinstance(effect, EndedStep) and effect.step == step:
                latest[effect.object] = number
            elif isinstance(effect, MadeObject) and effect.parent in latest:
                latest[effect.object] = latest[effect.parent]
        return latest.get(self.broken.object)

    def _named(self, place: Place, current: ObjectKey) -> ObjectKey:
        names = [each.name for each in self.program.objects]
        return (
            current if place.object in (".", names[0]) else ObjectKey((), names.index(place.object))
        )

    def origin(self, location: Lying) -> Lying:
        """Where the bits of a place lay when they were remembered; the place itself, where
        nothing was."""
        if self.kept is None or not isinstance(self.made, Unchanged):
            return location
        effect = self.run.effects[self.kept]
        assert isinstance(effect, EndedStep)
        place = self.made.origins[self.broken.places.index(location)]
        low = location.low if place == location.place else place.low
        assert isinstance(low, int)
        return replace(location, place=place, object=self._named(place, effect.object), low=low)

    def compared(self) -> Iterator[tuple[Lying, set[int]]]:
        """Where the places lie that are compared bit by bit, and which bits of their objects
        that are."""
        for place in (
            self.broken.places if isinstance(self.made, Unchanged | SameMember | Stored) else ()
        ):
            positions = range(place.low, place.low + place.place.width)
            unchanged = isinstance(self.made, Unchanged)
            broken = {
                e.bit
                for e in self.broken.bits
                if e.object == place.object and (not unchanged or e.bit in positions)
            }
            yield place, {place.low + i for i in place.positions} | broken

    def members(self) -> tuple[Place, ...]:
        """What the claim reads as numbers."""
        match self.made:
            case IsTrue(condition):
                return tuple(members(condition))
            case ReadsBack(_, value):
                return tuple(members(value))
        return ()

    def object_of_member(self, place: Place) -> ObjectKey:
        """The object that a member lies in whose value the claim hangs on."""
        looked = next((look.object for look in self.broken.looks if look.place == place), None)
        before = reversed(self.run.effects[: self.at])
        read = (
            e.object
            for e in before
            if isinstance(e, Action) and e.place == place and e.kind == "read"
        )
        return looked or next(read, None) or self._named(place, self.broken.object)

    # --- the second run ---------------------------------------------------------------------------

    def inverted(self) -> Callable[[Source], bool]:
        """Whether a source is none that the claim allows, so that what is read must not hang on
        it."""
        if not isinstance(self.made, SameMember | Stored):
            return lambda source: False
        broken = {each.actual for each in self.broken.bits}
        disallowed = self._disallowed(self.made)
        return lambda source: source in broken or disallowed(source)

    def fixed(self) -> bool:
        """Whether a bit breaks the claim by where it is read, or when, and not by what stored it: at
        another candidate that bit may be as it should be, and is inverted all the same."""
        if not isinstance(self.made, SameMember | Stored):
            return False
        disallowed = self._disallowed(self.made)
        return not all(disallowed(each.actual) for each in self.broken.bits)

    def _disallowed(self, claim: SameMember | Stored) -> Callable[[Source], bool]:
        """Whether a claim allows nothing that a store stored, wherever and whenever it is read."""
        stores = self.run.stores
        members = {leaf.identity for leaf in claim.place.leaves}
        late = self._since(claim)

        def disallowed(source: Source) -> bool:
            kind, store = source.store.kind, stores.get(source.store)
            if kind in ("debris", "outside", "unspecified") or store is None:
                return True
            if isinstance(claim, SameMember):
                return kind != "blank" and members.isdisjoint(
                    leaf.identity for leaf in store.place.leaves
                )
            if claim.blank_is_enough:
                return False
            by_others = claim.by is not None and store.step not in claim.by
            return by_others or (kind == "blank" and not claim.cleared) or source.store not in late

        return disallowed

    def _since(self, claim: SameMember | Stored) -> frozenset[StoreKey]:
        """The stores that are late enough."""
        step = claim.since if isinstance(claim, Stored) else None
        first = 0 if step is None else self._ended(step) or 0
        return frozenset(
            e.store.key for e in self.run.effects[first : self.at] if isinstance(e, StoredBits)
        )
