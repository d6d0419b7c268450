"""`diff --source`: structs as the compiler lays them out in the tree, on both sides, and what is
said where the model differs."""

from __future__ import annotations

import difflib
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patching.ran import TREE, cbprove, unwrapped

pytest.importorskip("clang.cindex")

HEADER = "include/net/ip.h"
SPEC = """spec small "one struct in another";
abi x86_64;
object skb { char cb[48] __aligned(8); }
pinned x86_64 "by hand" {
    struct ip_options { u32 nexthop __at(0); u8 optlen __at(4); u8 srr __at(5); u8 is_changed:1 __at(6, 0); } __size(8);
    struct inet_skb_parm {
        int iif __at(0); struct ip_options opt __at(4); u16 flags __at(12); u16 frag_max_size __at(14);
    } __size(16);
    struct tunnel_cb { struct inet_skb_parm header __at(0); u32 mark __at(16); } __size(20);
}
layer ip {
    view IPCB : struct inet_skb_parm at skb.cb[0];
    view TUNNEL : struct tunnel_cb at skb.cb[0];
    view TAIL : u8[8] at skb.cb[20];
    step keep { write TAIL; }
    step send { write TUNNEL.mark; }
    step take { read TAIL; }
}
path all { keep; send; take; }
property tail "what lies behind the tunnel's mark": preserved TAIL from keep to take;
"""
TUNNEL = "#include <net/ip.h>\nstruct tunnel_cb { struct inet_skb_parm header; u32 mark; };\n"


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    made = tmp_path / "tree"
    shutil.copytree(TREE, made)
    (made / "net" / "ipv4" / "tunnel.c").write_text(TUNNEL)
    return made


def change(tree: Path, *changes: tuple[str, str], path: str = HEADER) -> str:
    old = new = (tree / path).read_text()
    for before, after in changes:
        assert new.count(before) == 1
        new = new.replace(before, after)
    return "".join(
        difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"a/{path}", f"b/{path}")
    )


def diff(
    tree: Path, patch: str, spec: str = SPEC, *arguments: str
) -> subprocess.CompletedProcess[str]:
    folder = tree.parent
    (folder / "small.cbs").write_text(spec)
    (folder / "x.patch").write_text(patch)
    options = ["--patch", "x.patch", "small.cbs", "-v", "--source", "tree"]
    return unwrapped(cbprove(folder, "diff", *options, *arguments))


GROWN = ("u16 frag_max_size; };", "u16 frag_max_size; u32 more; };")


def test_text_and_compiler_of_one_mind_say_nothing_of_it(tree: Path) -> None:
    ran = diff(tree, change(tree, GROWN))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "struct inet_skb_parm: 16 -> 20 bytes, new more[16..20)" in ran.stdout
    assert "with it: tunnel_cb 20 -> 24" in ran.stdout
    assert "lost: tail of small.cbs" in ran.stdout
    assert "by the compiler" not in ran.stdout
    assert "in this tree" not in ran.stdout


