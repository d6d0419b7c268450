"""What `make source` says of the table of overlays: each view of the source that the table does
not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.source.laid import compared, left_out, said

SPEC = """spec table "t";
object skb { char cb[48]; }
struct one { u32 a; };
struct two___mod { u64 b; };
layer all {
    view ONE : struct one at skb.cb[8];         // net/a.c:3
    view TWO : struct two___mod at skb.cb[0];   // net/b.c:4
    view words : void *[3] at skb.cb[0];        // net/c.c:5
}
path p { }
"""


def view(type: str, start: int, width: int) -> dict[str, Any]:
    return {
        "type": type,
        "start_bit": start * 8,
        "width_bits": width,
        "by": "f",
        "file": "net/x.c",
        "line": 7,
    }


def test_each_view_that_the_table_lacks(tmp_path: Path) -> None:
    spec = tmp_path / "table.cbs"
    spec.write_text(SPEC)
    assert said(spec) == {
        ("one", 8): "net/a.c:3",
        ("two", 0): "net/b.c:4",
        ("192 bits", 0): "net/c.c:5",
    }
    known = [view("one", 8, 32), view("two", 0, 64), view("void *", 0, 64), view("void *", 16, 64)]
    assert compared(spec, {"views": known}) == []
    page = "`none` is here. What else there is no layout to read: `three`, a's `four`. And `five`."
    assert left_out(page) == {"three", "four"}
    assert compared(spec, {"views": [*known, view("three", 8, 32)]}, left_out(page)) == []
    others = [view("one", 0, 32), view("three", 8, 32), view("void *", 24, 64), view("u32", 28, 32)]
    assert compared(spec, {"views": [*known, *others]}) == [
        "net/x.c:7: one at byte 0 is laid over cb, and not in table.cbs",
        "net/x.c:7: three at byte 8 is laid over cb, and not in table.cbs",
        "net/x.c:7: 64 bits at byte 24 is laid over cb, and not in table.cbs",
        "net/x.c:7: 32 bits at byte 28 is laid over cb, and not in table.cbs",
    ]
