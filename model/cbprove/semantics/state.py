"""What is known at a moment of a run: where places lie, what bits hold, what inputs are. Free
values are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from cbprove.frozen import by_identity, field, frozen, replace
from cbprove.properties.events import Moment
from cbprove.semantics import arithmetic
from cbprove.semantics.memory import Extent, Name, Object, ObjectKey, Source, Store, StoreKey
from cbprove.system.expressions import Expr, IntType, Leaf, Place
from cbprove.system.program import Program, Step

# ("arm", moment), ("turns", moment), ("input", name), ("input", name, moment of the step run),
# ("bit", store key, position), ("bool", moment, place, where it stands in the text).
DecisionKey = tuple[object, ...]

# More bytes than any place has: what a negative length means to memcpy.
_ENDLESS = 1 << 64


class Cut(Exception):
    """Raised by an oracle to abandon a run."""


class Oracle(Protocol):
    """Decides what a run leaves open, on demand, each question once."""

    def choose(self, key: DecisionKey, low: int, high: int | None) -> int:
        """A number in low..high, both included; with `high` None there is no upper limit."""


@frozen
class Frame:
    """Where a run stands: the name in use, the names to be seen, and the moment.

    `prefix` is the moment without the statement's uid. `step` and `began` are the step run this is
    a part of and the moment of its call, None in a path's own statements.
    """

    current: Name
    names: dict[str, Name]
    prefix: Moment
    moment: Moment
    step: Step | None = None
    began: Moment | None = None


@frozen
class Look:
    """A value that a run looked at: when, of which place, from which bit of which object, and
    the sources of its bits."""

    moment: Moment
    place: Place
    object: ObjectKey
    low: int
    value: int
    sources: tuple[Source, ...]


@by_identity
class State:
    """All that a run has made and learnt."""

    program: Program
    oracle: Oracle
    objects: list[Object] = field(default_factory=list)
    declared: dict[str, Name] = field(default_factory=dict)
    stores: dict[StoreKey, Store] = field(default_factory=dict)
    known: dict[Source, int] = field(default_factory=dict)
    inputs: dict[DecisionKey, int] = field(default_factory=dict)
    decisions: list[tuple[DecisionKey, int]] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def ask(self, key: DecisionKey, low: int, high: int | None) -> int:
        """Has the oracle decide, and remembers that it did."""
        answer = self.oracle.choose(key, low, high)
        assert low <= answer and (high is None or answer <= high), (
            f"{answer} is not in {low}..{high}: {key}"
        )
        self.decisions.append((key, answer))
        return answer

    # --- places -----------------------------------------------------------------------------------

    def name(self, frame: Frame, text: str) -> Name:
        """The name that a place or `on` speaks of; the first object's own name means the current
        object."""
        if text in (".", self.program.objects[0].name) and text not in frame.names:
            return frame.current
        if text == "..":
            parent = frame.current.object.parent
            assert parent is not None, "the current object was not made from another"
            return parent
        return frame.names.get(text) or self.declared[text]

    def extent(self, frame: Frame, place: Place) -> Extent:
        """Where a place lies now."""
        assert isinstance(place.low, int)
        low = place.low
        for name, stride in place.indexes:
            low += stride * self.input(frame, name)
        return Extent(self.name(frame, place.object), place, low, frame.moment)

    def counted(self, frame: Frame, place: Place) -> Place:
        """The place with each leaf as the array element that it is now."""
        if not place.shifts:
            return place
        return replace(place, leaves=tuple(self._element(frame, leaf) for leaf in place.leaves))

    def _element(self, frame: Frame, leaf: Leaf) -> Leaf:
        moved = sum(bits * self.input(frame, name) for name, bits in leaf.shifts)
        return replace(leaf, at=leaf.at + moved, shifts=()) if leaf.shifts else leaf

    # --- values -----------------------------------------------------------------------------------

    def number(
        self, frame: Frame, expr: Expr, read: Callable[[Place], object] = lambda place: None
    ) -> int:
        """The value of an expression now; `read` is told each member as it is come to, before
        its value is looked at."""
        return arithmetic.evaluate(expr, _Now(self, frame, read))

    def length(self, frame: Frame, expr: Expr | None) -> int | None:
        """How many bytes `for EXPR` means."""
        if expr is None:
            return None
        value = self.number(frame, expr)
        return value if value >= 0 else _ENDLESS

    def input(self, frame: Frame, name: str) -> int:
        """The value of an input: one for the run, or one for each run of a step that uses it."""
        declared, key = self.program.inputs[name], self._key(frame, name)
        if key not in self.inputs:
            self.inputs[key] = self.ask(key, declared.low, declared.high)
        return self.inputs[key]

    def known_input(self, frame: Frame, name: str) -> int | None:
        """The value of an input, None where the run has not asked for it."""
        return self.inputs.get(self._key(frame, name))

    def _key(self, frame: Frame, name: str) -> DecisionKey:
        if self.program.inputs[name].per_step:
            return "input", name, frame.moment if frame.began is None else frame.began
        return "input", name

    def undefined(self, key: DecisionKey) -> int:
        """What is looked at as a bool where its bits are neither 0 nor 1: any number of 8 bits,
        one each time it is looked at."""
        if key not in self.inputs:
            self.inputs[key] = self.ask(key, 0, 255)
        return self.inputs[key]

    def value(self, source: Source) -> int:
        """The value of a bit, which is decided now if it was still free."""
        settled = self.settled(source)
        if settled is None:
            settled = self.known[source] = self.ask(("bit", *source), 0, 1)
        return settled

    def values(self, sources: Sequence[Source]) -> list[int]:
        """The values of bits, first to last."""
        known = self.known
        return [known[source] if source in known else self.value(source) for source in sources]

    def settled(self, source: Source) -> int | None:
        """The value of a bit if it is known, None while it is free."""
        value = self.known.get(source)
        # Padding above a bool's one bit is zero in every value that C stores to it.
        if value is None and (source.store.kind == "blank" or self._above_bool(source)):
            return 0
        return value

    def same(self, source: Source, other: Source) -> bool:
        """Whether two bits have one value whatever is still free."""
        if source == other:
            return True
        value = self.settled(source)
        return value is not None and value == self.settled(other)

    def _above_bool(self, source: Source) -> bool:
        """Whether the bit was stored through bools only, and is not the one bit of them that may
        be 1."""
        store = self.stores.get(source.store)
        if store is None or source.store.kind != "fresh" or not store.typed:
            return False
        leaves = [
            leaf for leaf in store.place.leaves if 0 <= source.position - leaf.offset < leaf.width
        ]
        return bool(leaves) and all(self._zero_in(leaf, source.position) for leaf in leaves)

    def _zero_in(self, leaf: Leaf, position: int) -> bool:
        bit = (position - leaf.offset) % leaf.element
        return leaf.boolean and arithmetic.weight(bit, leaf.element, self.program.little_endian) > 0


@frozen
class _Now:
    """The values an expression finds at one moment."""

    state: State
    frame: Frame
    read: Callable[[Place], object]

    def input(self, name: str) -> int:
        return self.state.input(self.frame, name)

    def member(self, place: Place, type: IntType) -> int:
        self.read(place)
        extent = self.state.extent(self.frame, place)
        sources = tuple(extent.sources(range(place.width)))
        bits = self.state.values(sources)
        value = arithmetic.read_back(bits, type, self.state.program.little_endian)
        # C leaves open what such a bool counts for, each time that it is looked at (decision 0029).
        if type.boolean and value > 1:
            value = self.state.undefined(("bool", self.frame.moment, place.text, place.span.start))
        self.state.looks.append(
            Look(
                moment=self.frame.moment,
                place=place,
                object=extent.name.object.key,
                low=extent.low,
                value=value,
                sources=sources,
            )
        )
        return value
