"""Without its conditions a formula allows all that it allowed, and more."""

from __future__ import annotations

from random import Random

import pytest

from cbprove.logic.loose import loosened
from cbprove.logic.terms import (
    Bool,
    Term,
    and_,
    choice,
    common_bits,
    eq,
    evaluate,
    ite,
    le,
    mod,
    named,
    named_bool,
    not_,
    or_,
    subterms,
    var,
)


def formula(draw: Random, depth: int) -> Bool:
    if depth == 0:
        return draw.choice(
            [
                le(var("x"), named("A.lo", draw.randint(0, 9))),
                eq(mod(var("y"), 4), 1),
                eq(common_bits(var("x"), var("y"), 3), 2),
                choice("p"),
            ]
        )
    one, other = formula(draw, depth - 1), formula(draw, depth - 1)
    makers = [
        lambda: and_(one, other),
        lambda: or_(one, not_(other)),
        lambda: eq(ite(one, var("x"), 3), var("y")),
        lambda: named_bool(f"if@{draw.randint(0, 10**9)}", one),
    ]
    return draw.choice(makers)()


@pytest.mark.parametrize("seed", range(50))
def test_what_it_was_is_one_of_the_things_that_it_can_be(seed: int) -> None:
    draw = Random(seed)
    one = and_(named_bool("alive", formula(draw, 4)), formula(draw, 3))
    model: dict[str, int | bool] = {
        "x": draw.randint(0, 9),
        "y": draw.randint(0, 9),
        "p": draw.random() < 0.5,
    }
    conditions = [t for t in subterms(one) if t.operator == "named" and t.boolean]
    told = dict(zip((t.args[0] for t in conditions), evaluate(model, *conditions), strict=True))
    assert evaluate(model | told, loosened(one)) == evaluate(model, one)


def test_conditions_become_unknowns_and_extents_keep_their_names() -> None:
    one = and_(named_bool("if@1", le(var("x"), 3)), le(named("A.lo", 8), var("bit")))
    found = loosened(one)
    assert isinstance(found, Term)
    names = {
        t.args[0]: t.operator for t in subterms(found) if t.operator in ("var", "choice", "named")
    }
    assert names == {"if@1": "choice", "A.lo": "named", "bit": "var"}
