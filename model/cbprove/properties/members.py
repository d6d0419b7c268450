"""Which part of an access a property that names members speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.frozen import replace
from cbprove.system.expressions import Leaf, Place


def named(place: Place, members: tuple[Place, ...]) -> Place | None:
    """The place with only the leaves under one of the members, None if there are none; no
    members means all."""
    if not members:
        return place
    leaves = tuple(part for leaf in place.leaves for part in _under(place, leaf, members))
    return replace(place, leaves=leaves) if leaves else None


def _under(place: Place, leaf: Leaf, members: tuple[Place, ...]) -> Iterator[Leaf]:
    """The parts of a leaf that lie in some member, each bit once."""
    first = place.start + leaf.offset
    reached = first
    for member in sorted(
        (m for m in members if m.is_over(place.view, leaf.member)), key=lambda m: m.start
    ):
        low = max(reached, member.start)
        high = min(first + leaf.width, member.start + member.width)
        if low < high:
            yield replace(
                leaf, offset=low - place.start, width=high - low, at=leaf.at + low - first
            )
            reached = high
