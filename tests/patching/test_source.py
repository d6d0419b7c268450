"""`diff --source`: functions read before a patch and after it, beside the tree; a new store is
judged, or told."""

from __future__ import annotations

import difflib
import hashlib
import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from cbprove.patching.functions import moved
from cbprove.source.accesses import Read
from tests.patching.ran import ROOT, TREE, cbprove, unwrapped

pytest.importorskip("clang.cindex")

SCHEMA = ROOT / "model" / "cbprove" / "report" / "patch.schema.json"
SPEC = """spec small "two layers that follow one another";
abi x86_64;
object skb { char cb[48] __aligned(8); }
struct ip_options { u32 nexthop; u8 optlen; u8 srr; u8 is_changed : 1; };
struct inet_skb_parm { int iif; struct ip_options opt; u16 flags; u16 frag_max_size; };
layer ip {
    view IPCB : struct inet_skb_parm at skb.cb[0];
    step mark of nothing "by hand" { write IPCB.flags, IPCB.iif; }
    step ip_rcv { write IPCB.opt.optlen; }
    step ip_forward { read IPCB.flags; }
}
path all { mark; ip_rcv; ip_forward; }
property keeps "what was noted is there": preserved IPCB.flags from mark to ip_forward;
property keeps_iif "the device is there": preserved IPCB.iif from mark to ip_forward;
"""
INPUT = "net/ipv4/ip_input.c"


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def diff(
    folder: Path, patch: str, *arguments: str, tree: Path = TREE
) -> subprocess.CompletedProcess[str]:
    (folder / "small.cbs").write_text(SPEC)
    (folder / "x.patch").write_text(patch)
    return unwrapped(
        cbprove(
            folder, "diff", "--patch", "x.patch", "small.cbs", "--source", str(tree), *arguments
        )
    )


def patch(*changes: tuple[str, str], path: str = INPUT, tree: Path = TREE) -> str:
    old = new = (tree / path).read_text()
    for before, after in changes:
        assert new.count(before) == 1
        new = new.replace(before, after)
    lines = difflib.unified_diff(
        old.splitlines(True), new.splitlines(True), f"a/{path}", f"b/{path}"
    )
    return "".join(lines)


def digests(tree: Path) -> dict[Path, str]:
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }


STORE = ("IPCB(skb)->iif = 1;", "IPCB(skb)->iif = 1;\n\tIPCB(skb)->flags = 3;")


def test_a_new_store_in_a_function_that_a_step_stands_for_is_judged(tmp_path: Path) -> None:
    before = digests(TREE)
    ran = diff(tmp_path, patch(STORE))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert (
        f"{INPUT}:6: ip_rcv() stores inet_skb_parm.flags, step `ip_rcv` does not: judged with it"
        in ran.stdout
    )
    assert 'lost: keeps of small.cbs, "what was noted is there"' in ran.stdout
    assert "keeps_iif" not in ran.stdout
    assert ran.stdout.splitlines()[-1].startswith("1 file read; rests on")
    assert digests(TREE) == before


def test_one_that_harms_nobody_is_said_and_no_more(tmp_path: Path) -> None:
    ran = diff(tmp_path, patch(("= 1;", "= 1;\n\tIPCB(skb)->frag_max_size = 2;")))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (
        "stores inet_skb_parm.frag_max_size, step `ip_rcv` does not: judged with it" in ran.stdout
    )
    assert "lost" not in ran.stdout


def test_the_document_says_the_same(tmp_path: Path) -> None:
    found = json.loads(diff(tmp_path, patch(STORE), "--format", "json").stdout)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    (only,) = found["functions"]
    assert (only["function"], only["file"], only["line"], only["step"]) == (
        "ip_rcv",
        INPUT,
        6,
        "ip_rcv",
    )
    assert only["judged"] and only["stores"]


