"""Whether the second of two neighbouring steps can follow the first in the source: by a call, a
return, a common caller.

Which steps of a path can follow one another, whatever conditions say; steps that stand for no
function are stepped over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import pairwise
from typing import Literal

from cbprove import folds
from cbprove.diagnostics import Span
from cbprove.frozen import frozen
from cbprove.source.graph import Graph, way
from cbprove.system.program import Program, Step
from cbprove.system.statements import Block, Call, Each, Either, If, Repeat, Statement, When

How = Literal["one function", "call", "return", "common caller", "not found"]
# Calls in one another that are looked through: __mkroute_input() lies seven calls after
# ip_rcv_core(), and from where a segment's checksum is made it is seven back to who asked for
# segments, eight in Linux 7.2. What returns is near.
_DEEP, _RETURNS = 8, 4
_CALLERS = 5  # the nearest of those that are not known, each looked at


@frozen
class Join:
    """Two neighbouring steps, and the functions on the way from the first to the second; of a
    common caller first itself."""

    neighbours: Neighbours
    how: How
    way: tuple[str, ...] = ()


@frozen
class Sought:
    """A join, or what would have to be known to find one: functions and pairs of a member and a
    function."""

    how: How
    way: tuple[str, ...] = ()
    wanted: frozenset[tuple[str, str]] = frozenset()


NOT_FOUND = Sought("not found")


def joins(program: Program, graph: Graph) -> tuple[Join, ...]:
    """Every two neighbours of every path, as far as the graph knows."""
    search = cache(partial(joined, graph))  # several paths have the same neighbours
    joined_steps = []
    for each in neighbours(program):
        sought = search(functions(each.first), functions(each.second))
        joined_steps.append(Join(each, sought.how, sought.way))
    return tuple(joined_steps)


def functions(step: Step) -> frozenset[str]:
    """What a step stands for."""
    return frozenset((*step.witness.functions, *step.witness.callees))


def joined(graph: Graph, first: frozenset[str], second: frozenset[str]) -> Sought:
    """How the second can come after the first."""
    if shared := sorted(first & second):
        return Sought("one function", (shared[0],))
    unsure_calls: set[tuple[str, str]] = set()
    tries: tuple[tuple[How, frozenset[str], frozenset[str], int], ...] = (
        ("call", first, second, _DEEP),
        ("return", second, first, _RETURNS),
    )
    for how, start, end, longest in tries:
        way_found = way(graph, start, end, longest)
        unsure = _unsure(graph, way_found)
        if way_found and not unsure:
            return Sought(how, way_found)
        unsure_calls |= unsure
    common = _common(graph, first, second)
    return (
        common
        if common.how != "not found"
        else Sought("not found", (), common.wanted | unsure_calls)
    )


def _unsure(graph: Graph, calls: tuple[str, ...]) -> set[tuple[str, str]]:
    return {(caller, other) for caller, other in pairwise(calls) if not graph.sure(caller, other)}


def _common(graph: Graph, first: frozenset[str], second: frozenset[str]) -> Sought:
    """A function that calls the first and then the second, through others or not."""
    first_callers, other = graph.callers(first, _DEEP), graph.callers(second, _DEEP)
    common = sorted(
        (first_callers[name] + other[name], name)
        for name in (first_callers.keys() & other.keys()) - first - second
        if "." not in name  # who calls through a member is a function
    )
    unsure_calls: set[tuple[str, str]] = set()
    unsure_callers = 0
    for _, name in common:
        if unsure_callers == _CALLERS:
            break
        if name not in graph.calls:
            unsure_calls.add((name, ""))
            unsure_callers += 1
            continue
        for targets in _in_order(graph, name, first_callers, other):
            before, after = (
                _leading(graph, targets[0], first, _DEEP),
                _leading(graph, targets[1], second, _DEEP),
            )
            unsure = _unsure(graph, before) | _unsure(graph, after)
            if before and after and not unsure:
                return Sought("common caller", (name, *before, *after))
            unsure_calls |= unsure
            unsure_callers += bool(unsure)
    return Sought("not found", (), frozenset(unsure_calls))


def _leading(graph: Graph, name: str, targets: frozenset[str], longest: int) -> tuple[str, ...]:
    """A way from what is called, which may be what is looked for."""
    return (name,) if name in targets else way(graph, frozenset((name,)), targets, longest)


def _in_order(
    graph: Graph, name: str, order: dict[str, int], other: dict[str, int]
) -> Iterable[tuple[str, str]]:
    """Two calls of a function, the nearest to what is looked for that stand in this order."""
    for each in graph.calls[name]:
        pairs = [
            (order[before] + other[after], before, after)
            for index, before in enumerate(each.targets)
            if before in order
            for after in each.targets[index + 1 :]
            if after in other
        ]
        if pairs:
            _, before, after = min(pairs)
            yield before, after


@frozen
class Neighbours:
    """Two steps of a path, the second of which can come right after the first; `span` is the
    call of the second."""

    path: str
    first: Step
    second: Step
    span: Span


@frozen
class _Ends:
    """The calls that a block can begin with and end with, and whether it can be gone through
    without any."""

    first: tuple[Call, ...]
    last: tuple[Call, ...]
    empty: bool


_NOTHING = _Ends((), (), True)


def neighbours(program: Program) -> tuple[Neighbours, ...]:
    """Each pair of a path once, in order."""
    by_steps: dict[tuple[str, str, str], Neighbours] = {}
    for path in program.paths:
        for earlier, later in _Walk(program).pairs(path.body):
            first, second = program.steps[earlier.name], program.steps[later.name]
            by_steps.setdefault(
                (path.name, earlier.name, later.name),
                Neighbours(path.name, first, second, later.span),
            )
    return tuple(by_steps.values())


class _Walk:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.edges: dict[tuple[int, int], tuple[Call, Call]] = {}

    def pairs(self, body: Block) -> Iterator[tuple[Call, Call]]:
        self._block(body)
        yield from self.edges.values()

    def _block(self, body: Block) -> _Ends:
        ends_of_block = _NOTHING
        for statement in body:
            ends = self._statement(statement)
            self._join(ends_of_block.last, ends.first)
            first = ends_of_block.first + (ends.first if ends_of_block.empty else ())
            last = ends.last + (ends_of_block.last if ends.empty else ())
            ends_of_block = _Ends(first, last, ends_of_block.empty and ends.empty)
        return ends_of_block

    def _join(self, last: tuple[Call, ...], first: tuple[Call, ...]) -> None:
        self.edges.update(
            {(earlier.uid, later.uid): (earlier, later) for earlier in last for later in first}
        )

    def _statement(self, statement: Statement) -> _Ends:
        if isinstance(statement, Call):
            return self._call(statement)
        arms = [self._block(inner) for inner in folds.blocks(statement)]
        if not arms:
            return _NOTHING
        first = tuple(dict.fromkeys(each for arm in arms for each in arm.first))
        last = tuple(dict.fromkeys(each for arm in arms for each in arm.last))
        if isinstance(statement, Repeat):  # what `each` does next it does to another object
            self._join(last, first)
        return _Ends(first, last, _loose(statement) or any(arm.empty for arm in arms))

    def _call(self, statement: Call) -> _Ends:
        if statement.kind == "part":
            return self._block(self.program.parts[statement.name].body)
        silent = bool(self.program.steps[statement.name].witness.nothing)
        return _NOTHING if silent else _Ends((statement,), (statement,), False)


def _loose(statement: Statement) -> bool:
    """Whether a run may go by what is inside."""
    match statement:
        case Each() | Repeat():
            return statement.low == 0
        case Either():
            return statement.optional
        case If():
            return not statement.then or not statement.otherwise
        case When():
            return True
        case _:
            return False
