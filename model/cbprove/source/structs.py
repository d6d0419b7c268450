"""How a compiler lays structs out: each member with its first bit and its type, and all that is
inside by value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cbprove.frozen import frozen

_POINTER, _RECORD, _ENUM, _COMPLETE, _INCOMPLETE, _BOOL = 101, 105, 106, 112, 114, 3
_INTEGERS = range(3, 21)  # of libclang's types, `bool` to `__int128`
_STRUCT, _UNION = 2, 3
_BY_SIZE = {1: "char", 2: "short", 4: "int", 8: "long long"}
_TAG = re.compile(r"^(?:typedef\s+)?(?:struct|union)\s+([A-Za-z_]\w*)[^\n;{}()=]*\{", re.MULTILINE)


@frozen
class Part:
    """A member: its type in words, `brackets` behind its name; `start` in bits of the struct around
    it.

    `bits` is the width of a bit-field. `plain` is the type without typedefs; `inside` is a struct
    without a tag that stands in the place of a type. A member without a name is one of those.
    """

    name: str
    type: str
    plain: str
    brackets: str
    start: int
    bits: int | None = None
    inside: Struct | None = None


@frozen
class Struct:
    """A struct or union as it lies, sizes in bytes; `holds` are the tags of those that lie in it
    by value."""

    kind: str
    tag: str
    size: int
    align: int
    parts: tuple[Part, ...]
    holds: tuple[str, ...] = ()

    @staticmethod
    def of(document: dict[str, Any]) -> Struct:
        """What was plain data."""
        parts = tuple(
            Part(**{**each, "inside": Struct.of(each["inside"]) if each["inside"] else None})
            for each in document["parts"]
        )
        return Struct(**{**document, "parts": parts, "holds": tuple(document["holds"])})


def defined(text: str) -> frozenset[str]:
    """The tags of structs and unions that a text defines at its left edge."""
    return frozenset(_TAG.findall(text))


def structs(unit: Any, tags: frozenset[str]) -> Iterator[Struct]:
    """Those of these tags that a file defines, behind all that lies in them by value; `unit` is
    its cursor."""
    by_tag: dict[str, Struct] = {}
    for each in unit.get_children():
        if each._kind_id in (_STRUCT, _UNION) and each.spelling in tags and each.is_definition():
            _add(each, by_tag)
    yield from by_tag.values()


def _add(record: Any, by_tag: dict[str, Struct]) -> None:
    tag = record.spelling
    if tag not in by_tag:
        inner: dict[str, Any] = {}
        struct_made = _struct(record, tag, inner)
        for each in inner.values():
            _add(each, by_tag)
        by_tag[tag] = struct_made


def _struct(record: Any, tag: str, inner: dict[str, Any]) -> Struct:
    """A record; those with a tag that lie in it by value are added to `inner`."""
    type = record.type
    details: dict[str, Any] = {}
    parts = tuple(part for each in type.get_fields() if (part := _part(each, details)) is not None)
    inner.update(details)
    kind = "union" if record._kind_id == _UNION else "struct"
    return Struct(
        kind=kind,
        tag=tag,
        size=max(type.get_size(), 0),
        align=max(type.get_align(), 1),
        parts=parts,
        holds=tuple(details),
    )


def _part(field: Any, inner: dict[str, Any]) -> Part | None:
    """A member; None for what is padding."""
    name = field.spelling if field.spelling.isidentifier() else ""
    width = field.get_bitfield_width() if field.is_bitfield() else None
    if not name and width is not None:
        return None
    element, brackets = _element(field.type)
    start = max(field.get_field_offsetof(), 0)
    real = element.get_canonical()
    if real.kind.value == _RECORD:
        record = real.get_declaration()
        if record.spelling.isidentifier() and name:
            inner[record.spelling] = record
            spelling = f"{'union' if record._kind_id == _UNION else 'struct'} {record.spelling}"
            return Part(name, spelling, spelling, brackets, start)
        return Part(name, element.spelling, "", brackets, start, inside=_struct(record, "", inner))
    plain, further = _plain(real)
    spelling = "" if further else element.spelling
    return Part(name, spelling, plain, brackets=brackets + further, start=start, bits=width)


def _element(type: Any) -> tuple[Any, str]:
    """The type of an array's elements, and the brackets; those of a flexible one are empty of
    elements."""
    real = type.get_canonical()
    if real.kind.value not in (_COMPLETE, _INCOMPLETE):
        return type, ""
    count = real.get_array_size() if real.kind.value == _COMPLETE else 0
    element_type = type if type.kind.value == real.kind.value else real
    element, brackets = _element(element_type.get_array_element_type())
    return element, f"[{max(count, 0)}]{brackets}"


def _plain(real: Any) -> tuple[str, str]:
    """The words of C for a type without typedefs; bytes, as many as it has, where it is no
    integer of C."""
    if real.kind.value == _POINTER:
        return "void *", ""
    if real.kind.value == _ENUM:
        real = real.get_declaration().enum_type.get_canonical()
        words = _BY_SIZE[max(real.get_size(), 1)]
        return (
            words
            if real.spelling.startswith(("int", "long", "short", "signed"))
            else f"unsigned {words}"
        ), ""
    if real.kind.value in _INTEGERS:
        words = real.spelling.replace("const ", "").replace("volatile ", "")
        return ("_Bool" if real.kind.value == _BOOL else words), ""
    return "unsigned char", f"[{max(real.get_size(), 0)}]"
