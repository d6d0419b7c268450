"""A system under an assignment of its axes: the program, and the truth of conditions.

What `require` says of a candidate: whether it holds, under which name, and with which numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import product
from typing import TypeVar

from cbprove import folds
from cbprove.diagnostics import Diagnostic, Span, SpecError
from cbprove.frozen import replace
from cbprove.logic import terms
from cbprove.logic.terms import Bool, Int
from cbprove.meaning import properties, static
from cbprove.meaning import steps as bodies
from cbprove.meaning.context import Context
from cbprove.meaning.expressions import bounds, computed, input_type
from cbprove.meaning.memo import Memo, Mistake, mistake
from cbprove.meaning.mistakes import tidy, too_deep
from cbprove.meaning.names import Names
from cbprove.meaning.places import object_of, view_of
from cbprove.meaning.system import System
from cbprove.meaning.types import named_type, tagged
from cbprove.syntax import ctree, questions
from cbprove.syntax import tree as syntax
from cbprove.system.axes import FREE, Assignment
from cbprove.system.expressions import Place
from cbprove.system.program import (
    Exact,
    Input,
    Owned,
    Part,
    Program,
    Property,
    Requirement,
    Step,
    Written,
)

T = TypeVar("T")

# How many values of the free axes are tried to see whether any candidate is left by the
# requirements.
_MOST_TRIED = 100_000


def context(names: Names) -> Context:
    """A context for these names, with nothing remembered yet."""
    return Context(names, Memo(), static.value, computed, _included)


def _included(cx: Context, node: ctree.Expr) -> bool:
    from cbprove.meaning.preprocessed import included  # few specs have an `#if`

    return included(cx, node)


def program(system: System, assignment: Assignment) -> Program:
    """The spec under an assignment of every axis, a ranged param may be FREE.

    Raises NeedsValue for an axis that cannot stay free, and SpecError for mistakes of a candidate
    that is not excluded. What the result does not depend on is shared: equal parts of two programs
    are one object.
    """
    elaboration, diagnostics = elaborated(system, assignment)
    if diagnostics and possible(system, elaboration.required, assignment):
        raise SpecError(tidy(diagnostics, system.sources))
    return elaboration


def elaborated(system: System, assignment: Assignment) -> tuple[Program, tuple[Diagnostic, ...]]:
    """The program without what has mistakes, and the mistakes, in the order they were found.

    Raises NeedsValue as `program` does, and SpecError CB0168 where declarations lean on each other
    too deeply.
    """
    cx = system.context
    cx.memo.begin(assignment)
    try:
        elaboration = cx.memo.remember(("program",), lambda: _program(cx))
    except RecursionError:
        raise SpecError((too_deep(),)) from None
    return elaboration, cx.memo.diagnostics()


def requirement(system: System, assignment: Assignment) -> Bool:
    """Whether the requirements leave the candidate in."""
    cx = system.context
    cx.memo.begin(assignment)
    return _answer(cx, lambda: _required(cx))


def requirements(system: System, assignment: Assignment) -> tuple[Requirement, ...]:
    """The requirements of a candidate, each with its numbers: those of its program, which is not
    made for them."""
    cx = system.context
    cx.memo.begin(assignment)
    return tuple(_requirements(cx))


def condition(system: System, index: int, assignment: Assignment) -> Bool:
    """The truth of one of the system's static conditions."""
    cx = system.context
    cx.memo.begin(assignment)
    return _answer(cx, lambda: _condition(cx, index))


def conditions_of(cx: Context) -> list[ctree.Expr]:
    """The static conditions of expectations and asks, in order: what `condition` counts."""
    nodes: list[ctree.Expr] = []
    for proposal in cx.names.proposals.values():
        nodes.extend(e.condition for e in proposal.expectations if e.condition is not None)
    nodes.extend(ask.given for ask in cx.names.asks.values() if ask.given is not None)
    return nodes


def possible(system: System, required: Bool, assignment: Assignment) -> bool:
    """Whether some value of the free axes meets the requirements; a search too long counts as
    yes."""
    if isinstance(required, bool):
        return required
    free = [
        axis
        for axis in system.axes
        if assignment[axis.name] is FREE and isinstance(axis.values, range)
    ]
    count = 1
    for axis in free:
        count *= len(axis.values)
    if count > _MOST_TRIED:
        return True
    for combination in product(*(axis.values for axis in free)):
        values = {axis.name: int(str(value)) for axis, value in zip(free, combination, strict=True)}
        if terms.evaluate(values, required)[0]:
            return True
    return False


def _answer(cx: Context, compute: Callable[[], Bool]) -> Bool:
    try:
        answer = cx.memo.attempt(compute)
    except RecursionError:
        raise SpecError((too_deep(),)) from None
    if answer is None:
        raise SpecError(tidy(cx.memo.diagnostics(), ()))
    return answer


