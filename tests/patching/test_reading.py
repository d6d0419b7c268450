"""Patches are read out of whatever holds them; what is none, or half of one, is said."""

from __future__ import annotations

import base64
import quopri

import pytest

from cbprove.diagnostics import SpecError
from cbprove.patching.change import Change, change
from cbprove.patching.edits import Edit
from cbprove.patching.mail import missing

DIFF = """\
diff --git a/include/net/ip.h b/include/net/ip.h
--- a/include/net/ip.h
+++ b/include/net/ip.h
@@ -42,5 +42,6 @@ struct inet_skb_parm {
 	int			iif;
 	struct ip_options	opt;		/* Compiled IP options		*/
 	u16			flags;
+	u32			more;		/* größer */
 
 	u16			frag_max_size;
"""
HEAD = "From: A <a@b.c>\nSubject: [PATCH] more\nContent-Type: text/plain; charset=utf-8\n"


def mail(body: bytes, encoding: str) -> bytes:
    return f"{HEAD}Content-Transfer-Encoding: {encoding}\n\n".encode() + body


def read(data: bytes | str) -> Change:
    return change(data.encode() if isinstance(data, str) else data, "p")


def told(edit: Edit) -> tuple[list[str], list[str]]:
    return [piece.text for piece in edit.old], [piece.text for piece in edit.new]


SHAPES = {
    "git": DIFF.encode(),
    "plain diff -u": DIFF.partition("\n")[2].encode(),
    "CRLF": DIFF.replace("\n", "\r\n").encode(),
    "mail": mail(f"Text.\n---\n{DIFF}-- \n2.47.0\n".encode(), "8bit"),
    "quoted-printable": mail(
        quopri.encodestring(f"Text.\n---\n{DIFF}".encode()), "quoted-printable"
    ),
    "base64": mail(
        base64.encodebytes(f"Text.\r\n---\r\n{DIFF}".replace("\n", "\r\n").encode()), "base64"
    ),
    "mbox": b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
    + mail(f"Text.\n---\n{DIFF}".encode(), "8bit"),
    "format-patch": b"From 0123456789abcdef Mon Sep 17 00:00:00 2001\n"
    + mail(f"---\n{DIFF}-- \n2.4\n".encode(), "8bit"),
    "attached": b"From: A <a@b.c>\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
    b"--B\nContent-Type: text/plain\n\nsee there\n--B\nContent-Type: application/octet-stream; name=x.patch\n"
    b"Content-Disposition: attachment; filename=x.patch\n\n" + DIFF.encode() + b"\n--B--\n",
}


@pytest.mark.parametrize("data", SHAPES.values(), ids=SHAPES)
def test_every_shape_of_a_patch_is_the_same_change(data: bytes) -> None:
    (edit,) = read(data).edits
    assert (edit.kind, edit.tag, edit.path) == ("struct", "inet_skb_parm", "include/net/ip.h")
    old, new = told(edit)
    assert old == ["int iif", "struct ip_options opt", "u16 flags", "u16 frag_max_size"]
    assert new == ["int iif", "struct ip_options opt", "u16 flags", "u32 more", "u16 frag_max_size"]


def numbered(number: int, version: str, name: str) -> bytes:
    text = DIFF.replace("u32			more", f"u32			{name}")
    head = f"From x Thu Jan  1 00:00:0{number} 1970\nFrom: a@b.c\nSubject: [PATCH{version} {number}/2] s\n\n"
    return f"{head}{text}\n".encode()


def test_a_series_is_taken_in_its_order_and_of_its_last_version() -> None:
    box = numbered(2, " v2", "second") + numbered(1, "", "old") + numbered(1, " v2", "first")
    found = read(box)
    assert found.titles == ("[PATCH v2 1/2] s", "[PATCH v2 2/2] s")
    assert [told(edit)[1][3] for edit in found.edits] == ["u32 first", "u32 second"]


def test_a_cover_letter_and_a_reply_without_a_diff_are_no_patches() -> None:
    cover = b"From x Thu Jan  1 00:00:00 1970\nFrom: a@b.c\nSubject: [PATCH 0/2] s\n\nHello.\n\n"
    reply = b"From x Thu Jan  1 00:00:09 1970\nFrom: a@b.c\nSubject: Re: [PATCH 1/2] s\n\n> +\tu32 more;\nNo.\n\n"
    assert read(cover + numbered(1, "", "a") + reply).titles == ("[PATCH 1/2] s",)


BINARY = """\
diff --git a/x.bin b/x.bin
index 1..2 100644
GIT binary patch
literal 3
Kcmb1OWB>pF00saE

literal 0
HcmV?d00001

"""
RENAMED = """\
diff --git a/old.h b/new.h
similarity index 90%
rename from old.h
rename to new.h
--- a/old.h
+++ b/new.h
@@ -1,3 +1,4 @@
 struct one {
 	int a;
+	int b;
 };
"""


def test_binary_hunks_are_left_out() -> None:
    assert [edit.tag for edit in read(BINARY + DIFF).edits] == ["inet_skb_parm"]


