"""What a statement touches and what its expressions come to: addresses as terms, values with
their ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cbprove.logic.terms import (
    Bool,
    Bounds,
    Int,
    Interval,
    Term,
    add,
    and_,
    ite,
    le,
    lt,
    mul,
    named,
    sub,
)
from cbprove.obligations.building import Building, Frame
from cbprove.obligations.ops import Instance, Key, Run, Touched, Unfolding
from cbprove.obligations.values import Lookup, Value, greatest, least, translate, truth
from cbprove.properties.events import Moment
from cbprove.system.expressions import Expr, InputValue, MemberValue, Place

_ENDLESS = 1 << 40  # more bytes than any object has


class Memory(Protocol):
    """Says what value a place holds after the operations so far."""

    def value(
        self, unfolding: Unfolding, place: Place, touched: Touched, moment: Moment, guard: Bool
    ) -> Value: ...


class Touching:
    """Places and expressions where a statement stands. With `axes`, extents keep their names and
    may hang on those."""

    def __init__(
        self, built: Building, memory: Memory, axes: Mapping[str, Interval] | None
    ) -> None:
        self.built, self.memory, self.symbolic = built, memory, axes is not None
        self.bounds = Bounds(axes or {})
        # What stands still in an object lies where it did, however often a path comes to it.
        self._still: dict[tuple[Place, int], Touched] = {}
        self._still_bounds: dict[tuple[Place, int], Run | None] = {}
        self._still_inside: dict[Place, Bool] = {}

    # --- places -----------------------------------------------------------------------------------

    def touch(self, place: Place, frame: Frame) -> Touched:
        """Where a place lies in this turn: the object, and the address as a term."""
        instance, _ = self.built.find(place, frame)
        if place.indexes:
            return self._touch(place, instance, frame)
        key = place, instance.number
        if key not in self._still:
            self._still[key] = self._touch(place, instance, frame)
        return self._still[key]

    def _touch(self, place: Place, instance: Instance, frame: Frame) -> Touched:
        low = named(f"{place.text}.lo", place.low) if self.symbolic else place.low
        indexes = []
        for name, stride in place.indexes:
            declared = self.built.program.inputs[name]
            unknown = self._input(name, frame)
            indexes.append((declared, unknown, stride))
            if self.symbolic:
                low = add(low, mul(unknown, stride))
        return Touched(instance, add(instance.base, low), tuple(indexes))

    def bound(self, place: Place, touched: Touched, length: Value | None) -> Run | None:
        """What the extent must be clipped to, in addresses: the part of its object that inputs and
        lengths may move it over.

        None where it stands still and surely lies inside.
        """
        if place.indexes or length is not None:
            return self._bound(place, touched, length)
        key = place, touched.instance.number
        if key not in self._still_bounds:
            self._still_bounds[key] = self._bound(place, touched, length)
        return self._still_bounds[key]

    def _bound(self, place: Place, touched: Touched, length: Value | None) -> Run | None:
        base, low = touched.instance.base, self.bounds.of(place.low)
        if low is None:
            return base, base + place.size
        width = place.width if length is None else 8 * length.high
        moves = [
            (stride * declared.low, stride * declared.high)
            for declared, _, stride in touched.indexes
        ]
        first = low[0] + sum(map(min, moves))
        last = low[1] + sum(map(max, moves)) + max(width, 0)
        if not moves and length is None and first >= 0 and last <= place.size:
            return None
        return base + min(max(first, 0), place.size), base + max(min(last, place.size), 0)

    # --- expressions ------------------------------------------------------------------------------

    def _input(self, name: str, frame: Frame) -> Term:
        declared = self.built.program.inputs[name]
        key: Key = ("input", name, frame.step_moment) if declared.per_step else ("input", name)
        return self.built.decide(key, declared.low, declared.high, True)

    def _look(self, frame: Frame, moment: Moment) -> Lookup:
        def look_up(expr: InputValue | MemberValue) -> Value:
            if isinstance(expr, InputValue):
                declared = self.built.program.inputs[expr.name]
                return Value(self._input(expr.name, frame), declared.low, declared.high)
            return self.memory.value(
                self.built.out, expr.place, self.touch(expr.place, frame), moment, frame.guard
            )

        return look_up

    def value(self, expr: Expr, frame: Frame) -> Value:
        """What an expression comes to where a statement stands."""
        return translate(expr, self._look(frame, frame.moment))

    def length(self, expr: Expr | None, frame: Frame) -> Value | None:
        """How many bytes `for EXPR` means; a negative number is more than there are, as memcpy's
        size_t makes it."""
        if expr is None:
            return None
        value = self.value(expr, frame)
        if value.low >= 0:
            return value
        return Value(ite(lt(value.term, 0), _ENDLESS, value.term), 0, max(value.high, _ENDLESS))

    def truth(self, expr: Expr, frame: Frame) -> Bool:
        """Whether a condition holds where a statement stands."""
        return truth(expr, self._look(frame, frame.moment))

    # --- what is claimed of an access -------------------------------------------------------------

    def reaches(self, place: Place, bit: int, length: Expr | None, frame: Frame) -> Bool:
        """Whether an access of some length comes to a bit of its place."""
        size = self.length(length, frame)
        return bit < place.width if size is None else lt(bit, mul(size.term, 8))

    def inside(self, place: Place, length: Expr | None, frame: Frame) -> Bool:
        """Whether the bytes of an access lie in the place's area."""
        touched = self.touch(place, frame)
        if place.indexes or length is not None:
            return self._inside(place, touched, length, frame)
        if place not in self._still_inside:
            self._still_inside[place] = self._inside(place, touched, length, frame)
        return self._still_inside[place]

    def _inside(self, place: Place, touched: Touched, length: Expr | None, frame: Frame) -> Bool:
        low = sub(touched.low, touched.instance.base)
        if not self.symbolic:
            for _, unknown, stride in touched.indexes:
                low = add(low, mul(unknown, stride))
        size = self.length(length, frame)
        width = place.width if size is None else mul(size.term, 8)
        first, last = place.bound
        return and_(le(first, low), le(add(low, width), last))

    def fits_type(self, value: Value, place: Place) -> Bool:
        """Whether a value is one of those that the place's type holds."""
        assert place.type is not None
        low, high = (
            self.number_of_layout(place, "min", least(place.type)),
            self.number_of_layout(place, "max", greatest(place.type)),
        )
        return and_(le(low, value.term), le(value.term, high))

    def number_of_layout(self, place: Place, kind: str, number: int) -> Int:
        """A number of the layout, under its name where extents keep theirs."""
        return named(f"{place.text}.{kind}", number) if self.symbolic else number
