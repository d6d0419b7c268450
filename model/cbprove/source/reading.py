"""A file to its functions and what they do to the object."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from cbprove.source.accesses import Read, Sought, Unread
from cbprove.source.code import Node
from cbprove.source.mentions import Mentions
from cbprove.source.units import Flags, Unit, Unreadable
from cbprove.source.walk import Places, Reader

_DEEPEST = 6000  # calls of Python, some four for each statement in a statement


class Reading:
    """A unit and the reader of its functions."""

    def __init__(self, path: str, flags: Flags, sought: Sought, mentions: Mentions) -> None:
        self.path, self.mentions = path, mentions
        self.unit = Unit(path, flags)
        for each in self.unit.files():
            mentions.add_file(each)
        mentions.add_file(path)
        self.reader = Reader(sought, self.unit.function, mentions.touching.__contains__)

    def functions(self, only: frozenset[str] | None, given: tuple[Places, ...] = ()) -> Iterator[Read]:
        """What its functions do, in order: those that are named, called with what is given, or all that do anything."""
        text = Path(self.path).read_bytes()
        for name, start, end in self.unit.own():
            if only is not None:
                if name in only:
                    yield self.function(name, given)
            elif self.mentions.in_text(text[start:end].decode(errors="replace")):
                found = self.function(name)
                if found.accesses:
                    yield found

    def function(self, name: str, given: tuple[Places, ...] = ()) -> Read:
        """What a function of the unit does, where its parameters point to what is given."""
        function = self.unit.function(name)
        assert function is not None
        accesses = self.reader.read(function, given).accesses
        return Read(name, self.path, function.line, accesses, tuple(dict.fromkeys(_calls(function.body))))

    def complaint(self) -> Unread | None:
        """What the compiler had against the file."""
        errors = self.unit.errors
        return Unread(self.path, len(errors), errors[0]) if errors else None


def read_file(
    path: str,
    flags: Flags,
    sought: Sought,
    mentions: Mentions,
    only: frozenset[str] | None = None,
    given: tuple[Places, ...] = (),
) -> tuple[tuple[Read, ...], Unread | None]:
    """The functions of a file, and what the compiler had against it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        reading = Reading(path, flags, sought, mentions)
        return tuple(reading.functions(only, given)), reading.complaint()
    except Unreadable:
        return (), Unread(path, 1, "it cannot be read")
    except RecursionError:
        return (), Unread(path, 1, f"{path}: statements or expressions in one another, too deep to be followed")
    finally:
        sys.setrecursionlimit(before)


def _calls(node: Node) -> Iterator[str]:
    """The functions called by name, in order."""
    if node.kind == "call" and node.name:
        yield node.name
    for each in node.children:
        yield from _calls(each)
