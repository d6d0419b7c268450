"""The tree: what was written, spelling and places included, before anything is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cbprove.diagnostics import Source, Span


@dataclass(frozen=True)
class Name:
    """An identifier where it stands; `text` may hold one dot for `layer.step`."""

    text: str
    span: Span


# --- expressions: one syntax for static and run-time ones -------------------------------------------------


@dataclass(frozen=True)
class Number:
    """A C integer or character constant; `suffix` is its lower-case letters, as in `ul`."""

    value: int
    suffix: str
    span: Span


@dataclass(frozen=True)
class Dot:
    """`.member`."""

    name: Name


@dataclass(frozen=True)
class Index:
    """`[EXPR]`."""

    value: Expr


@dataclass(frozen=True)
class Star:
    """`.*`, every member."""

    span: Span


@dataclass(frozen=True)
class Place:
    """A name and what follows it: `IPCB.opt`, `skb.cb[28]`, `parent.IPCB`, `V.*`; in an expression, any name at all."""

    base: Name
    suffixes: tuple[Dot | Index | Star, ...]
    span: Span


@dataclass(frozen=True)
class Unary:
    """`-`, `+`, `~` or `!` before an operand."""

    operator: str
    operand: Expr
    span: Span


@dataclass(frozen=True)
class Binary:
    """Any of C's two-sided operators but the assignments and the comma."""

    operator: str
    left: Expr
    right: Expr
    span: Span


@dataclass(frozen=True)
class Conditional:
    """`c ? a : b`."""

    condition: Expr
    then: Expr
    otherwise: Expr
    span: Span


@dataclass(frozen=True)
class Sizeof:
    """`sizeof(struct X)`, `sizeof(u16)`, `sizeof(skb.cb)`, `sizeof(IPCB)`: a type or a place, in bytes."""

    operand: CType | Place
    span: Span


@dataclass(frozen=True)
class Alignof:
    """`alignof(TYPE)`, in bytes."""

    operand: CType | Place
    span: Span


@dataclass(frozen=True)
class Offsetof:
    """`offsetof(TYPE, member.path)`, in bytes."""

    type: CType
    member: Place
    span: Span


@dataclass(frozen=True)
class Has:
    """`has(struct X, member.path)`: whether the type has that member in this candidate."""

    type: CType
    member: Place
    span: Span


Expr = Number | Place | Unary | Binary | Conditional | Sizeof | Alignof | Offsetof | Has


# --- C declarations ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlacePin:
    """`__at(BYTE)` or `__at(BYTE, BIT)`: a first bit, in bits from the start of the outermost struct."""

    bit: int
    span: Span


@dataclass(frozen=True)
class SizePin:
    """`__size(BYTES)`."""

    bytes: int
    span: Span


Pin = PlacePin | SizePin


@dataclass(frozen=True)
class Attributes:
    """`__packed`, `__aligned(n)` and their long spellings, and where an artefact was found to have what they stand by."""

    packed: bool = False
    aligned: tuple[Expr, ...] = ()
    pins: tuple[Pin, ...] = ()


@dataclass(frozen=True)
class Pinning:
    """`pinned ABI "origin"`: what is said of all types of such a block."""

    abi: Name
    origin: str


@dataclass(frozen=True)
class Pinned:
    """A struct or union as it was found: its size in bytes; `base` is its first bit in the outermost one around it."""

    size: int
    base: int
    by: Pinning


@dataclass(frozen=True)
class NamedType:
    """A scalar in words (`unsigned int`), or a typedef's name, canonical single spaces, qualifiers dropped."""

    name: Name


@dataclass(frozen=True)
class TaggedType:
    """`struct X`, `union X` or `enum X` without a body."""

    kind: Literal["struct", "union", "enum"]
    tag: Name


@dataclass(frozen=True)
class Enumerator:
    """`NAME` or `NAME = EXPR` in an enum."""

    name: Name
    value: Expr | None


