"""What is meant: a spec with its names looked up, and the program it is under one choice of axes.

A `System` knows the axes and what was put forward. A `Program` is the spec under an assignment of the axes: every place
has its extent in bits, every `when` is decided, every expression has its C types. Positions are plain
integers, or terms (`cbprove.logic.terms`) over the axes that the assignment leaves free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from math import prod
from typing import Literal

from cbprove.diagnostics import Diagnostic, Source, Span
from cbprove.frozen import field, frozen
from cbprove.logic.terms import Bool, Int, and_

_INDEX = re.compile(r"\[\w+\]")

# --- places -----------------------------------------------------------------------------------------------


@frozen
class Leaf:
    """A scalar, or an array of scalars taken as one run, among the bits of a place.

    `offset` and `width` are in bits from the place's first bit. `identity` says whose bits they are whatever they lie in:
    the innermost tagged struct and the member path inside it (`struct ip_options.optlen`), or the view or object of a
    plain type (`view hwaddr`, `object skb.cb`); `at` is the position in that identity's run of the leaf's first bit.
    `arms` are the unions that the place passes through on the way, each with the arm taken.
    `path` is how reports call it from the view on (`opt.optlen`, empty for a view of a plain type); `member` is the same with
    the name of each `struct_group` around filled in, so that both halves of one are called alike.
    `element` is the width of one scalar; `boolean` says that a stored value is 0 or 1.
    `shifts` are inputs by which the place was indexed and that move `at` as well: (name, bits for each 1 of its value).
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
        """Whether both are (parts of) one member: the same in the same struct, and by no union through different arms."""
        if self.identity != other.identity:
            return False
        taken = dict(self.arms)
        return all(taken.get(union, arm) == arm for union, arm in other.arms)


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

    `object` is "." for the current object, ".." for the one it was made from, else a made, shared or declared name.
    The extent is [low + sum(stride * input), + width) within the object; `low` is absolute in the object.
    `bound` is the area that it begins in, a control block or directly used member, [first, last) bits of the object; `area`
    is its name. `size` is the bits of the whole object: memory is [0, size), whatever the area.
    `leaves` are the scalars covered, in order, union arms one after another; `padding` the runs (offset, width) that a plain
    `write` of this place leaves unspecified.
    `path` and `member` are those of `Leaf`. `start` is the first bit counted from the view's, or for a raw place from its area's.
    `type` is the integer type it has in an EXPR, None where it has none. `view` is None for a raw place.
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
    def covered(self) -> frozenset[int]:
        """The bits, from the place's first, that some leaf covers."""
        return frozenset(leaf.offset + i for leaf in self.leaves for i in range(leaf.width))

    def is_over(self, view: str | None, member: str) -> bool:
        """Whether this is a member of a view (`Leaf.member`), or holds it; which element of an array does not count."""
        own, other = _INDEX.sub("", self.member), _INDEX.sub("", member)
        return self.view == view and (not own or other == own or other.startswith(own + "."))


# --- expressions ------------------------------------------------------------------------------------------


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
    """`-`, `~` (operand already promoted to `type`, result wraps) or `!` (result 0 or 1 of type int)."""

    operator: str
    operand: Expr
    type: IntType


@frozen
class Binary:
    """Both operands already converted to one type, but for shifts, whose right one is a Constant.

    Arithmetic wraps to `type`; comparisons, `&&` and `||` give 0 or 1 of type int (`&&` and `||` take any types).
    Operators: + - * / % << >> & | ^ < <= > >= == != && ||; `/` and `%` truncate as C's, the right side a non-zero Constant.
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


# --- statements -------------------------------------------------------------------------------------------
# `uid` is a number of the statement, the same under every assignment: with the calls and turns around it, it
# names a moment of a run.


@frozen
class Read:
    uid: int
    places: tuple[Place, ...]
    length: Expr | None
    span: Span = field(compare=False)


@frozen
class Write:
    """`value` is already converted to the place's type; `exact_value` is the same before that conversion."""

    uid: int
    places: tuple[Place, ...]
    value: Expr | None
    exact_value: Expr | None
    length: Expr | None
    span: Span = field(compare=False)


@frozen
class Clear:
    uid: int
    places: tuple[Place, ...]
    length: Expr | None
    span: Span = field(compare=False)


