"""Claims judged as a run comes to them: how often each property made one, and what broke it,
with where that lay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from cbprove import folds
from cbprove.frozen import frozen, replace
from cbprove.properties import table
from cbprove.properties.events import (
    ClaimMade,
    Event,
    Inside,
    IsTrue,
    Moment,
    NotGivenUp,
    ReadsBack,
    SameMember,
    Stored,
    Unchanged,
)
from cbprove.semantics.judge import BrokenBit, is_about_something, judge, observed, remember
from cbprove.semantics.memory import (
    Name,
    ObjectKey,
    Source,
)
from cbprove.semantics.state import Frame, Look, State
from cbprove.semantics.trace import (
    BrokenClaim,
    Standing,
    Trace,
)
from cbprove.system.expressions import Expr, Place
from cbprove.system.program import Preserved, Property


@frozen
class Lying:
    """Where a place lay when a claim about it was judged: from which bit of which object;
    `positions` are the bits judged, from the place's first. `remembered` is what a snapshot has
    of them."""

    place: Place
    object: ObjectKey
    low: int
    positions: Sequence[int]
    remembered: Mapping[int, Source] | None = None


@frozen
class Broken:
    """A claim that does not hold: where it was made, and the bits that break it (none where it is
    not about bits).

    `turns` and `steps` are how many of each had begun. `places` is where what it is about lay,
    `looks` what values it looked at, `inputs` those that say where a place lies or how long an
    access is, `length` what `for` came to (bytes), `value` what a `write` would have stored, `live`
    whether the name in use was not given up, `standing` where the run stood: all of them only if a
    trace is asked for.
    """

    event: Event
    object: ObjectKey
    moment: Moment
    claim: ClaimMade
    bits: tuple[BrokenBit, ...]
    turns: int
    steps: int
    places: tuple[Lying, ...] = ()
    looks: tuple[Look, ...] = ()
    inputs: tuple[tuple[str, int], ...] = ()
    length: int | None = None
    value: int | None = None
    live: bool | None = None
    standing: Standing | None = None


# The first claim that ends a run: one that is made, or one that does not hold
Until = Literal["reached", "broken"]


class EndOfRun(Exception):
    """Ends a run; what came before still counts."""


class Claims:
    """What properties claim of one run, counted and judged; `turns` and `steps` are how many of
    each have begun so far."""

    def __init__(
        self, properties: Sequence[Property], state: State, trace: Trace, until: Until | None = None
    ) -> None:
        self.properties = [prop for prop in properties if prop.applies is not False]
        self.state, self.trace, self.until = state, trace, until
        self.reached = {prop.name: 0 for prop in properties}
        self.arrivals = {prop.name: 0 for prop in properties}
        self.broken: dict[str, list[Broken]] = {prop.name: [] for prop in properties}
        self.turns = self.steps = 0

    def announce(self, frame: Frame, event: Event) -> None:
        """Has each property remember what it must, and judges what it claims."""
        for prop in self.properties:
            if table.remembers(prop, event):
                self._remember(frame, prop)
            for claim in table.of_event(prop, event):
                self._claim(frame, event, prop, claim)

    def _remember(self, frame: Frame, prop: Property) -> None:
        current = frame.current.object
        if isinstance(prop.claim, Preserved):
            current.snapshots[prop.name] = remember(prop.claim.members, self.state, frame)
        else:
            # Stores are numbered as they are made (`Store.before`): from this number on they come
            # after the step.
            current.since[prop.name] = len(self.state.stores)

    def _claim(self, frame: Frame, event: Event, prop: Property, claim: ClaimMade) -> None:
        if not is_about_something(claim, self.state, frame):
            return
        # Without the step in its history a read makes no claim (decision 0022), nor does an arrival
        # without a snapshot; those are counted, since a report of a vacuous property tells of them.
        if (
            isinstance(claim, Stored)
            and claim.since is not None
            and prop.name not in frame.current.object.since
        ):
            return
        if isinstance(claim, Unchanged) and prop.name not in frame.current.object.snapshots:
            self.arrivals[prop.name] += 1
            return
        self.reached[prop.name] += 1
        if self.until == "reached":
            raise EndOfRun
        looked = len(self.state.looks)
        bits = judge(claim, prop.name, self.state, frame)
        if bits is not None:
            self.broken[prop.name].append(
                self._broken(frame, event, prop=prop, claim=claim, bits=bits, looked=looked)
            )
            self._tell_broken(frame, prop, claim)
            if self.until == "broken":
                raise EndOfRun

    def _used(self, frame: Frame, claim: ClaimMade) -> Name:
        """The name by which what the claim is about is touched."""
        if isinstance(claim, NotGivenUp) and claim.place is not None:
            return self.state.name(frame, claim.place.object)
        return frame.current

    def _tell_broken(self, frame: Frame, prop: Property, claim: ClaimMade) -> None:
        used = self._used(frame, claim)
        named = (used.object.key, used.object.names.index(used))
        self.trace.did(BrokenClaim(prop.name, frame.moment, frame.began, named))

    def _broken(
        self,
        frame: Frame,
        event: Event,
        prop: Property,
        claim: ClaimMade,
        bits: tuple[BrokenBit, ...],
        looked: int,
    ) -> Broken:
        state = self.state
        broken = Broken(
            event=event,
            object=frame.current.object.key,
            moment=frame.moment,
            claim=claim,
            bits=bits,
            turns=self.turns,
            steps=self.steps,
        )
        # Enumeration and replays ask of many runs whether they break; only of one where everything
        # lay.
        if not self.trace.wanted:
            return broken
        looks = tuple(state.looks[looked:])
        standing = self.trace.standing(frame, state.objects, looked, len(state.decisions))
        value = state.number(frame, claim.value) if isinstance(claim, ReadsBack) else None
        return replace(
            broken,
            places=tuple(self._lying(frame, prop, claim, looks)),
            looks=looks,
            inputs=tuple(self._inputs(frame, claim)),
            length=state.length(frame, getattr(claim, "length", None)),
            value=value,
            live=self._used(frame, claim).live,
            standing=standing,
        )

    def _inputs(self, frame: Frame, claim: ClaimMade) -> Iterator[tuple[str, int]]:
        """The inputs by which an access was indexed, and those that its length looked at."""
        if isinstance(claim, Inside | SameMember | Stored):
            names = [name for name, _ in claim.place.indexes]
            names += [] if claim.length is None else folds.inputs(claim.length)
            for name in dict.fromkeys(names):
                if (value := self.state.known_input(frame, name)) is not None:
                    yield name, value

    def _lying(
        self, frame: Frame, prop: Property, claim: ClaimMade, looks: tuple[Look, ...]
    ) -> Iterator[Lying]:
        """Where the places of a claim lie now; of a condition, those that were looked at."""
        match claim:
            case IsTrue():
                yield from (
                    Lying(look.place, look.object, look.low, range(look.place.width))
                    for look in looks
                )
            case Unchanged(places):
                for place, before in zip(
                    places, frame.current.object.snapshots[prop.name], strict=True
                ):
                    yield self._lies(frame, place, None, before)
            case SameMember(place, length) | Inside(place, length):
                yield self._lies(frame, place, length)
            case Stored(place, length, all_bytes=all_bytes):
                yield self._lies(frame, place, length, padding=all_bytes)
            case ReadsBack(place) | NotGivenUp(place):
                if place is not None:
                    yield self._lies(frame, place)

    def _lies(
        self,
        frame: Frame,
        place: Place,
        length: Expr | None = None,
        remembered: Mapping[int, Source] | None = None,
        padding: bool = False,
    ) -> Lying:
        extent = self.state.extent(frame, place)
        meant = observed(extent, self.state.length(frame, length))
        judged = meant if padding else [i for i in meant if i in place.covered] or meant
        return Lying(place, extent.name.object.key, extent.low, judged, remembered)
