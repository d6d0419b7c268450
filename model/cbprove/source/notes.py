"""What is noted while a function is followed: its accesses, and what it lays over the object."""

from __future__ import annotations

from collections.abc import Iterable

from cbprove.source.accesses import Access, Kind, Laid, Sought
from cbprove.source.code import Node
from cbprove.source.objects import is_known_by_type
from cbprove.source.places import Places, order


class Notes:
    """The notes on one function; accesses are made anew in each pass over its body."""

    def __init__(self, target: Sought, function: str) -> None:
        self.sought, self.function = target, function
        self.accesses: list[Access] = []
        self.laid: dict[Laid, None] = {}  # as a set in order

    def access(self, kind: Kind, places: Places, line: int) -> None:
        for each in sorted(places, key=order):
            self.accesses.append(Access(kind, each, line))

    def read_and_write(self, places: Places, line: int) -> None:
        self.access("read", places, line)
        self.access("write", places, line)

    def escape(self, places: Places, line: int, target: str, argument: int = -1) -> None:
        """An address goes where nobody looks; that of a struct which is known by its type is found
        again."""
        for each in sorted((e for e in places if not is_known_by_type(self.sought, e)), key=order):
            self.accesses.append(
                Access("escape", each, line, to=target, argument=argument),
            )

    def of_callee(self, callee: str, accesses: Iterable[Access], line: int) -> None:
        """What a callee did stands at the line of its call."""
        self.accesses += [
            Access(
                kind=each.kind,
                place=each.place,
                line=line,
                via=(callee, *each.via),
                to=each.to,
                argument=each.argument,
            )
            for each in accesses
        ]

    def conversion(self, node: Node, places: Places) -> None:
        """A conversion to a pointer to a struct lays it there; one to a pointer to a word, on
        the object's bare bytes."""
        type, (file, line, statement, spelled) = node.type.inner, node.written
        if not file or type is None or not type.name:
            return
        is_struct = type.shape == "record"
        for each in sorted(places, key=order):
            if each.start < 0 or (each.view and not is_struct):
                continue
            size = None if each.width is None or type.size < 0 else type.size * 8
            view = Laid(
                type=type.name if is_struct else spelled,
                start=each.start,
                width=size,
                file=file,
                line=line,
                by=self.function,
                said=statement,
            )
            self.laid[view] = None
