"""`cbprove diff -`: the whole answer on the small change, and what is said of input that makes
no sense."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
CHANGES = ROOT / "specs" / "changes"
SCHEMA = ROOT / "model" / "cbprove" / "report" / "patch.schema.json"
BASE = "specs/changes/tc_skb_cb/base.cbs"

UNRELATED = """\
diff --git a/drivers/x.h b/drivers/x.h
--- a/drivers/x.h
+++ b/drivers/x.h
@@ -1,3 +1,4 @@
 struct nobody_has_this {
 	int a;
+	int b;
 };
"""


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def cbprove(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    command = [sys.executable, "-m", "cbprove", "diff", *arguments]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=given,
        capture_output=True,
        timeout=300,
        check=False,
    )
    return subprocess.CompletedProcess(
        command, ran.returncode, ran.stdout.decode(), ran.stderr.decode()
    )


def test_a_patch_on_a_spec() -> None:
    ran = cbprove("-", BASE, given=(CHANGES / "tc_skb_cb.patch").read_bytes())
    assert (ran.returncode, ran.stderr) == (1, "")
    lines = ran.stdout.splitlines()
    assert len(lines) <= 15
    assert lines[1].startswith(
        "struct tc_skb_cb: 36 -> 40 bytes, new drop_reason[28..32), mru from 28 to 34"
    )
    assert "lost: mru_preserved of base.cbs" in lines
    assert any("2 of 2 bytes lost: cb[34..36)" in line for line in lines)
    assert "tc_skb_cb.drop_reason: no step touches it" in lines


CB = """\
--- a/include/linux/skbuff.h
+++ b/include/linux/skbuff.h
@@ -900,4 +900,4 @@ struct sk_buff {
 	 * first. This is owned by whoever has the skb queued ATM.
 	 */
-	char			cb[48];
+	char			cb[32] __aligned(8);
 
"""


@pytest.mark.parametrize("line", ["+union tc_skb_cb {", "+struct tc_cb {"])
def test_a_struct_that_is_another_one_is_told(line: str) -> None:
    """A union of the same members, or the same under another name, passed in silence."""
    head = "--- a/include/net/sch_generic.h\n+++ b/include/net/sch_generic.h\n"
    hunk = (
        f"@@ -1060,2 +1060,2 @@\n-struct tc_skb_cb {{\n{line}\n \tstruct qdisc_skb_cb qdisc_cb;\n"
    )
    ran = cbprove("-", BASE, given=(head + hunk).encode())
    assert ran.returncode == 3
    assert "sch_generic.h:1060: struct tc_skb_cb is not there any more" in ran.stdout


def test_the_control_block_itself_may_change() -> None:
    ran = cbprove(
        "-", "specs/changes/tc_skb_cb", given=CB.replace("cb[48]", "cb[48] __aligned(8)").encode()
    )
    assert ran.returncode == 1
    assert "skb.cb: 48 -> 32 bytes" in ran.stdout.splitlines()
    assert (
        "now beyond skb.cb, and no check says so: TC_SKB_CB 36, bpf_skb_data_end 48"
        in ran.stdout.replace("2 views ", "")
    )


def test_a_control_block_of_another_size_is_no_such_patch() -> None:
    ran = cbprove("-", BASE, given=CB.replace("cb[48]", "cb[64]").encode())
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "error[CB0342]" in ran.stderr


def test_the_document_has_its_shape() -> None:
    ran = cbprove("--patch", "specs/changes/tc_skb_cb.patch", BASE, "--format", "json")
    found = json.loads(ran.stdout)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    assert [(each["property"], each["kind"]) for each in found["turned"]] == [
        ("mru_preserved", "newly refuted")
    ]
    assert found["exit_code"] == ran.returncode == 1


def test_verdicts_are_those_of_two_specs() -> None:
    """The patch on the base is the head: what is newly refuted is the same."""
    both = json.loads(cbprove("--format", "json", BASE, "specs/changes/tc_skb_cb/head.cbs").stdout)
    (comparison,) = both["comparisons"]
    expected = {
        each["property"] for each in comparison["verdicts"] if each["change"] != "unchanged"
    }
    ran = cbprove("--patch", "specs/changes/tc_skb_cb.patch", BASE, "--format", "json")
    assert {each["property"] for each in json.loads(ran.stdout)["turned"]} == expected


def test_a_patch_that_touches_no_control_block_says_nothing_in_a_second() -> None:
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = cbprove("-", given=UNRELATED.encode())
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    # Of a processor, however busy it is
    assert ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime < 1


def test_functions_that_use_a_control_block_are_said_to_be_unread() -> None:
    text = "--- a/net/ipv4/x.c\n+++ b/net/ipv4/x.c\n@@ -1,2 +1,3 @@\n void f(void)\n {\n+\tIPCB(skb)->flags = 0;\n"
    ran = cbprove("-", given=text.encode())
    assert (ran.returncode, ran.stdout) == (
        0,
        "no struct changes; not judged is what functions do with IPCB in net/ipv4/x.c\n",
    )


@pytest.mark.parametrize(
    ("arguments", "given", "message"),
    [
        (["-"], b"", "error[CB0340]: there is no patch in standard input: it is empty"),
        (
            ["-"],
            b"From: a@b\nSubject: x\n\nhello\n",
            "error[CB0340]: there is no patch in standard input",
        ),
        (["-"], UNRELATED[:-12].encode(), "error[CB0341]: the patch is broken off"),
        (["-"], b"x" * 50_000_000, "error[CB0343]: standard input is longer than 32 MB"),
        (
            ["--patch", "nowhere.patch"],
            b"",
            "error: `nowhere.patch` cannot be read: no such file or directory",
        ),
        (["--patch", "specs"], b"", "error: `specs` "),
        (["--model", "1.0", "-"], UNRELATED.encode(), "error: there is no model of Linux 1.0"),
        (
            ["--model", "7.2", "-", BASE],
            UNRELATED.encode(),
            "error: a patch is judged on SPECs or on a --model",
        ),
        (["-v", BASE, BASE], b"", "error: --verbose is about a patch"),
        (["x.patch"], b"", "error: two specs are compared, not 1"),
    ],
)
def test_input_that_makes_no_sense_is_said_plainly(
    arguments: list[str], given: bytes, message: str
) -> None:
    ran = cbprove(*arguments, given=given)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(message)
    assert "Traceback" not in ran.stderr


def test_a_patch_that_does_not_apply_is_a_mistake() -> None:
    text = (
        (CHANGES / "tc_skb_cb.patch")
        .read_text()
        .replace("u16 mru;", "u16 nobody;")
        .replace("-\tu16 zone", "-\tu16 zine")
    )
    ran = cbprove("-", BASE, given=text.encode())
    assert (ran.returncode, ran.stdout) == (2, "")
    assert (
        "error[CB0342]: the patch does not apply to specs/changes/tc_skb_cb/base.cbs: `struct tc_skb_cb`: "
        in ran.stderr
    )


def test_a_pipe_that_is_closed_is_no_traceback() -> None:
    patch = CHANGES / "tc_skb_cb.patch"
    script = f"{sys.executable} -m cbprove diff --patch {patch} {BASE} -v | true; echo ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.stdout.strip() in ("1", "141")
    assert "Traceback" not in ran.stderr


@pytest.mark.slow
def test_an_interrupt_leaves_with_130_and_no_worker_behind() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    command = [
        sys.executable,
        "-m",
        "cbprove",
        "diff",
        "--patch",
        str(CHANGES / "qdisc_skb_cb.patch"),
        "--no-cache",
    ]
    running = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text():
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "interrupted\n")
    with pytest.raises(ProcessLookupError):
        for _ in range(200):  # one that is killed is there for a moment
            os.killpg(running.pid, 0)
            time.sleep(0.05)


def test_a_spec_that_is_none_is_a_mistake_whatever_the_patch_touches(tmp_path: Path) -> None:
    kernel = tmp_path / "vmlinux"
    kernel.write_bytes(b"\x7fELF" + bytes(2_000_000))
    ran = cbprove("-", str(kernel), given=UNRELATED.encode())
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"error[CB0002]: `{kernel}` is an artefact of a compiler, no spec")


def test_a_hunk_that_may_be_of_several_structs_is_no_pass() -> None:
    text = (
        "--- a/x.h\n+++ b/x.h\n@@ -7,2 +7,3 @@\n \tu16\t\t\tfrag_max_size;\n+\tu32\t\t\tmore;\n \n"
    )
    ran = cbprove("-", given=text.encode())
    assert (ran.returncode, ran.stderr) == (3, "")
    assert ran.stdout.startswith(
        "not judged\nnot judged: x.h:7: the hunk names no struct and fits each of br_input_skb_cb,"
    )


def test_a_standard_input_that_is_closed() -> None:
    command = f"exec {sys.executable} -m cbprove diff - <&-"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    ran = subprocess.run(
        command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: standard input is closed\n")
