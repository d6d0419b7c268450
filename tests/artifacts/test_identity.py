"""When two definitions say the same, and when one is sound."""

from __future__ import annotations

import pytest

from cbprove.artifacts.lookup import distinct, fingerprints
from cbprove.artifacts.model import Composite, Member, Pointer
from cbprove.diagnostics import SpecError
from tests.artifacts.hand_built import U8, U16, U32, struct, unit

PLAIN = struct("s", 8, ("a", U8, 0), ("b", U16, 4))


@pytest.mark.parametrize(
    "other",
    [
        struct("s", 8, ("a", U8, 0), ("b", U16, 6)),
        struct("s", 12, ("a", U8, 0), ("b", U16, 4)),
        struct("s", 8, ("a", U8, 0), ("c", U16, 4)),
        struct("s", 8, ("a", U8, 0), ("b", U32, 4)),
        Composite("struct", "s", 8, (Member("a", U8, 0), Member("b", U16, 32, bits=16))),
        Composite("union", "s", 8, PLAIN.members),
        Composite("struct", "s", 8, PLAIN.members, align=8),
    ],
)
def test_what_differs_in_one_thing_is_another(other: Composite) -> None:
    types = unit("k", PLAIN, other, PLAIN)
    assert distinct(types, (3, 4, 5)) == (3, 4)


def test_behind_a_pointer_a_tag_says_enough_and_nowhere_else() -> None:
    inside, other = struct("in", 4, ("x", U32, 0)), struct("in", 4, ("y", U32, 0))
    types = unit(
        "k",
        inside,
        other,
        struct("s", 4, ("i", 3, 0)),
        struct("s", 4, ("i", 4, 0)),
        Pointer(3),
        Pointer(4),
    )
    held, also, pointed, at = fingerprints(types, (5, 6, 7, 8))
    assert held != also and pointed == at


@pytest.mark.parametrize(("place", "sound"), [(0, True), (6, True), (7, False), (8, False)])
def test_a_member_lies_inside(place: int, sound: bool) -> None:
    types = unit("k", struct("s", 8, ("a", U16, place)))
    if sound:
        assert len(fingerprints(types, (3,))) == 1
    else:
        with pytest.raises(SpecError, match="ends behind them"):
            fingerprints(types, (3,))
