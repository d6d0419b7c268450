"""Numbers of several bytes, as DWARF 5 shows them in its section 7.6."""

from __future__ import annotations

import pytest

from cbprove.artifacts.dwarf.reader import _uleb


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("02", 2),
        ("7f", 127),
        ("80 01", 128),
        ("81 01", 129),
        ("82 01", 130),
        ("b9 64", 12857),
        ("e5 8e 26", 624485),
    ],
)
def test_unsigned_numbers(written: str, number: int) -> None:
    data = b"\xff" + bytes.fromhex(written) + b"\x7f"
    assert _uleb(data, 1) == (number, len(data) - 1)
