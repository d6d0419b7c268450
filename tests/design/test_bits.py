"""Bit operations between two values that only a run knows are decided as bit-vectors."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from cbprove.design.asking import script_for
from cbprove.logic import bitvectors
from cbprove.logic.smtlib import Script
from cbprove.logic.terms import Bool, and_, common_bits, eq, evaluate, not_, or_, var
from cbprove.obligations.sources import BIT
from cbprove.pipeline import Options, check
from cbprove.solving.solver import Limits, Z3Session

RANGES = {"x": (-5, 9), "y": (0, 40)}

SPEC = """\
spec bits "flags |= more";
object skb { TYPE flags; TYPE more; }
layer l { step fill { write skb.flags, skb.more; } step use { } }
path p { fill; write skb.flags = skb.flags | skb.more; use; }
property more: holds (skb.flags & skb.more) == skb.more at use;
"""


@pytest.mark.parametrize("type", ["u8", "u16", "u32", "u64", "s32"])
def test_what_was_set_is_set(type: str, tmp_path: Path) -> None:
    (tmp_path / "bits.cbs").write_text(SPEC.replace("TYPE", type))
    report = check(str(tmp_path / "bits.cbs"), Options(), lambda done, total: None)
    assert [case.verdict for case in report.cases] == ["proved", "proved"]


UNDER = """\
spec under "a byte is cleared where bits of two values say so";
object skb { u8 mark; TYPE v; TYPE n; }
layer l {
    view M : u8 at skb.mark;
    step set { write M, skb.v, skb.n; }
    step hit { if (CONDITION) { clear M; } }
    step use { read M; }
}
path p { set; hit; use; }
property kept: preserved M from set to use;
"""


@pytest.mark.parametrize(
    "type, verdict", [("u16", "proved"), ("u32", "proved"), ("s32", "refuted")]
)
@pytest.mark.parametrize("condition", ["(skb.v & skb.n) > skb.v", "(skb.v | skb.n) < skb.n"])
def test_a_bit_of_a_place_is_asked_among_bits_of_values(
    type: str, verdict: str, condition: str, tmp_path: Path
) -> None:
    spec = tmp_path / "under.cbs"
    spec.write_text(UNDER.replace("TYPE", type).replace("CONDITION", condition))
    report = check(str(spec), Options(), lambda done, total: None)
    assert [case.verdict for case in report.cases] == [verdict, "proved"]


def test_a_bit_of_a_place_has_a_range_among_bit_vectors() -> None:
    """Integers would take a hundred times as long, as they do for any such formula."""
    formula = and_(eq(common_bits(var("x"), var("y"), 8), 3), eq(BIT, 5))
    script = script_for((formula,), RANGES)
    assert type(script) is not Script
    script.assert_(formula)
    session = Z3Session(Limits(), bits=True)
    session.add(script.text())
    assert session.check().model[BIT.args[0]] == 5


def test_a_run_that_breaks_a_claim_about_bits_is_found_at_any_width(tmp_path: Path) -> None:
    spec = tmp_path / "wide.cbs"
    spec.write_text(
        """spec wide "flags of 64 bits"; object o { u64 v; u64 n; }
        layer l { view v : u64 at o.v; view n : u64 at o.n; step s { write v; write n; } step t { read v; } }
        path p { s; t; } property odd: holds (v & n) != 5 at t; proposal all { expect odd refuted; }"""
    )
    report = check(str(spec), Options(witnesses=True), lambda done, total: None)
    (case,) = (case for case in report.cases if case.property == "odd")
    assert case.verdict == "refuted"
    # Replayed: the numbers of bit-vectors are the integers of the run
    assert case.finding.witness is not None


@pytest.mark.parametrize("width", [1, 3, 5])
@pytest.mark.parametrize(
    "text",
    [lambda f: Script(RANGES), lambda f: bitvectors.script([f], RANGES)],
    ids=["integers", "bits"],
)
def test_common_bits_are_the_same_number_in_every_text(
    width: int, text: Callable[[Bool], Script]
) -> None:
    """For each pair of numbers, negative ones among them, no text lets the bits be another
    number than evaluation gives."""
    common = common_bits(var("x"), var("y"), width)
    pairs = product(*(range(low, high + 1) for low, high in RANGES.values()))
    wrong = [
        and_(
            eq(var("x"), x),
            eq(var("y"), y),
            not_(eq(common, evaluate({"x": x, "y": y}, common)[0])),
        )
        for x, y in pairs
    ]
    for formula, expected in ((or_(*wrong), "unsat"), (eq(common, 1), "sat")):
        script = text(formula)
        script.assert_(formula)
        session = Z3Session(Limits())
        session.add(script.text())
        assert session.check().result == expected


def test_models_of_bit_vectors_have_signs() -> None:
    session = Z3Session(Limits())
    session.add(
        "(declare-const a (_ BitVec 9))(declare-const b (_ BitVec 9))(assert (= a #b111111111))(assert (= b #b011111111))"
    )
    model = session.check().model
    assert (model["a"], model["b"]) == (-1, 255)
