"""C as specs write it: names, expressions, types and members, with what pins them."""

from __future__ import annotations

from typing import Literal

from cbprove.diagnostics import Span
from cbprove.frozen import frozen


@frozen
class Name:
    """An identifier where it stands; `text` may hold one dot for `layer.step`."""

    text: str
    span: Span


# --- expressions: one syntax for static and run-time ones -----------------------------------------


@frozen
class Number:
    """A C integer or character constant; `suffix` is its lower-case letters, as in `ul`."""

    value: int
    suffix: str
    span: Span


@frozen
class Dot:
    """`.member`."""

    name: Name


@frozen
class Index:
    """`[EXPR]`."""

    value: Expr


@frozen
class Star:
    """`.*`, every member."""

    span: Span


@frozen
class Place:
    """A name and what follows it: `IPCB.opt`, `skb.cb[28]`, `parent.IPCB`, `V.*`; in an
    expression, any name at all."""

    base: Name
    suffixes: tuple[Dot | Index | Star, ...]
    span: Span


@frozen
class Unary:
    """`-`, `+`, `~` or `!` before an operand."""

    operator: str
    operand: Expr
    span: Span


@frozen
class Binary:
    """Any of C's two-sided operators but the assignments and the comma."""

    operator: str
    left: Expr
    right: Expr
    span: Span


@frozen
class Conditional:
    """`c ? a : b`."""

    condition: Expr
    then: Expr
    otherwise: Expr
    span: Span


@frozen
class Sizeof:
    """`sizeof(struct X)`, `sizeof(u16)`, `sizeof(skb.cb)`, `sizeof(IPCB)`: a type or a place, in
    bytes."""

    operand: CType | Place
    span: Span


@frozen
class Alignof:
    """`alignof(TYPE)`, in bytes; `preferred` is gcc's `__alignof__`: what a type asks for where
    it stands by itself."""

    operand: CType | Place
    span: Span
    preferred: bool = False


@frozen
class Offsetof:
    """`offsetof(TYPE, member.path)`, in bytes."""

    type: CType
    member: Place
    span: Span


@frozen
class Has:
    """`has(struct X, member.path)`: whether the type has that member in this candidate."""

    type: CType
    member: Place
    span: Span


@frozen
class Defined:
    """`defined(X)`, and the condition of `#ifdef X`; `enabled` is `IS_ENABLED(X)`."""

    name: Name
    enabled: bool
    span: Span


Expr = Number | Place | Unary | Binary | Conditional | Sizeof | Alignof | Offsetof | Has | Defined


# --- C declarations -------------------------------------------------------------------------------


@frozen
class PlacePin:
    """`__at(BYTE)` or `__at(BYTE, BIT)`: a first bit, in bits from the start of the outermost
    struct."""

    bit: int
    span: Span


@frozen
class SizePin:
    """`__size(BYTES)`."""

    bytes: int
    span: Span


Pin = PlacePin | SizePin


@frozen
class Boundary:
    """An alignment that the ABI has: the largest of `aligned` without a number, the cache line
    of `____cacheline_aligned`."""

    of: Literal["largest", "cache line"]


@frozen
class Attributes:
    """`__packed`, `__aligned(n)` and their long spellings, and where an artefact was found to
    have what they stand by."""

    packed: bool = False
    aligned: tuple[Expr | Boundary, ...] = ()
    pins: tuple[Pin, ...] = ()


@frozen
class Pinning:
    """`pinned ABI "origin"`: what is said of all types of such a block."""

    abi: Name
    origin: str


@frozen
class Pinned:
    """A struct or union as it was found: its size in bytes; `base` is its first bit in the
    outermost one around it."""

    size: int
    base: int
    by: Pinning


@frozen
class NamedType:
    """A scalar in words (`unsigned int`), or a typedef's name, canonical single spaces,
    qualifiers dropped."""

    name: Name


@frozen
class TaggedType:
    """`struct X`, `union X` or `enum X` without a body."""

    kind: Literal["struct", "union", "enum"]
    tag: Name


@frozen
class Enumerator:
    """`NAME` or `NAME = EXPR` in an enum, there where all of `conditions` hold: those of each
    `#if` around it."""

    name: Name
    value: Expr | None
    conditions: tuple[Expr, ...] = ()


@frozen
class EnumBody:
    """`enum tag { ... }`."""

    tag: Name | None
    enumerators: tuple[Enumerator, ...]
    attributes: Attributes
    span: Span


@frozen
class RecordBody:
    """`struct tag { ... }` or `union tag { ... }`; `pinned` inside of a `pinned` block."""

    kind: Literal["struct", "union"]
    tag: Name | None
    members: tuple[MemberItem, ...]
    attributes: Attributes
    span: Span
    pinned: Pinned | None = None


@frozen
class PointerType:
    """A pointer or a pointer to a function; what it points to need not be declared."""

    to: str
    span: Span


@frozen
class ArrayType:
    """`T x[n]`; `count` is None for a flexible array."""

    element: CType
    count: Expr | None
    span: Span


CType = NamedType | TaggedType | EnumBody | RecordBody | PointerType | ArrayType


@frozen
class Member:
    """One declarator: its full type (arrays and pointers applied), bit-field width and own
    attributes.

    `name` is None for an anonymous struct or union and for an unnamed bit-field.
    `struct_group(NAME, ...)` is parsed to the union of an anonymous struct and a struct NAME, and
    `DECLARE_BITMAP(NAME, n)` to an array of `unsigned long` whose count is the marker expression
    the parser builds: (n + 8 * sizeof(long) - 1) / (8 * sizeof(long)). `at` is where a pinned one
    lies, in bits from the first bit of the body that it stands in.
    """

    name: Name | None
    type: CType
    bits: Expr | None
    attributes: Attributes
    span: Span
    at: int | None = None


@frozen
class MemberChoice:
    """`#if COND ... #else ... #endif` among members; `#ifdef X` and `IS_ENABLED(X)` have the
    condition X."""

    condition: Expr
    then: tuple[MemberItem, ...]
    otherwise: tuple[MemberItem, ...]
    span: Span


MemberItem = Member | MemberChoice