@frozen
class Copy:
    uid: int
    origin: Place
    target: Place
    length: Expr | None
    span: Span = field(compare=False)


@frozen
class Make:
    uid: int
    kind: Literal["clone", "new"]
    name: str
    span: Span = field(compare=False)


@frozen
class On:
    uid: int
    name: str
    body: Block
    span: Span = field(compare=False)


@frozen
class Each:
    """`high` None is unbounded."""

    uid: int
    name: str
    low: int
    high: int | None
    body: Block
    span: Span = field(compare=False)


@frozen
class Repeat:
    uid: int
    low: int
    high: int | None
    body: Block
    span: Span = field(compare=False)


@frozen
class Either:
    """Also `optionally`, whose second arm is empty."""

    uid: int
    arms: tuple[Block, ...]
    optional: bool
    span: Span = field(compare=False)


@frozen
class If:
    uid: int
    condition: Expr
    then: Block
    otherwise: Block
    span: Span = field(compare=False)


@frozen
class Given:
    """The candidates of a merged program that have a part of it: a condition over its axes, and the same as the bits of a
    number, one for each program that was merged."""

    condition: Bool
    among: int

    def meet(self, other: Given | None) -> Given:
        """Those that have both parts."""
        if other is None:
            return self
        return Given(and_(self.condition, other.condition), self.among & other.among)


@frozen
class When:
    """The block of a `when` that was chosen, if it makes or shares objects: their names end with it.

    In a merged program also a block that only some candidates have; `given` says which.
    """

    uid: int
    body: Block
    span: Span = field(compare=False)
    given: Given | None = None


@frozen
class Assume:
    uid: int
    condition: Expr
    reason: str
    text: str
    span: Span = field(compare=False)


@frozen
class Share:
    uid: int
    name: str
    span: Span = field(compare=False)


@frozen
class Consume:
    uid: int
    span: Span = field(compare=False)


@frozen
class Call:
    """A step or a part run here; `kind` says which, `name` is its key in the program."""

    uid: int
    kind: Literal["step", "part"]
    name: str
    span: Span = field(compare=False)


Statement = (
    Read | Write | Clear | Copy | Make | On | Each | Repeat | Either | If | When | Assume | Share | Consume | Call
)
Block = tuple[Statement, ...]


# --- the program ------------------------------------------------------------------------------------------


@frozen
class Object:
    """Its size in bits, alignment in bytes, and control blocks or members by name: [first, last) bits."""

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
class Witness:
    """The functions of the source that a step stands for, and those of their callees that belong to it.

    `nothing` says why it stands for no function; it is empty where it does. No verdict looks at any of this.
    """

    functions: tuple[str, ...]
    callees: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    nothing: str = ""


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
    """An arbitrary value in low..high, both included; `per_step` draws it afresh for each step run that uses it."""

    name: str
    type: IntType
    low: int
    high: int
    per_step: bool


@frozen
class MemberAlignment:
    """One member of a view for `aligned`: its place in the object (bits) and the bytes its C type asks for."""

    path: str
    low: Int
    align: int


@frozen
class View:
    """A view laid over an object: `place` is the whole of it; `members` what `aligned` asks about."""

    name: str
    layer: str
    place: Place
    members: tuple[MemberAlignment, ...]
    align: int
    span: Span = field(compare=False)


# --- properties -------------------------------------------------------------------------------------------


