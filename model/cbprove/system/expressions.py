"""Places and expressions of a program: extents in bits, the types of C made explicit."""

from __future__ import annotations

import re
from functools import cached_property

from cbprove.diagnostics import Span
from cbprove.frozen import field, frozen
from cbprove.logic.terms import Int

_INDEX = re.compile(r"\[\w+\]")

# --- places ---------------------------------------------------------------------------------------


@frozen
class Leaf:
    """A scalar, or an array of scalars taken as one run, among the bits of a place.

    `offset` and `width` are in bits from the place's first bit. `identity` says whose bits they are
    whatever they lie in: the innermost tagged struct and the member path inside it (`struct
    ip_options.optlen`), or the view or object of a plain type (`view hwaddr`, `object skb.cb`);
    `at` is the position in that identity's run of the leaf's first bit. `arms` are the unions that
    the place passes through on the way, each with the arm taken. `path` is how reports call it from
    the view on (`opt.optlen`, empty for a view of a plain type); `member` is the same with the name
    of each `struct_group` around filled in, so that both halves of one are called alike. `element`
    is the width of one scalar; `boolean` says that a stored value is 0 or 1. `shifts` are inputs by
    which the place was indexed and that move `at` as well: (name, bits for each 1 of its value).
    """

    offset: int
    width: int
    path: str
    identity: str
    at: int
    element: int
    boolean: bool = False
    shifts: tuple[tuple[str, int], ...] = ()
    arms: tuple[tuple[str, str], ...] = ()
    member: str = ""

    def shares_member(self, other: Leaf) -> bool:
        """Whether both are (parts of) one member: the same in the same struct, and by no union
        through different arms."""
        if self.identity != other.identity:
            return False
        if not other.arms:
            return True
        arms_of_leaf = dict(self.arms)
        return all(arms_of_leaf.get(union, arm) == arm for union, arm in other.arms)


@frozen
class IntType:
    """An integer type on the ABI: width in bits, signedness; `boolean` is C's _Bool."""

    name: str
    bits: int
    signed: bool
    boolean: bool = False


@frozen
class Place:
    """What a statement names and where it lies, in bits.

    `object` is "." for the current object, ".." for the one it was made from, else a made, shared
    or declared name. The extent is [low + sum(stride * input), + width) within the object; `low` is
    absolute in the object. `bound` is the area that it begins in, a control block or directly used
    member, [first, last) bits of the object; `area` is its name. `size` is the bits of the whole
    object: memory is [0, size), whatever the area. `leaves` are the scalars covered, in order,
    union arms one after another; `padding` the runs (offset, width) that a plain `write` of this
    place leaves unspecified. `path` and `member` are those of `Leaf`. `start` is the first bit
    counted from the view's, or for a raw place from its area's. `type` is the integer type it has
    in an EXPR, None where it has none. `view` is None for a raw place.
    """

    text: str
    object: str
    area: str
    low: Int
    width: int
    indexes: tuple[tuple[str, int], ...]
    bound: tuple[int, int]
    size: int
    leaves: tuple[Leaf, ...]
    padding: tuple[tuple[int, int], ...]
    type: IntType | None
    view: str | None
    path: str
    member: str
    start: int
    span: Span = field(compare=False)

    @cached_property
    def shifts(self) -> bool:
        """Whether some leaf is an array element that inputs count."""
        return any(leaf.shifts for leaf in self.leaves)

    @cached_property
    def covered(self) -> frozenset[int]:
        """The bits, from the place's first, that some leaf covers."""
        return frozenset(leaf.offset + i for leaf in self.leaves for i in range(leaf.width))

    @cached_property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """The same as runs (offset, width), in order, none of which touch."""
        runs: list[tuple[int, int]] = []
        for low, end in sorted((leaf.offset, leaf.offset + leaf.width) for leaf in self.leaves):
            if runs and low <= sum(runs[-1]):
                first, width = runs.pop()
                low, end = first, max(first + width, end)
            runs.append((low, end - low))
        return tuple(run for run in runs if run[1])

    def is_over(self, view: str | None, member: str) -> bool:
        """Whether this is a member of a view (`Leaf.member`), or holds it; which element of an
        array does not count."""
        own_member, other = _INDEX.sub("", self.member), _INDEX.sub("", member)
        return self.view == view and (
            not own_member or other == own_member or other.startswith(own_member + ".")
        )


# --- expressions ----------------------------------------------------------------------------------


@frozen
class Constant:
    """A constant, a static expression or a param: its value is already of the type."""

    value: Int
    type: IntType


@frozen
class InputValue:
    """The value of an input."""

    name: str
    type: IntType


@frozen
class MemberValue:
    """The value that a place holds, as its type reads it."""

    place: Place
    type: IntType


@frozen
class Convert:
    """A conversion as C does it: modulo 2^bits, and to bool by `!= 0`."""

    operand: Expr
    type: IntType


@frozen
class Unary:
    """`-`, `~` (operand already promoted to `type`, result wraps) or `!` (result 0 or 1 of type
    int)."""

    operator: str
    operand: Expr
    type: IntType


@frozen
class Binary:
    """Both operands already converted to one type, but for shifts, whose right one is a Constant.

    Arithmetic wraps to `type`; comparisons, `&&` and `||` give 0 or 1 of type int (`&&` and `||`
    take any types). Operators: + - * / % << >> & | ^ < <= > >= == != && ||; `/` and `%` truncate as
    C's, the right side a non-zero Constant.
    """

    operator: str
    left: Expr
    right: Expr
    type: IntType


@frozen
class Conditional:
    """`c ? a : b`, both sides already converted to `type`."""

    condition: Expr
    then: Expr
    otherwise: Expr
    type: IntType


Expr = Constant | InputValue | MemberValue | Convert | Unary | Binary | Conditional
