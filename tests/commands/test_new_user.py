"""What one types without having read anything: names that are wanted are told, and what is shown
fits and comes in order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN = "specs/gso_ipoib.cbs"
KERNEL = "docs/linux-6.1.btf"


def cbprove(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    command = [sys.executable, "-m", "cbprove", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("spec", [MAIN, "specs/linux/tc_7_2.cbs", "specs/linux/overlays_7_2.cbs"])
def test_a_layout_fits_and_begins_with_the_map(spec: str) -> None:
    lines = cbprove("layout", spec).stdout.splitlines()
    assert [line for line in lines if len(line.expandtabs()) > 100] == []
    first = next(i for i, line in enumerate(lines) if line.startswith("skb.cb, 48 bytes"))
    assert first < next(i for i, line in enumerate(lines) if line.startswith("struct "))


def test_a_layout_shows_the_structs_of_views_and_with_all_the_rest() -> None:
    plain, everything = (
        cbprove("layout", "specs/linux/tc_7_2.cbs", *more).stdout for more in ((), ("--all",))
    )
    assert "\nstruct tc_skb_cb {" in plain
    assert "\nstruct qdisc_skb_cb {" in plain  # which lies in it
    assert "struct tcp_skb_cb {" not in plain
    assert "struct tcp_skb_cb {" in everything
    missing = (
        everything.count("\nstruct ")
        + everything.count("\nunion ")
        - plain.count("\nstruct ")
        - plain.count("\nunion ")
    )
    assert plain.endswith(f"\n{missing} more structs that no view has: --all shows them\n")
    assert "--all" not in everything


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("sweep", MAIN),
            "--rows and --cols\n  = help: the properties are `hwaddr_preserved`, ",
        ),
        (
            ("sweep", MAIN, "--property", "fits"),
            "the axes are `abi`, `inet_skb_parm`, `skb_gso_cb`, ",
        ),
        (
            ("reproduce", MAIN),
            "error: no case is named\n  = help: --case gso_ipoib/linux_4_4/hwaddr_preserved, one of 72;",
        ),
        (
            ("import", MAIN, "--struct", "x"),
            "error[CB0301]: `gso_ipoib.cbs` is a spec, no artefact of a compiler",
        ),
        (
            ("drift", MAIN, "--against", MAIN),
            "error[CB0301]: `gso_ipoib.cbs` is a spec, no artefact of a compiler",
        ),
        (("layout", KERNEL, "--all"), "error: --all is for specs"),
        (("free", KERNEL), "is an artefact of a compiler, no spec"),
        (("sweep", KERNEL), "is an artefact of a compiler, no spec"),
    ],
)
def test_what_is_wanted_is_told(arguments: tuple[str, ...], message: str) -> None:
    ran = cbprove(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
