"""What a call does to the object: as the library says, as its body does, or nobody knows, where
it escapes."""

from __future__ import annotations

from typing import Protocol

from cbprove.frozen import frozen, replace
from cbprove.source.accesses import Access, Laid, Sought
from cbprove.source.code import Function, Node, is_pointer_to, uncast, unwrapped
from cbprove.source.library import HARMLESS, KNOWN, Does
from cbprove.source.notes import Notes
from cbprove.source.objects import in_first_bytes, is_known_by_type
from cbprove.source.places import NOWHERE, Places, stretched
from cbprove.source.variables import Variables

DEPTH = 12  # calls in calls that are followed


@frozen
class Result:
    """What a call did, and where what it returned points."""

    accesses: tuple[Access, ...]
    returned: Places
    laid: tuple[Laid, ...]


@frozen
class Call:
    """A call whose operands are evaluated: what is called, its arguments and where they point."""

    node: Node
    callee: tuple[Node, ...]
    arguments: tuple[Node, ...]
    places: tuple[Places, ...]

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def line(self) -> int:
        return self.node.line


class Callees(Protocol):
    """The functions of a unit, each read where it is called."""

    sought: Sought
    active: list[str]

    def defined(self, name: str) -> Function | None: ...
    def touches(self, name: str) -> bool: ...
    def extent(self) -> tuple[int, int] | None: ...
    def read(
        self, function: Function, arguments: tuple[Places, ...] = (), names: tuple[str, ...] = ()
    ) -> Result: ...


class Calling:
    """The calls of one function: what they do is noted as its own."""

    def __init__(self, callees: Callees, variables: Variables, notes: Notes) -> None:
        self.callees, self.variables, self.notes = callees, variables, notes

    def result(self, call: Call) -> Places:
        """Note what a call does; where what it returns points."""
        if call.name in KNOWN:
            return self._by_library(call, KNOWN[call.name])
        target = self.callees.sought
        call = replace(
            call,
            places=tuple(
                frozenset(place for place in each if not is_known_by_type(target, place))
                for each in call.places
            ),
        )
        active = self.callees.active
        function = self.callees.defined(call.name) if call.name else None
        if function is None or call.name in active or len(active) > DEPTH:
            if call.name not in HARMLESS and call.name not in active:
                self._escape(call)
            return NOWHERE
        if not any(call.places) and not self.callees.touches(call.name):
            return NOWHERE
        return self._by_body(call, function)

    def _escape(self, call: Call) -> None:
        callee = call.name or f"*{unwrapped(call.callee[0]).name}"
        for index, each in enumerate(call.places):
            self.notes.escape(each, call.line, callee, index)

    def _by_body(self, call: Call, function: Function) -> Places:
        names = tuple(
            self.variables.root(each) if each.type.shape == "pointer" else ""
            for each in call.arguments
        )
        if function.own and not any(call.places):
            # What it does stands in itself; where it points is of use here.
            is_pointer = function.result.shape == "pointer"
            return self.callees.read(function, (), names).returned if is_pointer else NOWHERE
        done = self.callees.read(function, call.places, names)
        self.notes.laid.update(dict.fromkeys(done.laid))
        accesses = self._only_here(function, done) if function.own else done.accesses
        self.notes.of_callee(function.name, accesses, call.line)
        return done.returned

    def _only_here(self, function: Function, done: Result) -> tuple[Access, ...]:
        """The accesses that a function of the file does not do whoever calls it."""
        alone = {
            (each.kind, each.place.start, each.place.width)
            for each in self.callees.read(function).accesses
        }
        return tuple(
            each
            for each in done.accesses
            if (each.kind, each.place.start, each.place.width) not in alone
        )

    def _by_library(self, call: Call, effects: tuple[Does, ...]) -> Places:
        for each in effects:
            if each.argument < len(call.places):
                self.notes.access(each.effect, self._affected(call, each), call.line)
        is_pointer = call.node.type.shape == "pointer"
        return call.places[0] if call.places and is_pointer else NOWHERE

    def _affected(self, call: Call, effect: Does) -> Places:
        """The bits of the object that an effect of a known function is about."""
        count = len(call.arguments)
        length = (
            None
            if effect.length is None or effect.length >= count
            else call.arguments[effect.length]
        )
        places = frozenset(stretched(place, length) for place in call.places[effect.argument])
        argument = uncast(call.arguments[effect.argument])
        if places or length is None or not is_pointer_to(argument, self.callees.sought.record):
            return places
        root = self.variables.root(argument)
        return in_first_bytes(self.callees.extent(), length.value, root)
