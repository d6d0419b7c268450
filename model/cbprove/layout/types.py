"""C types as data, before any ABI says how large they are."""

from __future__ import annotations

from typing import Literal

from cbprove.frozen import frozen


@frozen
class Scalar:
    """An arithmetic type under its C name: `unsigned int`, `long long`, `_Bool`."""

    name: str


@frozen
class Pointer:
    """A pointer to anything, functions included."""

    to: str = "void"


@frozen
class Enum:
    """An enumeration: as gcc keeps it, an `unsigned int`, or an `int` with a negative enumerator.

    `low` and `high` are its least and greatest enumerators. One that 32 bits cannot hold takes 64;
    `packed` is `__packed`: the smallest integer that holds them.
    """

    tag: str | None
    low: int
    high: int
    packed: bool = False


@frozen
class Array:
    """`count` elements in a row; None is a flexible array, which occupies nothing."""

    element: Type
    count: int | None


@frozen
class Aligned:
    """A typedef that changes the alignment (bytes) of a type: it may raise it or lower it."""

    type: Type
    align: int


@frozen
class Field:
    """One declarator of a struct: `name` is None for an anonymous struct, union or unnamed
    bit-field.

    `bits` is the width of a bit-field; `align` (bytes) and `packed` are the member's own
    attributes. `at` is where it was found, in bits from the first bit of the record that lists it
    (records.py counts them); None: to be computed.
    """

    name: str | None
    type: Type
    bits: int | None = None
    align: int | None = None
    packed: bool = False
    at: int | None = None


@frozen
class Record:
    """A struct or a union; `align` (bytes) and `packed` are its own attributes.

    One with a `size` (bytes) is *pinned*: every member has its `at`, nothing is computed anew, and
    `align` is the whole alignment; None stands for the largest that its members' types ask for and
    that its size and offsets allow.
    """

    kind: Literal["struct", "union"]
    tag: str | None
    fields: tuple[Field, ...]
    packed: bool = False
    align: int | None = None
    size: int | None = None


Type = Scalar | Pointer | Enum | Array | Aligned | Record
