"""Which function calls which, as far as it is known: guessed from the words of texts, learnt from what a compiler read.

Nodes are functions and members that functions are assigned to: `.m` while nobody knows of which struct, `record.m` then.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from cbprove.source.accesses import Bound, Calls
from cbprove.source.mentions import bodies

_WORD = re.compile(r"[A-Za-z_]\w*")
_MEMBER = re.compile(r"(?:->|\.)\s*(\w+)\s*[(),]")
_BOUND = re.compile(r"(?:->|\.)\s*(\w+)\s*=\s*&?\s*(\w+)\s*[,;})]")
_LEAST = 3  # letters of a word that is taken for a function


class Graph:
    """`calls` is what was learnt, by name; everything else is guessed, if at all."""

    def __init__(self) -> None:
        self.after: dict[str, set[str]] = {}
        self.before: dict[str, set[str]] = defaultdict(set)
        self.calls: dict[str, list[Calls]] = {}
        self.bound: dict[str, set[str]] = defaultdict(set)
        self.files: dict[str, list[Path]] = defaultdict(list)

    def guess(self, files: Iterable[Path]) -> None:
        """From texts: a function calls whatever it names."""
        named: dict[str, set[str]] = defaultdict(set)
        for path in files:
            text = path.read_text(errors="replace")
            for name, body in bodies(text):
                named[name].update(_WORD.findall(body), (f".{each}" for each in _MEMBER.findall(body)))
                if path not in self.files[name][-1:]:
                    self.files[name].append(path)
            for member, function in _BOUND.findall(text):
                named[f".{member}"].add(function)
                self.files[f".{member}={function}"].append(path)
        known = {name for name in named if len(name) >= _LEAST}
        for name, words in named.items():
            targets = words & known
            self._set(name, {each for each in targets if each[0] != "."} if name[0] == "." else targets)

    def _set(self, name: str, targets: set[str]) -> None:
        for each in self.after.get(name, ()):
            self.before[each].discard(name)
        self.after[name] = targets - {name}
        for each in self.after[name]:
            self.before[each].add(name)

    def learn(self, calls: Sequence[Calls], bound: Sequence[Bound]) -> None:
        """From a compiler: what is known of a function takes the place of what was guessed."""
        for one in bound:
            self.bound[one.member].add(one.function)
            self._set(one.member, self.after.get(one.member, set()) | {one.function})
        for each in calls:
            if each not in self.calls.setdefault(each.name, []):
                self.calls[each.name].append(each)
        for name in dict.fromkeys(each.name for each in calls):
            targets = {target for each in self.calls[name] for target in each.targets}
            self._set(name, targets)
            for member in sorted(target for target in targets if "." in target and target not in self.after):
                _, _, last = member.rpartition(".")
                self._set(member, self.bound[member] | self.after.get(f".{last}", set()))

    def settle(self, asked: Iterable[tuple[str, str]]) -> None:
        """What was asked and not learnt is not so: macros are expanded, members are those of another struct."""
        for one, other in asked:
            if "." in one and other not in self.bound[one]:
                self._set(one, self.after.get(one, set()) - {other})
            elif "." not in one and one not in self.calls:
                self._set(one, set())

    def sure(self, one: str, other: str) -> bool:
        """Whether one is known to call the other, or to be set to it."""
        return other in self.bound[one] if "." in one else one in self.calls and other in self.after[one]


def way(graph: Graph, start: frozenset[str], end: frozenset[str], most: int) -> tuple[str, ...]:
    """A shortest way of at most so many calls, from both sides; empty where there is none."""
    sides = (dict[str, str](dict.fromkeys(start, "")), dict[str, str](dict.fromkeys(end, "")))
    edges = [sorted(start), sorted(end)]
    for _ in range(most):
        side = 0 if len(edges[0]) <= len(edges[1]) else 1
        steps, known, fresh = (graph.after, graph.before)[side], sides[side], list[str]()
        for name in edges[side]:
            for each in sorted(steps.get(name, ())):
                if each not in known:
                    known[each] = name
                    fresh.append(each)
        edges[side] = fresh
        met = [each for each in fresh if each in sides[1 - side]]
        if met:
            return (*reversed(_back(sides[0], met[0])), *_back(sides[1], met[0])[1:])
        if not fresh:
            break
    return ()


def _back(known: dict[str, str], name: str) -> list[str]:
    """A name and those that led to it."""
    found = [name]
    while known[found[-1]]:
        found.append(known[found[-1]])
    return found


def callers(graph: Graph, of: frozenset[str], most: int) -> dict[str, int]:
    """How many calls lie between others and these, up to so many."""
    found = dict.fromkeys(sorted(of), 0)
    edge = list(found)
    for distance in range(1, most + 1):
        fresh = dict.fromkeys(each for name in edge for each in sorted(graph.before.get(name, ())) if each not in found)
        found.update(dict.fromkeys(fresh, distance))
        edge = list(fresh)
    return found