@frozen
class Where:
    """Narrows a property: to claims made in these paths or in these steps, which may be none. Both None: it is everywhere."""

    paths: frozenset[str] | None = None
    steps: frozenset[str] | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything was said."""
        return self.paths is not None or self.steps is not None


@frozen
class Preserved:
    """`later` are the places that have the members' bits at the end, one for each, of which only bits of a member are judged;
    empty where the members themselves have them."""

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
    """`by` are step names; None is any step. Stores count that were made after the latest `since` (a step) had ended.

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
    """One property under an assignment; `applies` is its `when` (False or a term: no case where it is false).

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
    """A `require`: whether it holds, the check that it stands for, and its condition with numbers for names."""

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


# --- the system -------------------------------------------------------------------------------------------

AxisValue = int | str


@frozen
class Axis:
    """What may vary: `values` in order of declaration (a range for a ranged param, ("no", "yes") for a bare one)."""

    name: str
    kind: Literal["abi", "packing", "param"]
    values: tuple[str, ...] | range
    default: AxisValue | None
    titles: Mapping[str, str] = field(default_factory=dict)


@frozen
class Expectation:
    """What is to be expected of one property of one proposal.

    `verdict` is proved, refuted, vacuous or excluded; `turns` is N of "proved up to N"; `somewhere` asks one candidate only;
    with `condition` (an index into the system's static conditions) the verdict is `otherwise` where it is false.
    """

    property: str | None
    verdict: str
    turns: int | None = None
    somewhere: bool = False
    condition: int | None = None
    otherwise: str | None = None


@frozen
class Proposal:
    """Candidates put forward: the values of every axis, in the order of the axes."""

    name: str
    title: str
    domains: Mapping[str, tuple[str, ...] | range]
    expectations: tuple[Expectation, ...]
    span: Span = field(compare=False)


@frozen
class Ask:
    """A question: the choices of `axes` whose every candidate in `domains` (filtered by `given`) is proved for all.

    `given` is an index into the system's static conditions. `expect` is none, some or exactly, with `rows` for the last
    (each the values of the asked axes, in their order).
    """

    name: str
    title: str
    axes: tuple[str, ...]
    domains: Mapping[str, tuple[str, ...] | range]
    properties: tuple[str, ...]
    given: int | None
    expect: Literal["none", "some", "exactly"] | None
    rows: tuple[tuple[AxisValue, ...], ...]
    span: Span = field(compare=False)


class Free:
    """The marker of an axis that an assignment leaves open: its value is the term `terms.var(NAME)`."""

    def __repr__(self) -> str:
        return "FREE"


FREE = Free()

Assignment = Mapping[str, AxisValue | Free]


class NeedsValue(Exception):
    """The meaning depends on a value that the assignment leaves free; try again with that axis fixed."""

    def __init__(self, axis: str) -> None:
        super().__init__(f"the value of {axis} is needed")
        self.axis = axis


@frozen
class PropertyName:
    """What is known of a property before any assignment; `span` is None for the implicit `fits`."""

    name: str
    title: str
    span: Span | None = field(compare=False)


@frozen
class LayerNames:
    """A layer as it was declared: its views and steps (unique names), and the places it says it reads and writes.

    The places are as written; None where nothing was declared.
    """

    name: str
    title: str
    views: tuple[str, ...]
    steps: tuple[str, ...]
    reads: tuple[str, ...] | None
    writes: tuple[str, ...] | None


@frozen
class System:
    """A spec with its names looked up.

    `conditions` are the texts of the static conditions of expectations and asks; `language.elaborate.condition` tells their
    truth under an assignment. `sources` are the texts it was read from; `warnings` is what they leave unsaid. `handle`
    belongs to `language.elaborate`. `audited` are the records that the spec names, as it names them.
    """

    name: str
    title: str
    axes: tuple[Axis, ...]
    proposals: tuple[Proposal, ...]
    asks: tuple[Ask, ...]
    properties: tuple[PropertyName, ...]
    layers: tuple[LayerNames, ...]
    conditions: tuple[str, ...]
    sources: tuple[Source, ...]
    warnings: tuple[Diagnostic, ...] = field(compare=False)
    handle: object = field(repr=False, compare=False)
    audited: tuple[tuple[str, Span], ...] = field(default=(), compare=False)


# So many choices of the axes that have names for values are all looked at, proposed or not: those of eight yes-or-no params.
MOST_CHOICES = 256


def choices(system: System) -> int:
    """How many choices there are of the axes that have names for values; ranged params are looked at as terms."""
    return prod(len(axis.values) for axis in system.axes if not isinstance(axis.values, range))


def looked_at(system: System) -> tuple[Mapping[str, tuple[str, ...] | range], ...]:
    """Which candidates are looked at: every one, or those of proposals and questions where there are over MOST_CHOICES.

    Each of the domains has its candidates, of ranged axes all values; what lies in two of them is one candidate.
    """
    everything = {axis.name: axis.values for axis in system.axes}
    if choices(system) <= MOST_CHOICES:
        return (everything,)
    named = [axis.name for axis in system.axes if not isinstance(axis.values, range)]
    asked = (*(p.domains for p in system.proposals), *(a.domains for a in system.asks))
    return tuple({**everything, **{name: domains[name] for name in named}} for domains in asked)
