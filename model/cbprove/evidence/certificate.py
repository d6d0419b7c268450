"""What a proof by sources rests on, as data: for each claim, every store that may run before it and
why it does no harm.

All numbers are of one candidate: extents in bits of their object, half open. Statements are named
by their uids.
"""

from __future__ import annotations

from typing import Literal

from cbprove.frozen import frozen

# The uids of the calls and loops around a statement, then its own; turns are not counted.
Spot = tuple[int, ...]

# Bits followed: in which object, from which bit on, how many, and the number of what the first of
# them stands for.
Followed = tuple[str, int, int, int]

# What is supposed of conditions that never change in a run, by where they stand.
Given = tuple[tuple[Spot, bool], ...]

Reason = Literal[
    "ends before",  # the bits followed begin at `near`, where the store has ended or later
    "starts after",  # they end at `near`
    "between",  # they lie on both sides of it, or where it stores nothing
    "elsewhere",  # no bit of the object is followed
    "undone",  # its bits get others by the copy at `by`
    "shadowed",  # they are stored again at `by`
    "own",  # it stores what the claim asks for
    "blank",  # it clears, which the claim allows
    "brought",  # a copy brings the bits from where they are followed on
    "begun",  # the step that a `preserved` begins with has ended: nothing before it matters
    "lost",  # it stores something else, and the step that the claim begins with never ended before
    "never",  # the arm `place` of an `if` is never taken where the claim is made, as `by` is
]


@frozen
class Line:
    """Why one store does no harm. `place` counts the places of its statement; `near` and `by`
    are as the reason says."""

    at: Spot
    place: int
    object: str
    low: int
    high: int
    reason: Reason
    near: int | None = None
    by: Spot | None = None


@frozen
class Invariant:
    """The bits that are followed wherever a turn of a loop begins or ends."""

    at: Spot
    kept: tuple[Followed, ...]


@frozen
class ClaimProof:
    """One claim: the path, the statement that makes it, the how many-th of that statement; its
    lines, latest store first.

    A claim may be shown in cases, `given` how some conditions come out; then each case has a proof.
    """

    path: str
    at: Spot
    claim: int
    given: Given
    lines: tuple[Line | Invariant, ...]


@frozen
class Certificate:
    """Why a property of a candidate holds, claim by claim, in the order of the paths."""

    property: str
    claims: tuple[ClaimProof, ...]
