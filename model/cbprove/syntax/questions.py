"""What is claimed, put forward and asked in a spec, as it was written."""

from __future__ import annotations

from typing import Literal

from cbprove.diagnostics import Span
from cbprove.frozen import frozen
from cbprove.syntax.ctree import Expr, Name, Place


@frozen
class Preserved:
    """`preserved M, N from S to T`; `preserved A, C from S as B, D at T`, where `later` is not
    empty."""

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
    """`AXIS = value;`, `AXIS = any;` (value None, range None) or `AXIS in LO..HI;` / `AXIS in {
    a, b };`."""

    axis: Name
    value: Expr | None
    range: tuple[Expr, Expr] | None
    values: tuple[Name, ...] | None
    span: Span


@frozen
class Expectation:
    """`P VERDICT`, with `somewhere`, `when COND`, `otherwise`, or `proved up to N`.

    `expect P proved when C, refuted otherwise` is parsed to verdict "proved", condition C,
    otherwise "refuted". `property` None stands for `excluded` said of the whole proposal.
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
    """`expect none | some | exactly { A = 20, B = roland; ... }`; rows are assignments of the
    asked axes."""

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
