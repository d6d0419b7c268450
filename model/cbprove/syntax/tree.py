"""The tree: what was written, spelling and places included, before anything is looked up."""

from __future__ import annotations

from typing import Literal

from cbprove.diagnostics import Source, Span
from cbprove.frozen import frozen


@frozen
class Name:
    """An identifier where it stands; `text` may hold one dot for `layer.step`."""

    text: str
    span: Span


# --- expressions: one syntax for static and run-time ones -------------------------------------------------


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
    """A name and what follows it: `IPCB.opt`, `skb.cb[28]`, `parent.IPCB`, `V.*`; in an expression, any name at all."""

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
    """`sizeof(struct X)`, `sizeof(u16)`, `sizeof(skb.cb)`, `sizeof(IPCB)`: a type or a place, in bytes."""

    operand: CType | Place
    span: Span


@frozen
class Alignof:
    """`alignof(TYPE)`, in bytes; `preferred` is gcc's `__alignof__`: what a type asks for where it stands by itself."""

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


# --- C declarations ---------------------------------------------------------------------------------------


@frozen
class PlacePin:
    """`__at(BYTE)` or `__at(BYTE, BIT)`: a first bit, in bits from the start of the outermost struct."""

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
    """An alignment that the ABI has: the largest of `aligned` without a number, the cache line of `____cacheline_aligned`."""

    of: Literal["largest", "cache line"]


@frozen
class Attributes:
    """`__packed`, `__aligned(n)` and their long spellings, and where an artefact was found to have what they stand by."""

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
    """A struct or union as it was found: its size in bytes; `base` is its first bit in the outermost one around it."""

    size: int
    base: int
    by: Pinning


@frozen
class NamedType:
    """A scalar in words (`unsigned int`), or a typedef's name, canonical single spaces, qualifiers dropped."""

    name: Name


@frozen
class TaggedType:
    """`struct X`, `union X` or `enum X` without a body."""

    kind: Literal["struct", "union", "enum"]
    tag: Name


@frozen
class Enumerator:
    """`NAME` or `NAME = EXPR` in an enum, there where all of `conditions` hold: those of each `#if` around it."""

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


@frozen
class MemberChoice:
    """`#if COND ... #else ... #endif` among members; `#ifdef X` and `IS_ENABLED(X)` have the condition X."""

    condition: Expr
    then: tuple[MemberItem, ...]
    otherwise: tuple[MemberItem, ...]
    span: Span


MemberItem = Member | MemberChoice


# --- statements -------------------------------------------------------------------------------------------


@frozen
class Read:
    """`read M, N;` or `read PLACE for EXPR;`."""

    places: tuple[Place, ...]
    length: Expr | None
    span: Span


@frozen
class Write:
    """`write M, V.*;`, `write M = EXPR;` (one place) or `write PLACE for EXPR;` (one place)."""

    places: tuple[Place, ...]
    value: Expr | None
    length: Expr | None
    span: Span


@frozen
class Clear:
    """`clear V;` or `clear PLACE for EXPR;`."""

    places: tuple[Place, ...]
    length: Expr | None
    span: Span


@frozen
class Copy:
    """`copy A -> B;` or `copy A -> B for EXPR;`."""

    origin: Place
    target: Place
    length: Expr | None
    span: Span


@frozen
class Make:
    """`clone NAME;` or `new NAME;`; `unused` is the word after the name, here and below."""

    kind: Literal["clone", "new"]
    name: Name
    unused: bool
    span: Span


@frozen
class On:
    """`on NAME { }`."""

    name: Name
    body: Block
    span: Span


@frozen
class Bounds:
    """`[LO..HI]`; `[N]` has both alike; a side that was not written is None."""

    low: Expr | None
    high: Expr | None


@frozen
class Each:
    """`each NAME [LO..HI] { }`."""

    name: Name
    bounds: Bounds
    body: Block
    span: Span


