"""What holds only as long as something else does is given up with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.design import induction
from cbprove.design.induction import invariant, invariants
from cbprove.meaning import elaborate
from cbprove.solving.solver import Answer, Limits
from tests.archive.test_invariants import MOVED, system


def test_a_copy_of_what_changes_changes_too(tmp_path: Path) -> None:
    """In the first round A[1] gets the zero that A[0] is supposed to be; in the second nothing
    is known of A[0]."""
    text = MOVED.replace("write A[i] = 1;", "").replace(
        "write A[0] = 0;", "copy A[0] -> A[1]; write A[0];"
    )
    program = elaborate.program(system(tmp_path, text), {"abi": "x86_64"})
    pieces = invariant(program, program.properties[0], Limits()).kept["p"]
    assert not [piece for piece in pieces if piece[2] < 16]


def test_what_is_not_known_to_stay_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back = "copy A[0] -> A[2]; write A[0]; copy A[2] -> A[0];"
    text = MOVED.replace("write A[i] = 1;", "").replace("write A[0] = 0;", put_back)
    program = elaborate.program(system(tmp_path, text), {"abi": "x86_64"})
    kept = invariant(program, program.properties[0], Limits()).kept["p"]
    asked: list[object] = []

    def unknown(formula: object, ranges: object, limits: object) -> Answer:
        asked.append(formula)
        return Answer("unknown", {}, "given up")

    monkeypatch.setattr(induction, "ask", unknown)
    induction._changed.cache_clear()
    try:
        assert kept and not invariant(program, program.properties[0], Limits()).kept["p"]
    finally:
        induction._changed.cache_clear()
    assert len(asked) >= len(kept)


TWO = """\
spec two "each turn puts two bytes back";
object skb { char cb[8]; }
object stack { u8 saved[2]; }
layer l {
    view A : u8 at skb.cb[0];
    view B : u8 at skb.cb[1];
    step zero  { clear A; clear B; }
    step turn  { copy skb.cb[0] -> stack.saved[0]; copy skb.cb[1] -> stack.saved[1]; write A; write B;
                 copy stack.saved[0] -> skb.cb[0]; copy stack.saved[1] -> skb.cb[1]; }
    step use   { read A; }
}
path p { zero; repeat { turn; } use; }
property asked: CLAIM;
proposal now { }
"""


@pytest.mark.parametrize(
    ("claim", "tried"),
    [
        ("preserved A from zero to use", [[(0, 8)], [(0, 8), (8, 16)]]),
        ("preserved B from zero to use", [[(8, 16)], [(0, 8), (8, 16)]]),
        ("holds A == 0 at use", [[(0, 8), (8, 16)]]),
    ],
)
def test_the_bits_that_are_claimed_come_first(
    claim: str, tried: list[list[tuple[int, int]]], tmp_path: Path
) -> None:
    """Of bits of the packet: what is saved of them elsewhere changes from turn to turn."""
    program = elaborate.program(system(tmp_path, TWO.replace("CLAIM", claim)), {"abi": "x86_64"})
    found = invariants(program, program.properties[0], Limits())
    kept = [
        [(low, last) for _, area, low, last in each.kept["p"] if area[0] == 0] for each in found
    ]
    assert kept == tried
    assert invariant(program, program.properties[0], Limits()).kept["p"]
