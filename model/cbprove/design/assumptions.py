"""What a verdict takes as given: the `assume` statements that runs may meet."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds
from cbprove.system import Assume, Block, Call, Program, Statement


def assumptions(program: Program) -> tuple[str, ...]:
    """The assumptions of all paths, each once, in the order in which they stand."""
    found = (text for path in program.paths for text in _block(program, path.body))
    return tuple(dict.fromkeys(found))


def _block(program: Program, block: Block) -> Iterator[str]:
    for statement in block:
        yield from _statement(program, statement)


def _statement(program: Program, statement: Statement) -> Iterator[str]:
    match statement:
        case Assume(text=text, reason=reason):
            yield f"{text}: {reason}" if reason else text
        case Call(kind="step", name=name):
            yield from _block(program, program.steps[name].body)
        case Call(name=name):
            yield from _block(program, program.parts[name].body)
        case _:
            for inner in folds.blocks(statement):
                yield from _block(program, inner)
