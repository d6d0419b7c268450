"""The control blocks that a patch changes themselves: `cb` of struct sk_buff, which specs write as
an object.

A control block of a spec with another declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from cbprove.diagnostics import Source
from cbprove.frozen import frozen
from cbprove.patching.edits import Edit
from cbprove.patching.pieces import spelled
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse

# The kernel's structs that specs write as objects.
OBJECTS: Mapping[str, str] = MappingProxyType({"sk_buff": "skb"})
_AREAS = ("cb",)


@frozen
class Area:
    """A control block that gets another declaration."""

    object: str
    name: str
    old: str
    new: str


def areas(edits: Iterable[Edit]) -> tuple[Area, ...]:
    """The control blocks that edits change."""
    blocks = []
    for edit in edits:
        before = {
            piece.name: piece.text
            for piece in edit.old
            if piece.kind == "member" and piece.name in _AREAS
        }
        after = {piece.name: piece.text for piece in edit.new if piece.kind == "member"}
        for name, old in before.items() if edit.tag in OBJECTS else ():
            if spelled(old) != spelled(after.get(name, old)):
                blocks.append(Area(OBJECTS[edit.tag], name, old, after[name]))
    return tuple(blocks)


def declared(tree: syntax.Tree, area: Area) -> str | None:
    """How a spec declares the control block, None if it has none such."""
    declaration = _declared(tree, area)
    return None if declaration is None else _declaration(*declaration)


def with_areas(tree: syntax.Tree, areas_asked: Sequence[Area], new: bool) -> syntax.Tree:
    """The spec with these control blocks as they are on one side."""
    for area in areas_asked:
        declaration = _declared(tree, area)
        if declaration is not None:
            node, member = declaration
            text = node.span.source.text[node.span.start : node.span.end]
            source = Source(
                "the control blocks of the patch",
                text.replace(_declaration(node, member), area.new if new else area.old),
            )
            (replacement,) = parse(source)
            nodes = tuple(replacement if each is node else each for each in tree.declarations)
            tree = syntax.Tree(nodes, (*tree.sources, source))
    return tree


def _declared(tree: syntax.Tree, area: Area) -> tuple[syntax.Object, ctree.Member] | None:
    for node in tree.declarations:
        if isinstance(node, syntax.Object) and node.name.text == area.object:
            for member in node.members:
                if (
                    isinstance(member, ctree.Member)
                    and member.name
                    and member.name.text == area.name
                ):
                    return node, member
    return None


def _declaration(node: syntax.Object, member: ctree.Member) -> str:
    """The declaration of a member from its type on, without its `;`."""
    text = node.span.source.text
    start = max(text.rfind(sign, 0, member.span.start) for sign in ";{}\n/") + 1
    return text[start : member.span.end].strip()
