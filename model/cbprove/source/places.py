"""Places as a walk follows them: a member of one, an element, what lies behind it, as another
type sees it."""

from __future__ import annotations

from cbprove.source.accesses import Access, Place
from cbprove.source.code import CType, Field, Node

Places = frozenset[Place]
NOWHERE: Places = frozenset()


def order(place: Place) -> tuple[int, int, str, str, str]:
    return (place.start, place.width or 0, place.view, place.path, place.base)


def seen_as(place: Place, type: CType) -> Place:
    """A place whose address was cast to that of another type."""
    if type.shape == "record" and type.name and type.size >= 0 and (type.name != tag_of(place)):
        return Place(
            base=place.base,
            view=type.name,
            path="",
            start=place.start,
            width=type.size * 8,
            at=place.start,
        )
    return place


def tag_of(place: Place) -> str:
    return place.view if not place.path else ""


def pointed_at(place: Place, type: CType) -> Place:
    """What a pointer to a place of some type names."""
    width = type.size * 8 if type.size > 0 else place.width
    if width == place.width or place.width is None:
        return place if type.shape != "record" else seen_as(place, type)
    if type.shape == "record":
        return seen_as(place, type)
    return Place(
        base=place.base,
        view=place.view,
        path=place.path,
        start=place.start,
        width=width,
        at=place.at,
    )


def member_of(place: Place, field: Field, base: CType) -> Place:
    type = base.inner if base.shape == "pointer" else base
    view, path, at = place.view, place.path, place.at
    if not view and type is not None and type.name:
        view, at = type.name, place.start
    path = ".".join(filter(None, (path, field.name)))
    if (
        type is not None
        and place.width is not None
        and place.path
        and 0 < type.size * 8 < place.width
    ):
        return Place(
            base=place.base, view=view, path=path, start=place.start, width=place.width, at=at
        )  # of an element that is not known: any of them
    # Beyond a sum of unknown size it is not known which element: the rest of the place it is.
    width = field.width if place.width is not None else None
    return Place(
        base=place.base,
        view=view,
        path=path,
        start=place.start + (field.start if width is not None else 0),
        width=width,
        at=at,
    )


def element_of(place: Place, index: int | None, type: CType) -> Place:
    width = max(type.size, 0) * 8
    if place.width == 0 and index is None:
        return somewhere(place)  # an array without a length
    if index is None and not place.path and type.shape == "record":
        return somewhere(place)  # this struct, or one behind it
    if index is None or place.width is None:
        return place
    start = place.start + index * width
    if index and not place.path:  # behind what is laid there
        return Place(base=place.base, view="", path="", start=start, width=width, at=start)
    path = f"{place.path}[{index}]" if place.path else place.path
    return Place(base=place.base, view=place.view, path=path, start=start, width=width, at=place.at)


def shifted(place: Place, amount: int | None, pointer: CType) -> Place:
    size = pointer.inner.size if pointer.inner is not None and pointer.inner.size > 0 else 1
    if amount is None or place.width is None:
        return somewhere(place)
    left = max(place.width - amount * size * 8, 0)
    return (
        place
        if amount == 0
        else Place(
            base=place.base,
            view="",
            path="",
            start=place.start + amount * size * 8,
            width=left,
            at=place.start,
        )
    )


def somewhere(place: Place) -> Place:
    return Place(
        base=place.base,
        view=place.view,
        path=place.path,
        start=place.start,
        width=None,
        at=place.at,
    )


def stretched(place: Place, length: Node | None) -> Place:
    """A place as long as an argument says."""
    if length is None or place.width is None:  # of what begins nobody knows where
        return place
    if length.value is None:
        return somewhere(place)
    if length.value * 8 == place.width:
        return place
    return Place(
        base=place.base,
        view=place.view,
        path=place.path,
        start=place.start,
        width=length.value * 8,
        at=place.at,
    )


def joined(ways: list[dict[int, Places]]) -> dict[int, Places]:
    union: dict[int, Places] = {}
    for way in ways:
        for variable, places in way.items():
            union[variable] = union.get(variable, NOWHERE) | places
    return union


def each_once(accesses: list[Access]) -> list[Access]:
    return list(dict.fromkeys(accesses))
