"""`.cbprove.toml`: what it may say, who asks it, and that every mistake of it is told at once,
with its line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cbprove.diagnostics import SpecError
from cbprove.settings import Settings, settings
from tests.patching.ran import ROOT, TREE, cbprove

KERNEL = ROOT / "docs" / "linux-6.1.btf"


def says(folder: Path, text: str) -> None:
    (folder / ".cbprove.toml").write_text(text)


@pytest.mark.parametrize(
    ("text", "line", "message", "help"),
    [
        ("\nspecs = 1", 2, "`specs` is not a list of paths", 'write specs = ["specs/*.cbs"]'),
        ("nothing = 1", 1, "there is no setting `nothing`", "the settings are specs, model,"),
        ('header = "x"', 1, "there is no setting `header`", "did you mean `headers`?"),
        ("a = 1\nmodel = ", 2, "this is no TOML: invalid value", "write KEY = VALUE"),
        ('model = "7', 1, "this is no TOML: ", "write KEY = VALUE"),
        ("model = 7", 1, "`model` is not a version", 'write model = "7.2"'),
        (
            "accessors = [1]",
            1,
            "`accessors` is not a list of names",
            'write accessors = ["MY_SKB_CB"]',
        ),
        ("headers = []", 1, "`headers` is not a folder", "write headers ="),
        (
            'headers = "no"',
            1,
            "`headers`: there is no folder `no`",
            "paths count from the folder of this file",
        ),
        ('include = [".",\n "no"]', 2, "`include`: there is no folder `no`", "paths count"),
        ('specs = ["*.cbs"]', 1, "`specs`: there is no spec `*.cbs`", "paths count"),
        ('vmlinux = "no"', 1, "`vmlinux`: there is no file or folder `no`", "paths count"),
        ('compile_commands = "."', 1, "`compile_commands`: there is no file `.`", "paths count"),
        ("[headers]\nx = 1", 1, "`headers` is not a folder", "write headers ="),
    ],
)
def test_what_makes_no_sense_is_said_where_it_stands(
    tmp_path: Path, text: str, line: int, message: str, help: str
) -> None:
    says(tmp_path, text)
    with pytest.raises(SpecError) as raised:
        settings(tmp_path)
    (only,) = raised.value.diagnostics
    assert (only.code, only.span and only.span.line) == ("CB0346", line)
    assert only.message.startswith(message)
    assert only.help.startswith(help)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    says(tmp_path, 'vmlinx = "x"\nmodel = 7.2\nspecs = ["a.cbs", "b.cbs"]\n')
    ran = cbprove(tmp_path, "import", "--struct", "inet_skb_parm")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("error[CB0346]") == 4
    assert ".cbprove.toml:3:20" in ran.stderr
    assert ran.stderr.index("`vmlinx`") < ran.stderr.index("`model`") < ran.stderr.index("`a.cbs`")


@pytest.mark.parametrize("text", [b"\xff\xfe", b""])
def test_a_file_of_no_text(tmp_path: Path, text: bytes) -> None:
    (tmp_path / ".cbprove.toml").write_bytes(text)
    if not text:
        assert settings(tmp_path) == Settings()
        return
    with pytest.raises(SpecError) as raised:
        settings(tmp_path)
    assert "cannot be read: it is no UTF-8 text" in raised.value.diagnostics[0].message


def test_the_first_folder_that_says_anything_counts(tmp_path: Path) -> None:
    for name in ("here/below", "tree"):
        (tmp_path / name).mkdir(parents=True)
    says(tmp_path / "tree", 'model = "6.1"\ninclude = ["."]\n')
    found = settings(tmp_path / "here" / "below", tmp_path / "tree")
    assert (found.model, found.include) == ("6.1", (str(tmp_path / "tree"),))
    says(tmp_path / "here", 'model = "7.2"\n')
    assert settings(tmp_path / "here" / "below", tmp_path / "tree") == Settings(model="7.2")


def test_a_trees_vmlinux_is_opened_where_none_is_named(tmp_path: Path) -> None:
    says(tmp_path, f'vmlinux = "{os.path.relpath(KERNEL, tmp_path)}"\n')
    ran = cbprove(tmp_path, "import", "--struct", "inet_skb_parm")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "struct inet_skb_parm {" in ran.stdout
    (tmp_path / "x.cbs").write_text(
        f'spec x "x";\nobject skb {{ char cb[48]; }}\n{ran.stdout}'
        "layer l { view V : struct inet_skb_parm at skb.cb[0]; step s { write V; } }\npath p { s; }\n"
    )
    assert cbprove(tmp_path, "drift", "x.cbs").returncode == 0
    shown = cbprove(tmp_path, "layout", "--struct", "inet_skb_parm")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "/* size: 24" in shown.stdout
    table = json.loads(
        cbprove(tmp_path, "overlays", "x.cbs", "--format", "json", "--against").stdout
    )
    assert "linux-6.1.btf" in json.dumps(table)
    assert cbprove(tmp_path, "overlays", "x.cbs").returncode == 0


def test_a_named_artefact_counts_before_the_trees(tmp_path: Path) -> None:
    says(tmp_path, f'vmlinux = "{KERNEL}"\n')
    ran = cbprove(tmp_path, "import", "nowhere", "--struct", "inet_skb_parm")
    assert ran.returncode == 2
    assert "there is no file `nowhere`" in ran.stderr


def test_how_c_is_compiled(tmp_path: Path) -> None:
    """By folders to include from, or file by file; on the command line something else may be
    said."""
    pytest.importorskip("clang.cindex")
    (tmp_path / "inc").mkdir()
    (tmp_path / "inc" / "box.h").write_text("struct box { char cb[8]; int rest; };\n")
    (tmp_path / "a.c").write_text("#include <box.h>\nvoid f(struct box *b) { b->cb[WHICH] = 1; }\n")
    asked = ("accesses", "a.c", "--object", "box.cb", "--no-cache")
    assert cbprove(tmp_path, *asked, "--cc", "cc -DWHICH=1").returncode == 2
    says(tmp_path, 'include = ["inc"]\n')
    assert "[1,2)" in cbprove(tmp_path, *asked, "--cc", "cc -DWHICH=1").stdout
    command = {"directory": str(tmp_path), "file": "a.c", "command": "cc -Iinc -DWHICH=3 -c a.c"}
    (tmp_path / "commands.json").write_text(json.dumps([command]))
    says(tmp_path, 'compile_commands = "commands.json"\n')
    assert "[3,4)" in cbprove(tmp_path, *asked).stdout
    assert "[1,2)" in cbprove(tmp_path, *asked, "--cc", "cc -Iinc -DWHICH=1").stdout


def test_folders_to_include_from_in_a_kernel(tmp_path: Path) -> None:
    pytest.importorskip("clang.cindex")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "more.h").write_text(
        "#include <net/ip.h>\n#define MORE(skb) IPCB(skb)->frag_max_size\n"
    )
    (tmp_path / "x.c").write_text(
        "#include <more.h>\nvoid f(struct sk_buff *skb) { MORE(skb) = 1; }\n"
    )
    asked = ("accesses", "x.c", "--object", "sk_buff.cb", "--no-cache", "--source", str(TREE))
    assert cbprove(tmp_path, *asked).returncode == 2
    says(tmp_path, 'include = ["more"]\n')
    assert "inet_skb_parm.frag_max_size" in cbprove(tmp_path, *asked).stdout
