"""The bits of a struct that belong to no member."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.frozen import frozen
from cbprove.layout.records import Layout, Member


@frozen
class Run:
    """Bits [offset, offset + width) of a record, `width` at least 1."""

    offset: int
    width: int


def holes(layout: Layout) -> tuple[Run, ...]:
    """The padding of a record itself, its end included, in order, as pahole does: a nested
    record counts as covered."""
    return _gaps(layout, [Run(m.offset, m.width) for m in layout.members if m.width])


def padding(layout: Layout) -> tuple[Run, ...]:
    """The padding of a record and of everything inside it: bits that no scalar member owns, in
    order."""
    return _gaps(layout, list(_owned(layout, 0)))


def _gaps(layout: Layout, covered: list[Run]) -> tuple[Run, ...]:
    gaps = []
    end = 0
    for run in (*sorted(covered, key=lambda run: run.offset), Run(8 * layout.size, 0)):
        if run.offset > end:
            gaps.append(Run(end, run.offset - end))
        end = max(end, run.offset + run.width)
    return tuple(gaps)


def _owned(layout: Layout, base: int) -> Iterator[Run]:
    for member in layout.members:
        if member.layout is None:
            if member.width:
                yield Run(base + member.offset, member.width)
        else:
            for start in _elements(member, member.layout):
                yield from _owned(member.layout, base + start)


def _elements(member: Member, element: Layout) -> range:
    """First bits of the records of a member: one for a record, several for an array of them."""
    return range(member.offset, member.offset + member.width, 8 * element.size or 1)
