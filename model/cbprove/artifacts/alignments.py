"""How C spells the structs inside a struct, so that a compiler can be asked their alignment, and types with the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from cbprove.artifacts.model import Array, Composite, Kind, Node, Qualified, Ref, Typedef, Types
from cbprove.layout.abi import Abi


@dataclass(frozen=True)
class Pinned:
    """Types whose structs have an alignment (bytes), wherever it is known by their number."""

    types: Types
    aligns: Mapping[Ref, int]

    @property
    def name(self) -> str:
        return self.types.name

    @property
    def origin(self) -> str:
        return self.types.origin

    @property
    def abi(self) -> Abi:
        return self.types.abi

    def node(self, ref: Ref) -> Node:
        """What a number stands for; see the model."""
        node = self.types.node(ref)
        return replace(node, align=self.aligns[ref]) if isinstance(node, Composite) and ref in self.aligns else node

    def find(self, kind: Kind, name: str) -> tuple[Ref, ...]:
        """The definitions of a name; see the model."""
        return self.types.find(kind, name)

    def names(self, kind: Kind) -> Iterable[str]:
        """All names of a kind; see the model."""
        return self.types.names(kind)


def spellings(types: Types, roots: Iterable[Ref]) -> dict[Ref, str]:
    """A C type for each struct and union that lies in these, themselves included; none for members without a name."""
    found: dict[Ref, str] = {}
    for root in roots:
        for ref, text in _within(types, root, None, set()):
            found.setdefault(ref, text)
    return found


def _within(types: Types, ref: Ref | None, place: str | None, seen: set[Ref]) -> Iterator[tuple[Ref, str]]:
    """`place` is an expression of this type, and None where its alignment would not be the type's own."""
    node = None if ref is None else types.node(ref)
    match node:
        case Typedef(name, inner, align):
            yield from _within(types, inner, f"(*({name} *)0)" if align is None else None, seen)
        case Qualified(_, inner):
            yield from _within(types, inner, place, seen)
        case Array(element):
            yield from _within(types, element, None if place is None else f"{place}[0]", seen)
        case Composite(kind, tag) if ref is not None and ref not in seen:
            seen.add(ref)
            place = place if tag is None else f"(*({kind} {tag} *)0)"
            if place is not None:
                yield ref, f"__typeof__({place})"
            for member in node.members:
                inside = None if place is None or member.name is None else f"{place}.{member.name}"
                yield from _within(types, member.type, inside, seen)
