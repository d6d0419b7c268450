"""What paths come to, in whichever candidate: both sides of every `when` count, for nothing is decided yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from cbprove.meaning.memo import Mistake
from cbprove.meaning.names import Names, StepOf
from cbprove.syntax import tree as syntax

# A step, part or path that some run may come to.
Reached = syntax.Path | StepOf


def reached(names: Names) -> tuple[Reached, ...]:
    """The paths, then the parts and steps that they call, however far down, each once."""
    found: dict[int, Reached] = {}
    waiting: list[Reached] = [node for node in names.parts.values() if node.kind == "path"]
    while waiting:
        node = waiting.pop(0)
        key = id(node.step) if isinstance(node, StepOf) else id(node)
        if key not in found:
            found[key] = node
            waiting += [callee for call in _calls(body(node)) if (callee := _called(names, call)) is not None]
    return tuple(found.values())


def body(node: Reached) -> syntax.Block:
    """Its statements; none for a step without a body."""
    return (node.step.body or ()) if isinstance(node, StepOf) else node.body


def nodes(node: object) -> Iterator[object]:
    """A node of the tree and every one below it, in the order they were written."""
    if isinstance(node, tuple):
        for one in node:
            yield from nodes(one)
    elif is_dataclass(node):
        yield node
        for part in fields(node):
            if part.name != "span":
                yield from nodes(getattr(node, part.name))


def _calls(block: syntax.Block) -> Iterator[syntax.Call]:
    return (node for node in nodes(block) if isinstance(node, syntax.Call))


def _called(names: Names, call: syntax.Call) -> Reached | None:
    """What a call names; None where that is a mistake, which elaboration reports."""
    part = names.parts.get(call.callee.text)
    if part is not None:
        return part
    try:
        return names.step(call.callee)
    except Mistake:
        return None
