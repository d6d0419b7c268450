"""What an artefact's types say of a struct, in the words of the oracle: each named member, where
it is and how wide."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Member,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    Types,
)
from tests.oracle.questions import Answers

Place = tuple[str, int, int]


def placed(types: Types, ref: Ref) -> tuple[int, tuple[Place, ...]]:
    """The size (bytes) of a struct; the path, offset and width (bits) of each member that has a
    name, nested ones too."""
    node = types.node(ref)
    assert isinstance(node, Composite)
    return node.size, tuple(_members(types, node, "", 0))


def expected(answers: Answers) -> tuple[int, tuple[Place, ...]]:
    """The same of the compilers' answers."""
    return answers.size, tuple(
        (member.path, member.offset, member.width) for member in answers.members
    )


def size(types: Types, ref: Ref) -> int:
    """The bytes of a type."""
    match types.node(ref):
        case Number() | Enumeration() | Composite() as node:
            return node.size
        case Pointer():
            return types.abi.pointer_size
        case Array(element, count):
            return count * size(types, element)
        case Typedef(type=inner) | Qualified(type=inner) if inner is not None:
            return size(types, inner)
        case node:
            raise AssertionError(node)


def _members(types: Types, record: Composite, prefix: str, base: int) -> Iterator[Place]:
    for member in record.members:
        offset = base + member.offset
        if member.name is not None:
            yield prefix + member.name, offset, member.bits or 8 * size(types, member.type)
        inner, index = _nested(types, member)
        if inner is not None:
            yield from _members(
                types, inner, f"{prefix}{member.name}{index}." if member.name else prefix, offset
            )


def _nested(types: Types, member: Member) -> tuple[Composite | None, str]:
    node, index = types.node(member.type), ""
    while not isinstance(node, Composite):
        match node:
            case Typedef(type=inner) | Qualified(type=inner) if inner is not None:
                node = types.node(inner)
            case Array(element, count) if count:
                node, index = types.node(element), index + "[0]"
            case _:
                return None, ""
    return node, index
