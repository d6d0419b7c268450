"""Which function calls which, as far as it is known: learnt from what a compiler read, or guessed
(`guessed.py`).

Nodes are functions and members that functions are assigned to: `.m` while nobody knows of which
struct, `record.m` then.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from cbprove.source.accesses import Bound, Calls


class Graph:
    """`calls` is what was learnt, by name; everything else is guessed, if at all."""

    def __init__(self) -> None:
        self.after: dict[str, set[str]] = {}
        self.before: dict[str, set[str]] = defaultdict(set)
        self.calls: dict[str, list[Calls]] = {}
        self.bound: dict[str, set[str]] = defaultdict(set)
        self._callers: dict[tuple[frozenset[str], int], dict[str, int]] = {}

    def set(self, name: str, targets: set[str]) -> None:
        """Let these be all that one calls, or is set to."""
        self._callers.clear()
        for each in self.after.get(name, ()):
            self.before[each].discard(name)
        self.after[name] = targets - {name}
        for each in self.after[name]:
            self.before[each].add(name)

    def learn(self, calls: Sequence[Calls], bound: Sequence[Bound]) -> None:
        """From a compiler: what is known of a function takes the place of what was guessed."""
        for call in bound:
            self.bound[call.member].add(call.function)
            self.set(call.member, self.after.get(call.member, set()) | {call.function})
            self._member(call.function)
        for each in calls:
            if each not in self.calls.setdefault(each.name, []):
                self.calls[each.name].append(each)
        for name in dict.fromkeys(each.name for each in calls):
            targets = {target for each in self.calls[name] for target in each.targets}
            self.set(name, targets)
            for target in sorted(targets):
                self._member(target)

    def _member(self, name: str) -> None:
        """A member that is met for the first time may hold what is set to any of that name."""
        if "." in name and name not in self.after:
            _, _, last = name.rpartition(".")
            self.set(name, self.bound[name] | self.after.get(f".{last}", set()))

    def settle(self, calls_asked: Iterable[tuple[str, str]]) -> None:
        """What was asked and not learnt is not so: macros are expanded, members are those of
        another struct."""
        for caller, other in calls_asked:
            if "." in caller and other not in self.bound[caller]:
                self.set(caller, self.after.get(caller, set()) - {other})
            elif "." not in caller and caller not in self.calls:
                self.set(caller, set())

    def sure(self, caller: str, other: str) -> bool:
        """Whether one is known to call the other, or to be set to it."""
        return (
            other in self.bound[caller]
            if "." in caller
            else caller in self.calls and other in self.after[caller]
        )

    def callers(self, of: frozenset[str], limit: int) -> dict[str, int]:
        """How many calls lie between others and these, up to so many."""
        if (of, limit) not in self._callers:
            self._callers[of, limit] = _callers(self.before, of, limit)
        return self._callers[of, limit]


def way(graph: Graph, start: frozenset[str], end: frozenset[str], longest: int) -> tuple[str, ...]:
    """A shortest way of at most so many calls, from both sides; empty where there is none. What
    a member holds is no call."""
    sides = (dict[str, str](dict.fromkeys(start, "")), dict[str, str](dict.fromkeys(end, "")))
    edges = [sorted(start), sorted(end)]
    for _ in range(longest):
        side = 0 if len(edges[0]) <= len(edges[1]) else 1
        fresh = _further((graph.after, graph.before)[side], edges[side], sides[side])
        edges[side] = fresh
        meeting = [each for each in fresh if each in sides[1 - side]]
        if meeting:
            return (*reversed(_back(sides[0], meeting[0])), *_back(sides[1], meeting[0])[1:])
        if not fresh:
            break
    return ()


def _back(reached: dict[str, str], name: str) -> list[str]:
    """A name and those that led to it."""
    steps_back = [name]
    while reached[steps_back[-1]]:
        steps_back.append(reached[steps_back[-1]])
    return steps_back


def _further(
    steps: Mapping[str, set[str]], edge: Sequence[str], before_each: dict[str, str]
) -> list[str]:
    """What is one call further on; what a member holds is no call further."""
    fresh, waiting = list[str](), deque(edge)
    while waiting:
        name = waiting.popleft()
        for each in sorted(steps.get(name, ())):
            if each not in before_each:
                before_each[each] = name
                fresh.append(each)
                if "." in each:
                    waiting.append(each)
    return fresh


def _callers(before: Mapping[str, set[str]], of: frozenset[str], limit: int) -> dict[str, int]:
    distances, before_each, edge = dict.fromkeys(sorted(of), 0), dict.fromkeys(of, ""), sorted(of)
    for distance in range(1, limit + 1):
        edge = _further(before, edge, before_each)
        distances.update(dict.fromkeys(edge, distance))
    return distances
