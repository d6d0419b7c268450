"""BTF that breaks the rules: the whole message, no traceback, no hang."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cbprove.artifacts.btf import format as form
from cbprove.diagnostics import SpecError
from tests.artifacts.builder import Builder
from tests.artifacts.reading import FIXTURES, mistake, unit, walk

GOOD = (FIXTURES / "x86_64.btf").read_bytes()


def patched(at: int, value: bytes) -> bytes:
    return GOOD[:at] + value + GOOD[at + len(value) :]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "it does not begin with the magic number 0xeb9f"),
        (b"\x9f\xeb\x01", "it has 3 bytes, and its header alone takes 24"),
        (GOOD[:23], "it has 23 bytes, and its header alone takes 24"),
        (GOOD[:200], "its types should end at byte 1064, and there are 200"),
        (GOOD[:-1], "its strings should end at byte 1347, and there are 1346"),
        (patched(2, b"\x02"), "its version is 2 and its flags are 0x0, where 1 and 0 are known"),
        (patched(3, b"\x80"), "its version is 1 and its flags are 0x80, where 1 and 0 are known"),
        (patched(4, b"\x17"), "it says that its header takes 23 bytes"),
        (patched(4, b"\xff\xff\xff\xff"), "it says that its header takes 4294967295 bytes"),
        (patched(0, b"\xeb\x9f"), "its types should end at byte 671350784, and there are 1347"),
        (patched(12, b"\x03"), "its types take 1027 bytes, which are no whole words"),
        (patched(len(GOOD) - 1, b"x"), "its strings do not end with a NUL"),
    ],
)
def test_headers(data: bytes, text: str) -> None:
    with pytest.raises(SpecError) as error:
        unit(data)
    code, message, _ = mistake(error)
    assert (code, message) == ("CB0305", f"the BTF of `unit` is corrupt: {text}")


def lonely(
    kind: int, value: int, words: tuple[int, ...] = (), vlen: int = 0, name: str = "s"
) -> Callable[[Builder], int]:
    return lambda made: made.add(kind, name, value, words, vlen)


def cut_off(made: Builder) -> int:
    made.types.append((0, form.STRUCT << 24 | 3, 4))
    return 1


def shorter_than_a_record(made: Builder) -> int:
    made.types.append((0,))
    return 1


def no_end(made: Builder) -> int:
    word = made.integer("x" * 2000)
    return made.composite("s", 4, ("a", word, 0))


def tags(made: Builder) -> int:
    made.add(form.TYPE_TAG, "user", 1)
    return made.add(form.PTR, "", 1)


def typedefs(made: Builder) -> int:
    made.integer(bits=3)
    made.add(form.TYPEDEF, "t", 2)
    return made.composite("s", 4, ("a", 2, 0))


def itself(made: Builder) -> int:
    return made.composite("s", 4, ("a", 1, 0))


def array_of_itself(made: Builder) -> int:
    made.add(form.ARRAY, "", 0, (2, 1, 1))
    return made.composite("s", 4, ("a", 1, 0))


def pointers(made: Builder) -> int:
    made.add(form.PTR, "", 1)
    return made.composite("s", 8, ("a", 1, 0))


def deep(made: Builder) -> int:
    made.integer()
    for _ in range(101):
        made.add(form.CONST, "", len(made.types))
    return made.composite("s", 4, ("a", len(made.types), 0))


def outside(made: Builder) -> int:
    return made.composite("s", 4, ("a", made.integer(), 8))


def large(made: Builder) -> int:
    word = made.integer()
    for _ in range(90):
        word = made.add(form.ARRAY, "", 0, (word, 1, 0xFFFFFFFF))
    return made.composite("s", 0xFFFFFFFF, ("a", word, 0))


def wide(made: Builder) -> int:
    return made.composite("s", 8, ("a", made.integer(), 40 << 24), flag=1)


def unsized(made: Builder) -> int:
    return made.composite("s", 8, ("a", made.add(form.FWD, "f"), 0))


def elements(made: Builder) -> int:
    forward = made.add(form.FWD, "f")
    return made.composite("s", 8, ("a", made.add(form.ARRAY, "", 0, (forward, forward, 2)), 0))


def nameless(made: Builder) -> int:
    return made.composite("s", 8, ("", made.integer(), 0))


def name_of_none(made: Builder) -> int:
    return made.composite("s; }", 8, ("a", made.integer(), 0))


def function(made: Builder) -> int:
    made.add(form.FUNC, "f", 0)
    return made.composite("s", 8, ("a", 1, 0))


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (cut_off, "the 1st type is cut off"),
        (shorter_than_a_record, "the 1st type is of no kind"),
        (lonely(form.TYPEDEF, 7), "there is no type 7, only types 1 to 1"),
        (
            lonely(form.STRUCT, 4, (5_000, 1, 0), 1),
            "a name at byte 5000 of 3 bytes of strings never ends or is no name",
        ),
        (no_end, "a name at byte 1 of 2006 bytes of strings never ends or is no name"),
        (tags, "more than 100 tags hang one behind the other at type 1"),
        (typedefs, "more than 100 typedefs hang one behind the other at type 2"),
        (itself, "`struct s` is part of itself"),
        (array_of_itself, "`struct s` is part of itself"),
        (pointers, "type 1 is part of itself"),
        (deep, "type 2 is nested deeper than 100"),
        (outside, "`struct s` has 4 bytes, and its member `a` ends behind them"),
        (large, "`struct s` has 4294967295 bytes, and its member `a` ends behind them"),
        (wide, "`struct s` has 40 bits for `a`, whose type has 32"),
        (unsized, "`struct s` has a member `a` without a size"),
        (elements, "type 2 has elements without a size"),
        (nameless, "type 2 has a member that has no name and is no struct or union"),
        (name_of_none, "the name 's; }' is none that C has"),
        (function, "type 1 is a function or variable, and stands where a type should"),
        (lonely(form.STRUCT, 4, (1, 0, 0), 1), "something that must have a size is of type `void`"),
        (lonely(form.INT, 3, (24,)), "type 1 is an integer of 3 bytes and 24 bits"),
        (lonely(form.INT, 4, (16 << 16 | 17,)), "type 1 is an integer of 4 bytes and 17 bits"),
        (lonely(form.FLOAT, 3), "type 1 is a floating-point number of 3 bytes"),
        (lonely(form.ENUM, 3, (1, 1), 1), "type 1 is an enum of 3 bytes"),
        (lonely(form.FUNC, 0), "type 1 is no type of C, and stands where one should"),
    ],
)
def test_records(build: Callable[[Builder], int], text: str) -> None:
    made = Builder()
    ref = build(made)
    with pytest.raises(SpecError) as error:
        types = unit(made.data())
        types.node(ref)
        walk(types)
    code, message, help = mistake(error)
    assert code == "CB0305" and message.split("corrupt: ")[1] == text
    assert help == "copy or build the artefact again"


def test_a_name_that_is_no_text() -> None:
    made = Builder()
    ref = made.integer("m\xff")
    data = made.data(strings=made.strings.replace("m\xff".encode(), b"m\xff\xff"))
    with pytest.raises(SpecError, match="the name at byte 1 of the strings is no text"):
        unit(data).node(ref)


def test_a_newer_kind_of_unknown_length() -> None:
    made = Builder()
    made.integer()
    made.add(25, "future")
    with pytest.raises(SpecError) as error:
        unit(made.data()).find("struct", "s")
    assert mistake(error) == (
        "CB0306",
        "the BTF of `unit` has a type of kind 25, which is newer than what cbprove knows",
        "its length is not said, so nothing behind it can be read; use a newer cbprove",
    )


def test_a_newer_kind_that_is_needed() -> None:
    made = Builder()
    future = made.add(25, "future")
    made.composite("s", 4, ("a", future, 0))
    types = unit(made.data([(0, 0)] * 26))
    with pytest.raises(SpecError) as error:
        walk(types)
    assert mistake(error)[0] == "CB0306"


def test_sharing_is_looked_at_once() -> None:
    made = Builder()
    ref = made.integer()
    for number in range(90):  # 2 to the power of 90 ways from the last to the first
        ref = made.composite(f"s{number}", 4, ("a", ref, 0), ("b", ref, 0))
    assert walk(unit(made.data())) == 90


def test_behind_a_pointer_a_tag_says_enough() -> None:
    made = Builder()
    pointer = made.add(form.PTR, "", 2)
    made.composite("s", 8, ("next", pointer, 0))
    assert walk(unit(made.data())) == 1
