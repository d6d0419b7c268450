"""The design space in shares, for several processes: a property over a part of the candidates,
judged from the system alone.

A verdict hangs on its candidate and on nothing else, so that the sheets of shares, laid one behind
another, are the sheet of the whole. Parts are cut of the free axis that is counted slowest: the
marks of each are one stretch of every sheet.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from cbprove.design.sectors import Sector, Sheet, part_length
from cbprove.design.space import Key, Options, Space, key_of
from cbprove.design.tables import Table
from cbprove.frozen import frozen, replace
from cbprove.logic.terms import deep
from cbprove.meaning.system import System

if TYPE_CHECKING:
    from concurrent.futures import Executor

Progress = Callable[[int, int], None]


@frozen
class Share:
    """A property of a system (pickled) over all sectors, of whose slowest free axis `part` is
    looked at; None where none is free.

    `pinned` are the ranged axes that are fixed in the whole, and so in every part.
    """

    system: bytes
    options: Options
    pinned: frozenset[str]
    name: str
    part: range | None


def fill(space: Space, executor: Executor, progress: Progress) -> None:
    """Find the tables of all properties in all sectors by shares. Progress counts shares."""
    shares = list(_shares(space))
    parts: dict[str, list[Mapping[Key, Table]]] = {}
    for done, (share, tables) in enumerate(zip(shares, executor.map(judged, shares), strict=True)):
        progress(done, len(shares))
        parts.setdefault(share.name, []).append(tables)
    for name, tables_of_parts in parts.items():
        for sector in space.all_sectors():
            space.take(
                sector,
                name,
                _joined(sector, [tables[key_of(sector)] for tables in tables_of_parts]),
            )


def judged(share: Share) -> dict[Key, Table]:
    """The tables of a share, by sectors."""
    with deep():
        space = _space(share.system, share.options, share.pinned, share.part)
        return {key_of(sector): space.table(sector, share.name) for sector in space.all_sectors()}


def _shares(space: Space) -> Iterator[Share]:
    pinned = frozenset(axis.name for axis in space.fixed if isinstance(axis.values, range))
    system = pickle.dumps(space.system)
    for prop in space.system.properties:
        for part in _parts(space):
            yield Share(
                system=system,
                options=space.options,
                pinned=pinned,
                name=prop.name,
                part=part,
            )


def _parts(space: Space) -> Sequence[range | None]:
    if not space.ranges:
        return (None,)
    (_, values), *_ = space.ranges
    even = part_length(space.ranges)
    return [values[low : low + even] for low in range(0, len(values), even)]


@lru_cache(maxsize=2)
def _space(pickled: bytes, options: Options, pinned: frozenset[str], part: range | None) -> Space:
    """The design space of a part; the last ones are kept, since the next share is most often of
    the same."""
    system: System = pickle.loads(pickled)
    if part is not None:
        first = next(
            a.name for a in system.axes if isinstance(a.values, range) and a.name not in pinned
        )
        cut = tuple(
            replace(axis, values=part) if axis.name == first else axis for axis in system.axes
        )
        system = replace(system, axes=cut)
    return Space(system, options, pinned)


def _joined(sector: Sector, parts: Sequence[Table]) -> Table:
    """Tables of parts, one behind another."""
    sheet = Sheet(sector)
    sheet.marks = bytearray().join(table.sheet.marks for table in parts)
    settled, before = {}, 0
    for table in parts:
        settled.update(
            {before + index: settled_one for index, settled_one in table.settled.items()}
        )
        before += len(table.sheet.marks)
    return Table(sheet, settled)
