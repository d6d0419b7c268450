"""Hunks that name no struct: placed by the members around, told where that says too little,
never passed over."""

from __future__ import annotations

from pathlib import Path

from cbprove.patching.change import change
from cbprove.patching.placing import Placed, placed

SPEC = """spec s "two structs that have something in common, and one that has not"
abi x86_64;
object skb { char cb[48]; }
struct left { u32 a; u16 b; u16 c; };
struct longer { u32 a; u16 b; u16 c; u8 e; };
struct right { u32 a; u16 b; u8 d; };
struct other { u64 x; u64 y; };
"""


def found(tmp_path: Path, text: str, path: str = "x.h") -> Placed:
    spec = tmp_path / "s.cbs"
    spec.write_text(SPEC.replace('not"', 'not";'))
    lines = text.strip("\n").split("\n")
    old, new = (sum(not line.startswith(sign) for line in lines) for sign in "+-")
    whole = f"--- a/{path}\n+++ b/{path}\n@@ -7,{old} +7,{new} @@\n" + "\n".join(lines) + "\n"
    return placed(change(whole.encode(), "p"), [str(spec)], [SPEC])


def tags(made: Placed) -> list[str]:
    return [edit.tag for edit in made.change.edits]


def test_the_members_around_tell_the_struct(tmp_path: Path) -> None:
    made = found(tmp_path, " \tu64 x;\n+\tu64 more;\n \tu64 y;")
    assert (tags(made), made.notes) == (["other"], ())


def test_what_goes_tells_the_struct_where_nothing_is_around(tmp_path: Path) -> None:
    """A hunk without context (diff -U0)."""
    made = found(tmp_path, "-\tu64 x;\n+\tu32 x;")
    assert (tags(made), made.notes) == (["other"], ())
    made = found(tmp_path, "-\tu16 b;\n+\tu32 b;")
    assert "fits each of left, longer, right" in made.notes[0]


def test_what_no_header_has_is_no_member(tmp_path: Path) -> None:
    made = found(tmp_path, "-\tu16 b;\n+\tu32 b;", "x.c")
    assert (tags(made), made.notes) == ([], ())


def test_spellings_of_a_type_are_one(tmp_path: Path) -> None:
    assert tags(found(tmp_path, " \t__u64 x;\n+\t__u64 more;\n \tuint64_t y;")) == ["other"]


def test_several_that_fit_are_told(tmp_path: Path) -> None:
    made = found(tmp_path, " \tu32 a;\n \tu16 b;\n+\tu16 more;")
    assert tags(made) == []
    assert made.notes == (
        "not judged: x.h:7: the hunk names no struct and fits each of left, longer, right; `git diff` and `diff -p` name it",
    )


def test_the_end_of_a_struct_tells_it(tmp_path: Path) -> None:
    text = " \tu32 a;\n \tu16 b;\n \tu16 c;\n+\tu16 more;"
    assert tags(found(tmp_path, text)) == []
    assert tags(found(tmp_path, text + "\n };")) == ["left"]


def test_one_that_does_not_fit_is_told(tmp_path: Path) -> None:
    made = found(tmp_path, " \tu64 x;\n-\tu32 gone;\n+\tu32 also;\n \tu64 y;")
    assert tags(made) == []
    assert "does not fit other, whose members it shows" in made.notes[0]


def test_what_is_of_nobody_is_nothing(tmp_path: Path) -> None:
    for text in (
        " \tint err;\n+\tint more;\n \tu32 len;",
        " \tu32 x;\n+\tu32 more;\n \tu32 y;",
        "+\tu64 more;",
    ):
        made = found(tmp_path, text, "x.c")
        assert (tags(made), made.notes) == ([], ())
