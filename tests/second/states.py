"""The state of a run in as far as later statements can tell it from another: what is equal goes on
in the same ways.

Unknown bits, runs of steps and objects are named in the order in which they are met, moments by
their order alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.second.runs import Object, Origin, Run


def snapshot(run: Run) -> Any:
    """The state between two statements of a path."""
    return _Snapshot(run).state()


class _Snapshot:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.bits: dict[int, int] = {}
        self.steps: dict[int, int] = {0: 0}
        self.objects: list[Object] = []
        self.number: dict[int, int] = {}
        self.times: dict[int, int] = {}

    def state(self) -> Any:
        run = self.run
        names = [*run.users, run.name, *(name for scope in run.scopes for name in scope.values())]
        first = {id(name): at for at, name in reversed(list(enumerate(names)))}
        held = tuple((first[id(name)], name.held, self.object(name.of)) for name in names)
        once = tuple(map(self.object, run.once.values()))
        for o in self.objects:
            if o.made_from is not None:
                self.object(o.made_from)
        self.times = self.order()
        spelt = tuple(tuple(scope) for scope in run.scopes)
        fixed = tuple(sorted(run.fixed.items()))
        # Names the runs of steps that stored something
        memory = tuple(map(self.memory, self.objects))
        return fixed, spelt, held, once, memory, tuple(map(self.history, self.objects))

    def object(self, o: Object) -> int:
        if id(o) not in self.number:
            self.number[id(o)] = len(self.objects)
            self.objects.append(o)
        return self.number[id(o)]

    def order(self) -> dict[int, int]:
        times = {origin.time for o in self.objects for origin in o.origin}
        times |= {end for o in self.objects for *_, end in o.history}
        return {time: at for at, time in enumerate(sorted(times))}

    def bit(self, bit: int) -> int:
        bit = self.run.known(bit)
        return (
            bit if bit < 2 else 2 * self.bits.setdefault(bit >> 1, len(self.bits) + 1) + (bit & 1)
        )

    def memory(self, o: Object) -> Any:
        origins: dict[int, Any] = {id(origin): self.origin(origin) for origin in o.origin}
        made_from = None if o.made_from is None else self.number[id(o.made_from)]
        return (
            tuple(map(self.bit, o.value)),
            tuple(origins[id(origin)] for origin in o.origin),
            made_from,
            o.live,
        )

    def origin(self, origin: Origin) -> Any:
        step = self.steps.setdefault(origin.run, len(self.steps))
        return origin.kind, step, id(origin.members), self.times[origin.time]

    def history(self, o: Object) -> Any:
        """What properties can ask of it: the latest of each step, its bits, and the runs that
        stored something."""
        latest = {step: at for at, (step, *_) in enumerate(o.history)}
        found = []
        for at, (step, run, kept, end) in enumerate(o.history):
            if latest[step] == at:
                bits = [
                    (bit, self.bit(value))
                    for spots in kept.values()
                    for spot in spots
                    for bit, value in spot.items()
                ]
                found.append((step, self.steps.get(run), self.times[end], tuple(bits)))
            elif run in self.steps:
                found.append((step, self.steps[run]))
        return tuple(found)
