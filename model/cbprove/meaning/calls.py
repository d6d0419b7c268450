"""Who calls whom: no part runs inside itself, and `parent` is named only where something was
made."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds
from cbprove.diagnostics import Diagnostic
from cbprove.meaning.elaborate import statements
from cbprove.meaning.names import Names
from cbprove.syntax import tree as syntax
from cbprove.system.program import Program
from cbprove.system.statements import Block, Call, Each, Make, On, Share, Statement

# How deep parts may call parts.
MOST_CALLS = 100
# How many statements a path may have, those of all parts that it calls counted each time.
MOST_STATEMENTS = 100_000
_FLATTER = "let fewer parts call each other in a row"


def recursion(names: Names) -> Iterator[Diagnostic]:
    """Each call that closes a circle of parts."""
    done: set[str] = set()
    for name in names.parts:
        yield from _circles(names, name, (), done)


def _circles(
    names: Names, name: str, callers: tuple[str, ...], done: set[str]
) -> Iterator[Diagnostic]:
    if name in done:
        return
    inside = (*callers, name)
    if len(inside) > MOST_CALLS:
        yield Diagnostic(
            "CB0113",
            f"calls nested deeper than {MOST_CALLS}",
            names.parts[name].name.span,
            _FLATTER,
        )
        done.update(inside)
        return
    for node in statements(names.parts[name].body):
        if isinstance(node, syntax.Call) and node.callee.text in names.parts:
            callee = node.callee.text
            if callee in inside:
                circle = " calls ".join(
                    f"`{part}`" for part in (*inside[inside.index(callee) :], callee)
                )
                help = "leave this call out; `repeat` runs a block again"
                yield Diagnostic("CB0113", f"recursion: {circle}", node.callee.span, help)
            else:
                yield from _circles(names, callee, inside, done)
    done.add(name)


def lengths(names: Names) -> Iterator[Diagnostic]:
    """Each path that is too long once its calls are followed: parts that call two parts that
    call two. No part calls itself."""
    lengths: dict[str, int] = {}
    for name, part in names.parts.items():
        if part.kind == "path" and (length := _length(names, name, lengths)) > MOST_STATEMENTS:
            message = (
                f"`{name}` has {length} statements with those of the parts it calls, more "
                f"than {MOST_STATEMENTS}"
            )
            yield Diagnostic("CB0113", message, part.name.span, "let parts call fewer parts")


def _length(names: Names, name: str, lengths: dict[str, int]) -> int:
    if name not in lengths:
        nodes = list(statements(names.parts[name].body))
        called = [
            n.callee.text
            for n in nodes
            if isinstance(n, syntax.Call) and n.callee.text in names.parts
        ]
        lengths[name] = len(nodes) + sum(_length(names, callee, lengths) for callee in called)
    return lengths[name]


class Orphans:
    """Finds places that name `parent` where the current object was made from nothing.

    What was walked once is not walked again: bodies are shared between the programs of one system.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, bool], tuple[object, tuple[Diagnostic, ...]]] = {}

    def of(self, program: Program) -> Iterator[Diagnostic]:
        """The mistakes of a program, walked from each path through its calls."""
        for path in program.paths:
            yield from self._body(program, path.body, {}, False)

    def _body(
        self, program: Program, body: Block, children: dict[str, bool], child: bool
    ) -> Iterator[Diagnostic]:
        children = dict(children)
        for statement in body:
            yield from () if child else _named(statement)
            match statement:
                case Make():
                    children[statement.name] = True
                case Share():
                    children[statement.name] = child
                case On():
                    yield from self._body(
                        program, statement.body, children, children.get(statement.name, child)
                    )
                case Each():
                    yield from self._body(
                        program, statement.body, {**children, statement.name: True}, True
                    )
                case Call():
                    yield from self._called(program, statement, child)
                case _:
                    for inner in folds.blocks(statement):
                        yield from self._body(program, inner, children, child)

    def _called(self, program: Program, call: Call, child: bool) -> tuple[Diagnostic, ...]:
        callee = (program.steps if call.kind == "step" else program.parts).get(call.name)
        if callee is None:
            return ()
        if call.kind == "part":
            return tuple(self._body(program, callee.body, {}, child))
        key = (id(callee), child)
        if key not in self._known:
            self._known[key] = (callee, tuple(self._body(program, callee.body, {}, child)))
        return self._known[key][1]


def _named(statement: Statement) -> Iterator[Diagnostic]:
    for place in folds.places(statement):
        if place.object == "..":
            message = f"`{place.text}` has no parent here: the current object was made from none"
            help = "`parent` is what a `clone`, a `new` or an `each` made the current object from"
            yield Diagnostic("CB0145", message, place.span, help)