def _condition(cx: Context, index: int) -> Bool:
    node = cx.memo.share(("conditions",), lambda: conditions_of(cx))[index]
    return cx.memo.remember(("condition", id(node)), lambda: cx.truth(node))


def _required(cx: Context) -> Bool:
    conditions = (_requirement(cx, node).holds for node in cx.names.requires)
    return terms.and_(*conditions)


def _requirements(cx: Context) -> list[Requirement]:
    return _all(cx, (lambda n=node: _requirement(cx, n) for node in cx.names.requires))  # type: ignore[misc]


def _requirement(cx: Context, node: syntax.Require) -> Requirement:
    return cx.memo.remember(("require", id(node)), lambda: requirement_of(cx, node))


def _program(cx: Context) -> Program:
    """What runs do is remembered by itself: an axis that requirements alone look at leaves it as
    it is."""
    cx.memo.count(("program",))
    runs = cx.memo.remember(("runs",), lambda: _runs(cx))
    required = _requirements(cx)
    return replace(
        runs,
        required=terms.and_(*(requirement.holds for requirement in required)),
        requirements=tuple(required),
    )


def _runs(cx: Context) -> Program:
    """The program without its requirements."""
    cx.memo.count(("runs",))
    names = cx.names
    each = names.parts.values()
    parts = tuple(_all(cx, (lambda n=node: bodies.part(cx, n) for node in each)))  # type: ignore[misc]
    paths = {node.name.text for node in each if node.kind == "path"}
    _all(cx, (lambda t=tag: tagged(cx, t) for tag in names.tags))  # type: ignore[misc]
    _all(cx, (lambda t=node: named_type(cx, t.name) for node in names.typedefs.values()))  # type: ignore[misc]
    views = _all(cx, (lambda n=name: view_of(cx, n) for name in names.views))  # type: ignore[misc]
    steps = _all(cx, (lambda s=step: bodies.step(cx, s) for step in names.all_steps()))  # type: ignore[misc]
    inputs = _all(cx, (lambda n=node: _input(cx, n) for node in names.inputs.values()))  # type: ignore[misc]
    program = Program(
        little_endian=cx.abi().endianness == "little",
        objects=tuple(_all(cx, (lambda n=name: object_of(cx, n) for name in names.objects))),  # type: ignore[misc]
        views=tuple(view for view in views if view is not None),
        inputs={input.name: input for input in inputs},
        steps={step.name: step for step in steps},
        parts={part.name: part for part in parts if part.name not in paths},
        paths=tuple(part for part in parts if part.name in paths),
        properties=_properties(cx),
        required=True,
    )
    _all(cx, (lambda p=prop: _check_indexes(cx, program, p) for prop in program.properties))  # type: ignore[misc]
    return program


def _all(cx: Context, computations: Iterable[Callable[[], T]]) -> list[T]:
    """The results of those that have no mistake."""
    return [result for compute in computations if (result := cx.memo.attempt(compute)) is not None]


def _properties(cx: Context) -> tuple[Property, ...]:
    declared = cx.names.properties.values()
    props = tuple(_claimed(cx, node) for node in declared)
    return props if properties.has_fits(declared) else (*props, properties.FITS)


def _claimed(cx: Context, node: questions.Property) -> Property:
    """A property; one with a mistake claims nothing, but is there: a candidate that a requirement
    excludes is told as excluded of every property."""
    made = cx.memo.attempt(lambda: properties.prop(cx, node))
    return properties.without_claim(cx, node) if made is None else made


def _input(cx: Context, node: syntax.Input) -> Input:
    return cx.memo.remember(("input", id(node)), lambda: _new_input(cx, node))


def _new_input(cx: Context, node: syntax.Input) -> Input:
    type = input_type(cx, node)
    least, limit = bounds(type)
    if node.range is None:
        return Input(node.name.text, type, least, limit, node.per_step)
    low, high = (cx.number(side) for side in node.range)
    span = node.range[0].span
    if low > high:
        raise mistake("CB0124", f"the range {low}..{high} of `{node.name.text}` is empty", span)
    if low < least or high > limit:
        message = (
            f"the range {low}..{high} of `{node.name.text}` is not inside {least}..{limit}, "
            f"which its type holds"
        )
        raise mistake("CB0129", message, span)
    return Input(node.name.text, type, low, high, node.per_step)


def statements(nodes: syntax.Block) -> Iterator[syntax.Statement]:
    """Every statement of a block and of the blocks inside, in the order they were written."""
    for node in nodes:
        yield node
        for inner in blocks(node):
            yield from statements(inner)


def blocks(node: syntax.Statement) -> tuple[syntax.Block, ...]:
    """The blocks that were written inside a statement, both sides of a `when` too."""
    match node:
        case syntax.On() | syntax.Each() | syntax.Repeat():
            return (node.body,)
        case syntax.Either():
            return node.arms
        case syntax.If() | syntax.When():
            return (node.then, node.otherwise)
        case _:
            return ()


