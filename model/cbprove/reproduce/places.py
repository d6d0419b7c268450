"""Places of a run as C: the variable that an object is, a member of a view as an lvalue, bytes
by a pointer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from cbprove.frozen import frozen
from cbprove.reproduce.spelling import identifier
from cbprove.semantics.memory import ObjectKey
from cbprove.semantics.run import Run
from cbprove.semantics.trace import MadeObject
from cbprove.system.expressions import Leaf, Place
from cbprove.system.program import Program


@frozen
class Spot:
    """A place at a moment: in which variable, its first bit in the object, and the inputs that
    its indexes are."""

    place: Place
    variable: str
    low: int
    inputs: Mapping[str, int]

    @property
    def extent(self) -> range:
        """Its bits in the object."""
        return range(self.low, self.low + self.place.width)


class Places:
    """Names objects and views, and remembers which of them were named."""

    def __init__(
        self,
        program: Program,
        run: Run | None,
        names_taken: frozenset[str],
        bit_fields: frozenset[str],
    ) -> None:
        self.program = program
        self.bit_fields = bit_fields
        self.objects: dict[ObjectKey, str] = {}
        self.declared: dict[ObjectKey, str] = {}
        self.used: dict[ObjectKey, None] = {}
        self.views: dict[str, str] = {}
        self.stuck: set[str] = set()
        self._taken = set(names_taken)
        for number, declared in enumerate(program.objects):
            self._enter(ObjectKey((), number), declared.name, declared.name)
        for effect in run.effects if run else ():
            if isinstance(effect, MadeObject):
                self._enter(effect.object, effect.name, self.declared[effect.parent])

    def _enter(self, key: ObjectKey, name: str, declared: str) -> None:
        self.objects[key] = self._fresh(name)
        self.declared[key] = declared

    def _fresh(self, name: str) -> str:
        """A name that nothing else has."""
        fresh, number = identifier(name), 1
        while fresh in self._taken:
            number += 1
            fresh = f"{name}_{number}"
        self._taken.add(fresh)
        return fresh

    def variable(self, key: ObjectKey) -> str:
        """The variable of an object, which is used from now on."""
        self.used[key] = None
        return self.objects[key]

    def size(self, key: ObjectKey) -> int:
        """The bits of an object."""
        return next(each.width for each in self.program.objects if each.name == self.declared[key])

    def view(self, name: str) -> str:
        """The function of a view, which is used from now on."""
        if name not in self.views:
            self.views[name] = self._fresh(name)
        return self.views[name]

    # --- as C -------------------------------------------------------------------------------------

    def lvalue(self, spot: Spot) -> str | None:
        """The place as a member of its view or object; None where it is no whole member, or not
        inside of its area."""
        place = spot.place
        if not self.inside(spot, spot.extent) or _is_rest(place):
            return None
        path = place.path
        for name, stride in place.indexes:
            before, _, behind = path.partition(f"[{name}]")
            if not 0 <= spot.inputs[name] < self._elements(place, before, stride):
                return None  # C has no name for what lies beyond an array
            path = f"{before}[{spot.inputs[name]}]{behind}"
        return self._member(place, spot.variable, path)

    def _elements(self, place: Place, array: str, stride: int) -> float:
        """How many elements of so many bits an array in a view has; an area has what lies in it."""
        if place.view is None:
            return math.inf
        leaves = next(view.place.leaves for view in self.program.views if view.name == place.view)
        for leaf in leaves:
            if leaf.path == array:
                return leaf.width // stride
        element = re.compile(rf"{re.escape(array)}\[(\d+)\]")
        numbers = [int(found[1]) for leaf in leaves if (found := element.match(leaf.path))]
        return max(numbers, default=-1) + 1

    def leaf(self, spot: Spot, leaf: Leaf) -> str | None:
        """A member in the place, in the same way."""
        if spot.inputs or not self.inside(spot, spot.extent) or _is_rest(spot.place):
            return None
        return self._member(spot.place, spot.variable, leaf.path)

    def addressed(self, spot: Spot, leaf: Leaf) -> str | None:
        """A member in the place by a pointer, where it has a name and an address."""
        member = self.leaf(spot, leaf)
        named = leaf.path and re.sub(r".*\.|\[.*", "", leaf.path) not in self.bit_fields
        return address(member) if member and named else None

    def _member(self, place: Place, variable: str, path: str) -> str:
        if place.view is None:
            return f"{variable}.{path.partition('.')[2]}"
        base = f"{self.view(place.view)}(&{variable})"
        if not path:
            return f"*{base}"
        return f"(*{base}){path}" if path.startswith("[") else f"{base}->{path}"

    def inside(self, spot: Spot, bits: range) -> bool:
        """Whether bits lie in the area of the place."""
        first, last = spot.place.bound
        return first <= bits.start and bits.stop <= last

    def fix(self, spot: Spot) -> None:
        """Leaves the view of a place where it lies."""
        if spot.place.view is not None:
            self.stuck.add(spot.place.view)

    def pointer(self, spot: Spot, bits: range) -> str:
        """A pointer to the first of some whole bytes of the object."""
        place, lvalue = spot.place, self.lvalue(spot)
        if (
            lvalue is not None
            and not is_bit_field(place)
            and bits.start == spot.low
            and bits.stop <= spot.extent.stop
        ):
            return address(lvalue)
        if not self.inside(spot, bits):
            self.fix(spot)
            return plus(f"(char *)&{spot.variable}", bits.start // 8)
        if place.view is None:
            return plus(
                f"(char *)&{spot.variable}.{place.area}", (bits.start - place.bound[0]) // 8
            )
        first = (
            spot.low
            - place.start
            - sum(stride * spot.inputs[name] for name, stride in place.indexes)
        )
        width = next(view.place.width for view in self.program.views if view.name == place.view)
        if not first <= bits.start <= bits.stop <= first + width:
            self.fix(spot)  # another candidate may have less behind it
        return plus(f"(char *){self.view(place.view)}(&{spot.variable})", (bits.start - first) // 8)


def _is_rest(place: Place) -> bool:
    """Whether it is an array from some element on, which C has no name for."""
    return place.text.endswith("]") and not place.path.endswith("]")


def address(lvalue: str) -> str:
    """A pointer to it."""
    return lvalue[1:] if lvalue.startswith("*") else f"&{lvalue}"


def plus(pointer: str, offset: int) -> str:
    """A pointer so many bytes further on."""
    return f"{pointer} {'-' if offset < 0 else '+'} {abs(offset)}" if offset else pointer


def is_scalar(place: Place) -> bool:
    """Whether C assigns to it as to a number."""
    return place.type is not None and place.type.name != "pointer" and len(place.leaves) == 1


def is_bit_field(place: Place) -> bool:
    """Whether it has no address."""
    return place.type is not None and ":" in place.type.name
