"""What a spec is under one assignment of its axes: objects, steps, parts, views, and what is
claimed.

Positions are plain integers, or terms (`cbprove.logic.terms`) over the axes that the assignment
leaves free.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from cbprove.diagnostics import Span
from cbprove.frozen import field, frozen
from cbprove.logic.terms import Bool, Int
from cbprove.system.expressions import Expr, IntType, Place
from cbprove.system.statements import Block, Given


@frozen
class Object:
    """Its size in bits, alignment in bytes, and control blocks or members by name: [first, last)
    bits."""

    name: str
    width: int
    align: int
    areas: tuple[tuple[str, int, int], ...]
    span: Span = field(compare=False)


@frozen
class LeftOut:
    """A place that the source touches and a step leaves out, and why."""

    place: Place
    reason: str
    span: Span = field(compare=False)


@frozen
class NotFollowed:
    """A function that those of a step call and whose doings it leaves out, and why."""

    function: str
    reason: str
    span: Span = field(compare=False)


@frozen
class Witness:
    """The functions of the source that a step stands for, and those of their callees that belong to
    it.

    `nothing` says why it stands for no function; it is empty where it does. No verdict looks at any
    of this.
    """

    functions: tuple[str, ...]
    callees: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    nothing: str = ""
    not_followed: tuple[NotFollowed, ...] = ()


@frozen
class Step:
    """`name` is unique (`layer.step` where two layers have one of that name)."""

    name: str
    layer: str
    body: Block
    span: Span = field(compare=False)
    witness: Witness = field(default=Witness(()), compare=False)


@frozen
class Part:
    """A path, which starts runs, or a part, which is only called."""

    name: str
    title: str
    body: Block
    span: Span = field(compare=False)


@frozen
class Input:
    """An arbitrary value in low..high, both included; `per_step` draws it afresh for each step
    run that uses it."""

    name: str
    type: IntType
    low: int
    high: int
    per_step: bool


@frozen
class MemberAlignment:
    """One member of a view for `aligned`: its place in the object (bits) and the bytes its C
    type asks for."""

    path: str
    low: Int
    align: int


@frozen
class View:
    """A view laid over an object: `place` is the whole of it; `members` what `aligned` asks
    about."""

    name: str
    layer: str
    place: Place
    members: tuple[MemberAlignment, ...]
    align: int
    span: Span = field(compare=False)


# --- properties -----------------------------------------------------------------------------------


@frozen
class Where:
    """Narrows a property: to claims made in these paths or in these steps, which may be none.
    Both None: it is everywhere."""

    paths: frozenset[str] | None = None
    steps: frozenset[str] | None = None

    @cached_property
    def narrows(self) -> bool:
        """Whether anything was said."""
        return self.paths is not None or self.steps is not None


@frozen
class Preserved:
    """`later` are the places that have the members' bits at the end, one for each, of which only
    bits of a member are judged; empty where the members themselves have them."""

    members: tuple[Place, ...]
    start: str
    end: str
    later: tuple[Place, ...] = ()


@frozen
class Owned:
    """`members` empty: every read through a view."""

    members: tuple[Place, ...]


@frozen
class Written:
    """`by` are step names; None is any step. Stores count that were made after the latest `since`
    (a step) had ended.

    Blank is enough where `cleared` says so, and where neither `by` nor `since` is said.
    """

    members: tuple[Place, ...]
    by: frozenset[str] | None
    cleared: bool = False
    since: str | None = None


@frozen
class Exact:
    members: tuple[Place, ...]


@frozen
class Holds:
    condition: Expr
    at: str
    text: str


@frozen
class Fits:
    members: tuple[Place, ...]


@frozen
class Aligned:
    members: tuple[Place, ...]


@frozen
class Disjoint:
    left: Place
    right: Place


@frozen
class Lent:
    pass


Claim = Preserved | Owned | Written | Exact | Holds | Fits | Aligned | Disjoint | Lent


@frozen
class Property:
    """One property under an assignment; `applies` is its `when` (False or a term: no case where it
    is false).

    In a merged program `given` says which candidates have it as it is here.
    """

    name: str
    title: str
    applies: Bool
    claim: Claim
    where: Where
    span: Span | None = field(compare=False)
    given: Given | None = None


@frozen
class Requirement:
    """A `require`: whether it holds, the check that it stands for, and its condition with
    numbers for names."""

    holds: Bool
    name: str
    words: tuple[str | Int, ...]


@frozen
class Program:
    """The spec under one assignment of the axes; the first object is what paths run on."""

    little_endian: bool
    objects: tuple[Object, ...]
    views: tuple[View, ...]
    inputs: Mapping[str, Input]
    steps: Mapping[str, Step]
    parts: Mapping[str, Part]
    paths: tuple[Part, ...]
    properties: tuple[Property, ...]
    required: Bool
    requirements: tuple[Requirement, ...] = ()
