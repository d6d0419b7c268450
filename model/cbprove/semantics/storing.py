"""What statements do to memory: stores, copies, and the names and objects that they make."""

from __future__ import annotations

from collections.abc import Sequence

from cbprove.semantics import arithmetic
from cbprove.semantics.memory import (
    Extent,
    Kind,
    Name,
    Source,
    Store,
    StoreKey,
    sources,
)
from cbprove.semantics.state import Frame, State
from cbprove.semantics.trace import (
    CopiedBits,
    HeldName,
    StoredBits,
    Trace,
)


class Memory:
    """The bits of all objects of a run; what is done to them is told to the trace."""

    def __init__(self, state: State, trace: Trace, little_endian: bool) -> None:
        self.state, self.trace, self.little_endian = state, trace, little_endian

    def keep(self, name: Name) -> Name:
        self.state.objects.append(name.object)
        return name

    def hold(self, frame: Frame, name: Name, called: str) -> None:
        number = name.object.names.index(name)
        self.trace.did(
            HeldName(
                moment=frame.moment,
                step=step_of(frame),
                object=name.object.key,
                number=number,
                name=called,
                live=name.live,
            )
        )

    def store(
        self,
        frame: Frame,
        index: int,
        extent: Extent,
        kind: Kind,
        positions: Sequence[range],
        typed: bool = True,
    ) -> StoreKey:
        """Gives the bits at some positions of a place new sources; at none there is no store."""
        key = StoreKey(frame.moment, index, kind)
        if not any(positions):
            return key
        layer = frame.step.layer if frame.step else None
        self.state.stores[key] = Store(
            key=key,
            step=step_of(frame),
            layer=layer,
            began=frame.began,
            place=self.state.counted(frame, extent.place),
            typed=typed,
            before=len(self.state.stores),
        )
        bits, low = extent.name.object.bits, extent.low
        # Sources count from the place's first bit: one list, of which each run takes its part.
        stored = sources(key, max(run.stop for run in positions))
        for run in positions:
            bits[low + run.start : low + run.stop] = stored[run.start : run.stop]
        if self.trace.wanted:
            reached = tuple(low + i for run in positions for i in run)
            self.trace.did(StoredBits(self.state.stores[key], extent.name.object.key, low, reached))
        return key

    def store_value(self, frame: Frame, index: int, extent: Extent, value: int) -> None:
        key = self.store(frame, index, extent, "value", extent.clipped(extent.place.runs))
        laid_out = arithmetic.laid_out(value, extent.place.width, self.little_endian)
        self.state.known.update(zip(sources(key, extent.place.width), laid_out, strict=True))

    def copy(self, frame: Frame, origin: Extent, target: Extent, length: int | None) -> None:
        """memmove: everything is read before anything is written."""
        reached = target.inside(length)
        sources = list(zip(reached, origin.sources(reached), strict=True))
        for i, source in sources:
            target.name.object.bits[target.low + i] = source
        if self.trace.wanted:
            self._copied(frame, origin, target, sources)

    def _copied(
        self, frame: Frame, origin: Extent, target: Extent, sources: list[tuple[int, Source]]
    ) -> None:
        self.trace.did(
            CopiedBits(
                moment=frame.moment,
                step=step_of(frame),
                began=frame.began,
                origin=origin.place,
                origin_object=origin.name.object.key,
                origin_low=origin.low,
                target=target.place,
                object=target.name.object.key,
                low=target.low,
                bits=tuple(target.low + i for i, _ in sources),
                sources=tuple(source for _, source in sources),
            )
        )


def step_of(frame: Frame) -> str | None:
    """The step that a statement stands in, by name."""
    return frame.step.name if frame.step else None
