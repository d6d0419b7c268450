"""A file as libclang read it: its functions, what its variables are set to, what it includes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cbprove.frozen import frozen
from cbprove.source import cursors
from cbprove.source.code import Field, Function
from cbprove.source.libclang import library
from cbprove.source.looked import Included, looked
from cbprove.source.records import extent
from cbprove.source.trees import Trees

PRELUDE = "/cbprove/prelude.h"  # a file that no disk has: what is included before all else


@frozen
class Flags:
    """How a file is compiled: options, the text of what is included before it, and files that
    are read as other texts."""

    options: tuple[str, ...]
    prelude: str = ""
    instead: tuple[tuple[str, str], ...] = ()


class Unit:
    """A file as the compiler read it, with every function that it defines; bodies are turned
    into trees when asked for."""

    def __init__(
        self, path: str, flags: Flags, text: str | None = None, bodies: bool = True
    ) -> None:
        self.clang = library()
        self.path, self.flags = path, flags
        files = [(PRELUDE, flags.prelude), *flags.instead] + (
            [(path, text)] if text is not None else []
        )
        try:
            index = self.clang.Index.create()
            self.unit = index.parse(
                path, list(flags.options), files, 0 if bodies else cursors.SKIP_BODIES
            )
        except self.clang.TranslationUnitLoadError:
            raise Unreadable(path) from None
        self.errors = [
            f"{_place(each)}: {each.spelling}"
            for each in self.unit.diagnostics
            if each.severity >= cursors.ERROR
        ]
        self.cursors: dict[str, Any] = {}
        self.variables: list[Any] = []
        self._collect()
        self.trees = Trees(self.clang, {name: text.encode() for name, text in flags.instead})
        self._known: dict[str, Function] = {}

    def _collect(self) -> None:
        """Functions with a body, and variables with a value."""
        for each in self.unit.cursor.get_children():
            if each._kind_id == cursors.FUNCTION and each.is_definition():
                self.cursors[each.spelling] = each
            elif each._kind_id == cursors.VARIABLE:
                self.variables.append(each)

    def bound(self) -> Iterator[tuple[Field, str]]:
        """Members that variables of the file are set to functions in: `.ndo_start_xmit = foo`."""
        for each in self.variables:
            place = each.location
            if place.file is not None and place.file.name == self.path:
                for inside in each.get_children():
                    if inside._kind_id == cursors.LIST:
                        yield from self._bound(inside)

    def _bound(self, values: Any) -> Iterator[tuple[Field, str]]:
        fields = (
            list(values.type.get_canonical().get_fields())
            if values.type.kind.value in cursors.RECORDS
            else []
        )
        for index, each in enumerate(values.get_children()):
            parts = list(each.get_children())
            named = [part for part in parts if part._kind_id == cursors.MEMBER_NAME]
            field = (
                named[-1].referenced if named else fields[index] if index < len(fields) else None
            )
            value = parts[-1] if named else each
            if value._kind_id == cursors.LIST:
                yield from self._bound(value)
            elif not named and parts and parts[-1]._kind_id == cursors.LIST:
                yield from self._bound(parts[-1])
            elif field is not None and (name := _function_of(value)):
                yield Field(field.semantic_parent.spelling, field.spelling, 0, 0), name

    def own(self) -> list[tuple[str, int, int]]:
        """Functions that the file itself defines: name, first and last byte, in order."""
        functions_own = []
        for name, cursor in self.cursors.items():
            place = cursor.location
            if place.file is not None and place.file.name == self.path:
                functions_own.append((place.offset, name, cursor.extent.end.offset))
        return [(name, start, end) for start, name, end in sorted(functions_own)]

    def files(self) -> list[str]:
        """What is included, near and far."""
        return sorted({each.include.name for each in self.unit.get_includes()})

    def looked(self) -> tuple[str, ...]:
        """Where files were looked for in vain before they were found."""
        includes = [
            Included(
                PRELUDE if each.source is None else each.source.name,
                each.location.line,
                each.include.name,
            )
            for each in self.unit.get_includes()
        ]
        return looked(
            includes, self.flags.options, dict([(PRELUDE, self.flags.prelude), *self.flags.instead])
        )

    def extent(self, record: str, member: str) -> tuple[int, int] | None:
        """Where a member begins in its record and how wide it is, in bits; None where the file
        does not know it."""
        return extent(self.unit.cursor, record, member)

    def function(self, name: str) -> Function | None:
        """The function with its body, None where no file of this unit defines it."""
        if name not in self.cursors:
            return None
        if name not in self._known:
            self._known[name] = self.trees.function(self.cursors[name], self.path)
        return self._known[name]


def _function_of(value: Any) -> str:
    """The function that an initialiser is the address of."""
    while value._kind_id in (
        cursors.UNEXPOSED,
        cursors.PAREN,
        cursors.UNARY_OPERATOR,
        cursors.CAST,
    ):
        inside = [each for each in value.get_children() if each._kind_id >= cursors.UNEXPOSED]
        if not inside:
            return ""
        value = inside[-1]
    referenced = value.referenced if value._kind_id == cursors.NAME else None
    return (
        referenced.spelling
        if referenced is not None and referenced._kind_id == cursors.FUNCTION
        else ""
    )


class Unreadable(Exception):
    """libclang gave nothing at all for a file."""


def _place(diagnostic: Any) -> str:
    file = diagnostic.location.file
    return f"{file.name}:{diagnostic.location.line}" if file else "the command line"
