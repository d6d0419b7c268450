"""`cbprove reproduce` as people run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from programs import answer, build

HERE = Path(__file__).parent
ALL_KINDS = HERE / "all_kinds.cbs"


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    known = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "model")}
    command = [sys.executable, "-m", "cbprove", "reproduce", *arguments]
    return subprocess.run(
        command, cwd=folder, env=known, capture_output=True, text=True, timeout=120
    )


def test_a_file(tmp_path: Path) -> None:
    done = _run(tmp_path, str(ALL_KINDS), "--case", "all_kinds/over/kept", "-o", "kept.c")
    assert (done.returncode, done.stdout) == (0, "kept.c: all_kinds/over/kept, refuted\n")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.c"]
    assert answer(build((tmp_path / "kept.c").read_text(), tmp_path))[0] == 1


def test_standard_output(tmp_path: Path) -> None:
    done = _run(tmp_path, str(ALL_KINDS), "--case", "all_kinds/over/apart")
    assert done.stdout.startswith("/* all_kinds/over/apart: refuted, they share no byte\n")
    assert answer(build(done.stdout, tmp_path)) == (1, "S and G: [0, 12) and [0, 8)\n")


def test_no_such_case(tmp_path: Path) -> None:
    done = _run(tmp_path, str(ALL_KINDS), "--case", "all_kinds/ower/kept")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "error: there is no case `all_kinds/ower/kept`\n  = help: near it: all_kinds/over/kept"
    )


def test_a_case_with_nothing_to_run(tmp_path: Path) -> None:
    done = _run(tmp_path, str(ALL_KINDS), "--case", "all_kinds/saved/unasked")
    assert done.returncode == 2
    assert done.stderr.startswith("error: `all_kinds/saved/unasked` is vacuous\n")
    done = _run(tmp_path, str(ALL_KINDS), "--case", "all_kinds/good/unasked")
    assert done.returncode == 2
    assert done.stderr.startswith("error: `all_kinds/good/unasked` makes no case")


def test_a_proved_case(tmp_path: Path) -> None:
    done = _run(tmp_path, str(ALL_KINDS), "--case", "all_kinds/good/own")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error: `all_kinds/good/own` is proved\n  = help: no run breaks it"
    )


def test_what_is_shown_of_a_mixed_case_is_refuted(tmp_path: Path) -> None:
    """Also where the report shows a candidate that is proved and was expected not to be."""
    (tmp_path / "mixed.cbs").write_text(
        'spec mixed "over it, or beside it";\nobject skb { char cb[8]; }\nparam AT in 0..4;\n'
        "abi i386;\nlayer l { view A : u32 at skb.cb[0]; view B : u8 at skb.cb[AT];\n"
        "step s { write A; } step h { write B; } step t { read A; } }\npath p { s; h; t; }\n"
        "property kept: preserved A from s to t;\nproposal any_of_them { AT = any; expect kept refuted; }\n"
    )
    done = _run(tmp_path, "mixed.cbs", "--case", "mixed/any_of_them/kept")
    assert done.returncode == 0
    assert answer(build(done.stdout, tmp_path))[0] == 1
    assert " * cc -m32 -std=c11" in done.stdout  # as it is laid out


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    done = _run(tmp_path, str(ALL_KINDS), "--case", "all_kinds/over/kept", "-o", "nowhere/kept.c")
    assert done.returncode == 2
    assert "error[CB0325]: `nowhere/kept.c` cannot be written" in done.stderr


def test_a_view_over_a_bit_field(tmp_path: Path) -> None:
    """It has no address: some bits of a byte are stored."""
    spec = tmp_path / "bits.cbs"
    spec.write_text(
        'spec bits "a view over a bit-field";\nstruct s { u8 a:4, b:4; };\nstruct n { u8 low:4; };\n'
        "object skb { char cb[8]; }\nlayer l { view V : struct s at skb.cb[0]; view W : u8 at V.b;\n"
        "step w { write W; } step r { read V.b; } }\npath p { w; r; }\nproperty own: owned;\n"
    )
    done = _run(tmp_path, "bits.cbs", "--case", "bits/any/own")
    assert done.returncode == 0
    assert answer(build(done.stdout, tmp_path)) == (
        1,
        "not its own: V.b, byte 0: first 11, then ee\n",
    )
