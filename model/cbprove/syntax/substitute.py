"""A spec under the structs of another text: its layers, paths and properties as they are, its C
types the other's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from cbprove.diagnostics import Span
from cbprove.frozen import fields, has_fields, replace
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.ctree import CType, EnumBody, MemberItem, RecordBody, TaggedType
from cbprove.syntax.tree import Declaration, Tree

N = TypeVar("N")
# A namespace (tag, typedef, constant) and a name in it.
_Key = tuple[str, str]


def substitute(tree: Tree, other: Tree) -> tuple[Tree, tuple[str, ...]]:
    """The spec with every struct, union, enum and typedef that both declare taken from `other`, and
    what was left alone.

    What those need of `other` besides goes before the first of them; a constant that they need is
    `other`'s even where the spec has one of that name. A packing keeps its arms, and is told of:
    `struct X is a packing`. A struct that is declared inside another one is a declaration like any
    other here.
    """
    ours, other_keys = _declared(tree), _declared(other)
    packings = [
        key for key in ours if key in other_keys and _is_packing(ours[key], other_keys[key])
    ]
    shared = [key for key in ours if key in other_keys and key[0] != "constant"]
    replacements = {key: other_keys[key] for key in _needed(other_keys, shared, packings)}
    sources = (*tree.sources, *(source for source in other.sources if source not in tree.sources))
    left = tuple(f"{_kind(ours[key])} {key[1]} is a packing" for key in packings)
    return Tree(tuple(_replaced(tree, replacements)), sources), left


def _is_packing(*nodes: Declaration) -> bool:
    return any(isinstance(node, syntax.Packing) for node in nodes)


def _kind(node: Declaration) -> str:
    if isinstance(node, syntax.TypeDeclaration):
        return node.type.kind if isinstance(node.type, RecordBody) else "enum"
    return node.kind if isinstance(node, syntax.Packing) else ""


def _needed(
    replacing: dict[_Key, Declaration], shared: list[_Key], packings: list[_Key]
) -> list[_Key]:
    """What is shared and what that names, over and over, in the order of `replacing`."""
    keys: set[_Key] = set()
    waiting = list(shared)
    while waiting:
        key = waiting.pop()
        if key in replacing and key not in keys and key not in packings:
            keys.add(key)
            waiting.extend((*_keys(replacing[key]), *_named(replacing[key])))
    return [key for key in replacing if key in keys]


def _replaced(tree: Tree, replacements: dict[_Key, Declaration]) -> Iterator[Declaration]:
    """The declarations of the spec; for those that are taken, the others, each once."""
    parts = [
        part
        for declaration in tree.declarations
        for part in _apart(declaration, replacements.__contains__)
    ]
    places = {key for part in parts for key in _stood_for(part, replacements)}
    waiting = {id(node): node for node in replacements.values()}
    added = [node for node in waiting.values() if places.isdisjoint(_keys(node))]
    for part in parts:
        keys = _stood_for(part, replacements)
        if not keys:
            yield part
            continue
        for node in (*added, *(replacements[key] for key in keys)):
            if waiting.pop(id(node), None) is not None:
                yield node


def _stood_for(part: Declaration, replacements: dict[_Key, Declaration]) -> list[_Key]:
    """What is taken instead of a declaration; one with a tag of its own stays whatever becomes
    of its constants."""
    keys = _keys(part)
    tagged = [key for key in keys if key[0] == "tag"]
    return (
        [key for key in keys if key in replacements]
        if not tagged or tagged[0] in replacements
        else []
    )


# --- declarations by name -------------------------------------------------------------------------


def _declared(tree: Tree) -> dict[_Key, Declaration]:
    """Every type and constant by its names, types inside others as declarations of their own."""
    by_key: dict[_Key, Declaration] = {}
    for declaration in tree.declarations:
        for part in _apart(declaration, lambda key: True):
            for key in _keys(part):
                by_key.setdefault(key, part)
    return by_key


def _keys(node: Declaration) -> list[_Key]:
    """What a declaration declares itself: its tag first, and the constants of an enum."""
    match node:
        case syntax.TypeDeclaration(RecordBody(tag=tag)) if tag is not None:
            return [("tag", tag.text)]
        case syntax.TypeDeclaration(EnumBody(tag, enumerators)):
            constants = [("constant", enumerator.name.text) for enumerator in enumerators]
            return [("tag", tag.text), *constants] if tag else constants
        case syntax.Typedef(name):
            return [("typedef", name.text)]
        case syntax.Packing(_, tag):
            return [("tag", tag.text)]
        case syntax.Define(name):
            return [("constant", name.text)]
        case _:
            return []


def _named(node: Any) -> Iterator[_Key]:
    """Every type and constant that a piece of the tree names; a bare name in `sizeof` may be
    either."""
    if isinstance(node, TaggedType):
        yield "tag", node.tag.text
    elif isinstance(node, ctree.NamedType):
        yield "typedef", node.name.text
    elif isinstance(node, ctree.Place):
        yield from (("constant", node.base.text), ("typedef", node.base.text))
    if isinstance(node, tuple):
        for part in node:
            yield from _named(part)
    elif has_fields(node) and not isinstance(node, Span):
        for each in fields(node):
            yield from _named(getattr(node, each.name))


# --- types taken out of the types they stand in ---------------------------------------------------


def _apart(node: Declaration, is_wanted: Callable[[_Key], bool]) -> list[Declaration]:
    """A declaration, and before it those of the wanted tags that are declared inside it."""
    lift = _Lift(is_wanted)
    match node:
        case syntax.TypeDeclaration(RecordBody() as body):
            rest: Declaration = lift.changed(node, type=lift.inside(body))
        case syntax.Typedef():
            rest = lift.changed(node, type=lift.type(node.type))
        case syntax.Object():
            rest = lift.changed(node, members=lift.members(node.members))
        case syntax.Packing():
            arms = [lift.changed(arm, body=lift.inside(arm.body)) for arm in node.arms]
            rest = lift.changed(node, arms=lift.same(node.arms, arms))
        case _:
            rest = node
    return [*lift.lifted, rest]


class _Lift:
    """Takes tagged bodies out of types. What has none stays the very same node, shared where it
    was shared."""

    def __init__(self, is_wanted: Callable[[_Key], bool]) -> None:
        self.wanted = is_wanted
        self.lifted: list[Declaration] = []
        self.known: dict[int, CType] = {}

    def type(self, node: CType) -> CType:
        if isinstance(node, ctree.ArrayType):
            return self.changed(node, element=self.type(node.element))
        if not isinstance(node, RecordBody | EnumBody):
            return node
        if id(node) not in self.known:
            self.known[id(node)] = self.body(node)
        return self.known[id(node)]

    def body(self, node: RecordBody | EnumBody) -> CType:
        rest = self.inside(node) if isinstance(node, RecordBody) else node
        if node.tag is None or not self.wanted(("tag", node.tag.text)):
            return rest
        self.lifted.append(syntax.TypeDeclaration(rest, node.span))
        return TaggedType(node.kind if isinstance(node, RecordBody) else "enum", node.tag)

    def inside(self, node: RecordBody) -> RecordBody:
        return self.changed(node, members=self.members(node.members))

    def members(self, items: tuple[MemberItem, ...]) -> tuple[MemberItem, ...]:
        return self.same(items, [self.member(item) for item in items])

    def member(self, item: MemberItem) -> MemberItem:
        if isinstance(item, ctree.MemberChoice):
            return self.changed(
                item, then=self.members(item.then), otherwise=self.members(item.otherwise)
            )
        return self.changed(item, type=self.type(item.type))

    def same(self, old: tuple[Any, ...], new: Collection[Any]) -> tuple[Any, ...]:
        return old if all(a is b for a, b in zip(old, new, strict=True)) else tuple(new)

    def changed(self, node: N, **parts: Any) -> N:
        if all(getattr(node, name) is part for name, part in parts.items()):
            return node
        return replace(node, **parts)
