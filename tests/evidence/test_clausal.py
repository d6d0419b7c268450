"""Clausal proofs: the checker on clauses known to be so or not, the bits against plain values,
and proofs of the specs."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path
from random import Random

import pytest

from cbprove import pipeline
from cbprove.design.induction import invariant
from cbprove.design.problem import named
from cbprove.evidence.clausal import NoSolver, clausal, proof_of
from cbprove.evidence.rup import check
from cbprove.logic.clauses import Cnf, Unbounded, cnf
from cbprove.logic.terms import (
    Bool,
    Int,
    add,
    and_,
    as_int,
    choice,
    common_bits,
    div,
    eq,
    evaluate,
    ite,
    le,
    lt,
    mod,
    mul,
    named_bool,
    not_,
    or_,
    sub,
    var,
)
from cbprove.logic.terms import named as named_term
from cbprove.meaning.elaborate import program
from cbprove.obligations.forms_by_values import by_values
from cbprove.obligations.plan import Plan
from cbprove.solving.solver import Limits

SPECS = Path(__file__).parent.parent.parent / "specs"

with_solver = pytest.mark.skipif(shutil.which("cadical") is None, reason="cadical is not installed")


def pigeons(number: int) -> list[list[int]]:
    """So many pigeons in one hole less."""
    at = [[1 + p * (number - 1) + h for h in range(number - 1)] for p in range(number)]
    apart = [
        [-at[p][h], -at[q][h]] for h in range(number - 1) for q in range(number) for p in range(q)
    ]
    return [*at, *apart]


FOUR = [[1, 2], [1, -2], [-1, 2], [-1, -2]]


# --- the checker ----------------------------------------------------------------------------------


def test_a_proof_by_hand() -> None:
    assert check(FOUR, "1 0\n0\n")
    assert check(FOUR, "c a comment\n1 0\nd 1 2 0\n0\n")


def test_contradictions_that_need_no_proof() -> None:
    assert check([[1], [-1]], "")
    assert check([[]], "")
    assert check([[1, 2], [-1], [-2]], "")


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "0\n",
        "1 0\n2 0",
        "3 0\n0\n",
        "1 0 0\n",
        "1\n",
        "x 0\n",
        "d 1 2 0\n1 0\n0\n",
        "d 1 2 0\nd 1 -2 0\n-1 0\n0\n",
    ],
)
def test_what_is_no_proof(proof: str) -> None:
    """The second last takes away what its next step needs; of what can be met nothing is a
    proof."""
    met = [[1, 2], [1, -2], [-1, 2]]
    assert not check(met, proof)
    if proof not in ("1 0\n2 0",):
        assert not check(FOUR, proof)


def test_a_step_that_is_only_rat_is_refused() -> None:
    """A definition of a new variable changes nothing, but does not follow."""
    assert not check([[1, 2], [-1, -2]], "3 -1 0\n0\n")


def test_what_forced_something_is_not_forgotten() -> None:
    assert check(
        [[1], [-1, 2], [-2, 3, 4], [-2, 3, -4], [-3, 5], [-3, -5]], "d 1 0\nd -1 2 0\n3 0\n0\n"
    )


@with_solver
@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_proofs_of_a_solver_and_what_is_left_of_them(number: int) -> None:
    clauses = pigeons(number)
    found = Cnf(number * (number - 1), tuple(map(tuple, clauses)), {})
    proof = proof_of(found)
    assert proof is not None and check(clauses, proof)
    assert not check(clauses[:-1], proof)  # one pair may share a hole now
    if number > 3:
        assert not check(clauses, "\n".join(proof.splitlines()[-1:]))
        assert proof_of(Cnf(found.variables, found.clauses[1:], {})) is None


def test_a_solver_that_is_not_there() -> None:
    with pytest.raises(NoSolver, match="not installed"):
        clausal(le(var("x"), 1), {"x": (0, 3)}, solver=("no-such-solver",))


def test_an_unknown_without_a_range() -> None:
    with pytest.raises(Unbounded, match="nothing bounds x"):
        cnf(le(var("x"), 1), {})


# --- bits against values --------------------------------------------------------------------------

RANGES = {"x": (0, 6), "y": (-3, 4)}


def drawn(rng: Random, deep: int) -> Int:
    if deep == 0:
        return rng.choice([var("x"), var("y"), var("x"), var("y"), rng.randint(-5, 9)])
    a, b = drawn(rng, deep - 1), drawn(rng, deep - 1)
    kinds = [
        add(a, b), sub(a, b), mul(a, b), mul(a, rng.randint(-4, 4)), div(a, rng.randint(1, 9)), mod(a, rng.randint(1, 9)),
        ite(condition(rng, deep - 1), a, b), named_term("n", a), sub(0, a), mod(a, 8), div(a, 4),
        common_bits(a, b, rng.randint(1, 6)),
    ]  # fmt: skip
    return rng.choice(kinds)


def condition(rng: Random, deep: int) -> Bool:
    a, b = drawn(rng, deep), drawn(rng, deep)
    one: Bool = rng.choice(
        [le(a, b), lt(a, b), eq(a, b), choice("c"), not_(le(a, b)), named_bool("m", lt(a, b))]
    )
    if deep == 0:
        return one
    other = condition(rng, deep - 1)
    return rng.choice([and_(one, other), or_(one, not_(other)), one])


@with_solver
@pytest.mark.parametrize("seed", range(80))
def test_bits_against_values(seed: int) -> None:
    """For no values does a term come to something else in bits, and for all it comes to this."""
    rng = Random(seed)
    term, formula = drawn(rng, 2), condition(rng, 1)
    wrong: list[Bool] = []
    for x, y, c in product(range(7), range(-3, 5), (False, True)):
        value, truth = evaluate({"x": x, "y": y, "c": c}, term, formula)
        here = and_(eq(var("x"), x), eq(var("y"), y), choice("c") if c else not_(choice("c")))
        wrong.append(and_(here, or_(not_(eq(term, value)), not_(eq(as_int(formula), int(truth))))))
    found = clausal(or_(*wrong), RANGES)
    assert found.proof is not None and found.holds()
    one = rng.randrange(len(wrong))
    x, y, c = list(product(range(7), range(-3, 5), (False, True)))[one]
    value, truth = evaluate({"x": x, "y": y, "c": c}, term, formula)
    right = and_(eq(var("x"), x), eq(var("y"), y), eq(as_int(choice("c")), int(c)), eq(term, value))
    assert clausal(right, RANGES).proof is None


@with_solver
def test_unknowns_keep_their_ranges() -> None:
    assert clausal(or_(lt(var("x"), -3), lt(12, var("x"))), {"x": (-3, 12)}).holds()
    assert clausal(eq(var("x"), -3), {"x": (-3, 12)}).proof is None
    assert clausal(eq(var("x"), 12), {"x": (-3, 12)}).proof is None


# --- proofs of specs ------------------------------------------------------------------------------


def form(spec: Path, proposal: str, name: str) -> tuple[Bool, dict[str, tuple[int, int]]]:
    system = pipeline.meaning(str(spec))
    put = next(each for each in system.proposals if each.name == proposal)
    made = program(system, {axis: values[0] for axis, values in put.domains.items()})
    prop = named(made, name)
    found = by_values(made, prop, Plan(cut=True, heads=invariant(made, prop, Limits()).heads))
    return found.broken, found.ranges


PROOFS = [
    ("gso_ipoib.cbs", "roland", "widths"),
    ("gso_ipoib.cbs", "save_hwaddr", "widths"),
    ("cases/b11_cls_bpf_tc_cb.cbs", "fixed", "ct_preserved"),
    ("cases/b11_cls_bpf_tc_cb.cbs", "fixed", "reads_own_bytes"),
]


@with_solver
@pytest.mark.parametrize(("spec", "proposal", "name"), PROOFS)
def test_a_proof_by_values_end_to_end(spec: str, proposal: str, name: str) -> None:
    """The proof holds; not of the clauses without the last, which says that the property is
    broken, and not cut short."""
    formula, ranges = form(SPECS / spec, proposal, name)
    found = clausal(formula, ranges)
    assert found.proof is not None and found.holds()
    assert not check(found.cnf.clauses[:-1], found.proof)
    steps = found.proof.splitlines()
    assert not check(found.cnf.clauses, "\n".join(steps[: len(steps) // 4]))
    assert not check(found.cnf.clauses, "\n".join(steps[-1:]))


@pytest.mark.slow
@with_solver
def test_a_refuted_property_has_no_proof() -> None:
    formula, ranges = form(SPECS / "gso_ipoib.cbs", "linux_4_5", "hwaddr_preserved")
    assert clausal(formula, ranges).proof is None


VALUES = """spec values "values alone";
abi x86_64;
object skb {{ char cb[8]; }}
input a : u16 in 0..1000;
input b : u16 in 0..{most};
layer owner {{ view V : struct two {{ u16 sum; u16 twice; }} at skb.cb[0]; step use {{ read V.sum; }} }}
path p {{ write V.sum = a + b; write V.twice = V.sum * 2 / 3; use; }}
property small: holds V.twice <= V.sum && V.sum < 1500 at use;
"""


@with_solver
def test_a_sum_that_stays_below(tmp_path: Path) -> None:
    for most, proved in ((499, True), (500, False)):
        spec = tmp_path / "values.cbs"
        spec.write_text(VALUES.format(most=most).replace("struct two { u16 sum; u16 twice; }", "struct two").replace(
            "layer owner", "struct two { u16 sum; u16 twice; };\nlayer owner"))  # fmt: skip
        made = program(pipeline.meaning(str(spec)), {"abi": "x86_64"})
        found = by_values(made, named(made, "small"), Plan(cut=True, heads={}))
        answer = clausal(found.broken, found.ranges)
        assert (answer.proof is not None) is proved
        if answer.proof is not None:
            assert answer.holds()
            steps = answer.proof.splitlines()
            assert not check(answer.cnf.clauses[:-1], answer.proof)  # without what is to be refuted
            assert not check(answer.cnf.clauses, "\n".join(steps[-1:])) or len(steps) < 3
