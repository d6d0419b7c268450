"""What can run between two steps: the statements on some way from one to the other, whatever
conditions say."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from cbprove import folds
from cbprove.evidence.lengths import longest
from cbprove.frozen import frozen
from cbprove.slots.life import Life
from cbprove.system.expressions import Expr, Place
from cbprove.system.program import Part, Program, Step
from cbprove.system.statements import Block, Call, Each, If, Make, Repeat, Statement, When


@frozen
class Extent:
    """Bits [low, high) of an object by its name in the spec, past the ends of an area too."""

    object: str
    low: int
    high: int


@frozen
class Use:
    """Bits that may be stored to or read between the two, by which step of which layer, on which
    path; `view` is the one that they are read through, None where no `owned` speaks of them: of raw
    places, and of as many bytes as a length says."""

    path: str
    step: str
    layer: str
    extent: Extent
    stores: bool
    view: str | None


class _Graph:
    """The ways through a path: nodes are calls of steps and plain statements, `after` what may
    come next."""

    def __init__(self, program: Program, path: Part) -> None:
        self.program = program
        self.nodes: list[tuple[str, str, tuple[Statement, ...]]] = []  # name, layer, statements
        self.after: dict[int, set[int]] = {}
        self.parts: dict[str, tuple[set[int], set[int]]] = {}
        self.first, self.last, _ = self.block(path.body, path.name)

    def block(self, body: Block, owner: str) -> tuple[set[int], set[int], bool]:
        """Where a block can begin and end, and whether it can be empty."""
        first: set[int] = set()
        open: set[int] = set()
        empty = True
        for statement in body:
            begins, ends, nothing = self.statement(statement, owner)
            for node in open:
                self.after[node] |= begins
            first |= begins if empty else set()
            open = ends | (open if nothing else set())
            empty = empty and nothing
        return first, open, empty

    def statement(self, statement: Statement, owner: str) -> tuple[set[int], set[int], bool]:
        if isinstance(statement, Call):
            return self.call(statement)
        if isinstance(statement, If):
            return self.choice(statement, owner)
        inner = tuple(folds.blocks(statement))
        if not inner:
            node = self.node(owner, "", (statement,))
            return {node}, {node}, False
        arms = [self.block(arm, owner) for arm in inner]
        first, last = (set[int]().union(*(arm[side] for arm in arms)) for side in (0, 1))  # type: ignore[arg-type]
        if isinstance(statement, Each | Repeat):
            for node in last:
                self.after[node] |= first
        loose = isinstance(statement, Each | Repeat) or (
            isinstance(statement, When) and len(arms) < 2
        )
        return first, last, loose or any(arm[2] for arm in arms)

    def choice(self, statement: If, owner: str) -> tuple[set[int], set[int], bool]:
        """A node for the condition, which reads, and the two blocks behind it."""
        node = self.node(owner, "", (statement,))
        arms = [self.block(arm, owner) for arm in (statement.then, statement.otherwise)]
        self.after[node] = set().union(*(first for first, _, _ in arms))
        last = set().union(*(ends for _, ends, _ in arms))
        return {node}, last | ({node} if any(empty for *_, empty in arms) else set()), False

    def call(self, statement: Call) -> tuple[set[int], set[int], bool]:
        if statement.kind == "step":
            step: Step = self.program.steps[statement.name]
            node = self.node(step.name, step.layer, tuple(folds.within(step.body)))
            return {node}, {node}, False
        first, last, empty = self.block(self.program.parts[statement.name].body, statement.name)
        # Where it begins and ends, also one that does nothing.
        begin, end = (self.node(statement.name, "", ()) for _ in range(2))
        self.after[begin] = first | ({end} if empty else set())
        for node in last:
            self.after[node].add(end)
        begins, ends = self.parts.setdefault(statement.name, (set(), set()))
        begins.add(begin)
        ends.add(end)
        return {begin}, {end}, False

    def node(self, name: str, layer: str, statements: tuple[Statement, ...]) -> int:
        self.nodes.append((name, layer, statements))
        self.after[len(self.nodes) - 1] = set()
        return len(self.nodes) - 1

    def named(self, name: str | None, side: int) -> set[int]:
        """The calls of a step, or where a part begins or ends."""
        if name in self.parts:
            return self.parts[name][side]
        return {i for i, node in enumerate(self.nodes) if node[0] == name and node[1]}

    def behind(self, start: str | None) -> set[int]:
        """All that can run after a step, or after the beginning."""
        ahead = set().union(*(self.after[node] for node in self.named(start, 1)))
        return _reached(ahead if start else set(self.first), self.after, set())

    def between(self, life: Life) -> set[int]:
        starts, ends = self.named(life.start, 1), self.named(life.end, 0)
        before: dict[int, set[int]] = {node: set() for node in self.after}
        for node, followers in self.after.items():
            for other in followers:
                before[other].add(node)
        ahead = (
            set().union(*(self.after[node] for node in starts)) if life.start else set(self.first)
        )
        behind = set().union(*(before[node] for node in ends)) if life.end else set(self.last)
        # From both sides, so that only what lies on a whole way counts; a way that no run takes
        # makes a use too many, which harms no proof: what is free is the prover's to say.
        return _reached(ahead, self.after, starts) & _reached(behind, before, starts) - starts


def _reached(starts: set[int], next: dict[int, set[int]], stop: set[int]) -> set[int]:
    """What is reached from some nodes, not going on from those where it begins anew."""
    reached, waiting = set(starts), deque(starts)
    while waiting:
        node = waiting.popleft()
        for other in next[node] if node not in stop else ():
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached


def uses(program: Program, life: Life) -> Iterator[Use]:
    """All that is stored and read between the two, on each path."""
    for path in program.paths:
        graph = _Graph(program, path)
        yield from _uses(graph, path.name, graph.between(life))


def reads_behind(program: Program, start: str | None) -> Iterator[Use]:
    """All that can be read on each path after a step has run, by that step in a later turn too."""
    for path in program.paths:
        graph = _Graph(program, path)
        yield from (use for use in _uses(graph, path.name, graph.behind(start)) if not use.stores)


def _uses(graph: _Graph, path: str, nodes: Iterable[int]) -> Iterator[Use]:
    for number in sorted(nodes):
        name, layer, statements = graph.nodes[number]
        for statement in statements:
            for place, length, stores in _touched(statement):
                reached = extent(graph.program, place, length)
                if reached is not None:
                    yield Use(
                        path=path,
                        step=name,
                        layer=layer,
                        extent=reached,
                        stores=stores,
                        view=place.view if length is None else None,
                    )


def _touched(statement: Statement) -> Iterator[tuple[Place, Expr | None, bool]]:
    for touch in folds.touches(statement):
        yield touch.place, touch.length, touch.kind not in ("read", "copy from")
    for expr in folds.looked_at(statement):
        yield from ((place, None, False) for place in folds.members(expr))


def left_by_an_index(program: Program) -> frozenset[str]:
    """The views that an input may move an access out of: no property can speak of one of them."""
    widths = {view.name: view.place.width for view in program.views}
    bodies = [step.body for step in program.steps.values()]
    bodies += [part.body for part in (*program.parts.values(), *program.paths)]
    statements = (statement for body in bodies for statement in folds.within(body))
    places = (place for statement in statements for place in folds.places(statement))
    return frozenset(
        place.view
        for place in places
        if place.view is not None
        and any(not 0 <= at <= widths[place.view] for at in _ends(program, place, place.start))
    )


def _ends(program: Program, place: Place, start: int) -> tuple[int, int]:
    """Where a place begins and ends at the furthest, from its first bit without an index: all
    values of all inputs, each by its end that goes furthest, which is too much at worst."""
    low = high = start
    for name, stride in place.indexes:
        ends = [stride * end for end in (program.inputs[name].low, program.inputs[name].high)]
        low, high = low + min(ends), high + max(ends)
    return low, high + place.width


def makes_anew(program: Program, life: Life) -> bool:
    """Whether an object of debris can be made between the two, which has nobody's bytes."""
    for path in program.paths:
        graph = _Graph(program, path)
        statements = (s for number in graph.between(life) for s in graph.nodes[number][2])
        if any(isinstance(statement, Make) and statement.kind == "new" for statement in statements):
            return True
    return False


def runs(program: Program, life: Life) -> tuple[str, ...]:
    """The paths on which the one comes behind the other."""
    runs_found = []
    for path in program.paths:
        graph = _Graph(program, path)
        starts, ends = graph.named(life.start, 1), graph.named(life.end, 0)
        ahead = (
            set().union(*(graph.after[node] for node in starts)) if life.start else set(graph.first)
        )
        if not life.end or _reached(ahead, graph.after, set()) & ends:
            runs_found += [path.name] if starts or not life.start else []
    return tuple(runs_found)


def extent(program: Program, place: Place, length: Expr | None) -> Extent | None:
    """What a place, or its first so many bytes, may be; None where that hangs on a free axis."""
    if not isinstance(place.low, int):
        return None
    low, high = _ends(program, place, place.low)
    if length is not None:
        high += 8 * longest(program, length) - place.width
    return Extent(_owner(program, place.object), low, high)


def _owner(program: Program, name: str) -> str:
    """Objects made in a run have the members of the one that paths run on."""
    first, *rest = (declared.name for declared in program.objects)
    return name if name in rest else first
