"""Where members lie in their records, as libclang knows it."""

from __future__ import annotations

from typing import Any

from cbprove.frozen import frozen

_STRUCT, _UNION = 2, 3


@frozen
class Lies:
    """Where a member begins, in bits of a record; how far into the union without a name that
    holds it, and all that is there."""

    record: str
    start: int
    beside: tuple[str, ...]
    inside: int


def lies(field: Any, record: Any) -> Lies:
    """A field in the record that it is taken of, through anonymous records between them."""
    start, inside = max(field.get_field_offsetof(), 0), field.semantic_parent
    union, within = None, 0
    while inside != record:
        if inside._kind_id == _UNION:
            union, within = inside, start
        parent = inside.semantic_parent
        holding = [
            each
            for each in parent.type.get_fields()
            if each.type.get_canonical().get_declaration() == inside
        ]
        if not holding:
            break
        start += max(holding[0].get_field_offsetof(), 0)
        inside = parent
    return Lies(inside.spelling, start, _members(union) if union is not None else (), within)


def _width(record: Any, member: str) -> int:
    """How wide a member is, in bits, also one of an anonymous record."""
    for each in record.type.get_fields():
        inner = each.type.get_canonical().get_declaration()
        if each.spelling == member:
            return int(max(each.type.get_size(), 0)) * 8
        if not each.spelling.isidentifier() and member in _members(inner):
            return _width(inner, member)
    return 0


def _members(record: Any) -> tuple[str, ...]:
    """The names in a record, those in anonymous records of it too."""
    names_found: list[str] = []
    for each in record.type.get_fields():
        names_found += (
            [each.spelling]
            if each.spelling.isidentifier()
            else _members(each.type.get_canonical().get_declaration())
        )
    return tuple(names_found)


def extent(unit: Any, record: str, member: str) -> tuple[int, int] | None:
    """Where a member begins in a struct of a file and how wide it is, in bits; None where the
    file does not know it."""
    for each in unit.get_children():
        if each._kind_id == _STRUCT and each.spelling == record and each.is_definition():
            start = int(each.type.get_offset(member))
            return (start, _width(each, member)) if start >= 0 else None
    return None
