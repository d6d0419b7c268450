"""Two structs that differ in one thing are not alike, whatever else agrees."""

from __future__ import annotations

import pytest

from cbprove.layout.abi import ABIS
from cbprove.layout.alike import alike
from cbprove.layout.types import Array, Field, Record, Scalar, Type

X86 = ABIS["x86_64"]
U8, U16 = Scalar("unsigned char"), Scalar("unsigned short")


def holding(type_: Type) -> Record:
    return Record("struct", "s", (Field("x", type_),))


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        (Array(Array(U8, 6), 2), Array(Array(U8, 6), 2), True),
        (Array(Array(U8, 6), 2), Array(Array(U8, 4), 3), False),
        (Array(U8, 4), Array(U16, 2), False),
        (Array(U8, None), Array(U8, 0), True),
    ],
)
def test_arrays_are_alike_element_by_element(mine: Type, theirs: Type, same: bool) -> None:
    assert alike(holding(mine), holding(theirs), X86) is same


def test_an_array_of_arrays_is_one_array_as_btf_has_it() -> None:
    byte = Scalar("unsigned char")
    mine = Record("struct", None, (Field("a", Array(Array(byte, 3), 2)),))
    theirs = Record("struct", None, (Field("a", Array(byte, 6), at=0),), size=6)
    other = Record("struct", None, (Field("a", Array(Scalar("unsigned short"), 3), at=0),), size=6)
    assert alike(mine, theirs, ABIS["x86_64"])
    assert not alike(mine, other, ABIS["x86_64"])
