"""Whether two definitions say the same, and whether one is sound: every type that it holds, down to pointers, looked at once.

A definition stops at a pointer to a struct, union or enum with a tag: only the tag counts there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Forward,
    Function,
    Member,
    Node,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    Types,
    bad,
)

_DEPTH = 100


class Seen(NamedTuple):
    """What is known of a type: its digest, and its size in bytes (None for functions, void and what is only declared)."""

    digest: str
    size: int | None


_VOID = Seen("void", None)


def distinct(types: Types, refs: Iterable[Ref]) -> tuple[Ref, ...]:
    """The first of each group of equal definitions, in the order given; raises SpecError for an unsound one."""
    refs = tuple(refs)
    if len(refs) < 2:
        return refs
    kept: dict[str, Ref] = {}
    for ref, digest in zip(refs, fingerprints(types, refs), strict=True):
        kept.setdefault(digest, ref)
    return tuple(kept.values())


def fingerprints(types: Types, refs: Iterable[Ref]) -> tuple[str, ...]:
    """A sha256 of each definition: equal for equal ones, of whatever unit.

    Raises SpecError CB0305 for a definition that holds itself, that is nested deeper than 100, or whose members lie outside it.
    """
    walk = _Walk(types)
    return tuple(walk.look(ref, True, 0).digest for ref in refs)


class _Walk:
    """One look at a definition; remembers what it has seen, so that its work is linear."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.seen: dict[tuple[Ref, bool], Seen | None] = {}

    def look(self, ref: Ref | None, held: bool, depth: int) -> Seen:
        """`held` is False behind a pointer, where a tag says enough and nothing needs a size."""
        if ref is None:
            return _VOID
        key = ref, held
        if key in self.seen:
            known = self.seen[key]
            return known if known is not None else self._broken(ref, "is part of itself")
        if depth > _DEPTH:
            self._broken(ref, f"is nested deeper than {_DEPTH}")
        self.seen[key] = None
        found = self.seen[key] = self._node(self.types.node(ref), ref, held, depth + 1)
        return found

    def _broken(self, ref: Ref, text: str) -> Seen:
        raise bad(
            "CB0305",
            f"the types of `{self.types.name}` are corrupt: {_called(self.types.node(ref), ref)} {text}",
            "copy or build the artefact again",
        )

    def _node(self, node: Node, ref: Ref, held: bool, depth: int) -> Seen:
        match node:
            case Number():
                return Seen(_digest("number", node.name, node.size, node.signed, node.kind), node.size)
            case Pointer():
                return Seen(_digest("pointer", self.look(node.to, False, depth).digest), self.types.abi.pointer_size)
            case Function():
                signature = (self.look(each, False, depth).digest for each in (node.returns, *node.parameters))
                return Seen(_digest("function", node.variadic, *signature), None)
            case Array():
                return self._array(node, ref, held, depth)
            case Typedef():
                within = self.look(node.type, held, depth)
                return Seen(_digest("typedef", node.name, node.align, within.digest), within.size)
            case Qualified():
                within = self.look(node.type, held, depth)
                return Seen(_digest(node.word, within.digest), within.size)
            case Forward():
                return Seen(_digest(node.kind, node.tag), None)
            case Enumeration():
                return self._enumeration(node, held)
            case Composite():
                return self._composite(node, ref, held, depth)

    def _array(self, node: Array, ref: Ref, held: bool, depth: int) -> Seen:
        element = self.look(node.element, held, depth)
        if held and element.size is None:
            self._broken(ref, "has elements without a size")
        size = None if element.size is None else element.size * node.count
        return Seen(_digest("array", node.count, element.digest), size)

    def _enumeration(self, node: Enumeration, held: bool) -> Seen:
        if node.tag is not None and not held:
            return Seen(_digest("enum", node.tag), node.size)
        return Seen(_digest("enum", node.tag, node.size, node.signed, node.values), node.size)

    def _composite(self, node: Composite, ref: Ref, held: bool, depth: int) -> Seen:
        if node.tag is not None and not held:
            return Seen(_digest(node.kind, node.tag), node.size)
        parts: list[object] = []
        for member in node.members:
            within = self.look(member.type, held, depth)
            if held:
                self._placed(node, ref, member, within)
            parts += [member.name, member.offset, member.bits, member.align, within.digest]
        return Seen(_digest(node.kind, node.tag, node.size, node.align, *parts), node.size)

    def _placed(self, node: Composite, ref: Ref, member: Member, within: Seen) -> None:
        """A member has a size and lies inside; a bit-field has no more bits than its type."""
        if within.size is None:
            self._broken(ref, f"has a member {_named(member)} without a size")
        elif member.bits is not None and member.bits > 8 * within.size:
            self._broken(ref, f"has {member.bits} bits for {_named(member)}, whose type has {8 * within.size}")
        elif member.offset + (8 * within.size if member.bits is None else member.bits) > 8 * node.size:
            self._broken(ref, f"has {node.size} bytes, and its member {_named(member)} ends behind them")


def _named(member: Member) -> str:
    return f"`{member.name}`" if member.name else "without a name"


def _called(node: Node, ref: Ref) -> str:
    match node:
        case Composite(kind=word, tag=str(tag)) | Forward(kind=word, tag=tag):
            return f"`{word} {tag}`"
        case Typedef(name=name):
            return f"`{name}`"
    return f"type {ref}"


def _digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(repr, parts)).encode()).hexdigest()
