"""Which function calls which, as far as it is known: guessed from the words of texts, learnt from
what a compiler read.

Nodes are functions and members that functions are assigned to: `.m` while nobody knows of which
struct, `record.m` then.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cbprove.source.accesses import Bound, Calls
from cbprove.source.mentions import bodies

_WORD = re.compile(r"[A-Za-z_]\w*")
_MEMBER = re.compile(r"(?:->|\.)\s*(\w+)\s*[(),]")
_BOUND = re.compile(r"(?:->|\.)\s*(\w+)\s*=\s*&?\s*(\w+)\s*[,;})]")
_COPIED = re.compile(r"(?:->|\.)\s*(\w+)\s*=[^=;{}][^;{}]*?(?:->|\.)\s*(\w+)\s*[;,)]")
_LEAST = 3  # letters of a word that is taken for a function


class Graph:
    """`calls` is what was learnt, by name; everything else is guessed, if at all."""

    def __init__(self) -> None:
        self.after: dict[str, set[str]] = {}
        self.before: dict[str, set[str]] = defaultdict(set)
        self.calls: dict[str, list[Calls]] = {}
        self.bound: dict[str, set[str]] = defaultdict(set)
        self.files: dict[str, list[Path]] = defaultdict(list)
        # Where a member of that name is set to another
        self.copied: dict[str, list[Path]] = defaultdict(list)
        self._callers: dict[tuple[frozenset[str], int], dict[str, int]] = {}

    def guess(self, files: Iterable[Path]) -> None:
        """From texts: a function calls whatever it names."""
        named: dict[str, set[str]] = defaultdict(set)
        pairs = set[tuple[str, str]]()
        for path in files:
            text = path.read_text(errors="replace")
            for name, body in bodies(text):
                named[name].update(
                    _WORD.findall(body), (f".{each}" for each in _MEMBER.findall(body))
                )
                if path not in self.files[name][-1:]:
                    self.files[name].append(path)
            for member, function in _BOUND.findall(text):
                named[f".{member}"].add(function)
                if path.suffix == ".c":
                    self.files[f".{member}={function}"].append(path)
            found = _COPIED.findall(text) if path.suffix == ".c" else []
            pairs.update(found)
            for member in dict.fromkeys(member for member, _ in found):
                self.copied[member].append(path)
        for one, other in pairs:  # a member that is set to one that is set to a function
            if one != other and any(
                each[0] != "." and each in named for each in named.get(f".{other}", ())
            ):
                named[f".{one}"].add(f".{other}")
        names_known = {name for name in named if len(name) >= _LEAST}
        for name, words in named.items():
            self._set(name, words & names_known)

    def _set(self, name: str, targets: set[str]) -> None:
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
            self._set(call.member, self.after.get(call.member, set()) | {call.function})
            self._member(call.function)
        for each in calls:
            if each not in self.calls.setdefault(each.name, []):
                self.calls[each.name].append(each)
        for name in dict.fromkeys(each.name for each in calls):
            targets = {target for each in self.calls[name] for target in each.targets}
            self._set(name, targets)
            for target in sorted(targets):
                self._member(target)

    def _member(self, name: str) -> None:
        """A member that is met for the first time may hold what is set to any of that name."""
        if "." in name and name not in self.after:
            _, _, last = name.rpartition(".")
            self._set(name, self.bound[name] | self.after.get(f".{last}", set()))

    def settle(self, calls_asked: Iterable[tuple[str, str]]) -> None:
        """What was asked and not learnt is not so: macros are expanded, members are those of
        another struct."""
        for caller, other in calls_asked:
            if "." in caller and other not in self.bound[caller]:
                self._set(caller, self.after.get(caller, set()) - {other})
            elif "." not in caller and caller not in self.calls:
                self._set(caller, set())

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
