"""Objects as flat lists of bits, each holding its source; the names that objects go by; who made
a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from typing import Literal, NamedTuple

from cbprove.frozen import by_identity, field, frozen
from cbprove.properties.events import Moment
from cbprove.system.expressions import Leaf, Place

# fresh: an arbitrary value. value: that of an EXPR. blank: cleared. unspecified: padding that a
# struct assignment left. debris: stored by nobody. outside: before or behind the object, where
# there is nothing.
Kind = Literal["fresh", "value", "blank", "unspecified", "debris", "outside"]


class StoreKey(NamedTuple):
    """Names a store: the moment of its statement, the ordinal of the place in it, and what it left.

    Debris has the key of its object. Bits looked for outside of an object have that of the access
    and the object (`nowhere`).
    """

    moment: Moment
    ordinal: int
    kind: Kind


class Source(NamedTuple):
    """A store, and the position in bits from the first bit of the place it went to (of the
    object, for debris)."""

    store: StoreKey
    position: int


_SOURCE: Callable[[tuple[StoreKey, int]], Source] = partial(tuple.__new__, Source)


class ObjectKey(NamedTuple):
    """Names an object: the moment it was made. Declared ones are made at () and told apart by
    their ordinal."""

    moment: Moment
    ordinal: int


@frozen
class Store:
    """Who stored, and through which place; `began` is the moment of the step run (None in a path's
    own statements).

    `typed` says that members were stored, each with a value of its type; a store of so many bytes
    may leave anything. `before` counts the stores of the run before it.
    """

    key: StoreKey
    step: str | None
    layer: str | None
    began: Moment | None
    place: Place
    typed: bool = True
    before: int = 0

    def through(self, wanted: Leaf) -> tuple[tuple[int, int, int], ...]:
        """The bits that were stored through a leaf's member: the first of each run and its end,
        and what is added to a position for the one among the member's bits."""
        return tuple(
            (leaf.offset, leaf.offset + leaf.width, leaf.at - leaf.offset)
            for leaf in self.place.leaves
            if wanted.shares_member(leaf)
        )


@by_identity
class Object:
    """The bits of one object and what it remembers of the steps that ran on it.

    `history` is the step runs that ended on it or on what it was made from. `snapshots` are the
    bits remembered for each property (by name): for each place, the source at each position.
    `since` says how many stores there were when the step ended that a property (by name) asks for
    stores since.
    """

    key: ObjectKey
    bits: list[Source]
    parent: Name | None = None
    history: list[Moment] = field(default_factory=list)
    snapshots: dict[str, tuple[dict[int, Source], ...]] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)

    @property
    def shared(self) -> bool:
        """Two names of it or more are live."""
        return sum(name.live for name in self.names) > 1


@by_identity
class Name:
    """One name that an object goes by, live until it is given up."""

    object: Object
    live: bool = True

    def __post_init__(self) -> None:
        self.object.names.append(self)


@frozen
class Extent:
    """Where a place lies at a moment of a run: by which name, and its first bit in the object.

    An object's bytes are one flat array: what lies in the object is touched, in whichever area of
    it; the rest is nowhere.
    """

    name: Name
    place: Place
    low: int
    moment: Moment

    def width(self, length: int | None = None) -> int:
        """The bits meant: those of the place, or of its first `length` bytes."""
        return self.place.width if length is None else 8 * length

    def inside(self, length: int | None = None) -> range:
        """The positions meant that lie in the object."""
        return range(
            max(0, -self.low), min(self.width(length), len(self.name.object.bits) - self.low)
        )

    def contains(self, length: int | None = None) -> bool:
        """Whether all that is meant lies in the area that the place began in."""
        first, last = self.place.bound
        width = self.width(length)
        return width <= 0 or (first <= self.low and self.low + width <= last)

    def clipped(self, runs: Sequence[tuple[int, int]]) -> list[range]:
        """The positions of some runs (offset, width) of the place that lie in the object."""
        inside = self.inside()
        clipped = (
            range(max(offset, inside.start), min(offset + width, inside.stop))
            for offset, width in runs
        )
        return [run for run in clipped if run]

    def observed(self) -> list[int]:
        """The positions that some leaf covers, wherever they lie, in order."""
        covered = self.place.covered
        return [i for i in range(self.place.width) if i in covered]

    def is_nowhere(self, position: int) -> bool:
        """Whether the bit at a position lies outside of the object."""
        return not 0 <= self.low + position < len(self.name.object.bits)

    def source(self, position: int) -> Source:
        """What the bit at a position holds; outside of the object something arbitrary, another
        at another moment."""
        bit, object = self.low + position, self.name.object
        if self.is_nowhere(position):
            return Source(nowhere(self.moment, object.key), bit)
        return object.bits[bit]

    def sources(self, positions: range) -> list[Source]:
        """What the bits at some positions, one after another, hold."""
        bits, low = self.name.object.bits, self.low
        if 0 <= low + positions.start <= low + positions.stop <= len(bits):
            return bits[low + positions.start : low + positions.stop]
        return [self.source(i) for i in positions]


def nowhere(moment: Moment, key: ObjectKey) -> StoreKey:
    """What an access finds outside of an object. Nothing is known of it, not even that it is the
    same at another moment."""
    return StoreKey((*moment, -1, *key.moment), key.ordinal, "outside")


def debris(key: ObjectKey, width: int) -> list[Source]:
    """Bits that nobody stored."""
    return list(sources(StoreKey(key.moment, key.ordinal, "debris"), width))


class _Kept:
    """Sources by store, of stores that have `most` bits together."""

    def __init__(self, most: int) -> None:
        self._most, self._bits = most, 0
        self._by_store: dict[tuple[StoreKey, int], tuple[Source, ...]] = {}

    def of(self, store: StoreKey, width: int) -> tuple[Source, ...]:
        """The sources of the first bits of a store, made unless they are kept."""
        made = self._by_store.get((store, width))
        if made is None:
            # `Source(store, bit)` for each bit; a run makes more of these than of all else.
            made = tuple(map(_SOURCE, zip(repeat(store), range(width), strict=False)))
            self._keep(store, made)
        return made

    def _keep(self, store: StoreKey, made: tuple[Source, ...]) -> None:
        self._bits += len(made)
        if self._bits > self._most:
            self._by_store.clear()
            self._bits = len(made)
        self._by_store[store, len(made)] = made


# A path is run many times, and stores the same each time. So many take some 50 MB.
_kept = _Kept(1 << 19)


def sources(store: StoreKey, width: int) -> tuple[Source, ...]:
    """The first bits of a store."""
    return _kept.of(store, width)


def make(key: ObjectKey, origin: Name, bits: list[Source]) -> Name:
    """A new object with one name, made from another: it begins with that one's history."""
    parent = origin.object
    history, snapshots, since_steps = (
        list(parent.history),
        dict(parent.snapshots),
        dict(parent.since),
    )
    return Name(
        Object(key, bits, parent=origin, history=history, snapshots=snapshots, since=since_steps)
    )
