"""The object that is sought, where C comes to it: its member by name, its struct by type, and the
struct around it."""

from __future__ import annotations

from typing import TypeGuard

from cbprove.source.accesses import Place, Sought
from cbprove.source.code import CType, Field
from cbprove.source.places import NOWHERE, Places


def is_object(target: Sought, field: Field) -> bool:
    """The member that is sought, or one over the same bytes: in a union that has no name."""
    member = target.member
    return bool(member) and field.record == target.record and member in (field.name, *field.beside)


def is_whole(type: CType | None, target: Sought) -> TypeGuard[CType]:
    """Whether a type is the struct that is sought as a whole: all of that type are."""
    return not target.member and type is not None and type.name == target.record


def whole(type: CType, root: str) -> Places:
    return frozenset((Place(root, type.name, "", 0, max(type.size, 0) * 8),))


def is_known_by_type(target: Sought, place: Place) -> bool:
    """Whether a callee knows the place by its type: what it does there stands in itself."""
    return (
        not target.member and place.start == 0 and (place.view, place.path) == (target.record, "")
    )


def in_first_bytes(extent: tuple[int, int] | None, length: int | None, root: str) -> Places:
    """The object, whose extent in its struct is given, as far as the first `length` bytes of that
    struct reach; all of it where no length is known."""
    if extent is None:
        return NOWHERE
    start, width = extent
    reached = width if length is None else min(width, length * 8 - start)
    return frozenset((Place(root, "", "", 0, reached),)) if reached > 0 else NOWHERE
