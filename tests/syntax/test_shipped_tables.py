"""The tables that the package ships are those of its grammar."""

from __future__ import annotations

from pathlib import Path

from cbprove.syntax import tables


def test_the_shipped_tables_are_current() -> None:
    shipped = Path(tables.SHIPPED).read_text(encoding="ascii")
    grammar = Path(tables.GRAMMAR).read_text(encoding="utf-8")
    assert shipped == tables.shipped(grammar), "run `make tables`"
