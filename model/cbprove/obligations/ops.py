"""A run unfolded: every store, copy and making that any choice can lead to, in order, each under
its guard.

Every object made has an address space of its own, so that one integer says where a bit lies: `base`
of the object plus the bit's position in it. Extents are in bits, half open.

Which bits of a place a store gives a source, and which it leaves known to be zero, as runs (offset,
width).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Literal

from cbprove.diagnostics import Span
from cbprove.frozen import by_identity, field, frozen
from cbprove.logic.terms import Bool, Int, Term, and_, ite, le, lt, var
from cbprove.obligations.values import Value
from cbprove.properties.events import ClaimMade, Moment
from cbprove.system.expressions import Leaf, Place
from cbprove.system.program import Input, Object
from cbprove.system.statements import Given

BASE = 1 << 26  # bits between the address spaces of two objects: more than any object has

Run = tuple[int, int]
Area = tuple[
    int, str
    # An instance's number, and which of its bits: MEMORY, or "#..." for what a property remembers
    # of them
]
MEMORY = ""  # the bytes of an object are one flat array, whatever members it has
Key = tuple[object, ...]
# Inputs that move a place, the unknown of each, and by how many bits for each 1 of it
Indexes = Sequence[tuple[Input, Term, int]]


@by_identity
class Instance:
    """An object of the run. `made` is the number of events before it was made; `parent` what it
    was made from, by the name `parent_name`."""

    number: int
    name: str
    shape: Object
    parent: Instance | None
    made: int
    key: Key
    parent_name: ObjectName | None = None

    @property
    def base(self) -> int:
        return self.number * BASE


@by_identity
class ObjectName:
    """A name of an object: whether it was given up, and whether it was taken at all."""

    text: str
    instance: Instance
    live: Bool
    gone: Bool


@by_identity
class StepRun:
    """One run of a step; `ended` is the number of events up to its end."""

    step: str
    instance: Instance
    ended: int | None = None


StoreKind = Literal["fresh", "value", "blank", "debris", "head", "mark"]


@by_identity
class Store:
    """The bits of `runs` (of the extent, in bits from its first; None: all of it) get this store as
    their source.

    `unspecified` runs are stored by nobody, `zero` runs hold a stored zero (the upper bits of a
    bool). `bound` is what the extent is clipped to, None when it stands still and surely lies in
    its object. A "head" stands for turns of a loop that went before: they may have left anything in
    these bits. `order` grows from store to store of a run; those that earlier turns of one cut loop
    left have one number, since nothing says which of them came first.
    """

    number: int
    key: Key
    kind: StoreKind
    area: Area
    low: Int
    width: Int
    guard: Bool
    bound: Run | None = None
    runs: tuple[Run, ...] | None = None
    unspecified: tuple[Run, ...] = ()
    zero: tuple[Run, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    value: Value | None = None
    run: StepRun | None = None
    text: str = ""
    indexes: Indexes = ()
    length: Value | None = None
    order: int = 0
    given: Given | None = None

    @cached_property
    def leaves_by_identity(self) -> Mapping[str, list[Leaf]]:
        """The leaves, by whose bits they are."""
        leaves: dict[str, list[Leaf]] = {}
        for leaf in self.leaves:
            leaves.setdefault(leaf.identity, []).append(leaf)
        return leaves


@by_identity
class Copied:
    """The bits of one extent get the sources of another of the same width, all read before any
    is written."""

    key: Key
    area: Area
    low: Int
    origin: Area
    origin_low: Int
    width: Int
    guard: Bool
    bound: Run | None = None
    origin_bound: Run | None = None
    text: str = ""
    indexes: Indexes = ()
    origin_indexes: Indexes = ()
    length: Value | None = None
    given: Given | None = None

    @property
    def moment(self) -> Moment:
        """When it is done."""
        moment: Moment = self.key[1]  # type: ignore[assignment]
        return moment


@by_identity
class Made:
    """An object comes to be: a clone of its parent, or debris that inherits the history alone."""

    instance: Instance
    debris: bool


Operation = Store | Copied | Made


@frozen
class Decision:
    """A choice of the run: the key that the reference asks its oracle with, its unknown, its
    range, and when it is met."""

    key: Key
    term: Term
    low: int
    high: int
    guard: Bool


@frozen
class Touched:
    """Where a place lies in the run: in which object, from which address."""

    instance: Instance
    low: Int
    indexes: Indexes


@frozen
class ClaimAt:
    """A claim met in the run: after how many operations and events, under which guard
    (assumptions included), on which object. `turns` and `steps` are how many of those that the
    unfolding lists may have begun before it."""

    property: int
    claim: ClaimMade
    time: int
    clock: int
    guard: Bool
    current: Instance
    moment: Moment
    touched: tuple[Touched, ...]
    condition: Bool | None = None
    length: Value | None = None
    span: Span | None = None
    turns: int = 0
    steps: int = 0
    given: Given | None = None


@frozen
class Followed:
    """A cut loop's arbitrary later turn, in counts of operations: `before` what earlier turns left,
    after it (`head`), at the turn's `end`. `entry` says that a run comes to the loop's later turns,
    `guard` that it takes this one, `alive` that it comes to its end.
    """

    before: int
    entry: Bool
    head: int
    end: int
    guard: Bool
    alive: Bool


@by_identity
class Unfolding:
    """All that the runs of one path can do, as far as the plan follows its loops.

    `cut` lists the loops of which, after as many turns as `laid_out` says, one turn stands for all
    that follow; `heads` are what those may leave to later ones, `followed` where that turn stands.
    `truncated` lists the loops that were not followed to their end.
    """

    path: str
    operations: list[Operation] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    decisions: dict[Key, Decision] = field(default_factory=dict)
    ranges: dict[str, tuple[int, int]] = field(default_factory=dict)  # of what stands for decisions
    claims: list[ClaimAt] = field(default_factory=list)
    constraints: list[Bool] = field(default_factory=list)
    turns: list[Bool] = field(default_factory=list)
    steps: list[Bool] = field(default_factory=list)
    cut: dict[Moment, Term] = field(default_factory=dict)
    laid_out: dict[Moment, int] = field(default_factory=dict)
    truncated: list[Span] = field(default_factory=list)
    heads: dict[Moment, list[Store]] = field(default_factory=dict)
    followed: dict[Moment, Followed] = field(default_factory=dict)
    debris: dict[int, Store] = field(default_factory=dict)
    ghosts: Mapping[int, tuple[Place, ...]] = field(default_factory=dict)
    ghost_lows: Mapping[int, int] = field(default_factory=dict)

    def decide(self, key: Key, name: str, low: int, high: int, guard: Bool) -> Term:
        """The unknown that stands for a choice of the run, one for each key."""
        decision = self.decisions.get(key)
        if decision is None:
            decision = self.decisions[key] = Decision(key, var(name), low, high, guard)
            self.ranges[name] = (low, high)
        return decision.term

    def boolean(self, raw: Int, place: Place, moment: Moment, guard: Bool) -> Value:
        """Return what a bool holds whose bits are the number `raw`: 0, 1, or, of any other bits, no
        number that C defines.

        gcc 12 -O2 copies the byte as it is, so that it may be any of 0..255: another one each time
        the member is looked at.
        """
        if place.width == 1 or (isinstance(raw, int) and raw <= 1):
            return Value(raw, 0, 1)
        key: Key = ("bool", moment, place.text, place.span.start)
        name = f"bool@{'.'.join(map(str, moment))}@{place.text}@{place.span.start}"
        anything = self.decide(key, name, 0, 255, and_(guard, lt(1, raw)))
        return Value(ite(le(raw, 1), raw, anything), 0, 255)

    nowhere: dict[tuple[int, Moment], Store] = field(default_factory=dict)

    def outside(self, number: int, moment: Moment) -> Store:
        """What an access of a moment finds before and behind an object: nobody's bits, and at
        another moment others."""
        key = number, moment
        if key not in self.nowhere:
            area = number, MEMORY
            self.nowhere[key] = Store(
                number=-1 - len(self.nowhere),
                key=("outside", *key),
                kind="debris",
                area=area,
                low=0,
                width=0,
                guard=True,
            )
        return self.nowhere[key]


@lru_cache(maxsize=1 << 12)
def covered(place: Place) -> tuple[Run, ...]:
    """The runs of a place that a plain write gives a source: what leaves cover and what is left
    unspecified."""
    return merged([(leaf.offset, leaf.width) for leaf in place.leaves] + list(place.padding))


def merged(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs in order, those that touch or overlap joined."""
    joined: list[Run] = []
    for low, width in sorted(runs):
        if joined and low <= joined[-1][0] + joined[-1][1]:
            first = joined[-1][0]
            joined[-1] = (first, max(joined[-1][0] + joined[-1][1], low + width) - first)
        else:
            joined.append((low, width))
    return tuple(joined)


@lru_cache(maxsize=1 << 12)
def zeroes(place: Place, little_endian: bool) -> tuple[Run, ...]:
    """The runs of a place that hold zero after a store of values that bools have: what only bools
    cover, but for the one bit of each that may be 1."""
    zero: list[Run] = []
    arbitrary: list[Run] = []
    for leaf in place.leaves:
        if not leaf.boolean:
            arbitrary.append((leaf.offset, leaf.width))
            continue
        value, rest = (0, 1) if little_endian else (leaf.element - 1, 0)
        for first in range(leaf.offset, leaf.offset + leaf.width, leaf.element):
            arbitrary.append((first + value, 1))
            zero.append((first + rest, leaf.element - 1))
    return without(merged(zero), merged(arbitrary))


def without(runs: Sequence[Run], removed: Sequence[Run]) -> tuple[Run, ...]:
    """What of some runs is in none of the others; all in order."""
    left: list[Run] = []
    for low, width in runs:
        end = low + width
        for other, size in removed:
            if low < other + size and other < end:
                left.append((low, other - low))
                low = other + size
        left.append((low, end - low))
    return tuple((low, width) for low, width in left if width > 0)