def test_what_no_text_shows_counts(tree: Path) -> None:
    """The header packs its structs, which the model, whose text explains them without it, does
    not know."""
    header = tree / HEADER
    header.write_text(
        header.read_text().replace(
            "struct inet_skb_parm {", "#pragma pack(1)\nstruct inet_skb_parm {", 1
        )
    )
    ran = diff(
        tree, change(tree, ("u16 frag_max_size; };", "u16 frag_max_size; u8 odd; u32 more; };"))
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "struct inet_skb_parm: 16 -> 21 bytes, new odd[16..17), new more[17..21)" in ran.stdout
    assert "with it: tunnel_cb 20 -> 25" in ran.stdout
    assert (
        "struct inet_skb_parm: 24 bytes by its text, 21 by the compiler, which counts" in ran.stdout
    )


def test_a_type_that_the_model_has_never_heard_of(tree: Path) -> None:
    kind = (
        "struct inet_skb_parm {",
        "typedef struct { u8 a; u16 b; } odd_t;\nstruct inet_skb_parm {",
    )
    grown = ("u16 frag_max_size; };", "u16 frag_max_size; odd_t odd; };")
    ran = diff(tree, change(tree, kind, grown))
    assert ran.stderr == ""
    assert "struct inet_skb_parm: 16 -> 20 bytes, new odd[16..20)" in ran.stdout
    assert "laid out by the compiler alone: " in ran.stdout


def test_a_macro_alone_moves_members(tree: Path) -> None:
    """Nothing of the struct stands in the patch."""
    header = tree / HEADER
    text = header.read_text().replace(
        "struct ip_options {", "#define ROOM 1\n\n\n\n\nstruct ip_options {", 1
    )
    header.write_text(text.replace("u8 is_changed : 1;", "u8 is_changed : 1; u8 room[ROOM];"))
    ran = diff(tree, change(tree, ("#define ROOM 1", "#define ROOM 5")))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "with it: ip_options 8 -> 12, inet_skb_parm 16 -> 20, tunnel_cb 20 -> 24" in ran.stdout
    assert "lost: tail of small.cbs" in ran.stdout


def test_a_tree_that_is_not_the_models_kernel(tree: Path) -> None:
    header = tree / HEADER
    header.write_text(header.read_text().replace("{ int iif; struct", "{ int iif, other; struct"))
    ran = diff(tree, change(tree, GROWN))
    assert "struct inet_skb_parm: 20 -> 24 bytes, new more[20..24)" in ran.stdout
    assert (
        "struct inet_skb_parm: 16 bytes in the model, 20 in this tree, which counts" in ran.stdout
    )


def test_what_no_file_of_the_tree_defines_is_laid_out_by_its_text(tree: Path) -> None:
    (tree / "net" / "ipv4" / "tunnel.c").unlink()
    ran = diff(tree, change(tree, GROWN))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "with it: tunnel_cb 20 -> 24" in ran.stdout
    assert "struct tunnel_cb is laid out by its text: the tree does not define it" in ran.stdout


def test_a_model_of_another_abi_is_laid_out_by_its_text(tree: Path) -> None:
    ran = diff(tree, change(tree, GROWN), SPEC.replace("x86_64", "aarch64"))
    assert "struct inet_skb_parm: 16 -> 20 bytes" in ran.stdout
    assert "the tree was configured for x86_64, the model for aarch64" in ran.stdout


def test_a_tree_that_has_the_patch(tree: Path) -> None:
    patch = change(tree, GROWN)
    subprocess.run(["git", "apply", "-"], cwd=tree, input=patch.encode(), check=True)
    spec = SPEC.replace(
        "u16 frag_max_size __at(14);\n    } __size(16)",
        "u16 frag_max_size __at(14); u32 more __at(16);\n    } __size(20)",
    )
    spec = spec.replace("u32 mark __at(16); } __size(20)", "u32 mark __at(20); } __size(24)")
    ran = diff(tree, patch, spec)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "already, judged from before it" in ran.stdout
    assert "struct inet_skb_parm: 16 -> 20 bytes, new more[16..20)" in ran.stdout


def test_a_comment_in_a_header_of_structs_changes_nothing(tree: Path) -> None:
    ran = diff(
        tree, change(tree, ("#define IPSKB_FORWARDED 1", "/* a flag */\n#define IPSKB_FORWARDED 1"))
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


RICH = """enum kind { ONE, TWO = 300 };
typedef struct { int counter; } atomic_t;
struct pair { u8 a; u32 b; };
struct rich {
	u8 first : 3, : 2, second : 4;
	u16 wide : 11;
	enum kind kind;
	union { u8 bytes[3][2]; struct { u16 x; struct pair pair; } both; struct { u8 y; }; };
	struct { u8 at; u16 of[2]; } many[2];
	struct pair pairs[2];
	void (*call)(int);
	const u8 fixed;
	atomic_t count;
	bool yes;
	u64 tail __attribute__((aligned(8)));
} __attribute__((packed));
"""


def test_every_kind_of_member_lies_where_our_own_layout_has_it(tree: Path) -> None:
    (tree / HEADER).write_text(f"#include <linux/types.h>\ntypedef unsigned long long u64;\n{RICH}")
    own = RICH.replace("typedef struct { int counter; } atomic_t;\n", "")
    spec = f'spec small "one";\nobject skb {{ char cb[128]; }}\n{own}'
    spec += "layer l { view V : struct rich at skb.cb[0]; step s { write V; } }\npath p { s; }\n"
    patch = change(tree, ("bool yes;", "bool yes;\n\tu32 more[2];"))
    ran = diff(tree, patch, spec)
    assert ran.stderr == ""
    assert "struct rich: 72 -> 80 bytes, new more[61..69)" in ran.stdout
    assert "compiler" not in ran.stdout
    assert "in this tree" not in ran.stdout


def test_structs_of_one_name_are_told_apart_by_module(tmp_path: Path) -> None:
    from cbprove.source.definitions import definitions

    for module in ("cxgb3", "cxgb4"):
        (tmp_path / "net" / module).mkdir(parents=True)
        (tmp_path / "net" / module / "l2t.h").write_text("struct l2t_cb {\n\tint a;\n};\n")
    (tmp_path / "net" / "other.c").write_text("struct other_cb *o;\nstruct other_cb { int a; };\n")
    wanted = ("l2t_cb___cxgb4", "l2t_cb___cxgb3", "other_cb___x", "nowhere")
    assert definitions(wanted, tmp_path, {}) == {
        "l2t_cb___cxgb4": "net/cxgb4/l2t.h",
        "l2t_cb___cxgb3": "net/cxgb3/l2t.h",
        "other_cb___x": "net/other.c",
    }
    assert definitions(("other_cb",), tmp_path, {"net/other.c": ""}) == {}


STEP = SPEC.replace("step keep {", "step ip_rcv { write IPCB.iif; }\n    step keep {").replace(
    "{ keep; send", "{ ip_rcv; keep; send"
)
INPUT = "net/ipv4/ip_input.c"


def test_a_store_to_a_member_of_the_tree_that_the_model_does_not_know_is_judged(tree: Path) -> None:
    header = tree / HEADER
    header.write_text(
        header.read_text().replace("u16 frag_max_size; };", "u16 frag_max_size; u32 later; };")
    )
    ran = diff(tree, change(tree, ("->iif = 1;", "->later = 1;"), path=INPUT), STEP)
    assert ran.stderr == ""
    assert (
        "ip_rcv() stores inet_skb_parm.later, step `ip_rcv` does not: judged with it" in ran.stdout
    )
    assert (
        "struct inet_skb_parm: 16 bytes in the model, 20 in this tree, which counts" in ran.stdout
    )


def test_where_no_layout_of_the_tree_counts_it_is_told(tree: Path) -> None:
    header = tree / HEADER
    header.write_text(
        header.read_text().replace("u16 frag_max_size; };", "u16 frag_max_size; u32 later; };")
    )
    patch = change(tree, ("->iif = 1;", "->later = IPCB(skb)->flags = 1;"), path=INPUT)
    ran = diff(tree, patch, STEP.replace("x86_64", "aarch64"))
    assert (ran.returncode, ran.stderr) == (3, "")
    assert "ip_rcv() stores inet_skb_parm.later, step `ip_rcv` does not: not judged" in ran.stdout
    assert (
        "ip_rcv() stores inet_skb_parm.flags, step `ip_rcv` does not: judged with it" in ran.stdout
    )


SIZES = "include/net/sizes.h"


def elsewhere(tree: Path, sizes: str, room: str = "u8 room[ROOM];") -> str:
    """A tree whose struct is as long as a header says that no patch of a struct names; its path."""
    (tree / SIZES).write_text(sizes)
    header = tree / HEADER
    text = header.read_text().replace(
        "struct ip_options {", "#include <net/sizes.h>\nstruct ip_options {", 1
    )
    header.write_text(text.replace("u8 is_changed : 1;", f"u8 is_changed : 1; {room}"))
    return SIZES


def test_a_macro_of_another_header_moves_members(tree: Path) -> None:
    path = elsewhere(tree, "#define ROOM 1\n")
    ran = diff(tree, change(tree, ("ROOM 1", "ROOM 5"), path=path))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "with it: ip_options 8 -> 12, inet_skb_parm 16 -> 20, tunnel_cb 20 -> 24" in ran.stdout
    assert "struct ip_options hangs on ROOM, which the patch changes" in ran.stdout
    assert "lost: tail of small.cbs" in ran.stdout


def test_a_macro_of_a_macro_of_another_header_moves_members(tree: Path) -> None:
    (tree / "include/net/base.h").write_text("#define BASE 1\n")
    elsewhere(tree, "#include <net/base.h>\n#define ROOM (BASE * \\\n\t1)\n")
    ran = diff(tree, change(tree, ("BASE 1", "BASE 5"), path="include/net/base.h"))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "struct ip_options hangs on ROOM, which the patch changes" in ran.stdout
    assert "lost: tail of small.cbs" in ran.stdout


@pytest.mark.parametrize(
    ("sizes", "room", "edit"),
    [
        ("enum { A, B, ROOM };\n", "u8 room[ROOM - 1];", ("A, B,", "A, B, C, D, E, F,")),
        ("#include <linux/types.h>\ntypedef u8 room_t;\n", "room_t room;", ("u8 room", "u32 room")),
    ],
)
def test_a_constant_or_a_type_of_another_header_moves_members(
    tree: Path, sizes: str, room: str, edit: tuple[str, str]
) -> None:
    path = elsewhere(tree, sizes, room)
    ran = diff(tree, change(tree, edit, path=path))
    assert (ran.returncode, ran.stderr) == (1, ""), ran.stdout
    assert "struct ip_options hangs on" in ran.stdout


def test_a_macro_that_only_functions_use_changes_nothing(tree: Path) -> None:
    path = elsewhere(tree, "#define ROOM 1\n#define OTHER 2\n")
    ran = diff(tree, change(tree, ("OTHER 2", "OTHER 3"), path=path))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


OFFSET = SPEC.replace("layer ip {", "#define TAIL_AT 20\nlayer ip {").replace(
    "skb.cb[20]", "skb.cb[TAIL_AT]"
)


@pytest.mark.parametrize(
    ("sizes", "edit"),
    [
        ("#define BASE 8\n#define TAIL_AT (BASE + 12)\n", ("BASE 8", "BASE 4")),  # hangs
        ("#define BASE 4\n#define TAIL_AT (4 * BASE + 4)\n", ("4 * BASE + 4", "3 * BASE + 4")),
    ],
)
def test_a_macro_of_the_model_that_hangs_on_others_is_counted_by_the_compiler(
    tree: Path, sizes: str, edit: tuple[str, str]
) -> None:
    path = elsewhere(tree, sizes, "")
    ran = diff(tree, change(tree, edit, path=path), OFFSET)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "values: TAIL_AT 20 -> 16" in ran.stdout
    assert "lost: tail of small.cbs" in ran.stdout


def test_a_macro_whose_number_stays_is_no_change(tree: Path) -> None:
    path = elsewhere(tree, "#define BASE 4\n#define TAIL_AT (4 * BASE + 4)\n", "")
    ran = diff(tree, change(tree, ("4 * BASE + 4", "5 * BASE"), path=path), OFFSET)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_a_macro_of_the_model_that_is_no_number_any_more_is_named(tree: Path) -> None:
    path = elsewhere(tree, "#define BASE 8\n#define TAIL_AT (BASE + 12)\n", "")
    ran = diff(tree, change(tree, ("BASE 8", "BASE later"), path=path), OFFSET)
    assert (ran.returncode, ran.stderr) == (3, "")
    assert (
        "TAIL_AT hangs on what the patch changes, and the compiler has no number for it"
        in ran.stdout
    )


def test_a_header_that_cannot_be_read_any_more_is_named(tree: Path) -> None:
    path = elsewhere(tree, "typedef u8 room_t;\n", "room_t room;")
    ran = diff(tree, change(tree, ("u8 room_t", "u77 room_t"), path=path))
    assert (ran.returncode, ran.stderr) == (3, "")
    assert "ip_options is not laid out anew: " in ran.stdout
    assert "unknown type name 'u77'" in ran.stdout


def test_a_struct_whose_file_cannot_be_read_is_said_to_stand_there(tree: Path) -> None:
    tunnel = tree / "net" / "ipv4" / "tunnel.c"
    tunnel.write_text(f"#include <nowhere.h>\n{tunnel.read_text()}")
    ran = diff(tree, change(tree, GROWN))
    assert "struct tunnel_cb is laid out by its text: " in ran.stdout
    assert "net/ipv4/tunnel.c cannot be read" in ran.stdout
    assert "does not define it" not in ran.stdout
