"""What happens in a run, as properties see it, and the closed set of claims they make about it.

Both accounts of a run, on plain numbers and as formulas, announce the same events and read each
claim in their own way.
"""

from __future__ import annotations

from typing import Literal

from cbprove.frozen import frozen
from cbprove.system.expressions import Expr, Place

# A moment of a run: the uids of the calls around it and, for each turn of a loop, the loop's uid
# and the turn counted from 0; then the statement's own uid.
Moment = tuple[int, ...]

Access = Literal["read", "write", "clear", "copy from", "copy to", "cut"]


@frozen
class Began:
    """A step began on the current object. `step` is its unique name."""

    path: str
    step: str


@frozen
class Ended:
    """A step ended; it enters the history of the object that it began on."""

    path: str
    step: str


@frozen
class Accessed:
    """A statement touched bytes.

    `step` is None in a path's or part's own statements. `place` is None for "cut" (the current
    object as a whole). `length` is the run-time length (bytes) of `for EXPR`. `value` is the EXPR
    of a `write M = EXPR` before its conversion to M's type.
    """

    path: str
    step: str | None
    kind: Access
    place: Place | None
    length: Expr | None = None
    value: Expr | None = None


Event = Began | Ended | Accessed


# --- claims ---------------------------------------------------------------------------------------


@frozen
class Unchanged:
    """The place's bits are, by value, those of the latest snapshot in the current object's history;
    no snapshot, no claim.

    `remembered` are the places that the snapshot is of, one for each of `places`, where those are
    others.
    """

    places: tuple[Place, ...]
    remembered: tuple[Place, ...] = ()

    @property
    def origins(self) -> tuple[Place, ...]:
        """The places that the snapshot is of."""
        return self.remembered or self.places


@frozen
class SameMember:
    """Each bit of each leaf is blank or was last stored as the same bit of the same identity
    (`Leaf.identity`, `Leaf.at`).

    With `length`, only the leaf bits in the place's first `length` bytes.
    """

    place: Place
    length: Expr | None


@frozen
class Stored:
    """Each bit observed is blank or was stored.

    With `by`, it was stored by a run of one of these steps that is in the history of the object it
    is read on; with `since`, after the latest run of that step in that history had ended; no such
    run, no claim. Then blank is not enough, but with `cleared`, where clearing counts as storing
    does.

    Observed are the bits that leaves cover; with `length`, the first `length` bytes and all that is
    in them, but for a claim on `members` that a property names: of those bytes only what is in
    leaves.
    """

    place: Place
    length: Expr | None
    by: frozenset[str] | None
    cleared: bool = False
    since: str | None = None
    members: bool = False

    @property
    def all_bytes(self) -> bool:
        """Whether all of the first bytes are observed, padding too."""
        return self.length is not None and not self.members

    @property
    def blank_is_enough(self) -> bool:
        """Whether a cleared bit counts, whoever cleared it and when."""
        return self.by is None and self.since is None


@frozen
class ReadsBack:
    """The value is one that the place's type holds unchanged."""

    place: Place
    value: Expr


@frozen
class IsTrue:
    """The expression is not 0."""

    condition: Expr


@frozen
class Inside:
    """The access lies inside the place's bound; with `length`, its first `length` bytes do."""

    place: Place
    length: Expr | None


@frozen
class NotGivenUp:
    """The name by which the place (None: the current object) is touched was not given up; for a
    store, the object is also not shared: it has one live name. Of 0 bytes it says nothing, nor
    of an object that exists once."""

    place: Place | None
    store: bool
    length: Expr | None = None


ClaimMade = Unchanged | SameMember | Stored | ReadsBack | IsTrue | Inside | NotGivenUp
