"""The nodes of a tree, for those who look at all of it."""

from __future__ import annotations

from cbprove.diagnostics import Source
from cbprove.meaning.used import nodes
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse

CALLS = "path p { a; either { b; } or { c; d; } repeat [2] { e; } if (1) { f; } else { g; } h; }"


def test_nodes_come_in_the_order_they_were_written() -> None:
    calls = [node for node in nodes(parse(Source("a.cbs", CALLS))) if isinstance(node, syntax.Call)]
    assert [call.callee.text for call in calls] == list("abcdefgh")


def test_each_comes_before_what_is_in_it() -> None:
    kinds = [type(node).__name__ for node in nodes(parse(Source("a.cbs", CALLS)))]
    assert kinds[0] == "Path"
    assert kinds.index("Either") < kinds.index("Repeat")
