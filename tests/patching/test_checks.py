"""Build-time checks that a patch adds or takes away, names that it takes away, and which struct is
told first."""

from __future__ import annotations

import difflib
import re
import subprocess
from pathlib import Path

import pytest

from cbprove.patching.asserted import asserted
from cbprove.patching.mail import Hunk
from tests.patching.ran import cbprove, unwrapped

SPEC = """spec small "one struct, its checks";
abi x86_64;
#define LIMIT 12
object skb per path { char cb[16] __aligned(8); }
object stack { struct parm saved; }
struct parm { u32 iif; u16 flags; u16 size; };
layer ip {
    view IPCB : struct parm at skb.cb[0];
    step rcv { write IPCB.iif, IPCB.flags; }
    step send { read IPCB.flags; }
}
require sizeof(IPCB.flags) == 2;      // net/ip.c:7
require sizeof(IPCB.iif) == 4;        // net/ip.c:8
path all { rcv; send; }
property kept: preserved IPCB.flags from rcv to send;
property first: written IPCB.iif by rcv;
"""
HEADER = "struct parm {\n\tu32 iif;\n\tu16 flags;\n\tu16 size;\n};\n"
FUNCTION = "int init(void)\n{\n\tBUILD_BUG_ON(sizeof(struct parm) > 8);\n\treturn 0;\n}\n"


def patch(path: str, old: str, new: str) -> str:
    names = f"a/{path}", f"b/{path}"
    return "".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), *names))


def diff(
    folder: Path, *patches: str, spec: str = SPEC, options: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    (folder / "small.cbs").write_text(spec)
    (folder / "x.patch").write_text("".join(patches))
    ran = cbprove(folder, "diff", "--patch", "x.patch", "small.cbs", *options)
    return ran if options else unwrapped(ran)


def checks(*lines: str) -> str:
    """A patch that adds lines to a function."""
    added = "".join(f"\t{line}\n" for line in lines)
    return patch("net/ip.c", FUNCTION, FUNCTION.replace("\treturn", f"{added}\treturn"))


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("BUILD_BUG_ON(sizeof(struct parm) > 4);", "8 <= 4"),
        ("BUILD_BUG_ON(sizeof(struct parm) + 4 == LIMIT);", "8 + 4 != 12"),
        ("BUILD_BUG_ON_MSG(sizeof(struct parm) != 4, \"a text, (or two\");", "8 == 4"),
        ("static_assert(sizeof(struct parm) == sizeof_field(struct sk_buff, cb));", "8 == 16"),
        ("static_assert(sizeof(struct parm) > sizeof(skb->cb), \"no room\");", "8 > 16"),
        ("BUILD_BUG_ON(sizeof(struct parm) < 9 && LIMIT >= 12);", "!(8 < 9 && 12 >= 12)"),
        ("BUILD_BUG_ON(\n\t\tsizeof(struct parm) /* all */ >=\n\t\t4);", "8 < 4"),
    ],
)  # fmt: skip
def test_a_new_check_that_is_false_is_told_in_numbers(
    tmp_path: Path, check: str, words: str
) -> None:
    ran = diff(tmp_path, checks(check))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert f"BUILD_BUG_ON net/ip.c:4: {words} is false (struct parm)\n" in ran.stdout


