"""What paths do, statement by statement, with every `when` decided."""

from __future__ import annotations

from typing import Literal

from cbprove.diagnostics import Span
from cbprove.frozen import field, frozen
from cbprove.logic.terms import Bool, and_
from cbprove.system.expressions import Expr, Place

# `uid` is a number of the statement, the same under every assignment: with the calls and turns
# around it, it names a moment of a run.


@frozen
class Read:
    uid: int
    places: tuple[Place, ...]
    length: Expr | None
    span: Span = field(compare=False)


@frozen
class Write:
    """`value` is already converted to the place's type; `exact_value` is the same before that
    conversion."""

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
    """The candidates of a merged program that have a part of it: a condition over its axes, and
    the same as the bits of a number, one for each program that was merged."""

    condition: Bool
    among: int

    def meet(self, other: Given | None) -> Given:
        """Those that have both parts."""
        if other is None:
            return self
        return Given(and_(self.condition, other.condition), self.among & other.among)


@frozen
class When:
    """The block of a `when` that was chosen, if it makes or shares objects: their names end with
    it.

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
