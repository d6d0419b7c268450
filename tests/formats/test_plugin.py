"""The pytest plugin collects .cbs files where it is asked to, a test for each verdict;
completion and the files for CI."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SPEC = """
spec tiny "a title";
abi x86_64;
object skb per path { char cb[8]; }
layer one { view A : u8[2] at skb.cb[0]; step store { write A; } step look { read A; } }
path p { store; look; }
property kept: preserved A from store to look;
property gone: written A by one;
proposal fine { }
proposal wrong { expect kept refuted; }
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "model"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-p", "cbprove.pytest_plugin", "-q", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def test_a_spec_is_tests(tmp_path: Path) -> None:
    (tmp_path / "tiny.cbs").write_text(SPEC)
    (tmp_path / "shared.cbs").write_text("struct made_to_be_included { int a; };")
    (tmp_path / "bad.cbs").write_text(SPEC.replace("skb.cb[0]", "skb.nothing[0]"))
    ran = run(tmp_path, "--cbprove")
    assert ran.returncode == 1
    assert "tiny.cbs:7: proved: kept under wrong, expected refuted" in ran.stdout
    assert "`skb` has no" in ran.stdout or "nothing" in ran.stdout
    assert "2 failed, 5 passed" in ran.stdout


def test_unasked_nothing_is_collected(tmp_path: Path) -> None:
    (tmp_path / "tiny.cbs").write_text(SPEC)
    assert run(tmp_path).returncode == 5


def test_a_setting_asks_for_it(tmp_path: Path) -> None:
    (tmp_path / "tiny.cbs").write_text(SPEC.replace("proposal wrong { expect kept refuted; }", ""))
    (tmp_path / "pytest.ini").write_text("[pytest]\ncbprove = true\n")
    assert run(tmp_path).returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_every_command(shell: str) -> None:
    pytest.importorskip("shtab")
    from cbprove.arguments import COMMANDS

    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    command = [sys.executable, "-m", "cbprove", "--completion", shell]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0
    assert all(re.search(rf"\b{name}\b", ran.stdout) for name in COMMANDS)
    if shell == "bash":
        assert (
            subprocess.run(["bash", "-n"], input=ran.stdout, text=True, timeout=60).returncode == 0
        )


def test_the_formats_of_the_command_line_are_those_that_are_written() -> None:
    from cbprove.commands.shared import FORMATS as NAMED
    from cbprove.formats.table import FORMATS

    assert tuple(FORMATS) == NAMED


def test_the_hook_and_the_action_name_formats_that_there_are() -> None:
    from cbprove.formats.table import FORMATS

    hook, action = (ROOT / name for name in (".pre-commit-hooks.yaml", "action.yml"))
    assert re.search(r"--format (\w+)", hook.read_text())[1] in FORMATS  # type: ignore[index]
    listed = re.search(r'description: "text, ([\w, ]+)"', action.read_text())
    assert listed is not None
    assert set(re.findall(r"\w+", listed[1])) - {"or"} <= set(FORMATS)
