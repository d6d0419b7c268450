"""A bit-field as wide as an integer is one only where an integer could stand."""

from __future__ import annotations

from cbprove.layout.abi import ABIS
from cbprove.layout.records import lay_out
from cbprove.layout.types import Field, Record, Scalar

U32 = Scalar("unsigned int")


def test_eight_bits_behind_four() -> None:
    """gcc 12: `struct { unsigned a:4, b:8, c:16; }` has b in bits 4 to 11 and c in bits 12 to
    27."""
    record = Record("struct", None, (Field("a", U32, 4), Field("b", U32, 8), Field("c", U32, 16)))
    assert [member.offset for member in lay_out(record, ABIS["x86_64"]).members] == [0, 4, 12]
