"""A file to its functions and what they do to the object."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from cbprove.frozen import replace
from cbprove.source.accesses import Answer, Bound, Calls, Laid, Read, Sought, Unread, calls, member
from cbprove.source.code import Function, Node
from cbprove.source.mentions import Macros, Mentions
from cbprove.source.places import Places
from cbprove.source.structs import structs
from cbprove.source.units import Flags, Unit, Unreadable
from cbprove.source.walk import Reader

_macros = cache(Macros)  # one a process, which only grows
_DEEPEST = 6000  # calls of Python, some four for each statement in a statement


class Reading:
    """A unit and the reader of its functions."""

    def __init__(self, path: str, flags: Flags, target: Sought, mentions: Mentions) -> None:
        self.path, self.mentions = path, mentions
        self.instead = dict(flags.instead)
        self.unit = Unit(path, flags)
        self.laid: dict[Laid, None] = {}  # as a set in order
        self.targets: dict[str, tuple[str, ...]] = {}
        self.touching: dict[str, bool] = {}
        self.text = self.instead[path].encode() if path in self.instead else Path(path).read_bytes()
        self.extents = {name: (start, end) for name, start, end in self.unit.own()}
        self.included = tuple(self.unit.files())
        for each in self.included:
            mentions.add_file(each, self.instead.get(os.path.normpath(each)))
        mentions.add_file(path, self.instead.get(path))
        extent = cache(lambda: self.unit.extent(target.record, target.member))
        self.reader = Reader(target, self.unit.function, mentions.touching.__contains__, extent)

    def functions(
        self, names_only: frozenset[str] | None, places_given: tuple[Places, ...] = ()
    ) -> Iterator[Read]:
        """What its functions do, in order: those that are named, called with what is given, or
        all that do anything."""
        for name in self.extents:
            if names_only is not None:
                if name in names_only:
                    yield self.function(name, places_given)
            elif self._leads(name):
                function_read = self.function(name)
                if function_read.accesses:
                    yield function_read

    def function(self, name: str, places_given: tuple[Places, ...] = ()) -> Read:
        """What a function of the unit does, where its parameters point to what is given."""
        function = self.unit.function(name)
        assert function is not None
        done = self.reader.read(function, places_given)
        self.laid.update(dict.fromkeys(done.laid))
        return Read(
            name,
            self.path,
            function.line,
            done.accesses,
            tuple(self._called(function)),
        )

    def _called(self, function: Function) -> dict[str, None]:
        """The functions that one hands an address or hands on, in order; what inline functions
        of headers call in their place, and beside functions of the file that touch nothing."""
        callees: dict[str, None] = {}
        visited, waiting = {function.name}, [iter(self._targets(function))]
        while waiting:
            name = next(waiting[-1], None)
            if name is None:
                waiting.pop()
            elif name not in visited:
                visited.add(name)
                callee = self.unit.function(name)
                if callee is None or callee.own:
                    callees[name] = None
                if callee is not None and not (callee.own and self._touching(callee)):
                    waiting.append(iter(self._targets(callee)))
        return callees

    def _touching(self, function: Function) -> bool:
        """Whether a function of the file does anything to the object, as far as it is seen."""
        if function.name not in self.touching:
            self.touching[function.name] = self._leads(function.name) and bool(
                self.reader.read(function).accesses
            )
        return self.touching[function.name]

    def _leads(self, name: str) -> bool:
        """Whether the text of a function names what can lead to the object."""
        start, end = self.extents[name]
        return self.mentions.in_text(self.text[start:end].decode(errors="replace"))

    def _targets(self, function: Function) -> tuple[str, ...]:
        if function.name not in self.targets:
            self.targets[function.name] = tuple(dict.fromkeys(_targets(function.body)))
        return self.targets[function.name]

    def views(self) -> tuple[Laid, ...]:
        """What is laid over the object, each where it is written: in a macro, where the macro
        is."""
        if self.laid:
            for each in (*self.included, self.path):
                _macros().add_file(each)
        return tuple(dict.fromkeys(self._written(each) for each in self.laid))

    def _written(self, view_laid: Laid) -> Laid:
        files = {*self.included, self.path}
        macro = _macros().used(view_laid.said, view_laid.type, files)
        if macro is None:
            return replace(view_laid, said="")
        return replace(view_laid, file=macro.file, line=macro.line, by=macro.name, said="")

    def complaint(self) -> Unread | None:
        """What the compiler had against the file."""
        errors = self.unit.errors
        return Unread(self.path, len(errors), errors[0]) if errors else None


def read_file(
    path: str,
    flags: Flags,
    target: Sought,
    mentions: Mentions,
    names_only: frozenset[str] | None = None,
    places_given: tuple[Places, ...] = (),
) -> Answer:
    """The functions of a file, what they lay over the object, and what the compiler had against
    the file."""

    def read() -> Answer:
        reading = Reading(path, flags, target, mentions)
        functions = tuple(reading.functions(names_only, places_given))
        return Answer(
            functions,
            reading.complaint(),
            reading.views(),
            included=reading.included,
            looked=reading.unit.looked(),
        )

    return _deeply(path, read)


def read_calls(path: str, flags: Flags, also: frozenset[str]) -> Answer:
    """What the functions of a file call, and some functions of its headers; what members are set
    to there."""

    def read() -> Answer:
        unit = Unit(path, flags)
        names = [name for name, _, _ in unit.own()]
        functions = [unit.function(name) for name in (*names, *sorted(also.difference(names)))]
        bound = [Bound(member(field), name) for field, name in unit.bound()]
        functions_read = []
        for function in functions:
            if function is not None:
                targets, further = calls(function)
                functions_read.append(Calls(function.name, function.file, function.line, targets))
                bound += further
        return Answer(
            calls=tuple(functions_read),
            bound=tuple(dict.fromkeys(bound)),
            included=tuple(unit.files()),
            looked=unit.looked(),
        )

    return _deeply(path, read)


def read_structs(path: str, flags: Flags, tags: frozenset[str]) -> Answer:
    """How structs that a file knows lie, by their tags; of bodies of functions nothing is read."""

    def read() -> Answer:
        unit = Unit(path, flags, bodies=False)
        errors = Unread(path, len(unit.errors), unit.errors[0]) if unit.errors else None
        return Answer(
            unread=errors,
            structs=tuple(structs(unit.unit.cursor, tags)),
            included=tuple(unit.files()),
        )

    return _deeply(path, read)


def _deeply(path: str, read: Callable[[], Answer]) -> Answer:
    """With as many calls of Python in one another as a file takes, up to a number."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        return read()
    except Unreadable:
        return Answer(unread=Unread(path, 1, "it cannot be read"))
    except RecursionError:
        problem = f"{path}: statements or expressions in one another, too deep to be followed"
        return Answer(unread=Unread(path, 1, problem))
    finally:
        sys.setrecursionlimit(before)


def _targets(node: Node) -> Iterator[str]:
    """The functions that are called with an address, and those whose own address is taken: who
    is handed none has none of the caller's objects."""
    children = node.children
    if node.kind == "call" and node.name:
        children = children[len(children) - (node.value or 0) :]
        if any(each.type.shape in ("pointer", "array") for each in children):
            yield node.name
    elif node.kind == "name" and node.type.shape == "function":
        yield node.name
    for each in children:
        yield from _targets(each)
