"""The free bytes of a control block: the map, who stores and reads what is not free, and where
there is room."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from cbprove.frozen import frozen
from cbprove.report.style import Paint
from cbprove.report.version import VERSION

SCHEMA_VERSION = 1
_WIDTH = 100
_Steps = tuple[tuple[str, str], ...]  # steps with their layers


@frozen
class Byte:
    """A byte between the two: whether it is free, who stores to it and who reads it; `on` are
    the paths of each. `needed` are those who read behind the first step what lay there before."""

    number: int
    free: bool
    stores: _Steps
    reads: _Steps
    on: tuple[tuple[str, tuple[str, ...]], ...]
    needed: _Steps = ()


@frozen
class Slot:
    """Bytes that are free: `kept` says that the prover agrees for the view as a whole, `harmed`
    are the properties it breaks."""

    low: int
    high: int
    kept: bool
    harmed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.kept and not self.harmed


@frozen
class Free:
    """All that is said of a control block between two steps; `movers` are the smallest sets of
    layers in the way, `made` says that objects of debris are made between the two."""

    spec: str
    block: str
    start: str | None
    end: str | None
    paths: tuple[str, ...]
    bytes: tuple[Byte, ...]
    size: int
    align: int
    slots: tuple[Slot, ...]
    movers: tuple[tuple[str, ...], ...]
    made: bool = False

    @property
    def code(self) -> int:
        """0 if there is room, 1 if not."""
        return 0 if any(slot.holds for slot in self.slots) else 1

    def runs(self) -> list[tuple[int, int]]:
        """The free bytes as ranges."""
        free_runs = []
        for free, group in groupby(self.bytes, key=lambda each: each.free):
            numbers = [each.number for each in group]
            if free:
                free_runs.append((numbers[0], numbers[-1] + 1))
        return free_runs


def text(free: Free, paint: Paint) -> str:
    """The answer first, then the map, then everybody in the way."""
    return "\n".join([*_answer(free, paint), "", *_map(free), "", *_table(free)])


def _answer(free: Free, paint: Paint) -> Iterator[str]:
    life = (
        f"from {free.start or 'the beginning'} to {free.end or 'the end'}, on "
        f"{', '.join(free.paths)}"
    )
    yield f"{free.spec}: {free.block} {life}"
    bytes_wanted = f"{free.size} byte{'s' if free.size > 1 else ''}"
    bytes_wanted += f", aligned to {free.align}," if free.align > 1 else ""
    good = next((slot for slot in free.slots if slot.holds), None)
    if good is not None:
        fit = "fits" if free.size == 1 else "fit"
        fitting = f"{bytes_wanted} {fit} at [{good.low}..{good.high})"
        sentence = (
            f"{fitting}: proved for every run with a view there, and nobody else loses anything"
        )
        yield paint(sentence, "good")
        return
    yield paint(f"{bytes_wanted} {'does' if free.size == 1 else 'do'} not fit", "bad")
    for slot in free.slots:
        why = "the view is not preserved" if not slot.kept else f"breaks {', '.join(slot.harmed)}"
        yield f"  [{slot.low}..{slot.high}): free, but {why}"
    if free.movers:
        yield from _wrapped(
            "  room if moved: ", " or ".join(" and ".join(each) for each in free.movers)
        )


def _map(free: Free) -> Iterator[str]:
    ruler = "".join(f"{at:<8}" for at in range(0, len(free.bytes), 8))
    yield f"        {ruler}{len(free.bytes)}"
    yield f"  free  {''.join('.' if each.free else '#' for each in free.bytes)}"
    ranges = ", ".join(f"[{low}..{high})" for low, high in free.runs()) or "none"
    yield from _wrapped("  runs  ", ranges)


def _table(free_space: Free) -> Iterator[str]:
    """Neighbouring bytes that have the same steps in one paragraph."""
    for _, group in groupby(
        free_space.bytes, key=lambda b: (b.free, b.stores, b.reads, b.on, b.needed)
    ):
        bytes_alike = list(group)
        first, last = bytes_alike[0], bytes_alike[-1]
        yield f"{f'[{first.number}..{last.number + 1})':<9} {_standing(free_space, first)}"
        yield from _steps(first, free_space)


def _standing(free_space: Free, byte: Byte) -> str:
    if byte.free or byte.stores or byte.needed:
        return "free" if byte.free else "not free"
    why = "a new object has it not" if free_space.made else "not proved for every run"
    return f"not free: {why}"


def _steps(byte: Byte, free_space: Free) -> Iterator[str]:
    """Who is in the way: those who store there, or else those who need what was there before."""
    paths = dict(byte.on)
    if not byte.stores and byte.needed:
        names = (f"{step} ({layer})" if layer else step for step, layer in byte.needed)
        yield from _wrapped("  needed by ", ", ".join(names))
        return
    for head, steps in (("  stored by ", byte.stores), ("  read by ", byte.reads)):
        if steps:
            yield from _wrapped(head, ", ".join(_step(each, paths, free_space) for each in steps))


def _step(step: tuple[str, str], paths: dict[str, tuple[str, ...]], free: Free) -> str:
    name = f"{step[0]} ({step[1]})" if step[1] else step[0]
    on = paths[step[0]]
    return name if len(on) == len(free.paths) else f"{name} on {', '.join(on)}"


def _wrapped(head: str, sentence: str) -> Sequence[str]:
    return textwrap.wrap(
        head + sentence, _WIDTH, subsequent_indent=" " * len(head), break_on_hyphens=False
    )


def document(free: Free) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cbprove", "version": VERSION},
        "spec": free.spec,
        "block": free.block,
        "from": free.start,
        "to": free.end,
        "paths": list(free.paths),
        "free": [list(each) for each in free.runs()],
        "bytes": [
            {
                "byte": each.number,
                "free": each.free,
                "stores": [
                    {"step": step, "layer": layer, "paths": list(dict(each.on)[step])}
                    for step, layer in each.stores
                ],
                "reads": [
                    {"step": step, "layer": layer, "paths": list(dict(each.on)[step])}
                    for step, layer in each.reads
                ],
                "needed": [{"step": step, "layer": layer} for step, layer in each.needed],
            }
            for each in free.bytes
        ],
        "asked": {"bytes": free.size, "align": free.align},
        "slots": [
            {
                "low": s.low,
                "high": s.high,
                "kept": s.kept,
                "harmed": list(s.harmed),
                "holds": s.holds,
            }
            for s in free.slots
        ],
        "movers": [list(each) for each in free.movers],
    }
