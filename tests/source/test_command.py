"""`cbprove accesses`: what it prints, and what it says to those who name what is not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("clang.cindex")

IDIOMS = Path(__file__).parent / "idioms"
SCHEMA = Path(__file__).parents[2] / "model/cbprove/source/accesses.schema.json"


def accesses(*arguments: str, folder: Path = IDIOMS) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "cbprove",
        "accesses",
        "--object",
        "sk_buff.cb",
        "--cc",
        "cc -w",
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)


def test_a_file_as_text() -> None:
    done = accesses("local_pointer.c")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "local_pointer.c\n"
        "  f, line 2\n"
        "    6  read   routed.opt.length   [8,9)  of skb\n"
        "    7  write  routed.opt.address  [4,8)  of skb\n"
        "1 function touches sk_buff.cb\n"
    )


def test_an_object_that_nothing_touches_may_be_misspelt() -> None:
    done = accesses("local_pointer.c", "--object", "sk_buf.cb")
    assert done.returncode == 5
    assert "`sk_buf.cb`" in done.stderr


def test_a_folder_as_a_document() -> None:
    import jsonschema

    done = accesses(".", "--format", "json", "--jobs", "2")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    assert found["unread"] == []
    assert {each["name"] for each in found["functions"]} == {"f", "made", "own"}
    assert accesses(".", "--format", "json", "--jobs", "1").stdout == done.stdout


def test_a_function_by_name() -> None:
    done = accesses("compile")
    assert done.returncode == 5  # what it is given by its caller stands in the caller
    assert (
        done.stdout
        == "callee_is_followed.c\n  compile, line 2\n    nothing\n0 functions touch sk_buff.cb\n"
    )


def test_a_draft_is_a_layer(tmp_path: Path) -> None:
    done = accesses("pointer_reassigned.c", "--draft")
    assert done.returncode == 0
    (tmp_path / "drafted.cbs").write_text(done.stdout)
    (tmp_path / "whole.cbs").write_text(
        'spec whole "a draft";\nobject skb { char cb[48]; }\ninclude "drafted.cbs";\n'
        "struct options { __be32 address; u8 length; u8 changed : 1, strict : 1, rest : 6; };\n"
        "struct routed { u32 iif; struct options opt; };\npath all { f; }\n"
    )
    check = [sys.executable, "-m", "cbprove", "whole.cbs"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, timeout=60).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.c",), "error: there is no file, folder or function `nowhere.c`\n"),
        (("compil",), "error: no function `compil` is defined below"),
        (("--headers", ".", "f"), "error: --headers without --source\n"),
        (("--compile-commands", "packet.h", "f"), "error: both --compile-commands and --cc"),
        (("--jobs", "0", "f"), "error: `0` is not a number of processes\n"),
        (("--object", "a->b", "f"), "error: `a->b` names no object\n"),
        (("--cc", "no-such-compiler", "f"), "error: the compiler `no-such-compiler` cannot be run"),
    ],
)
def test_what_makes_no_sense(arguments: tuple[str, ...], said: str) -> None:
    done = accesses(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(said)
    assert "Traceback" not in done.stderr


def test_a_name_nearly_right() -> None:
    assert "did you mean `compile`?" in accesses("compil").stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("binary.c", "\0\1\2\3\xff"),
        ("poem.c", "not a line of C, nor of anything else: skb->cb\n"),
        ("itself.c", '#include "itself.c"\nint f(struct sk_buff *skb) { return skb->cb[0]; }\n'),
        (
            "missing.c",
            "#include <no/such/header.h>\nint f(struct sk_buff *skb) { return skb->cb[0]; }\n",
        ),
    ],
)
def test_what_is_no_c(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    done = accesses(name, folder=tmp_path)
    assert done.returncode == 2, done.stdout
    assert f"{name}: " in done.stdout and "error" in done.stdout
    assert "1 could not be read without errors" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.c")
    done = accesses("pipe.c", folder=tmp_path)
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "error: `pipe.c` is neither a file nor a folder",
    )
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "pipe.c")
    assert accesses("folder", folder=tmp_path).returncode == 5  # a folder without a file of C


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_file_of_many_lines(tmp_path: Path, count: int) -> None:
    lines = "\n".join("\tskb->cb[0] = 1;" for _ in range(count))
    (tmp_path / "long.c").write_text(
        f'#include "packet.h"\nvoid f(struct sk_buff *skb)\n{{\n{lines}\n}}\n'
    )
    done = accesses("long.c", "--cc", f"cc -I{IDIOMS}", "--format", "json", folder=tmp_path)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["functions"][0]["accesses"]) == count


@pytest.mark.parametrize(("depth", "code"), [(400, 0), (20_000, 2)])
def test_statements_in_statements(tmp_path: Path, depth: int, code: int) -> None:
    chain = "".join(f"if (skb->cb[{number % 48}])\n\t\t;\n\telse " for number in range(depth))
    (tmp_path / "deep.c").write_text(
        f'#include "packet.h"\nvoid f(struct sk_buff *skb)\n{{\n\t{chain};\n}}\n'
    )
    done = accesses("deep.c", "--cc", f"cc -I{IDIOMS}", folder=tmp_path)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert ("nested too deep" in done.stdout or "too deep to be followed" in done.stdout) == (
        code == 2
    )


def test_compile_commands(tmp_path: Path) -> None:
    source = tmp_path / "one.c"
    source.write_text(
        '#include "packet.h"\n#ifdef YES\nvoid f(struct sk_buff *skb) { skb->cb[0] = 1; }\n#endif\n'
    )
    listed = [
        {
            "directory": str(tmp_path),
            "file": "one.c",
            "command": f"gcc -c -DYES -I{IDIOMS} -o one.o one.c",
        }
    ]
    (tmp_path / "compile_commands.json").write_text(json.dumps(listed))
    command = [sys.executable, "-m", "cbprove", "accesses", "one.c", "--object", "sk_buff.cb"]
    command += ["--compile-commands", "compile_commands.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.splitlines()[2]) == (
        0,
        "    3  write  [0..1)  [0,1)  of skb",
    )
