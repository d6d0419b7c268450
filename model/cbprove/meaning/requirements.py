"""What `require` says of a candidate: whether it holds, under which name, and with which numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cbprove.logic.terms import Int
from cbprove.meaning import static
from cbprove.meaning.context import Context
from cbprove.meaning.memo import Mistake
from cbprove.syntax import tree as syntax
from cbprove.system import Requirement

# What stands behind a `require` on its line, or in the line above it by itself.
_BEHIND = re.compile(r"[^\n;]*;[ \t]*(?://[ \t]*(.*)|/\*[ \t]*(.*?)\*/)")
_ABOVE = re.compile(r"(?:^|\n)[ \t]*(?://[ \t]*([^\n]*)|/\*[ \t]*([^\n]*?)\*/)[ \t]*\n[ \t]*$")


def requirement(cx: Context, node: syntax.Require) -> Requirement:
    """A `require` of this candidate."""
    return Requirement(cx.truth(node.condition), _label(node), tuple(_words(cx, node.condition)))


def _label(node: syntax.Require) -> str:
    """Its comment, which names the check that it stands for; else its line."""
    span = node.condition.span
    text = span.source.text
    match = _BEHIND.match(text, span.end) or _ABOVE.search(text[: node.span.start])
    said = next((part.strip() for part in match.groups() if part), "") if match else ""
    return said or f"require in line {node.span.line}"


def _words(cx: Context, node: syntax.Expr) -> Iterator[str | Int]:
    """The condition as it is written, with a number in place of each name that stands for one, and behind an axis with named
    values the one that it has."""
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


def _leaves(node: syntax.Expr) -> Iterator[syntax.Expr]:
    match node:
        case syntax.Binary():
            yield from _leaves(node.left)
            yield from _leaves(node.right)
        case syntax.Unary():
            yield from _leaves(node.operand)
        case syntax.Conditional():
            for part in (node.condition, node.then, node.otherwise):
                yield from _leaves(part)
        case _:
            yield node


def _number(cx: Context, node: syntax.Expr) -> Int | None:
    """What a name stands for; None for numbers as they are written, and for what is none, as the values of an axis."""
    if isinstance(node, syntax.Number | syntax.Has | syntax.Defined):
        return None
    try:
        value = static.value(cx, node)
    except Mistake:
        return None
    return None if isinstance(value, bool) else value
