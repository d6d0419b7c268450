"""One system for each thing that a certificate must not overlook: what is lost there, nobody can
talk the checker into."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cbprove.design.problem import named
from cbprove.evidence import rup
from cbprove.evidence.certificate import Invariant
from cbprove.evidence.certificate_check import check
from cbprove.evidence.certificate_find import find
from cbprove.evidence.clausal import Clausal, NoSolver, proof_of
from cbprove.logic.clauses import cnf
from cbprove.logic.terms import le, var
from cbprove.meaning.elaborate import program
from cbprove.system.program import Program
from tests.brute import verdict
from tests.evidence.test_certificates import lied, meant

HEAD = """spec small "small";
abi x86_64;
object skb   { char cb[8]; }
object stack { u16 saved; u16 kept; }
input f : u8 in 0..1;
input g : u8 in 0..1 per step;
input k : u8 in 0..3;
input h : u32;
struct two { u16 a; u16 b; };
struct gap { u8 a; u32 b; };
layer owner {
    view V : u16 at skb.cb[2]; view P : struct two at skb.cb[2];
    step set { write V; } step wipe { clear V; } step use { read V; }
    step first { write P.a; } step look { read P.a; }
    step perhaps { if (!g) { read V; } }
    step asks { if (V == 1) { write V; } }
}
layer guest {
    view LOW : u16 at skb.cb[0]; view OVER : u32 at skb.cb[0]; view GAP : struct gap at skb.cb[0];
    view ROW : u8[4] at skb.cb[0];
    view HIGH : u16 at skb.cb[4];
    step low { write LOW; } step high { write HIGH; } step over { write OVER; } step assign { write GAP; }
    step one { write ROW[k]; }
    step both { write V, OVER; } step maybe { if (g) { write OVER; } }
}
"""
KEPT, OWNED = "preserved V from set to use", "owned"
LOST = {
    "cleared_where_nobody_stored": ("low; wipe; use;", "preserved V from low to use"),
    "the_last_of_two_places": ("both; use;", OWNED),
    "padding_of_a_struct": ("set; assign; use;", KEPT),
    "another_bit_of_the_member": ("first; copy skb.cb[2] -> skb.cb[3] for 2; look;", OWNED),
    "copied_from_outside_of_its_object": (
        "set; copy V -> stack.kept; over; copy stack.kept -> skb.cb[0] for 4; use;",
        KEPT,
    ),
    "an_element_that_an_input_counts": ("set; one; use;", KEPT),
    "under_an_earlier_condition": ("set; if (f) { over; } if (f) { low; } use;", KEPT),
    "on_the_other_arm": ("set; if (f) { low; } else { if (!f) { over; } } use;", KEPT),
    "in_else": ("set; if (f) { low; } else { over; } use;", KEPT),
    "drawn_afresh": ("set; maybe; perhaps;", OWNED),
    "of_very_many_values": ("set; if (h < 5) { over; } if (h < 9) { use; }", OWNED),
    "not_is_not_nothing": ("set; if (f) { low; } else { over; } if (!f) { use; }", OWNED),
    "the_greatest_value": ("set; if (k > 2) { over; } if (k > 1) { use; }", OWNED),
    "read_in_a_condition": ("over; asks;", OWNED),
    "stored_in_a_clone": ("each c { set; } use;", OWNED),
    "brought_on_one_arm": ("set; either { copy stack.saved -> V; } or { low; } use;", KEPT),
    "brought_on_the_other_arm": ("set; either { low; } or { copy stack.saved -> V; } use;", KEPT),
    "found_elsewhere": ("set; copy skb.cb[4] -> skb.cb[2] for 2; use;", KEPT),
    "under_a_second_name": ("set; share n; on n { over; } use;", KEPT),
}


def made_of(path: str, claim: str) -> Program:
    return program(
        meant(f"{HEAD}path p {{ {path} }}\nproperty kept: {claim};\n"), {"abi": "x86_64"}
    )


@pytest.mark.parametrize("case", LOST)
def test_no_certificate_of_what_is_lost(case: str) -> None:
    made = made_of(*LOST[case])
    kept = named(made, "kept")
    if "h <" not in LOST[case][0]:
        assert verdict(made, kept, 2).verdict == "refuted"
    assert find(made, kept) is None
    assert check(made, kept, lied(made, kept)) is not None


def test_a_cleared_member_was_zero_before_a_loop() -> None:
    made = made_of("wipe; repeat { high; } low; wipe; use;", "preserved V from low to use")
    found = find(made, named(made, "kept"))
    assert found is not None and check(made, named(made, "kept"), found) is None
    runs = [
        run
        for one in found.claims
        for line in one.lines
        if isinstance(line, Invariant)
        for run in line.kept
    ]
    assert [(width, number) for _, _, width, number in runs] == [(16, -1)]


def test_a_case_shown_twice_is_not_the_other_one() -> None:
    made = made_of("if (f) { set; } if (!f) { set; } use;", "written V by owner")
    kept = named(made, "kept")
    found = find(made, kept)
    assert found is not None and check(made, kept, found) is None and len(found.claims) > 1
    first, second, *rest = found.claims
    assert (
        check(made, kept, replace(found, claims=(first, replace(second, given=first.given), *rest)))
        is not None
    )


def test_a_clausal_proof_is_checked() -> None:
    assert not Clausal(cnf(le(var("x"), 1), {"x": (0, 3)}), "0\n").holds()


def test_a_solver_that_says_nothing() -> None:
    with pytest.raises(NoSolver, match="ended with 1"):
        proof_of(cnf(le(var("x"), 1), {"x": (0, 3)}), solver=("false",))


def test_a_step_of_a_proof_ends_with_zero() -> None:
    four = [[1, 2], [1, -2], [-1, 2], [-1, -2]]
    assert rup.check(four, "1 0\n0\n")
    assert not rup.check(four, "1 5\n0\n")
