"""Which steps of a path can follow one another, whatever conditions say; steps that stand for no function are stepped over."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds
from cbprove.diagnostics import Span
from cbprove.frozen import frozen
from cbprove.system import Block, Call, Each, Either, If, Program, Repeat, Statement, Step, When


@frozen
class Neighbours:
    """Two steps of a path, the second of which can come right after the first; `span` is the call of the second."""

    path: str
    first: Step
    second: Step
    span: Span


@frozen
class _Ends:
    """The calls that a block can begin with and end with, and whether it can be gone through without any."""

    first: tuple[Call, ...]
    last: tuple[Call, ...]
    empty: bool


_NOTHING = _Ends((), (), True)


def neighbours(program: Program) -> tuple[Neighbours, ...]:
    """Each pair of a path once, in order."""
    found: dict[tuple[str, str, str], Neighbours] = {}
    for path in program.paths:
        for one, other in _Walk(program).pairs(path.body):
            first, second = program.steps[one.name], program.steps[other.name]
            found.setdefault((path.name, one.name, other.name), Neighbours(path.name, first, second, other.span))
    return tuple(found.values())


class _Walk:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.found: dict[tuple[int, int], tuple[Call, Call]] = {}

    def pairs(self, body: Block) -> Iterator[tuple[Call, Call]]:
        self._block(body)
        yield from self.found.values()

    def _block(self, body: Block) -> _Ends:
        whole = _NOTHING
        for statement in body:
            ends = self._statement(statement)
            self._join(whole.last, ends.first)
            first = whole.first + (ends.first if whole.empty else ())
            last = ends.last + (whole.last if ends.empty else ())
            whole = _Ends(first, last, whole.empty and ends.empty)
        return whole

    def _join(self, last: tuple[Call, ...], first: tuple[Call, ...]) -> None:
        self.found.update({(one.uid, other.uid): (one, other) for one in last for other in first})

    def _statement(self, statement: Statement) -> _Ends:
        if isinstance(statement, Call):
            return self._call(statement)
        arms = [self._block(inner) for inner in folds.blocks(statement)]
        if not arms:
            return _NOTHING
        first = tuple(dict.fromkeys(each for arm in arms for each in arm.first))
        last = tuple(dict.fromkeys(each for arm in arms for each in arm.last))
        if isinstance(statement, Each | Repeat):
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
