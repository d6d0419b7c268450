"""Which part of an access a property that names members speaks of."""

from __future__ import annotations

import re
from dataclasses import replace

from cbprove.system import Leaf, Place

_INDEX = re.compile(r"\[\w+\]")


def named(place: Place, members: tuple[Place, ...]) -> Place | None:
    """The place with only the leaves under one of the members, None if there are none; no members means all."""
    if not members:
        return place
    leaves = tuple(part for leaf in place.leaves if (part := _under(place, leaf, members)) is not None)
    return replace(place, leaves=leaves) if leaves else None


def _under(place: Place, leaf: Leaf, members: tuple[Place, ...]) -> Leaf | None:
    for member in members:
        if member.view == place.view and _prefix(_INDEX.sub("", member.path), _INDEX.sub("", leaf.path)):
            first = place.start + leaf.offset
            low = max(first, member.start)
            high = min(first + leaf.width, member.start + member.width)
            if low < high:
                return replace(leaf, offset=low - place.start, width=high - low, at=leaf.at + low - first)
    return None


def _prefix(member: str, path: str) -> bool:
    return not member or path == member or path.startswith(member + ".")
