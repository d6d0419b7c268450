"""What of a program its properties ask about: sectors whose programs do not differ in that have the
same verdicts, and one is judged for all.

What is required says which candidates there are, and nothing of their runs. Which member a bit is
stored as is asked by `owned`, and by properties of members and of their values. To what is
preserved, lent or fits a store is an extent: which bits it covers, which it leaves unspecified, and
which of them bools cover.
"""

from __future__ import annotations

from typing import TypeVar

from cbprove import folds
from cbprove.design.merging import with_blocks
from cbprove.frozen import replace
from cbprove.obligations.ops import merged
from cbprove.system.expressions import Leaf, Place
from cbprove.system.program import Fits, Lent, Part, Preserved, Program, Step, View
from cbprove.system.statements import Block, Clear, Copy, Read, Statement, Write

Body = TypeVar("Body", Step, Part)


class Likeness:
    """Compares the programs of one system. Steps and parts that they share are looked at once."""

    def __init__(self) -> None:
        self._plain: dict[int, tuple[Step | Part, Step | Part]] = {}  # by identity, which is kept

    def asked(self, program: Program) -> Program:
        """The program without what no property of it asks about: equal ones have the same
        verdicts. It is for comparison alone."""
        runs = replace(program, required=True, requirements=())
        if not all(isinstance(prop.claim, Preserved | Fits | Lent) for prop in program.properties):
            return runs
        return replace(
            runs,
            views=tuple(map(_view, program.views)),
            steps={name: self._of(step) for name, step in program.steps.items()},
            parts={name: self._of(part) for name, part in program.parts.items()},
            paths=tuple(map(self._of, program.paths)),
        )

    def _of(self, body: Body) -> Body:
        if id(body) not in self._plain:
            self._plain[id(body)] = body, replace(body, body=_block(body.body))
        plain = self._plain[id(body)][1]
        assert isinstance(plain, type(body))
        return plain


def _view(view: View) -> View:
    """What `fits` asks of a view."""
    return replace(view, place=_in_extents(view.place), members=(), align=0)


def _block(block: Block) -> Block:
    return tuple(map(_statement, block))


def _statement(statement: Statement) -> Statement:
    match statement:
        case Read() | Clear() | Write(value=None):
            return replace(statement, places=tuple(map(_in_extents, statement.places)))
        case Copy():
            return replace(
                statement,
                origin=_in_extents(statement.origin),
                target=_in_extents(statement.target),
            )
    blocks = folds.blocks(statement)
    return with_blocks(statement, tuple(map(_block, blocks))) if blocks else statement


def _in_extents(place: Place) -> Place:
    """The place with runs of bits for leaves. Of a bool all bits but one are zero, where nothing
    else covers them: bools stay as they are, beside the runs of all else."""
    bools = sorted((leaf.offset, leaf.width, leaf.element) for leaf in place.leaves if leaf.boolean)
    others = merged([(leaf.offset, leaf.width) for leaf in place.leaves if not leaf.boolean])
    leaves = (
        *(_leaf(offset, width, width) for offset, width in others),
        *(_leaf(*each, boolean=True) for each in bools),
    )
    return replace(place, leaves=leaves)


def _leaf(offset: int, width: int, element: int, boolean: bool = False) -> Leaf:
    return Leaf(
        offset=offset,
        width=width,
        path="",
        identity="",
        at=0,
        element=element,
        boolean=boolean,
    )
