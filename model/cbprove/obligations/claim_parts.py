"""What both accounts of a claim share: where the mark that it hangs on lies, how far it reaches,
and what a store gives to members."""

from __future__ import annotations

from itertools import pairwise

from cbprove.logic.terms import Bool, Int, add, and_, eq, lt, mul, not_, or_, sub, total
from cbprove.obligations.claiming import ghost_area
from cbprove.obligations.definitions import in_history, within
from cbprove.obligations.ops import (
    MEMORY,
    Area,
    ClaimAt,
    Indexes,
    Run,
    Store,
    Touched,
    Unfolding,
    merged,
)
from cbprove.properties.events import Stored, Unchanged
from cbprove.system.expressions import Leaf, Place


def flag(at: ClaimAt, unfolding: Unfolding) -> tuple[int, Area]:
    return at.current.base + unfolding.ghost_lows[at.property], (
        at.current.number,
        ghost_area(at.property, None),
    )


def hangs_on_a_mark(at: ClaimAt) -> bool:
    """Whether the claim is made only where a step has ended in the object's history."""
    return isinstance(at.claim, Unchanged) or (
        isinstance(at.claim, Stored) and at.claim.since is not None
    )


def is_mark(store: Store) -> bool:
    return store.kind in ("mark", "head")


def after(store: Store, mark: Int | None) -> Bool:
    return True if mark is None else lt(mark, store.order)


def width_of(at: ClaimAt, place: Place) -> int:
    """The most bits that the claim may speak of."""
    return place.width if at.length is None else 8 * at.length.high


def memory_of(touched: Touched) -> Area:
    return touched.instance.number, MEMORY


def leaf_runs(place: Place) -> tuple[Run, ...]:
    return merged([(leaf.offset, leaf.width) for leaf in place.leaves])


def leaf_pieces(place: Place) -> tuple[Run, ...]:
    """The same bits, cut wherever a leaf begins or ends."""
    ends = sorted({end for leaf in place.leaves for end in (leaf.offset, leaf.offset + leaf.width)})
    return tuple(
        (low, last - low)
        for low, last in pairwise(ends)
        if any(first <= low and last <= first + width for first, width in leaf_runs(place))
    )


def element_of(leaf: Leaf, indexes: Indexes) -> Int:
    """The position of a leaf's first bit among its identity's, which inputs that count array
    elements move."""
    unknowns = {declared.name: unknown for declared, unknown, _ in indexes}
    return total([leaf.at, *(mul(unknowns[name], bits) for name, bits in leaf.shifts)])


def members_stored(store: Store, leaf: Leaf) -> list[tuple[Leaf, Int]]:
    """The leaves through which a store gives bits of a leaf's member, each with what is added to
    a position in the store for the position among the member's bits."""
    if store.kind not in ("fresh", "value"):
        return []
    return [
        (stored, sub(element_of(stored, store.indexes), stored.offset))
        for stored in store.leaves_by_identity.get(leaf.identity, ())
        if stored.shares_member(leaf)
    ]


def of_members(members: list[tuple[Leaf, Int]], position: Int, target: Int) -> Bool:
    """Whether a bit of a store was stored as the wanted one of a member; `members` is what
    `members_stored` says of the store."""
    return or_(
        *(
            and_(
                within(position, ((stored.offset, stored.width),)), eq(add(position, into), target)
            )
            for stored, into in members
        )
    )


def was_stored(store: Store, position: Int, claim: Stored, at: ClaimAt) -> Bool:
    if store.kind not in ("fresh", "value") and not (
        store.kind == "blank" and (claim.cleared or claim.blank_is_enough)
    ):
        return False
    layer = claim.by
    if layer is not None and not (
        store.run and store.run.step in layer and in_history(store, at.current, at.clock)
    ):
        return False
    return not_(within(position, store.unspecified))
