"""The control blocks that a patch changes themselves: `cb` of struct sk_buff, which specs write as an object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from cbprove.frozen import frozen
from cbprove.patching.edits import Edit
from cbprove.patching.pieces import spelled

# The kernel's structs that specs write as objects.
OBJECTS: Mapping[str, str] = MappingProxyType({"sk_buff": "skb"})
_AREAS = ("cb",)


@frozen
class Area:
    """A control block that gets another declaration."""

    object: str
    name: str
    old: str
    new: str


def areas(edits: Iterable[Edit]) -> tuple[Area, ...]:
    """The control blocks that edits change."""
    found = []
    for edit in edits:
        before = {piece.name: piece.text for piece in edit.old if piece.kind == "member" and piece.name in _AREAS}
        after = {piece.name: piece.text for piece in edit.new if piece.kind == "member"}
        for name, old in before.items() if edit.tag in OBJECTS else ():
            if spelled(old) != spelled(after.get(name, old)):
                found.append(Area(OBJECTS[edit.tag], name, old, after[name]))
    return tuple(found)