def test_a_tree_that_has_the_patch_already(tmp_path: Path) -> None:
    """Taken back, what it does is new all the same."""
    text = patch(STORE)
    tree = tmp_path / "tree"
    subprocess.run(["cp", "-r", str(TREE), str(tree)], check=True)
    subprocess.run(["git", "apply", "-"], cwd=tree, input=text.encode(), check=True)
    ran = diff(tmp_path, text, tree=tree)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert (
        "ip_rcv() stores inet_skb_parm.flags, step `ip_rcv` does not: judged with it" in ran.stdout
    )


def test_a_store_to_a_member_of_the_same_patch(tmp_path: Path) -> None:
    grown = patch(
        ("u16 frag_max_size; };", "u16 frag_max_size; u32 more; };"), path="include/net/ip.h"
    )
    ran = diff(tmp_path, grown + patch(("= 1;", "= 1;\n\tIPCB(skb)->more = 2;")))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "struct inet_skb_parm: 16 -> 20 bytes, new more[16..20)" in ran.stdout
    assert "stores inet_skb_parm.more, step `ip_rcv` does not: judged with it" in ran.stdout
    assert "no step touches it" not in ran.stdout


def test_a_function_that_no_step_stands_for_is_told(tmp_path: Path) -> None:
    ran = diff(
        tmp_path,
        patch(
            (
                "int ip_rcv(",
                "void fresh(struct sk_buff *skb)\n{\n\tIPCB(skb)->flags = 1;\n}\n\nint ip_rcv(",
            )
        ),
    )
    assert (ran.returncode, ran.stderr) == (3, "")
    assert f"{INPUT}:4: fresh() stores inet_skb_parm.flags: no step stands for it" in ran.stdout


def test_what_a_function_no_longer_does_is_told(tmp_path: Path) -> None:
    ran = diff(tmp_path, patch(("\tIPCB(skb)->iif = 1;\n", "")))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (
        "ip_rcv() no longer stores inet_skb_parm.iif, for which step `ip_rcv` stands" in ran.stdout
    )


def test_an_inline_function_of_a_header(tmp_path: Path) -> None:
    ran = diff(
        tmp_path,
        patch(("return IPCB(skb)->flags ?", "return IPCB(skb)->iif ?"), path="include/net/ip.h"),
    )
    assert ran.returncode == 0
    assert "ip_skb_mtu() reads inet_skb_parm.iif: no step stands for it" in ran.stdout


def test_functions_that_do_as_before_are_nothing(tmp_path: Path) -> None:
    ran = diff(
        tmp_path, patch(("\treturn ip_options", "\tif (!skb)\n\t\treturn 1;\n\treturn ip_options"))
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        (
            (),
            patch(STORE).replace("ip_options_compile", "ip_options_nowhere"),
            "error[CB0345]: the patch does not apply to",
        ),
        (("--headers", "nowhere"), patch(STORE), "error: there is no folder `nowhere`"),
    ],
)
def test_what_makes_no_sense_is_said_plainly(
    tmp_path: Path, arguments: tuple[str, ...], text: str, message: str
) -> None:
    ran = diff(tmp_path, text, *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(message)


def test_a_path_that_leads_out_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.c"
    outside.write_text("int a;\n")
    text = "--- a/../outside.c\n+++ b/../outside.c\n@@ -1 +1 @@\n-int a;\n+int b;\n"
    ran = diff(tmp_path, text)
    assert ran.returncode == 2
    assert outside.read_text() == "int a;\n"


def _at(name: str, file: str) -> tuple[tuple[str, str], Read]:
    return (file, name), Read(name=name, file=file, line=1, accesses=())


def test_a_function_that_stands_in_another_file_now_is_the_same() -> None:
    before = dict([_at("one", "a.h"), _at("two", "a.h"), _at("two", "b.h"), _at("gone", "a.h")])
    after = dict([_at("one", "c.h"), _at("two", "c.h"), _at("new", "c.h")])
    assert list(moved(before, after)) == [
        ("c.h", "one"),
        ("a.h", "two"),  # of two files: which of them is the one there is not known
        ("b.h", "two"),
        ("a.h", "gone"),
    ]
    assert moved(after, after) == after
