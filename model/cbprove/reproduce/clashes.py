"""Names that one C file cannot have twice: a number that -D defines would stand wherever its name does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from cbprove.language import syntax
from cbprove.language.names import Names
from cbprove.reproduce.spelling import refuse


def refuse_clashes(names: Names) -> None:
    """No ranged param may be called like a member, a type, a view or an object; raises SpecError."""
    members = {name for node in (*names.tags.values(), *names.objects.values()) for name in _members(node)}
    others = (members, names.tags, names.typedefs, names.views, names.objects)
    for name, axis in names.axes.items():
        if isinstance(axis.values, range) and any(name in some for some in others):
            refuse(f"the param `{name}`, called like a member, a type or a view,", names.axis_declarations[name].span)


def _members(node: object) -> Iterator[str]:
    if isinstance(node, syntax.Member) and node.name is not None:
        yield node.name.text
    if isinstance(node, tuple):
        for part in node:
            yield from _members(part)
    elif is_dataclass(node):
        for one in fields(node):
            yield from _members(getattr(node, one.name)) if one.name != "span" else ()