@dataclass(frozen=True)
class EnumBody:
    """`enum tag { ... }`."""

    tag: Name | None
    enumerators: tuple[Enumerator, ...]
    attributes: Attributes
    span: Span


@dataclass(frozen=True)
class RecordBody:
    """`struct tag { ... }` or `union tag { ... }`; `pinned` inside of a `pinned` block."""

    kind: Literal["struct", "union"]
    tag: Name | None
    members: tuple[MemberItem, ...]
    attributes: Attributes
    span: Span
    pinned: Pinned | None = None


@dataclass(frozen=True)
class PointerType:
    """A pointer or a pointer to a function; what it points to need not be declared."""

    to: str
    span: Span


@dataclass(frozen=True)
class ArrayType:
    """`T x[n]`; `count` is None for a flexible array."""

    element: CType
    count: Expr | None
    span: Span


CType = NamedType | TaggedType | EnumBody | RecordBody | PointerType | ArrayType


@dataclass(frozen=True)
class Member:
    """One declarator: its full type (arrays and pointers applied), bit-field width and own attributes.

    `name` is None for an anonymous struct or union and for an unnamed bit-field. `struct_group(NAME, ...)` is parsed to the
    union of an anonymous struct and a struct NAME, and `DECLARE_BITMAP(NAME, n)` to an array of `unsigned long`
    whose count is the marker expression the parser builds: (n + 8 * sizeof(long) - 1) / (8 * sizeof(long)).
    `at` is where a pinned one lies, in bits from the first bit of the body that it stands in.
    """

    name: Name | None
    type: CType
    bits: Expr | None
    attributes: Attributes
    span: Span
    at: int | None = None


@dataclass(frozen=True)
class MemberChoice:
    """`#if COND ... #else ... #endif` among members; `#ifdef X` and `IS_ENABLED(X)` have the condition X."""

    condition: Expr
    then: tuple[MemberItem, ...]
    otherwise: tuple[MemberItem, ...]
    span: Span


MemberItem = Member | MemberChoice


# --- statements -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """`read M, N;` or `read PLACE for EXPR;`."""

    places: tuple[Place, ...]
    length: Expr | None
    span: Span


@dataclass(frozen=True)
class Write:
    """`write M, V.*;`, `write M = EXPR;` (one place) or `write PLACE for EXPR;` (one place)."""

    places: tuple[Place, ...]
    value: Expr | None
    length: Expr | None
    span: Span


@dataclass(frozen=True)
class Clear:
    """`clear V;` or `clear PLACE for EXPR;`."""

    places: tuple[Place, ...]
    length: Expr | None
    span: Span


@dataclass(frozen=True)
class Copy:
    """`copy A -> B;` or `copy A -> B for EXPR;`."""

    origin: Place
    target: Place
    length: Expr | None
    span: Span


@dataclass(frozen=True)
class Make:
    """`clone NAME;` or `new NAME;`."""

    kind: Literal["clone", "new"]
    name: Name
    span: Span


@dataclass(frozen=True)
class On:
    """`on NAME { }`."""

    name: Name
    body: Block
    span: Span


@dataclass(frozen=True)
class Bounds:
    """`[LO..HI]`; `[N]` has both alike; a side that was not written is None."""

    low: Expr | None
    high: Expr | None


@dataclass(frozen=True)
class Each:
    """`each NAME [LO..HI] { }`."""

    name: Name
    bounds: Bounds
    body: Block
    span: Span


@dataclass(frozen=True)
class Repeat:
    """`repeat [LO..HI] { }`."""

    bounds: Bounds
    body: Block
    span: Span


@dataclass(frozen=True)
class Either:
    """`either { } or { } or { }`, two arms or more; `optionally { }` has its block and an empty one."""

    arms: tuple[Block, ...]
    optional: bool
    span: Span


@dataclass(frozen=True)
class If:
    """`if (EXPR) { } else { }`, on run-time values; an `else if` is an If in `otherwise`."""

    condition: Expr
    then: Block
    otherwise: Block
    span: Span


