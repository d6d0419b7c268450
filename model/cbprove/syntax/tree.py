"""The tree: what was written, spelling and places included, before anything is looked up."""

from __future__ import annotations

from typing import Literal

from cbprove.diagnostics import Source, Span
from cbprove.frozen import frozen
from cbprove.syntax.ctree import (
    Attributes,
    CType,
    EnumBody,
    Expr,
    MemberItem,
    Name,
    Place,
    RecordBody,
)
from cbprove.syntax.questions import Ask, Property, Proposal

# --- statements -----------------------------------------------------------------------------------


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
    """`either { } or { } or { }`, two arms or more; `optionally { }` has its block and an empty
    one."""

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
    Read
    | Write
    | Clear
    | Copy
    | Make
    | On
    | Each
    | Repeat
    | Either
    | If
    | When
    | Assume
    | Share
    | Consume
    | Call
)
Block = tuple[Statement, ...]


# --- declarations ---------------------------------------------------------------------------------


@frozen
class SpecLine:
    """`spec NAME "title";`."""

    name: Name
    title: str
    span: Span


@frozen
class Audited:
    """`audited "record.json";`: what a compiler saw of the source, which the steps are held
    against."""

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
    """`packing struct X = DEFAULT { arm "title" { members } attributes; ... }`; its axis is the
    tag X."""

    kind: Literal["struct", "union"]
    tag: Name
    arms: tuple[Arm, ...]
    default: Name | None
    span: Span


@frozen
class Param:
    """`param P in LO..HI = v;`, `param P in { a, b } = a;` or, both None, the yes-or-no `param P
    = yes;`."""

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
    """`without PLACES when COND "reason"`: what a step's functions touch and the step leaves
    out; `without CALLEE() "reason"`: whom they call, and what is done there."""

    places: tuple[Place, ...]
    callees: tuple[Function, ...]
    condition: Expr | None
    reason: str
    span: Span


@frozen
class Witness:
    """What a step stands for: `of` functions, None where it says none and its own name is meant;
    `nothing` is the reason why it stands for no function; `with` callees, which belong to it
    too."""

    functions: tuple[Function, ...] | None
    nothing: str | None
    callees: tuple[Function, ...]
    without: tuple[Without, ...]


@frozen
class Step:
    """`step NAME { }`, or `step NAME;`, whose body is None: it reads and then writes all its
    layer declares."""

    name: Name
    title: str
    body: Block | None
    unused: bool
    witness: Witness
    span: Span


@frozen
class Layer:
    """`layer NAME "title" { views, reads, writes, steps }`, in the order they were written
    inside each kind."""

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
    """All declarations of a spec, includes unfolded in place (each file once), in the order they
    were written."""

    declarations: tuple[Declaration, ...]
    sources: tuple[Source, ...]