def test_a_new_check_that_holds_is_told_and_what_is_about_others_is_not(tmp_path: Path) -> None:
    ran = diff(
        tmp_path,
        checks(
            "BUILD_BUG_ON(sizeof(struct other) > 4);",
            "BUILD_BUG_ON(sizeof(struct parm) > LIMIT);",
        ),
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "new check at net/ip.c:5 holds: 8 <= 12" in ran.stdout
    assert "other" not in ran.stdout


def test_a_new_check_is_asked_of_the_struct_after_the_patch(tmp_path: Path) -> None:
    header = patch("ip.h", HEADER, HEADER.replace("u16 size;", "u64 size;"))
    ran = diff(tmp_path, header, checks("BUILD_BUG_ON(sizeof(struct parm) > 12);"))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "BUILD_BUG_ON net/ip.c:4: 16 <= 12 is false (struct parm)" in ran.stdout


def test_a_check_that_goes_is_told(tmp_path: Path) -> None:
    ran = diff(
        tmp_path,
        patch("net/ip.c", FUNCTION, FUNCTION.replace("sizeof(struct parm) > 8", "LIMIT > 40")),
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "no check any more: BUILD_BUG_ON(sizeof(struct parm) > 8) of net/ip.c" in ran.stdout


def test_a_check_that_only_moves_is_none() -> None:
    old = ("\tBUILD_BUG_ON(sizeof(a) > 4);", "\tb();")
    assert asserted([Hunk("a.c", "", old, tuple(reversed(old)), 1)]) == ((), ())


def test_a_check_that_is_not_known_in_numbers_is_no_pass(tmp_path: Path) -> None:
    ran = diff(tmp_path, checks("BUILD_BUG_ON(sizeof(struct parm) > NOBODY_KNOWS);"))
    assert (ran.returncode, ran.stderr) == (3, "")
    assert (
        "not evaluated: BUILD_BUG_ON(sizeof(struct parm) > NOBODY_KNOWS), which net/ip.c:4 adds"
        in ran.stdout
    )


def test_a_check_that_is_not_closed_is_none(tmp_path: Path) -> None:
    ran = diff(tmp_path, checks("BUILD_BUG_ON(sizeof(struct parm) > (4;"))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_a_member_that_goes_takes_its_check_along(tmp_path: Path) -> None:
    """Nothing else speaks of it, so that all is judged but for that check."""
    spec = SPEC.replace("write IPCB.iif, IPCB.flags", "write IPCB.flags")
    spec = spec.replace("property first: written IPCB.iif by rcv;\n", "")
    ran = diff(tmp_path, patch("ip.h", HEADER, HEADER.replace("\tu32 iif;\n", "")), spec=spec)
    assert (ran.returncode, ran.stderr) == (3, "")
    assert "struct parm: 8 -> 4 bytes, without iif" in ran.stdout
    assert (
        "no longer asked: the check at small.cbs:13: `struct parm` has no member `iif`"
        in ran.stdout
    )
    assert "not judged" not in ran.stdout


def test_who_speaks_of_a_member_that_goes_is_named(tmp_path: Path) -> None:
    ran = diff(tmp_path, patch("ip.h", HEADER, HEADER.replace("\tu32 iif;\n", "")))
    assert (ran.returncode, ran.stderr) == (3, "")
    assert "struct parm: 8 -> 4 bytes, without iif" in ran.stdout
    assert re.search(
        r"not judged: small.cbs: `struct parm` has no member `iif`, of which speak: "
        r"step `rcv` \(small.cbs:9\), property `first` \(small.cbs:\d+\)",
        ran.stdout,
    ), ran.stdout
    assert "no property looks at it" not in ran.stdout


def test_a_member_that_goes_where_another_check_is_false_is_no_traceback(tmp_path: Path) -> None:
    """Mistakes of a candidate that is excluded are told all the same."""
    spec = SPEC.replace("path all", "require sizeof(struct parm) == 8;  // net/ip.c:9\npath all")
    ran = diff(tmp_path, patch("ip.h", HEADER, HEADER.replace("\tu32 iif;\n", "")), spec=spec)
    assert (ran.returncode, ran.stderr) == (3, "")
    assert "not judged: small.cbs" in ran.stdout


def test_the_struct_that_is_edited_is_told_before_what_follows_from_it(tmp_path: Path) -> None:
    ran = diff(tmp_path, patch("ip.h", HEADER, HEADER.replace("u16 size;", "u32 size;")))
    lines = ran.stdout.splitlines()
    assert lines[1].startswith("struct parm: 8 -> 12 bytes")
    assert lines[2] == "with it: stack.saved 8 -> 12"


# --- other formats --------------------------------------------------------------------------------

LARGE = patch("ip.h", HEADER, HEADER.replace("u16 size;", "u8 size[14];"))


def test_a_line_a_finding_says_its_place_once(tmp_path: Path) -> None:
    ran = diff(
        tmp_path,
        LARGE,
        checks("BUILD_BUG_ON(sizeof(struct parm) > 4);"),
        options=("--format", "short"),
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.splitlines() == [
        "note: struct parm: 8 -> 20 bytes, size of 2 bytes -> 14 bytes",
        "net/ip.c:4: BUILD_BUG_ON: 20 <= 4 is false (struct parm)",
        "small.cbs:8: IPCB (struct parm) ends at 20, beyond skb.cb; no check says so",
        'newly refuted: fits of small.cbs under today, "each view and each access stays inside its '
        'control block": IPCB: cb[0..20) of cb[0..16): 4 bytes behind it, from IPCB.size[10] on',
    ]


def test_a_reply_breaks_its_lines_once(tmp_path: Path) -> None:
    ran = diff(
        tmp_path,
        patch("ip.h", HEADER, HEADER.replace("\tu32 iif;\n", "")),
        options=("--format", "mail"),
    )
    lines = ran.stdout.splitlines()
    assert max(map(len, lines)) <= 72
    first = next(i for i, line in enumerate(lines) if line.startswith("not judged: "))
    said = " ".join(line.strip() for line in lines[first : first + 3])
    assert said.startswith("not judged: small.cbs: `struct parm` has no member `iif`, of which")
    assert all(len(line) > 50 for line in lines[first : first + 2])


def test_a_check_goes_by_its_place_in_a_test_protocol(tmp_path: Path) -> None:
    ran = diff(
        tmp_path, checks("BUILD_BUG_ON(sizeof(struct parm) > 4);"), options=("--format", "ktap")
    )
    assert "\nnot ok 1 net/ip.c:4\n" in ran.stdout


def test_what_there_is_no_room_for_is_counted() -> None:
    from cbprove.report.answer_text import LINES, _fitted, _listed

    long = ", ".join(["struct one: 4 -> 8 bytes", *(f"new member_{i}" for i in range(6))])
    picture = [f"row {i}" for i in range(LINES - 1)]
    lines = [
        line
        for line, _ in _fitted([_listed([long, "two"], None, 1), _listed(picture, None, 14)], False)
    ]
    assert lines == [
        "struct one: 4 -> 8 bytes, new member_0, new member_1, new member_2, new member_3 ...; "
        "1 more: -v",
        *picture,
    ]
    assert all(len(line) <= 100 for line in lines)


def test_what_is_proved_up_to_a_bound_alone_says_how_to_go_on(tmp_path: Path) -> None:
    spec = """spec small "a sum in a loop";
abi x86_64;
object skb { char cb[16]; }
struct sum { u32 level; };
input ihl : u8 in 20..60;
layer gso {
    view SUM : struct sum at skb.cb[0];
    step begin { clear SUM; }
    step add { write SUM.level = SUM.level + ihl; assume SUM.level < 65536 "a packet ends"; }
}
path all { begin; repeat { add; } }
property whole: exact SUM.level;
"""
    header = "struct sum {\n\tu32 level;\n};\n"
    ran = diff(tmp_path, patch("a.h", header, header.replace("u32", "u8")), spec=spec)
    assert (ran.returncode, ran.stderr) == (3, "")
    assert (
        "newly bounded: whole of small.cbs (proved up to a bound alone: --bound follows more turns)"
        in ran.stdout
    )
    longer = ("--bound", "20")
    ran = diff(
        tmp_path, patch("a.h", header, header.replace("u32", "u8")), spec=spec, options=longer
    )
    assert ran.returncode == 1 and "lost: whole of small.cbs" in ran.stdout