@dataclass(frozen=True)
class When:
    """`when STATIC { } else { }`, on axes."""

    condition: Expr
    then: Block
    otherwise: Block
    span: Span


@dataclass(frozen=True)
class Assume:
    """`assume EXPR "reason";`."""

    condition: Expr
    reason: str
    span: Span


@dataclass(frozen=True)
class Share:
    """`share NAME;`."""

    name: Name
    span: Span


@dataclass(frozen=True)
class Consume:
    """`consume;`."""

    span: Span


@dataclass(frozen=True)
class Call:
    """`step;`, `layer.step;` or `part;`."""

    callee: Name
    span: Span


Statement = (
    Read | Write | Clear | Copy | Make | On | Each | Repeat | Either | If | When | Assume | Share | Consume | Call
)
Block = tuple[Statement, ...]


# --- declarations -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SpecLine:
    """`spec NAME "title";`."""

    name: Name
    title: str
    span: Span


@dataclass(frozen=True)
class Include:
    """`include "file.cbs";`."""

    path: str
    span: Span


@dataclass(frozen=True)
class AbiAxis:
    """`abi a, b = a;`."""

    values: tuple[Name, ...]
    default: Name | None
    span: Span


@dataclass(frozen=True)
class Object:
    """`object NAME { members }`."""

    name: Name
    members: tuple[MemberItem, ...]
    span: Span


@dataclass(frozen=True)
class TypeDeclaration:
    """`struct X { ... } attributes;`, `union X { ... };` or `enum X { ... };`."""

    type: RecordBody | EnumBody
    span: Span


@dataclass(frozen=True)
class Typedef:
    """`typedef TYPE NAME attributes;`."""

    name: Name
    type: CType
    attributes: Attributes
    span: Span


@dataclass(frozen=True)
class Define:
    """`#define NAME EXPR`."""

    name: Name
    value: Expr
    span: Span


@dataclass(frozen=True)
class Arm:
    """One packing of a `packing struct X`: its name, title, members and attributes."""

    name: Name
    title: str
    body: RecordBody


@dataclass(frozen=True)
class Packing:
    """`packing struct X = DEFAULT { arm "title" { members } attributes; ... }`; its axis is the tag X."""

    kind: Literal["struct", "union"]
    tag: Name
    arms: tuple[Arm, ...]
    default: Name | None
    span: Span


@dataclass(frozen=True)
class Param:
    """`param P in LO..HI = v;`, `param P in { a, b } = a;` or, both None, the yes-or-no `param P = yes;`."""

    name: Name
    range: tuple[Expr, Expr] | None
    values: tuple[Name, ...] | None
    default: Expr | None
    span: Span


@dataclass(frozen=True)
class Input:
    """`input NAME : TYPE in LO..HI per step;`; without `in`, the whole range of the type."""

    name: Name
    type: CType
    range: tuple[Expr, Expr] | None
    per_step: bool
    span: Span


@dataclass(frozen=True)
class Require:
    """`require STATIC;`."""

    condition: Expr
    span: Span


@dataclass(frozen=True)
class Location:
    """Where a view lies, and when: `skb.cb[0] when home == in_cb`."""

    place: Place
    condition: Expr | None


@dataclass(frozen=True)
class View:
    """`view NAME : TYPE at PLACE when STATIC, PLACE when STATIC;`."""

    name: Name
    type: CType
    locations: tuple[Location, ...]
    span: Span


@dataclass(frozen=True)
class Step:
    """`step NAME { }`, or `step NAME;`, whose body is None: it reads and then writes all its layer declares."""

    name: Name
    title: str
    body: Block | None
    span: Span


@dataclass(frozen=True)
class Layer:
    """`layer NAME "title" { views, reads, writes, steps }`, in the order they were written inside each kind."""

    name: Name
    title: str
    views: tuple[View, ...]
    reads: tuple[Place, ...] | None
    writes: tuple[Place, ...] | None
    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True)
