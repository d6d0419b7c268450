"""C as the compiler read it: types, expressions and statements as one tree of nodes, macros
expanded."""

from __future__ import annotations

from typing import Literal

from cbprove.frozen import frozen

Shape = Literal["pointer", "record", "array", "scalar", "function"]


@frozen
class CType:
    """A type: what it is, its tag or spelling, its bytes (-1 where it is incomplete), what it
    points to or is an array of."""

    shape: Shape
    name: str
    size: int
    inner: CType | None = None


@frozen
class Field:
    """A member of a record: whose it is, its name, where it begins in that record and how wide it
    is, in bits.

    Where it lies in a union without a name, `beside` are all members of that union, and it begins
    `inside` bits into it.
    """

    record: str
    name: str
    start: int
    width: int
    beside: tuple[str, ...] = ()
    inside: int = 0


@frozen
class Node:
    """An expression or statement. `value` is its number where the compiler knows one and someone
    may ask for it."""

    kind: str
    name: str
    type: CType
    line: int
    children: tuple[Node, ...] = ()
    field: Field | None = None
    value: int | None = None
    variable: int = 0  # which variable a name means, for those that can hold an address
    lasting: bool = False  # whether that variable outlives the call
    # of a conversion of addresses: file, line, the text there, and to what, as it is spelled
    written: tuple[str, int, str, str] = ("", 0, "", "")


@frozen
class Function:
    """A function with its body. `own` is False for what a header defines, which is read where it
    is called."""

    name: str
    file: str
    line: int
    params: tuple[tuple[str, int, CType], ...]
    body: Node
    own: bool
    result: CType


VOID = CType("scalar", "void", 1)
_POINTER = 8  # bytes


def can_hold_an_address(type: CType) -> bool:
    """Whether a value of a type may be an address: a pointer, an array's first element, or a
    number as wide as a pointer."""
    return type.shape in ("pointer", "array") or (type.shape == "scalar" and type.size == _POINTER)


def unwrapped(node: Node) -> Node:
    while node.kind in ("paren", "other") and len(node.children) == 1:
        node = node.children[0]
    return node


def uncast(node: Node) -> Node:
    while node.kind in ("paren", "other", "cast") and len(node.children) == 1:
        node = node.children[0]
    return node


def is_pointer_to(node: Node, record: str) -> bool:
    inner = node.type.inner
    return (
        node.type.shape == "pointer"
        and inner is not None
        and (inner.shape, inner.name) == ("record", record)
    )


def is_dereferenced(node: Node) -> bool:
    """Whether an lvalue is what a pointer points to, and no variable of the function."""
    bare = unwrapped(node)
    return bare.kind == "element" or (bare.kind == "unary" and bare.name == "*")


def literal_of(node: Node) -> Node | None:
    bare = unwrapped(node)
    if bare.kind == "literal" and bare.children:
        return bare.children[0]
    return bare if bare.kind == "list" else None
