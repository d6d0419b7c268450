"""What hangs on a detail: which bit of a bool counts, which of two conditions decides, whether a
bound is met."""

from __future__ import annotations

import pytest

from cbprove.system.program import Written
from tests.meaning.meaning import elaborated, only_place, place_of


@pytest.mark.parametrize(("suffix", "bits"), [(".flag", 1), (".whole", 8)])
def test_the_one_bit_of_a_bool_is_looked_for_in_its_own_bits(suffix: str, bits: int) -> None:
    found = place_of("struct bits", suffix, "struct bits { bool flag:1; bool whole; };")
    assert [(leaf.element, leaf.boolean) for leaf in found.leaves] == [(bits, True)]


def test_of_two_conditions_that_hold_the_first_decides() -> None:
    text = "object skb { char cb[8]; } param n in 0..9; layer l {"
    text += " view V : u8 at skb.cb[1] when n > 4, skb.cb[2] when n >= 4, skb.cb[3]; step s { read V; } }"
    assert [only_place(text, n=n).low for n in (3, 4, 5)] == [24, 16, 8]
    assert len(elaborated(text, n=0).views) == 1


@pytest.mark.parametrize(
    ("size", "meant"),
    [
        ("alignof(struct wide)", 8),
        ("TWO", 2),
        ("SIX", 6),
        ("EIGHT", 8),
        ("sizeof(enum counted)", 4),
    ],
)
def test_static_numbers(size: str, meant: int) -> None:
    types = "struct wide { u8 a; } __aligned(8) __aligned(4);"
    types += " enum counted { ZERO, ONE, TWO, FIVE = 5, SIX, SEVEN, EIGHT };"
    assert place_of(f"u8[{size}]", "", types).width == 8 * meant


def test_a_layer_stands_for_its_own_steps_alone() -> None:
    text = "object skb { char cb[8]; } layer l { view V : u8 at skb.cb[1]; step a { write V; } step b { read V; } }"
    text += " layer m { step c { read V; } } path p { a; b; c; } property x: written V by l in m;"
    x, _ = elaborated(text).properties
    assert isinstance(x.claim, Written) and x.claim.by == {"a", "b"}
    assert x.where.steps == {"c"}