class Path:
    """`path NAME "title" { }` or `part NAME "title" { }`."""

    kind: Literal["path", "part"]
    name: Name
    title: str
    body: Block
    span: Span


@dataclass(frozen=True)
class Preserved:
    """`preserved M, N from S to T`."""

    members: tuple[Place, ...]
    start: Name
    end: Name


@dataclass(frozen=True)
class Owned:
    """`owned`, `owned M, N`."""

    members: tuple[Place, ...]


@dataclass(frozen=True)
class Written:
    """`written`, `written M`, `written M by WHO, WHO`; an empty `by` is anybody."""

    members: tuple[Place, ...]
    by: tuple[Name, ...]


@dataclass(frozen=True)
class Exact:
    """`exact M, N`; no members: all."""

    members: tuple[Place, ...]


@dataclass(frozen=True)
class Holds:
    """`holds EXPR at T`."""

    condition: Expr
    at: Name


@dataclass(frozen=True)
class Fits:
    """`fits`, `fits M`."""

    members: tuple[Place, ...]


@dataclass(frozen=True)
class AlignedViews:
    """`aligned`, `aligned M`."""

    members: tuple[Place, ...]


@dataclass(frozen=True)
class Disjoint:
    """`disjoint V, W`."""

    left: Place
    right: Place


@dataclass(frozen=True)
class Lent:
    """`lent`."""


Claim = Preserved | Owned | Written | Exact | Holds | Fits | AlignedViews | Disjoint | Lent


@dataclass(frozen=True)
class Property:
    """`property NAME "title" when STATIC: CLAIM in WHERE;`; an empty `where` is everywhere."""

    name: Name
    title: str
    condition: Expr | None
    claim: Claim
    where: tuple[Name, ...]
    span: Span


@dataclass(frozen=True)
class Setting:
    """`AXIS = value;`, `AXIS = any;` (value None, range None) or `AXIS in LO..HI;` / `AXIS in { a, b };`."""

    axis: Name
    value: Expr | None
    range: tuple[Expr, Expr] | None
    values: tuple[Name, ...] | None
    span: Span


@dataclass(frozen=True)
class Expectation:
    """`P VERDICT`, with `somewhere`, `when COND`, `otherwise`, or `proved up to N`.

    `expect P proved when C, refuted otherwise` is parsed to verdict "proved", condition C, otherwise "refuted".
    `property` None stands for `excluded` said of the whole proposal.
    """

    property: Name | None
    verdict: str
    turns: Expr | None
    somewhere: bool
    condition: Expr | None
    otherwise: str | None
    span: Span


@dataclass(frozen=True)
class Proposal:
    """`proposal NAME "title" { settings; expect ...; }`."""

    name: Name
    title: str
    settings: tuple[Setting, ...]
    expectations: tuple[Expectation, ...]
    span: Span


@dataclass(frozen=True)
class AskExpectation:
    """`expect none | some | exactly { A = 20, B = roland; ... }`; rows are assignments of the asked axes."""

    kind: Literal["none", "some", "exactly"]
    rows: tuple[tuple[Setting, ...], ...]
    span: Span


@dataclass(frozen=True)
class Ask:
    """`ask Q "title": AXES such that P and ... given COND; expect ...;`."""

    name: Name
    title: str
    axes: tuple[Name, ...]
    properties: tuple[Name, ...]
    given: Expr | None
    expect: AskExpectation | None
    span: Span


Declaration = (
    SpecLine
    | Include
    | AbiAxis
    | Object
    | TypeDeclaration
    | Typedef
    | Define
    | Packing
    | Param
    | Input
    | Require
    | Layer
    | Path
    | Property
    | Proposal
    | Ask
)


@dataclass(frozen=True)
class Tree:
    """All declarations of a spec, includes unfolded in place (each file once), in the order they were written."""

    declarations: tuple[Declaration, ...]
    sources: tuple[Source, ...]
