"""A term never comes to a number outside of what is said to bound it, and the ends are met where
they can be."""

from __future__ import annotations

from random import Random

import pytest

from cbprove.logic.terms import (
    Bounds,
    Int,
    Interval,
    Term,
    add,
    common_bits,
    div,
    evaluate,
    ite,
    lt,
    mod,
    mul,
    named,
    sub,
    var,
)

RANGES = {"a": (-7, 30), "b": (2, 9), "c": (-5, -1)}


def drawn(draw: Random, depth: int) -> Int:
    if depth == 0:
        return draw.choice([var("a"), var("b"), var("c"), draw.randint(-20, 20)])
    one, other = drawn(draw, depth - 1), drawn(draw, depth - 1)
    divisor, name = draw.choice([1, 3, 8]), f"n{draw.randint(0, 1 << 30)}"
    terms = [
        add(one, other),
        sub(one, other),
        mul(one, other),
        mod(one, divisor),
        div(one, divisor),
        ite(lt(one, other), one, other),
    ]
    return draw.choice([*terms, named(name, one), common_bits(one, other, draw.choice([1, 4, 8]))])


@pytest.mark.parametrize("seed", range(40))
def test_values_lie_within(seed: int) -> None:
    draw = Random(seed)
    term, bounds = drawn(draw, 3), Bounds(RANGES)
    for _ in range(20):
        model = {
            name: draw.choice([low, high, draw.randint(low, high)])
            for name, (low, high) in RANGES.items()
        }
        (value,) = evaluate(model, term)
        interval = bounds.of(term)
        assert interval is None or interval[0] <= int(value) <= interval[1]


def test_no_wider_than_needed() -> None:
    bounds = Bounds(RANGES)
    a, b, c = (var(name) for name in RANGES)
    terms = [add(a, b), sub(a, b), mul(a, c), mod(a, 8), ite(lt(a, 0), b, c)]
    assert list(map(bounds.of, terms)) == [(-5, 39), (-16, 28), (-150, 35), (0, 7), (-5, 9)]
    assert list(map(bounds.of, [mod(b, 16), mod(c, 16), div(a, 4)])) == [(2, 9), (0, 15), (-2, 7)]
    assert bounds.of(mod(var("unknown"), 4)) == (0, 3)
    assert bounds.of(add(a, var("unknown"))) is None


def test_a_term_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sum that grows is asked about at each step, as a number is that is counted up."""
    found: list[Term] = []
    find = Bounds._find

    def finding(self: Bounds, term: Term) -> Interval | None:
        found.append(term)
        return find(self, term)

    monkeypatch.setattr(Bounds, "_find", finding)
    growing: dict[str, Interval] = {"x0": (0, 1)}
    bounds, last = Bounds(growing), None
    total: Int = var("x0")
    for number in range(1, 300):
        growing[f"x{number}"] = (0, 1)
        total = ite(lt(total, 9), add(total, var(f"x{number}")), total)
        last = bounds.of(total)
    assert last == (0, 300)
    assert len(found) == len(set(found))


def test_what_is_known_better_counts_for_what_is_made_of_it() -> None:
    known: dict[Term, Interval] = {}
    bounds = Bounds(RANGES, known=known)
    term = add(var("a"), 1)
    assert isinstance(term, Term)
    known[term] = (0, 3)
    assert bounds.of(add(term, var("b"))) == (2, 12)
