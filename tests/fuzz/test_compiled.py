"""The runs that refute a few random systems, compiled: gcc's program sees what the reference
saw."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from tests.fuzz.compiled import compiled
from tests.random import placed, typed
from tests.random.systems import text

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


@pytest.mark.slow
def test_programs_see_what_the_reference_saw(tmp_path: Path) -> None:
    counts = Counter[str]()
    for seed in range(40):
        found = compiled(text(seed), tmp_path, counts)
        assert not found, f"seed {seed}: {found[0]}"
    for kind in ("fits", "owned", "preserved", "written", "holds"):
        assert counts[f"compiled witnesses, {kind}"] > 2, kind


@pytest.mark.parametrize(
    "seeds",
    (range(40), pytest.param(range(1_000, 2_000), marks=pytest.mark.slow)),
    ids=("few", "many"),
)
@pytest.mark.parametrize("drawn", (typed, placed))
def test_programs_see_what_members_hold(drawn: ModuleType, seeds: range, tmp_path: Path) -> None:
    counts = Counter[str]()
    for seed in seeds:
        found = compiled(drawn.text(seed), tmp_path, counts)
        assert not found, f"seed {seed}: {found[0]}"
    assert counts["compiled witnesses, whole"] > 2 and counts.total() > 10


LONG = """
spec long "what is printed of it has no room on a line";
abi x86_64;
object skb { char cb[8]; }
struct members { u8 first_member; u8 second_member; u8 third_member; };
layer l { view VIEW : struct members at skb.cb[0]; step set { write VIEW; } step use { read VIEW; } }
path p { set; use; }
property it_holds: holds VIEW.first_member + VIEW.second_member == VIEW.third_member + 1 at use;
"""


_OBJECT = """
spec small "one case of a program";
abi x86_64;
object skb { u8 front; char cb[8]; u8 back; }
param P in 0..2;
input i : s8 in -2..3;
"""
_SMALL = {
    # The element lies in the view, and its index beyond the array
    "index beyond an array": """struct two { bool e[2]; bool behind[2]; };
        layer l { view S : struct two at skb.cb[P + 2];
        step set { write S; } step use { assume i == 3 "so it is"; write S.e[i]; read S.behind; } }
        path p { set; use; } property mine: owned S.behind;""",
    "index beyond a view": """
        layer l { view A unused : u8[2] at skb.cb[P]; view D unused : u8 at skb.cb[P];
        step set { clear skb.cb; write D; } step use { assume i == -1 "so it is"; read A[i]; } }
        path p { set; use; } property mine: written;""",
    "endless length": """
        layer l { view A unused : u8[2] at skb.cb[P]; view D unused : u8 at skb.cb[P];
        step set { clear skb.cb; write skb.back; } step use { read skb.cb[1] for i; } }
        path p { set; use; } property mine: written;""",
    # Broken since `set` has not ended: at another candidate what it cleared may be read by `use` alone
    "read before the end": """
        layer l { view A unused : u8[2] at skb.cb[P]; view D unused : u8 at skb.cb[P];
        step set { clear skb.cb; read D; } step use { read A; } }
        path p { set; use; } property mine: written or cleared by set;""",
    "copy from nowhere": """
        layer l { view A : u8[2] at skb.cb[P]; view D : u8 at skb.cb[P];
        step set { write D; copy D -> skb.front; } step use { assume i == -2 "so it is"; copy A[i] -> D; } step end { } }
        path p { set; use; end; } property mine: preserved D from set to end;""",
    "object that no line needs": """
        layer l { view A unused : u8[2] at skb.cb[P]; view D : bool at skb.cb[8];
        step set { clear skb.cb; } step use { write D = 2; } }
        path p { set; each turn { use; } } property mine: exact;""",
}


@pytest.mark.parametrize("text", _SMALL.values(), ids=_SMALL.keys())
def test_programs_of_small_systems(text: str, tmp_path: Path) -> None:
    counts = Counter[str]()
    assert not compiled(_OBJECT + text, tmp_path, counts)
    assert counts["compiled witnesses, mine"] == 1


def test_a_long_text_stays_in_its_string(tmp_path: Path) -> None:
    counts = Counter[str]()
    assert not compiled(LONG, tmp_path, counts)
    assert counts["compiled witnesses, holds"] == 1


# A view that goes on behind its area, and one that goes on behind its object.
BEYOND = """
spec beyond "looks behind the end";
abi x86_64;
object skb { u8 front; char cb[4]; u8 back; }
layer l {
    view V : u8 at skb.cb[0];
    view U : u8[2] at skb.cb[3];
    view W : u8[3] at skb.cb[3];
    step set { write U; write W; }
    step over { write skb.back; write V; }
    step look { if (U[1] == 0) { write V = 1; } else { write V = 0; } }
    step use { read U, W; }
}
path p { set; over; look; use; }
property kept_preserved: preserved U, W from set to use;
property own_owned: owned;
property any_holds: holds U[1] == 0 at use;
"""


def test_what_lies_behind_an_area(tmp_path: Path) -> None:
    """It is in the object, where `over` stores to it; what lies behind the object is told by its
    place."""
    counts = Counter[str]()
    assert not compiled(BEYOND, tmp_path, counts)
    wanted = {
        "compiled witnesses, preserved",
        "compiled witnesses, owned",
        "compiled witnesses, holds",
    }
    assert wanted <= set(counts)