@frozen
class Repeat:
    """`repeat [LO..HI] { }`."""

    bounds: Bounds
    body: Block
    span: Span


@frozen
class Either:
    """`either { } or { } or { }`, two arms or more; `optionally { }` has its block and an empty one."""

    arms: tuple[Block, ...]
    optional: bool
    span: Span


@frozen
class If:
    """`if (EXPR) { } else { }`, on run-time values; an `else if` is an If in `otherwise`."""

    condition: Expr
    then: Block
    otherwise: Block
    span: Span


@frozen
class When:
    """`when STATIC { } else { }`, on axes."""

    condition: Expr
    then: Block
    otherwise: Block
    span: Span


@frozen
class Assume:
    """`assume EXPR "reason";`."""

    condition: Expr
    reason: str
    span: Span


@frozen
class Share:
    """`share NAME;`."""

    name: Name
    span: Span


@frozen
class Consume:
    """`consume;`."""

    span: Span


@frozen
class Call:
    """`step;`, `layer.step;` or `part;`."""

    callee: Name
    span: Span


Statement = (
    Read | Write | Clear | Copy | Make | On | Each | Repeat | Either | If | When | Assume | Share | Consume | Call
)
Block = tuple[Statement, ...]


# --- declarations -----------------------------------------------------------------------------------------


@frozen
class SpecLine:
    """`spec NAME "title";`."""

    name: Name
    title: str
    span: Span


@frozen
class Audited:
    """`audited "record.json";`: what a compiler saw of the source, which the steps are held against."""

    record: str
    span: Span


@frozen
class Include:
    """`include "file.cbs";`."""

    path: str
    span: Span


@frozen
class AbiAxis:
    """`abi a, b = a;`."""

    values: tuple[Name, ...]
    default: Name | None
    span: Span


@frozen
class Object:
    """`object NAME per path { members }`; without `per path` it may still be what paths run on."""

    name: Name
    per_path: bool
    members: tuple[MemberItem, ...]
    span: Span


@frozen
class TypeDeclaration:
    """`struct X { ... } attributes;`, `union X { ... };` or `enum X { ... };`."""

    type: RecordBody | EnumBody
    span: Span


@frozen
class Typedef:
    """`typedef TYPE NAME attributes;`."""

    name: Name
    type: CType
    attributes: Attributes
    span: Span


@frozen
class Define:
    """`#define NAME EXPR`."""

    name: Name
    value: Expr
    span: Span


@frozen
class Arm:
    """One packing of a `packing struct X`: its name, title, members and attributes."""

    name: Name
    title: str
    body: RecordBody


@frozen
class Packing:
    """`packing struct X = DEFAULT { arm "title" { members } attributes; ... }`; its axis is the tag X."""

    kind: Literal["struct", "union"]
    tag: Name
    arms: tuple[Arm, ...]
    default: Name | None
    span: Span


@frozen
class Param:
    """`param P in LO..HI = v;`, `param P in { a, b } = a;` or, both None, the yes-or-no `param P = yes;`."""

    name: Name
    range: tuple[Expr, Expr] | None
    values: tuple[Name, ...] | None
    default: Expr | None
    span: Span


@frozen
class Input:
    """`input NAME : TYPE in LO..HI per step;`; without `in`, the whole range of the type."""

    name: Name
    type: CType
    range: tuple[Expr, Expr] | None
    per_step: bool
    unused: bool
    span: Span


@frozen
class Require:
    """`require STATIC;`."""

    condition: Expr
    span: Span


@frozen
class Location:
    """Where a view lies, and when: `skb.cb[0] when home == in_cb`."""

    place: Place
    condition: Expr | None


@frozen
class View:
    """`view NAME : TYPE at PLACE when STATIC, PLACE when STATIC;`."""

    name: Name
    type: CType
    locations: tuple[Location, ...]
    unused: bool
    span: Span


@frozen
class Function:
    """A function of the source, in the candidates where the condition holds."""

    name: Name
    condition: Expr | None


