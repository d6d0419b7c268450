"""Types by hand, for what no compiler writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cbprove.artifacts.model import (
    Artifact,
    Composite,
    Enumeration,
    Kind,
    Member,
    Node,
    Number,
    Ref,
    Typedef,
)
from cbprove.layout.abi import ABIS, Abi

U8, U16, U32 = 0, 1, 2
SCALARS: tuple[Node, ...] = (
    Number("unsigned char", 1, False),
    Number("short unsigned int", 2, False),
    Number("unsigned int", 4, False),
)


@dataclass(frozen=True, eq=False)
class ByHand:
    """A unit of nodes that refer to each other by position; the first three are U8, U16 and U32."""

    name: str
    nodes: tuple[Node, ...]
    abi: Abi = ABIS["x86_64"]
    origin: str = "BTF by hand"

    def node(self, ref: Ref) -> Node:
        return self.nodes[ref]

    def find(self, kind: Kind, name: str) -> tuple[Ref, ...]:
        return tuple(ref for ref, node in enumerate(self.nodes) if _named(node) == (kind, name))

    def names(self, kind: Kind) -> Iterable[str]:
        return [
            named[1] for named in map(_named, self.nodes) if named is not None and named[0] == kind
        ]


def _named(node: Node) -> tuple[Kind, str] | None:
    match node:
        case Composite(kind, tag) if tag is not None:
            return kind, tag
        case Enumeration(tag) if tag is not None:
            return "enum", tag
        case Typedef(name):
            return "typedef", name
        case _:
            return None


def unit(name: str, *nodes: Node, abi: str = "x86_64") -> ByHand:
    """A unit with the scalars in front."""
    return ByHand(name, (*SCALARS, *nodes), ABIS[abi])


def struct(tag: str | None, size: int, *members: tuple[str | None, Ref, int]) -> Composite:
    """Members are (name, type, first byte)."""
    return Composite(
        "struct", tag, size, tuple(Member(name, ref, 8 * at) for name, ref, at in members)
    )


def artifact(*units: ByHand) -> Artifact:
    return Artifact(units[0].name, units)
