"""Which bits of a place a store gives a source, and which it leaves known to be zero, as runs (offset, width)."""

from __future__ import annotations

from collections.abc import Sequence

from cbprove.obligations.ops import Run
from cbprove.system import Leaf, Place


def covered(place: Place) -> tuple[Run, ...]:
    """The runs of a place that a plain write gives a source: what leaves cover and what is left unspecified."""
    return merged([(leaf.offset, leaf.width) for leaf in place.leaves] + list(place.padding))


def merged(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs in order, those that touch or overlap joined."""
    joined: list[Run] = []
    for low, width in sorted(runs):
        if joined and low <= joined[-1][0] + joined[-1][1]:
            first = joined[-1][0]
            joined[-1] = (first, max(joined[-1][0] + joined[-1][1], low + width) - first)
        else:
            joined.append((low, width))
    return tuple(joined)


def zeroes(leaves: tuple[Leaf, ...], little_endian: bool) -> tuple[Run, ...]:
    """The runs that hold zero after any store: what only bools cover, but for the one bit of each that may be 1."""
    zero: list[Run] = []
    arbitrary: list[Run] = []
    for leaf in leaves:
        if not leaf.boolean:
            arbitrary.append((leaf.offset, leaf.width))
            continue
        value, rest = (0, 1) if little_endian else (leaf.element - 1, 0)
        for first in range(leaf.offset, leaf.offset + leaf.width, leaf.element):
            arbitrary.append((first + value, 1))
            zero.append((first + rest, leaf.element - 1))
    return without(merged(zero), merged(arbitrary))


def without(runs: Sequence[Run], others: Sequence[Run]) -> tuple[Run, ...]:
    """What of some runs is in none of the others; all in order."""
    left: list[Run] = []
    for low, width in runs:
        end = low + width
        for other, size in others:
            if low < other + size and other < end:
                left.append((low, other - low))
                low = other + size
        left.append((low, end - low))
    return tuple((low, width) for low, width in left if width > 0)