def _check_indexes(cx: Context, program: Program, prop: Property) -> None:
    """Raises a mistake for the first access that a run may move into a member of the property
    and out of it."""
    if not isinstance(prop.claim, Owned | Written | Exact) or prop.span is None:
        return
    for place in _accessed(cx, program) if prop.claim.members else ():
        for member in prop.claim.members:
            if _partly(place, member, *_moved(program, place)):
                message = (
                    f"`{prop.name}` speaks of `{member.text}`, and only a run knows whether "
                    f"`{place.text}` is in it"
                )
                raise mistake("CB0169", message, member.span)


def _partly(place: Place, member: Place, least: int, limit: int) -> bool:
    """Whether the place, moved by so many bits, touches some of the member's bits and stays not
    inside of them."""
    if not any(member.is_over(place.view, leaf.member) for leaf in place.leaves):
        return False
    low, high = place.start + least, place.start + place.width + limit
    first, last = member.start, member.start + member.width
    return low < last and first < high and not (first <= low and high <= last)


def _moved(program: Program, place: Place) -> tuple[int, int]:
    """How far the inputs move a place, in bits: at least, at most. One that has a mistake of its
    own is not known."""
    indexes = [
        (program.inputs[name], stride) for name, stride in place.indexes if name in program.inputs
    ]
    ends = [(stride * moved.low, stride * moved.high) for moved, stride in indexes]
    return sum(min(0, *end) for end in ends), sum(max(0, *end) for end in ends)


def _accessed(cx: Context, program: Program) -> Iterator[Place]:
    """The places with an index of a run that something reads or writes."""
    parts: tuple[Step | Part, ...] = (
        *program.steps.values(),
        *program.parts.values(),
        *program.paths,
    )
    for part in parts:
        _, places = cx.memo.share(("indexed", id(part)), partial(_indexed, part))
        yield from places


def _indexed(part: Step | Part) -> tuple[Step | Part, tuple[Place, ...]]:
    """Those of a step or part, which mostly is that of other candidates too, and itself: what is
    kept keeps its id."""
    named = (place for statement in folds.within(part.body) for place in folds.places(statement))
    return part, tuple(place for place in named if place.indexes)


# What stands behind a `require` on its line, or in the line above it by itself.
_BEHIND = re.compile(r"[^\n;]*;[ \t]*(?://[ \t]*(.*)|/\*[ \t]*(.*?)\*/)")
_ABOVE = re.compile(r"(?:^|\n)[ \t]*(?://[ \t]*([^\n]*)|/\*[ \t]*([^\n]*?)\*/)[ \t]*\n[ \t]*$")


def requirement_of(cx: Context, node: syntax.Require) -> Requirement:
    """A `require` of this candidate."""
    return Requirement(
        cx.truth(node.condition),
        _label(node.span, node.condition.span),
        tuple(_words(cx, node.condition)),
    )


@cache
def _label(span: Span, condition: Span) -> str:
    """Its comment, which names the check that it stands for; else its line. The same for every
    candidate."""
    text = condition.source.text
    match = _BEHIND.match(text, condition.end) or _ABOVE.search(text[: span.start])
    label = next((part.strip() for part in match.groups() if part), "") if match else ""
    return label or f"require in line {span.line}"


def _words(cx: Context, node: ctree.Expr) -> Iterator[str | Int]:
    """The condition as it is written, with a number in place of each name that stands for one,
    and behind an axis with named values the one that it has."""
    source, at = node.span.source.text, node.span.start
    for leaf in _leaves(node):
        value = _number(cx, leaf)
        if value is not None:
            yield source[at : leaf.span.start]
            yield value
            at = leaf.span.end
        elif (axis := static.named_axis(cx, leaf)) is not None:
            yield f"{source[at : leaf.span.end]} ({cx.memo.value(axis.name)})"
            at = leaf.span.end
    yield source[at : node.span.end]


def _leaves(node: ctree.Expr) -> Iterator[ctree.Expr]:
    match node:
        case ctree.Binary():
            yield from _leaves(node.left)
            yield from _leaves(node.right)
        case ctree.Unary():
            yield from _leaves(node.operand)
        case ctree.Conditional():
            for part in (node.condition, node.then, node.otherwise):
                yield from _leaves(part)
        case _:
            yield node


def _number(cx: Context, node: ctree.Expr) -> Int | None:
    """What a name stands for; None for numbers as they are written, and for what is none, as the
    values of an axis."""
    if isinstance(node, ctree.Number | ctree.Has | ctree.Defined):
        return None
    try:
        value = static.value(cx, node)
    except Mistake:
        return None
    return None if isinstance(value, bool) else value
