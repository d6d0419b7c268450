"""`diff --git A..B --source TREE`: each commit as its repository has it, whatever stands in the
tree, which nobody touches."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patching.ran import TREE, cbprove, unwrapped

pytest.importorskip("clang.cindex")

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
"""
INPUT, HEADER = "net/ipv4/ip_input.c", "include/net/ip.h"
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def git(tree: Path, *arguments: str) -> None:
    subprocess.run(["git", *IDENTITY, *arguments], cwd=tree, check=True, capture_output=True)


def edited(tree: Path, path: str, before: str, after: str) -> None:
    text = (tree / path).read_text()
    assert text.count(before) == 1
    (tree / path).write_text(text.replace(before, after))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Three commits: a member, a store to it and to another one, both taken back; and a file
    that nobody has committed."""
    made = tmp_path / "tree"
    shutil.copytree(TREE, made)
    git(made, "init", "-q")
    git(made, "add", "-A", "-f")
    git(made, "commit", "-q", "-m", "as it was")
    edited(made, HEADER, "u16 frag_max_size; };", "u16 frag_max_size; u32 more; };")
    git(made, "commit", "-q", "-a", "-m", "a member")
    git(made, "commit", "-q", "--allow-empty", "-m", "nothing at all")
    edited(made, INPUT, "IPCB(skb)->iif = 1;", "IPCB(skb)->more = IPCB(skb)->flags = 1;")
    git(made, "commit", "-q", "-a", "-m", "stores")
    git(made, "revert", "--no-edit", "HEAD")
    git(made, "revert", "--no-edit", "HEAD~3")
    (made / INPUT).write_text("this is no C\n")
    return made


def diff(tree: Path, range: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (tree.parent / "small.cbs").write_text(SPEC)
    (tree.parent / ".cbprove.toml").write_text('specs = ["small.cbs"]\n')
    options = ["--git", range, "--source", "tree", "-v"]
    return unwrapped(cbprove(tree.parent, "diff", *options, *arguments))


def digests(tree: Path) -> dict[Path, str]:
    found = (
        path for path in sorted(tree.rglob("*")) if path.is_file() and ".git" not in path.parts
    )
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_each_commit_with_its_functions(tree: Path) -> None:
    before = digests(tree)
    ran = diff(tree, "HEAD~5..HEAD")
    assert (ran.returncode, ran.stderr) == (1, "")
    told = ran.stdout.split("commit ")[1:]
    assert len(told) == 4
    assert "struct inet_skb_parm: 16 -> 20 bytes, new more[16..20)" in told[0]
    assert "lost" not in told[0]
    assert "ip_rcv() stores inet_skb_parm.flags, step `ip_rcv` does not: judged with it" in told[1]
    assert "ip_rcv() stores inet_skb_parm.more" in told[1]
    assert "lost: keeps of small.cbs" in told[1]
    assert "ip_rcv() no longer stores inet_skb_parm.iif" in told[1]
    assert "ip_rcv() stores inet_skb_parm.iif, step `ip_rcv` does not: judged with it" in told[2]
    assert "struct inet_skb_parm: 20 -> 16 bytes, without more" in told[3]
    assert digests(tree) == before


def test_a_member_of_an_earlier_commit_is_known_in_the_next(tree: Path) -> None:
    """The header that this one does not change is read as the commit has it, not as it stands in
    the tree."""
    ran = diff(tree, "HEAD~3..HEAD~2")
    assert "not read" not in ran.stdout
    assert "ip_rcv() stores inet_skb_parm.more" in ran.stdout


def test_a_tree_in_no_repository(tree: Path) -> None:
    shutil.rmtree(tree / ".git")
    ran = diff(tree, "HEAD~1..HEAD")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: git: not a git repository")
