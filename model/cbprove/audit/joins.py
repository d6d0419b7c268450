"""Whether the second of two neighbouring steps can follow the first in the source: by a call, a return, a common caller."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from cbprove.audit.neighbours import Neighbours, neighbours
from cbprove.frozen import frozen
from cbprove.source.graph import Graph, callers, way
from cbprove.system import Program, Step

How = Literal["one function", "call", "return", "common caller", "not found"]
# Calls in one another that are looked through. The first of two is near their common caller; the
# second may lie deep below what is called next, as __mkroute_input() seven calls after ip_rcv_core().
_DEEP, _RETURNS, _UP = 7, 4, 4
_CALLERS = 5  # the nearest of them, each looked at


@frozen
class Join:
    """Two neighbouring steps, and the functions on the way from the first to the second; of a common caller first itself."""

    neighbours: Neighbours
    how: How
    way: tuple[str, ...] = ()


@frozen
class Sought:
    """A join, or what would have to be known to find one: functions and pairs of a member and a function."""

    how: How
    way: tuple[str, ...] = ()
    wanted: frozenset[tuple[str, str]] = frozenset()


NOT_FOUND = Sought("not found")


def joins(program: Program, graph: Graph) -> tuple[Join, ...]:
    """Every two neighbours of every path, as far as the graph knows."""
    found = []
    for each in neighbours(program):
        sought = joined(graph, functions(each.first), functions(each.second))
        found.append(Join(each, sought.how, sought.way))
    return tuple(found)


def functions(step: Step) -> frozenset[str]:
    """What a step stands for."""
    return frozenset((*step.witness.functions, *step.witness.callees))


def joined(graph: Graph, first: frozenset[str], second: frozenset[str]) -> Sought:
    """How the second can come after the first."""
    if shared := sorted(first & second):
        return Sought("one function", (shared[0],))
    wanted: set[tuple[str, str]] = set()
    tries: tuple[tuple[How, frozenset[str], frozenset[str], int], ...] = (
        ("call", first, second, _DEEP),
        ("return", second, first, _RETURNS),
    )
    for how, start, end, most in tries:
        found = way(graph, start, end, most)
        unsure = _unsure(graph, found)
        if found and not unsure:
            return Sought(how, found)
        wanted |= unsure
    common = _common(graph, first, second)
    return common if common.how != "not found" else Sought("not found", (), common.wanted | wanted)


def _unsure(graph: Graph, found: tuple[str, ...]) -> set[tuple[str, str]]:
    return {(one, other) for one, other in pairwise(found) if not graph.sure(one, other)}


def _common(graph: Graph, first: frozenset[str], second: frozenset[str]) -> Sought:
    """A function that calls the first and then the second, through others or not."""
    one, other = callers(graph, first, _UP), callers(graph, second, _DEEP)
    both = sorted(
        (one[name] + other[name], name)
        for name in (one.keys() & other.keys()) - first - second
        if "." not in name  # who calls through a member is a function
    )
    wanted: set[tuple[str, str]] = set()
    for _, name in both[:_CALLERS]:
        if name not in graph.calls:
            wanted.add((name, ""))
            continue
        for targets in _in_order(graph, name, one, other):
            before, after = _leading(graph, targets[0], first, _UP), _leading(graph, targets[1], second, _DEEP)
            unsure = _unsure(graph, before) | _unsure(graph, after)
            if before and after and not unsure:
                return Sought("common caller", (name, *before, *after))
            wanted |= unsure
    return Sought("not found", (), frozenset(wanted))


def _leading(graph: Graph, name: str, to: frozenset[str], most: int) -> tuple[str, ...]:
    """A way from what is called, which may be what is looked for."""
    return (name,) if name in to else way(graph, frozenset((name,)), to, most)


def _in_order(graph: Graph, name: str, one: dict[str, int], other: dict[str, int]) -> Iterable[tuple[str, str]]:
    """Two calls of a function, the nearest to what is looked for that stand in this order."""
    for each in graph.calls[name]:
        pairs = [
            (one[before] + other[after], before, after)
            for index, before in enumerate(each.targets)
            if before in one
            for after in each.targets[index + 1 :]
            if after in other and after != before
        ]
        if pairs:
            _, before, after = min(pairs)
            yield before, after
