"""Bit operations between two values that only a run knows are decided as bit-vectors."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.pipeline import Options, check

SPEC = """\
spec bits "flags |= more";
object skb { TYPE flags; TYPE more; }
layer l { step fill { write skb.flags, skb.more; } step use { } }
path p { fill; write skb.flags = skb.flags | skb.more; use; }
property more: holds (skb.flags & skb.more) == skb.more at use;
"""


@pytest.mark.parametrize("type", ["u8", "u16"])
def test_what_was_set_is_set(type: str, tmp_path: Path) -> None:
    (tmp_path / "bits.cbs").write_text(SPEC.replace("TYPE", type))
    report = check(str(tmp_path / "bits.cbs"), Options(), lambda done, total: None)
    assert [case.verdict for case in report.cases] == ["proved", "proved"]
