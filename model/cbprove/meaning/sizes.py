"""What a spec says of the sizes of its views: their types, and the build-time checks that name
them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cbprove.frozen import fields, frozen, has_fields
from cbprove.meaning.context import Context
from cbprove.meaning.system import System
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program


@frozen
class Check:
    """A `require`, which stands for a BUILD_BUG_ON of the kernel: where it is written, and as
    what."""

    file: str
    line: int
    text: str


@frozen
class Sized:
    """A view's type in words, and the checks that name that type or the view."""

    type: str
    checks: tuple[Check, ...]


def sized(system: System, candidate: Mapping[str, AxisValue]) -> Mapping[str, Sized]:
    """Each view by its name, with the checks that look at it in this candidate."""
    cx = system.context
    cx.memo.begin(candidate)
    checks = [
        (
            _check(require),
            frozenset(name for part in _looked_at(cx, require.condition) for name in _names(part)),
        )
        for require in cx.names.requires
    ]
    return {
        name: Sized(
            spelled(view.view.type),
            tuple(
                check for check, names in checks if names & {("view", name), _name(view.view.type)}
            ),
        )
        for name, view in cx.names.views.items()
    }


def violated(program: Program) -> tuple[str, ...]:
    """The checks that do not hold, with their numbers."""
    return tuple(
        f"{each.name}: {' '.join(''.join(map(str, each.words)).split())} is false"
        for each in program.requirements
        if each.holds is False
    )


def _looked_at(cx: Context, node: ctree.Expr) -> Iterator[ctree.Expr]:
    """The parts of a condition that C comes to: behind `yes ||` nothing is looked at, nor the
    arm that `?:` leaves."""
    if isinstance(node, ctree.Binary) and node.operator in ("||", "&&"):
        yield from _looked_at(cx, node.left)
        if _known(cx, node.left) is not (node.operator == "||"):
            yield from _looked_at(cx, node.right)
    elif isinstance(node, ctree.Conditional):
        yield from _looked_at(cx, node.condition)
        truth = _known(cx, node.condition)
        yield from _looked_at(cx, node.then) if truth is not False else ()
        yield from _looked_at(cx, node.otherwise) if truth is not True else ()
    else:
        yield node


def _known(cx: Context, node: ctree.Expr) -> bool | None:
    """The truth of a condition, None where the candidate does not tell."""
    truth = cx.memo.attempt(lambda: cx.truth(node))
    return truth if isinstance(truth, bool) else None


def spelled(type: ctree.CType) -> str:
    """A type in words: `struct X`, `u8[LEN]`, with dimensions as they are written."""
    match type:
        case ctree.TaggedType(kind, tag):
            return f"{kind} {tag.text}"
        case ctree.RecordBody(kind, tag):
            return f"{kind} {tag.text}" if tag else kind
        case ctree.EnumBody(tag):
            return f"enum {tag.text}" if tag else "enum"
        case ctree.NamedType(name):
            return name.text
        case ctree.PointerType(pointee):
            return f"{pointee} *"
        case ctree.ArrayType():
            return _dimensioned(type)


def _dimensioned(type: ctree.CType) -> str:
    """An array in words; the dimension of an array of arrays stands before those of its
    elements."""
    dimensions = ""
    while isinstance(type, ctree.ArrayType):
        count = type.count.span if type.count is not None else None
        dimensions += f"[{count.source.text[count.start : count.end] if count else ''}]"
        type = type.element
    return spelled(type) + dimensions


def _name(type: ctree.CType) -> tuple[str, str]:
    """What a check would call a type: a tag, or a typedef that is no plain scalar's name for
    this purpose."""
    match type:
        case ctree.TaggedType(_, tag):
            return ("tag", tag.text)
        case ctree.RecordBody(_, tag) | ctree.EnumBody(tag) if tag:
            return ("tag", tag.text)
        case ctree.NamedType(name):
            return ("typedef", name.text)
        case _:
            return ("", "")


def _names(node: object) -> Iterator[tuple[str, str]]:
    """Every type and place that an expression names."""
    match node:
        case ctree.TaggedType(_, tag):
            yield ("tag", tag.text)
        case ctree.NamedType(name):
            yield ("typedef", name.text)
        case ctree.Place(base):
            yield ("view", base.text)
    if has_fields(node) and not isinstance(node, ctree.Name):
        for field in fields(node):
            yield from _names(getattr(node, field.name))
    elif isinstance(node, tuple):
        for each in node:
            yield from _names(each)


def _check(require: syntax.Require) -> Check:
    span = require.span
    text = (
        " ".join(span.source.text[span.start : span.end].split())
        .rstrip(";")
        .removeprefix("require")
        .strip()
    )
    return Check(span.source.name, span.line, text)
