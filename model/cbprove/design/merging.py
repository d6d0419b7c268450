"""One program of many: what only some of them have stands in it under the candidates that have it.

Statements are the same where their numbers (`uid`) and all that they say are; a block holds those
of all programs, in the order of their numbers, which is that of the text. A choice of the merged
program at one of its candidates leaves just the statements of that candidate's own program, at the
same moments of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from cbprove import folds
from cbprove.frozen import replace
from cbprove.logic.terms import Bool
from cbprove.system.program import Object, Program, Property
from cbprove.system.statements import (
    Block,
    Each,
    Either,
    Given,
    If,
    Make,
    On,
    Repeat,
    Share,
    Statement,
    When,
)

T = TypeVar("T")
Variants = list[tuple[int, T]]  # each with those that have it, as the bits of a number


def shape(program: Program) -> tuple[object, ...]:
    """What programs must share to be merged: all but statements, properties, and the sizes of
    objects."""
    return (
        program.little_endian,
        tuple(o.name for o in program.objects),
        tuple(program.inputs.items()),
        tuple((step.name, step.layer) for step in program.steps.values()),
        tuple(program.parts),
        tuple(path.name for path in program.paths),
    )


def merged(programs: Sequence[Program], condition: Callable[[int], Bool]) -> Program:
    """Merge programs of one shape; `condition` says of a set of them (bits of a number) which
    values of the axes they have."""
    return _Merging(programs, condition).program()


class _Merging:
    def __init__(self, programs: Sequence[Program], condition: Callable[[int], Bool]) -> None:
        self.programs, self.condition = programs, condition
        self.everyone = (1 << len(programs)) - 1
        self._givens: dict[int, Given] = {}

    def program(self) -> Program:
        first, many = self.programs[0], self.programs
        steps = {
            n: replace(s, body=self._body([p.steps[n].body for p in many]))
            for n, s in first.steps.items()
        }
        parts = {
            n: replace(s, body=self._body([p.parts[n].body for p in many]))
            for n, s in first.parts.items()
        }
        paths = [
            replace(s, body=self._body([p.paths[i].body for p in many]))
            for i, s in enumerate(first.paths)
        ]
        return replace(
            first,
            objects=tuple(map(_widest, zip(*(p.objects for p in many), strict=True))),
            views=(),
            steps=steps,
            parts=parts,
            paths=tuple(paths),
            properties=tuple(self._properties()),
            # What is required said which candidates are left before.
            required=True,
            requirements=(),
        )

    def _properties(self) -> list[Property]:
        """Each property in every way that some program has it."""
        properties: list[Property] = []
        for prop in self.programs[0].properties:
            same_named = (
                next((p for p in program.properties if p.name == prop.name), prop)
                for program in self.programs
            )
            for candidates, variant in _variants(same_named):
                properties.append(
                    variant
                    if candidates == self.everyone
                    else replace(variant, given=self._given(candidates))
                )
        return properties

    def _given(self, candidates: int) -> Given:
        if candidates not in self._givens:
            self._givens[candidates] = Given(self.condition(candidates), candidates)
        return self._givens[candidates]

    # --- statements -------------------------------------------------------------------------------

    def _body(self, bodies: Sequence[Block]) -> Block:
        return self._block(
            _together([(1 << i, body) for i, body in enumerate(bodies)], equal=False)
        )

    def _block(self, bodies: Variants[Block]) -> Block:
        if len(bodies) == 1:
            return bodies[0][1]
        all_candidates = _all(bodies)
        by_number: dict[int, Variants[Statement]] = {}
        for candidates, body in bodies:
            for statement in body:
                by_number.setdefault(statement.uid, []).append((candidates, statement))
        merged: list[Statement] = []
        for number in sorted(by_number):
            for candidates, statement in self._statements(by_number[number]):
                if candidates == all_candidates:
                    merged.append(statement)
                    continue
                assert not isinstance(statement, Make | Share), (
                    "a block that makes a name is a `When` of its own"
                )
                merged.append(When(number, (statement,), statement.span, self._given(candidates)))
        return tuple(merged)

    def _statements(self, variants: Variants[Statement]) -> Variants[Statement]:
        """The different statements that have one number; those that differ only in what is
        inside of them are merged there."""
        merged: Variants[Statement] = []
        for group in _grouped(variants):
            candidates, first = _all(group), group[0][1]
            if len(group) > 1:
                first = self._inner(first, group)
            merged.append((candidates, first))
        return merged

    def _inner(self, first: Statement, group: Variants[Statement]) -> Statement:
        """The first statement of a group that is alike but for its blocks, with those of all."""
        blocks = [folds.blocks(statement) for _, statement in group]
        statements = [
            self._block(
                _together(
                    [
                        (candidates, bodies[i])
                        for (candidates, _), bodies in zip(group, blocks, strict=True)
                    ],
                    equal=False,
                )
            )
            for i in range(len(blocks[0]))
        ]
        return with_blocks(first, statements)


def _variants(values: Iterable[T]) -> Variants[T]:
    """The different ones among the values, one of each program, in order."""
    return _together([(1 << i, value) for i, value in enumerate(values)])


def _together(variants: Variants[T], equal: bool = True) -> Variants[T]:
    """Those that are one object as one, and with `equal` those that are equal. Equal parts of
    two programs mostly are one."""
    by_identity: dict[int, tuple[int, T]] = {}
    for candidates, value in variants:
        before, _ = by_identity.get(id(value), (0, value))
        by_identity[id(value)] = (before | candidates, value)
    distinct: Variants[T] = []
    for candidates, value in by_identity.values():
        for at, (other_candidates, other) in enumerate(distinct):
            if equal and other == value:
                distinct[at] = (other_candidates | candidates, other)
                break
        else:
            distinct.append((candidates, value))
    return distinct


def _all(variants: Variants[T]) -> int:
    candidates = 0
    for candidates_of, _ in variants:
        candidates |= candidates_of
    return candidates


def _grouped(variants: Variants[Statement]) -> list[Variants[Statement]]:
    """Statements by all that they say but for the blocks inside."""
    groups: list[tuple[Statement, Variants[Statement]]] = []
    for candidates, statement in _together(variants):
        head = with_blocks(statement, [() for _ in folds.blocks(statement)])
        group_found = next(
            (
                group
                for other, group in groups
                if other == head and _one_scope(group[0][1], statement)
            ),
            None,
        )
        if group_found is None:
            groups.append((head, [(candidates, statement)]))
        elif folds.blocks(statement):
            group_found.append((candidates, statement))
        else:
            group_found[0] = (group_found[0][0] | candidates, group_found[0][1])
    return [group for _, group in groups]


def _one_scope(first: Statement, other: Statement) -> bool:
    """Whether their blocks make the same names at the same statements: two sides of a `when` do
    not."""
    return _names(first) == _names(other)


def _names(statement: Statement) -> list[list[int]]:
    return [
        [inner.uid for inner in block if isinstance(inner, Make | Share)]
        for block in folds.blocks(statement)
    ]


def with_blocks(statement: Statement, blocks: Sequence[Block]) -> Statement:
    match statement:
        case On() | Each() | Repeat() | When():
            return replace(statement, body=blocks[0])
        case Either():
            return replace(statement, arms=tuple(blocks))
        case If():
            return replace(statement, then=blocks[0], otherwise=blocks[1])
        case _:
            return statement


def _widest(objects: Sequence[Object]) -> Object:
    """One object of several sizes. Each place says the size of the object that it lies in by
    itself."""
    return replace(objects[0], width=max(o.width for o in objects))
