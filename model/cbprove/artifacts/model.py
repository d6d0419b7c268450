"""C types as artefacts record them: a graph of numbered nodes, since types point at each other in
circles.

BTF, DWARF and compilers all say the same few things of a type. Each reader gives this graph, and
nothing behind it knows which of them it was. Sizes are in bytes; offsets and widths of members in
bits, counted as layouts count them: from the least significant bit of a byte on little-endian ABIs
and from the most significant on big-endian ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.layout.abi import Abi

Ref = int  # a node's number among its Types; None, where it is allowed, is `void`


@dataclass(frozen=True)
class Number:
    """An arithmetic type under the name that the artefact gives it: `long unsigned int`,
    `_Bool`, `__int128`."""

    name: str
    size: int
    signed: bool
    kind: Literal["int", "bool", "float"] = "int"


@dataclass(frozen=True)
class Pointer:
    to: Ref | None


@dataclass(frozen=True)
class Function:
    """The type of a function, to which only pointers lead."""

    returns: Ref | None
    parameters: tuple[Ref | None, ...]
    variadic: bool = False


@dataclass(frozen=True)
class Array:
    """`count` is 0 for a flexible array as well: BTF does not tell them apart.

    `vector` is one of gcc's `vector_size`, which is aligned to more than its elements; BTF never
    says so.
    """

    element: Ref
    count: int
    vector: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class Enumeration:
    tag: str | None
    size: int
    signed: bool
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Typedef:
    """`align` (bytes) is the typedef's own, where the artefact says so; BTF never does."""

    name: str
    type: Ref | None
    align: int | None = None


@dataclass(frozen=True)
class Qualified:
    word: Literal["const", "volatile", "restrict", "_Atomic"]
    type: Ref | None


@dataclass(frozen=True)
class Member:
    """`name` is None for an anonymous struct or union; `bits` is the width of a bit-field, None for
    any other member.

    `align` (bytes) is the member's own attribute, where the artefact says so.
    """

    name: str | None
    type: Ref
    offset: int
    bits: int | None = None
    align: int | None = None


@dataclass(frozen=True)
class Composite:
    """A struct or union as it was placed. `align` (bytes) is None where the artefact does not
    say it; BTF never does."""

    kind: Literal["struct", "union"]
    tag: str | None
    size: int
    members: tuple[Member, ...]
    align: int | None = None


@dataclass(frozen=True)
class Forward:
    """A struct, union or enum that is named and not defined here."""

    kind: Literal["struct", "union", "enum"]
    tag: str


Node = Number | Pointer | Function | Array | Enumeration | Typedef | Qualified | Composite | Forward
Kind = Literal["struct", "union", "enum", "typedef"]


class Types(Protocol):
    """The types of one unit: a kernel image, a module over it, an object file.

    `name` tells the unit in messages and in what is written from it (`vmlinux`, `esp4`), never with
    a machine's path; `origin` is one line that says what was read, with the sha256 of the file.
    """

    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> str: ...

    @property
    def abi(self) -> Abi: ...

    def node(self, ref: Ref) -> Node:
        """What a number stands for; raises SpecError where the artefact is corrupt."""
        ...

    def find(self, kind: Kind, name: str) -> tuple[Ref, ...]:
        """The definitions of this name in this unit alone, different ones only; forward
        declarations are none."""
        ...

    def names(self, kind: Kind) -> Iterable[str]:
        """All names of a kind that are defined in this unit, for telling the nearest ones."""
        ...


@dataclass(frozen=True)
class Artifact:
    """What was opened: the unit that was named and the modules over it, in the order given."""

    path: str
    units: tuple[Types, ...]


def bad(code: str, message: str, help: str) -> SpecError:
    """A mistake in an artefact or in what was asked of it; CB03xx, without a place in a text."""
    return SpecError((Diagnostic(code, message, None, help),))
