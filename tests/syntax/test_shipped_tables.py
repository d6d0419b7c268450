"""The tables that the package ships are those of its grammar."""

from __future__ import annotations

import json

from cbprove.syntax import tables


def test_the_shipped_tables_are_current() -> None:
    grammar = tables.GRAMMAR.read_text(encoding="utf-8")
    shipped = json.loads(tables.SHIPPED.read_bytes())
    assert shipped["grammar"] == grammar, "run `make tables`"
    assert shipped["tables"] == json.loads(tables.shipped(grammar))["tables"], "run `make tables`"