@frozen
class Without:
    """`without PLACES when COND "reason"`: what a step's functions touch and the step leaves out."""

    places: tuple[Place, ...]
    condition: Expr | None
    reason: str
    span: Span


@frozen
class Witness:
    """What a step stands for: `of` functions, None where it says none and its own name is meant; `nothing` is the reason why
    it stands for no function; `with` callees, which belong to it too."""

    functions: tuple[Function, ...] | None
    nothing: str | None
    callees: tuple[Function, ...]
    without: tuple[Without, ...]


@frozen
class Step:
    """`step NAME { }`, or `step NAME;`, whose body is None: it reads and then writes all its layer declares."""

    name: Name
    title: str
    body: Block | None
    unused: bool
    witness: Witness
    span: Span


@frozen
class Layer:
    """`layer NAME "title" { views, reads, writes, steps }`, in the order they were written inside each kind."""

    name: Name
    title: str
    views: tuple[View, ...]
    reads: tuple[Place, ...] | None
    writes: tuple[Place, ...] | None
    steps: tuple[Step, ...]
    span: Span


@frozen
class Path:
    """`path NAME "title" { }` or `part NAME "title" { }`."""

    kind: Literal["path", "part"]
    name: Name
    title: str
    body: Block
    unused: bool
    span: Span


@frozen
class Preserved:
    """`preserved M, N from S to T`; `preserved A, C from S as B, D at T`, where `later` is not empty."""

    members: tuple[Place, ...]
    start: Name
    end: Name
    later: tuple[Place, ...]


@frozen
class Owned:
    """`owned`, `owned M, N`."""

    members: tuple[Place, ...]


@frozen
class Written:
    """`written or cleared M by WHO, WHO since S`, each part optional; an empty `by` is anybody."""

    members: tuple[Place, ...]
    by: tuple[Name, ...]
    cleared: bool
    since: Name | None


@frozen
class Exact:
    """`exact M, N`; no members: all."""

    members: tuple[Place, ...]


@frozen
class Holds:
    """`holds EXPR at T`."""

    condition: Expr
    at: Name


@frozen
class Fits:
    """`fits`, `fits M`."""

    members: tuple[Place, ...]


@frozen
class AlignedViews:
    """`aligned`, `aligned M`."""

    members: tuple[Place, ...]


@frozen
class Disjoint:
    """`disjoint V, W`."""

    left: Place
    right: Place


@frozen
class Lent:
    """`lent`."""


Claim = Preserved | Owned | Written | Exact | Holds | Fits | AlignedViews | Disjoint | Lent


@frozen
class Property:
    """`property NAME "title" when STATIC: CLAIM in WHERE;`; an empty `where` is everywhere."""

    name: Name
    title: str
    condition: Expr | None
    claim: Claim
    where: tuple[Name, ...]
    span: Span


@frozen
class Setting:
    """`AXIS = value;`, `AXIS = any;` (value None, range None) or `AXIS in LO..HI;` / `AXIS in { a, b };`."""

    axis: Name
    value: Expr | None
    range: tuple[Expr, Expr] | None
    values: tuple[Name, ...] | None
    span: Span


@frozen
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


@frozen
class Proposal:
    """`proposal NAME "title" { settings; expect ...; }`."""

    name: Name
    title: str
    settings: tuple[Setting, ...]
    expectations: tuple[Expectation, ...]
    span: Span


@frozen
class AskExpectation:
    """`expect none | some | exactly { A = 20, B = roland; ... }`; rows are assignments of the asked axes."""

    kind: Literal["none", "some", "exactly"]
    rows: tuple[tuple[Setting, ...], ...]
    span: Span


@frozen
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
    | Audited
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


@frozen
class Tree:
    """All declarations of a spec, includes unfolded in place (each file once), in the order they were written."""

    declarations: tuple[Declaration, ...]
    sources: tuple[Source, ...]
