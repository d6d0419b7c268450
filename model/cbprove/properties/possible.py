"""The events that paths could bring, were all conditions in them true: what a property may ever
make claims of."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds
from cbprove.properties import table
from cbprove.properties.events import Accessed, Began, Ended, Event
from cbprove.system.program import Part, Program, Property
from cbprove.system.statements import Block, Call, Each, Make, Statement, Write


def events(program: Program, path: Part) -> Iterator[Event]:
    """What happens on a path and in all that it calls, each once for each way to it, in the order
    it was written."""
    return _of_block(program, path, None, path.body)


def may_claim(program: Program, path: Part, prop: Property) -> bool:
    """Whether runs of a path may make a claim of the property, whatever conditions and turns."""
    return any(table.of_event(prop, event) for event in events(program, path))


def _of_block(program: Program, path: Part, step: str | None, body: Block) -> Iterator[Event]:
    for statement in body:
        for expr in folds.evaluated(statement):
            yield from (Accessed(path.name, step, "read", place) for place in folds.members(expr))
        value = statement.exact_value if isinstance(statement, Write) else None
        for touch in folds.touches(statement):
            yield Accessed(
                path=path.name,
                step=step,
                kind=touch.kind,
                place=touch.place,
                length=touch.length,
                value=value,
            )
        yield from _of_statement(program, path, step, statement)
        for inner in folds.blocks(statement):
            yield from _of_block(program, path, step, inner)


def _of_statement(
    program: Program, path: Part, step: str | None, statement: Statement
) -> Iterator[Event]:
    match statement:
        case Make() | Each():
            yield Accessed(path.name, step, "cut", None)
        case Call() if statement.kind == "part":
            yield from _of_block(program, path, step, program.parts[statement.name].body)
        case Call():
            yield Began(path.name, statement.name)
            yield from _of_block(program, path, statement.name, program.steps[statement.name].body)
            yield Ended(path.name, statement.name)
