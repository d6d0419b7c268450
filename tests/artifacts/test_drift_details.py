"""Drift where a spec is about several ABIs, and what one difference among many asks for."""

from __future__ import annotations

from pathlib import Path

from cbprove.artifacts.model import Typedef
from cbprove.comparing.drift import Drift, drifted, exit_code
from tests.artifacts.hand_built import U32, artifact, struct, unit

SPEC = """\
spec s "a spec";
abi x86_64, i386 = x86_64;
object skb { char cb[48]; }
struct s { ADDRESS a; };
layer l { view V : u8 at skb.cb[0]; step a { write V; } }
path p { a; }
"""


def test_types_that_hang_on_the_abi_are_those_of_the_artefact(tmp_path: Path) -> None:
    (tmp_path / "s.cbs").write_text(SPEC.replace("ADDRESS", "dma_addr_t"))
    types = unit("k", struct("s", 4, ("a", 4, 0)), Typedef("dma_addr_t", U32), abi="i386")
    assert [one.state for one in drifted(str(tmp_path / "s.cbs"), artifact(types))] == ["same"]


def test_one_difference_is_enough() -> None:
    same, differs, absent = Drift("a", "same"), Drift("b", "differs"), Drift("c", "absent")
    assert [exit_code(each) for each in ((same, differs), (same, absent), (absent,))] == [1, 0, 5]