def test_a_renamed_file_goes_by_its_new_name() -> None:
    (edit,) = read(RENAMED).edits
    assert (edit.path, edit.whole) == ("new.h", True)


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        ("", "CB0340", "there is no patch in p: it is empty"),
        ("From: a@b.c\nSubject: hello\n\nNo patch here.\n", "CB0340", "there is no patch in p"),
        (b"\0\1\2" * 99, "CB0340", "there is no patch in p"),
        (DIFF[:-30], "CB0341", "the patch is broken off, or its lines were changed: "),
        (
            "\n".join(DIFF.splitlines()[:7]),
            "CB0341",
            "the patch is broken off, or its lines were changed: ",
        ),
        (DIFF.replace("\tu16\t\t\tflags;", "\tu16\n\tflags;"), "CB0341", "the patch is broken off"),
        ("@@ -1,2 +1,2 @@\n a\n-b\n+c\n", "CB0341", "the patch "),
    ],
    ids=[
        "empty",
        "mail without one",
        "binary",
        "half",
        "no hunk's end",
        "wrapped lines",
        "no file",
    ],
)
def test_what_is_no_patch_is_said(data: bytes | str, code: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        read(data)
    (mistake,) = raised.value.diagnostics
    assert mistake.code == code
    assert mistake.message.startswith(message)
    assert mistake.help


TIMES = DIFF.partition("\n")[2].replace(".h\n", ".h\t2026-11-28 18:14:58.373291938 +0000\n")


@pytest.mark.parametrize(
    "data",
    [TIMES.encode(), TIMES.replace("\t", "        ").encode(), DIFF.encode("utf-16")],
    ids=["times", "blanks for tabs", "UTF-16"],
)
def test_shapes_that_shells_and_editors_leave_behind(data: bytes) -> None:
    (edit,) = read(data).edits
    assert (edit.tag, edit.path) == ("inet_skb_parm", "include/net/ip.h")
    assert "u32 more" in [" ".join(text.split()) for text in told(edit)[1]]


COMBINED = """\
commit 0123456789abcdef
Merge: 1 2

diff --cc include/net/ip.h
index 1,2..3
--- a/include/net/ip.h
+++ b/include/net/ip.h
@@@ -42,4 -42,4 +42,5 @@@ struct inet_skb_parm
  	int			iif;
++	u32			more;
"""


def test_the_combined_diff_of_a_merge_is_said() -> None:
    with pytest.raises(SpecError) as caught:
        read(COMBINED)
    (mistake,) = caught.value.diagnostics
    assert (mistake.code, mistake.message) == (
        "CB0341",
        "p has the combined diff of a merge, which says of no side what it changes",
    )


@pytest.mark.parametrize(
    ("titles", "gone"),
    [
        (("[PATCH 1/3] a", "[PATCH v2 3/3] b"), ("2/3",)),
        (("[PATCH 1/2] a", "[PATCH 2/2] b"), ()),
        (("[PATCH 2/9] a",), ()),  # one mail, as one reviews it
        (("[PATCH 1/2] a", "[PATCH 2/3] b"), ()),  # two series
        (("a", "b"), ()),
    ],
)
def test_parts_of_a_series_that_are_not_there(
    titles: tuple[str, ...], gone: tuple[str, ...]
) -> None:
    assert missing(titles) == gone


ROW = "struct row {\n\tu8 a;\n\tu32 b;\n};"


def diff(old: str, new: str, path: str = "x.h") -> str:
    """A diff of whole texts, each line of the old one taken away and each of the new one added."""
    lines = [f"-{line}" for line in old.split("\n") if old]
    lines += [f"+{line}" for line in new.split("\n") if new]
    sizes = (len(text.split("\n")) if text else 0 for text in (old, new))
    spans = [f"{int(size > 0)},{size}" for size in sizes]
    return "\n".join(
        [f"--- a/{path}", f"+++ b/{path}", f"@@ -{spans[0]} +{spans[1]} @@", *lines, ""]
    )


@pytest.mark.parametrize(
    "new", ["", ROW.replace("row", "line"), ROW.replace("struct", "union"), "struct row;"]
)
def test_a_struct_that_goes_is_none_that_nothing_is_known_of(new: str) -> None:
    (gone,) = read(diff(ROW, new)).gone
    assert (gone.kind, gone.tag, gone.path) == ("struct", "row", "x.h")


@pytest.mark.parametrize("new", [f"{ROW}\n", ROW.replace(" {", " __packed {"), f"int x;\n{ROW}"])
def test_a_struct_that_stays_is_not_gone(new: str) -> None:
    assert read(diff(ROW, new)).gone == ()


def test_what_is_stored_in_one_is_not_the_struct() -> None:
    assert read(diff("struct row first = {\n\t.a = 1,\n};", "")).gone == ()
    assert read(diff("struct row *get(void)\n{\n\treturn 0;\n}", "")).gone == ()


def test_a_struct_that_moves_to_another_file_is_edited_there() -> None:
    changed = ROW.replace("u32 b", "u64 b")
    made = read(diff(ROW, "") + diff("", changed, "y.h"))
    assert made.gone == ()
    (edit,) = (edit for edit in made.edits if edit.tag)
    assert (edit.tag, edit.created, edit.path) == ("row", False, "y.h")
    assert told(edit) == (["u8 a", "u32 b"], ["u8 a", "u64 b"])


def test_one_that_only_moves_is_as_it_was() -> None:
    made = read(diff(ROW, "") + diff("", ROW, "y.h"))
    assert [(edit.tag, edit.created) for edit in made.edits if edit.tag] == [("row", True)]
