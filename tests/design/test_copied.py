"""Where copies bring bits from is followed whether they surely do, only in some runs, or at some
candidates alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.design.marks import PROVED, REFUTED
from cbprove.design.space import Options, Space
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load

_SPEC = """\
spec copied "two bytes are saved, and one of them comes back";
object skb { char cb[8]; }
object stack { u8 x; u8 y; }
param SAVE = yes;
param AT in 0..3 = 0;
layer l {
    view V : u8 at skb.cb[0];
    view W : u8 at skb.cb[AT];
    step set   { write V; }
    step other { write W; }
    step both  { copy V -> stack.x; copy V -> stack.y; }
    step again { copy V -> stack.y; }
    step first { copy stack.x -> V; }
    step last  { copy stack.y -> V; }
    step some  { when SAVE == yes { copy stack.x -> V; } }
    step get   { read V; }
}
path p { PATH get; }
property by_set: written V by set;
property kept: preserved V from set to get;
property own: owned;
"""
# By path: the candidates at which what another stored may be read
PATHS: dict[str, set[tuple[str, int]]] = {
    "set; both; other; first;": set(),
    "set; both; other; first; optionally { last; }": set(),
    "set; both; other; optionally { first; }": {("yes", 0), ("no", 0)},
    "set; both; other; some;": {("no", 0)},
    "set; both; other; some; optionally { last; }": {("no", 0)},
    "set; both; other; again; either { first; } or { last; }": {("yes", 0), ("no", 0)},
    "set; both; other; again; either { last; } or { first; }": {("yes", 0), ("no", 0)},
    "set; other; both; some; optionally { last; }": {("yes", 0), ("no", 0)},
}


@pytest.mark.parametrize("path", PATHS)
def test_at_which_candidates_it_comes_back(path: str, tmp_path: Path) -> None:
    spec = tmp_path / "copied.cbs"
    spec.write_text(_SPEC.replace("PATH", path))
    space = Space(resolve(load(spec)), Options())
    for name in ("by_set", "kept", "own"):
        marks = {
            (str(sector.fixed["SAVE"]), at): mark
            for sector in space.all_sectors()
            for at, mark in enumerate(space.table(sector, name).sheet.marks)
        }
        assert len(marks) == 8 and set(marks.values()) <= {PROVED, REFUTED}
        assert {candidate for candidate, mark in marks.items() if mark == REFUTED} == PATHS[path]


def test_a_new_object_holds_what_is_brought_there(tmp_path: Path) -> None:
    """Where nothing is, it holds what nobody stored."""
    spec = tmp_path / "copied.cbs"
    spec.write_text(_SPEC.replace("PATH get;", "set; both; new c; on c { some; get; }"))
    space = Space(resolve(load(spec)), Options())
    for sector in space.all_sectors():
        marks = set(space.table(sector, "own").sheet.marks)
        assert marks == {PROVED if sector.fixed["SAVE"] == "yes" else REFUTED}
