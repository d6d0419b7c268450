"""Enums under a patch: which constants get other values, and what hangs on them."""

from __future__ import annotations

import pytest

from cbprove.comparing.layouts import placed
from cbprove.diagnostics import Source, SpecError
from cbprove.patching.change import change
from cbprove.patching.enums import Constants, EnumEdit, applied, constants, values
from cbprove.patching.onto import Onto, onto
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse

SPEC = """
abi x86_64;
enum kinds { KIND_A, KIND_B = 5, KIND_C, KIND_MAX };
enum { NAMELESS_A = 0, NAMELESS_B = 1, NAMELESS_C = 2 };
#define SLOTS (KIND_MAX * 4)
struct one { u32 kind; u8 slots[SLOTS]; };
struct two { struct one inside; u64 more; };
struct apart { u8 a[NAMELESS_C]; };
"""


def patched(text: str) -> Onto | None:
    source = Source("enums.cbs", SPEC)
    lines = text.strip("\n").split("\n")
    old, new = (sum(not line.startswith(sign) for line in lines) for sign in "+-")
    whole = f"--- a/x.h\n+++ b/x.h\n@@ -1,{old} +1,{new} @@\n" + "\n".join(lines) + "\n"
    return onto(syntax.Tree(parse(source), (source,)), change(whole.encode(), "p"), "the model")


def said(made: Onto | None) -> dict[str, tuple[str, str]]:
    assert made is not None
    return {each.name: (each.before, each.after) for each in made.values}


def sizes(made: Onto | None) -> dict[str, tuple[int, int]]:
    assert made is not None
    before, after = made.relaid.before, made.relaid.after
    return {tag: (placed(before[tag])[0], placed(after[tag])[0]) for tag in before}


def test_what_is_counted_moves_and_what_has_a_value_stays() -> None:
    made = patched(
        " enum kinds {\n \tKIND_A,\n+\tKIND_NEW,\n \tKIND_B = 5,\n+\tKIND_ALSO,\n \tKIND_C,\n"
    )
    assert said(made) == {
        "KIND_C": ("6", "7"),
        "KIND_MAX": ("7", "8"),
        "KIND_NEW": ("", "1"),
        "KIND_ALSO": ("", "6"),
    }


def test_arrays_that_hang_on_a_constant_and_those_around_them_grow() -> None:
    made = patched(" enum kinds {\n \tKIND_A,\n \tKIND_B = 5,\n+\tKIND_ALSO,\n \tKIND_C,\n")
    assert sizes(made) == {"one": (32, 36), "two": (40, 48)}


def test_an_enum_without_a_tag_is_found_by_its_constants() -> None:
    made = patched(" enum {\n \tNAMELESS_A,\n+\tNAMELESS_NEW,\n \tNAMELESS_B,\n")
    assert said(made)["NAMELESS_C"] == ("2", "3")
    assert sizes(made) == {"apart": (2, 3)}


def test_a_hunk_that_does_not_say_that_it_is_in_an_enum() -> None:
    assert said(patched(" \tKIND_A,\n \tKIND_B = 5,\n-\tKIND_C,\n"))["KIND_C"] == ("6", "")


def test_what_is_in_already_is_taken_back() -> None:
    made = patched(" enum kinds {\n \tKIND_A,\n \tKIND_B = 5,\n+\tKIND_C,\n \tKIND_MAX\n };")
    assert made is not None
    assert made.reverse
    assert said(made) == {"KIND_MAX": ("6", "7"), "KIND_C": ("", "6")}
    assert sizes(made)["one"] == (28, 32)


def test_a_value_changes() -> None:
    made = patched(" enum kinds {\n-\tKIND_B = 5,\n+\tKIND_B = 9,\n \tKIND_C,\n")
    assert said(made) == {"KIND_B": ("5", "9"), "KIND_C": ("6", "10"), "KIND_MAX": ("7", "11")}


def test_an_enum_of_nobody_is_nothing() -> None:
    assert patched(" enum others {\n \tOTHER_A,\n+\tOTHER_B,\n };") is None
    assert patched(" enum kinds {\n \tOTHER_A,\n+\tOTHER_B,\n };") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            " enum kinds {\n \tKIND_A,\n-\tKIND_GONE,\n+\tKIND_OTHER,\n \tKIND_B = 5,",
            "it has no `KIND_GONE` where the patch removes it",
        ),
        (
            " enum kinds {\n-\tKIND_B = 6,\n+\tKIND_B = 7,\n \tKIND_C,",
            "its `KIND_B` is 5, and the patch makes 7 of 6",
        ),
        (" enum kinds {\n \tKIND_A,\n-\tKIND_B = 5,\n+\tKIND_C,\n", "it has a `KIND_C` already"),
    ],
)
def test_one_that_does_not_fit_says_why(text: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        patched(text)
    assert any(message in each.message for each in raised.value.diagnostics)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (
            ("\tA,", "\tB = 1 << 3, /* b */", "\tC = MAX(1, 2)"),
            (("A", None), ("B", "1 << 3"), ("C", "MAX(1, 2)")),
        ),
        (("\tint a;", "\tA,"), ()),
        (("\tA,", "\treturn x,"), ()),
        (("#ifdef X", "\tA,", "#endif"), (("A", None),)),
    ],
)
def test_constants_are_cut_apart(lines: tuple[str, ...], found: Constants) -> None:
    assert constants(lines) == found


def test_numbers_that_follow_one_another_are_counted() -> None:
    there = (("A", "0"), ("B", "1"), ("C", "4"), ("D", "5"), ("E", "A + 7"), ("F", None))
    edit = EnumEdit("e", "x.h", 1, (("B", None),), (("B", None), ("N", None)))
    made = values(applied(edit, there))
    assert made == {
        "A": "0",
        "B": "1",
        "N": "2",
        "C": "4",
        "D": "5",
        "E": "A + 7",
        "F": "A + 7 + 1",
    }
