"""What holds only as long as something else does is given up with it."""

from __future__ import annotations

from pathlib import Path

from cbprove.design.induction import invariant
from cbprove.meaning import elaborate
from cbprove.solving.solver import Limits
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
