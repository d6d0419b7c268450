"""The table of exit codes, one test a line, and how several of them mix."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import tiny

from cbprove.arguments import parse
from cbprove.commands.shared import mixed
from cbprove.diagnostics import WrongUsage

Spec = Callable[[str, str], str]


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([], 5),
        ([5], 5),
        ([0], 0),
        ([0, 5], 0),
        ([3, 0], 3),
        ([3, 4], 4),
        ([4, 1, 3], 1),
        ([1, 2, 4], 2),
        ([2, 70, 1], 70),
        ([5, 3], 3),
    ],
)
def test_worst_counts(codes: list[int], code: int) -> None:
    assert mixed(codes) == code


def test_as_expected(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(spec("a.cbs", tiny.GOOD))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "a.cbs: 2 proposals, 4 verdicts: 3 proved, 1 refuted (1 expected)\n\n"
    )


def test_not_as_expected(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(spec("a.cbs", tiny.REFUTED))
    assert done.returncode == 1
    assert done.stdout.split("\n\n")[1].startswith("refuted: keep under second")
    assert "1 of 5 bytes lost: cb[0..1)" not in done.stdout
    assert "lost: cb[4..6)" in done.stdout


def test_mistake_in_a_spec(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(spec("a.cbs", tiny.MISTAKE))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error[CB0101]: ")
    assert "\n --> a.cbs:7:" in done.stderr
    assert "Traceback" not in done.stderr


def test_vacuous(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(spec("a.cbs", tiny.VACUOUS))
    assert done.returncode == 4
    assert "vacuous: never under first" in done.stdout


def test_exit_zero_reports_only(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    assert cbprove("--exit-zero", spec("a.cbs", tiny.REFUTED)).returncode == 0
    assert cbprove("--exit-zero", spec("a.cbs", tiny.MISTAKE)).returncode == 2


def test_nothing_to_check(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    spec("sub/only_included.cbs", tiny.INCLUDED)
    done = cbprove("sub")
    assert (done.returncode, done.stdout) == (5, "nothing to check\n")


def test_mistakes_outweigh_verdicts(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(spec("a.cbs", tiny.REFUTED), spec("b.cbs", tiny.MISTAKE))
    assert done.returncode == 2
    assert "refuted: keep under second" in done.stdout
    assert "1 mistake, no verdicts on 1 spec" in done.stderr


def test_json_has_the_same_codes(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    assert cbprove("--format", "json", spec("a.cbs", tiny.REFUTED)).returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["--nonsense", "a.cbs"],
        ["nowhere.cbs"],
        ["--timeout", "5", "a.cbs"],
        ["--timeout", "5 parsecs", "a.cbs"],
        ["--bound", "-1", "a.cbs"],
        ["--resources", "0", "a.cbs"],
        ["explain", "CB9999"],
        [],
    ],
)
def test_usage(cbprove, arguments: list[str]) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr and "Traceback" not in done.stderr


def test_timeout_without_unit_has_a_hint(cbprove) -> None:  # type: ignore[no-untyped-def]
    assert "`5` has no unit; did you mean `5s`?" in cbprove("--timeout", "5", "a.cbs").stderr


def test_a_bug_of_ours(cbprove, spec: Spec, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """The stages are broken from outside: the other specs are still checked, and no verdict is
    said of the broken one."""
    broken = "import cbprove.design.judge as j\noriginal = j.judge\n" + (
        "def judge(system, *rest, **more):\n"
        "    if system.title == 'bad':\n        raise AssertionError('two and two')\n"
        "    return original(system, *rest, **more)\n"
        "j.judge = judge\nfrom cbprove.cli import main\nmain()\n"
    )
    import os
    import subprocess
    import sys
    from pathlib import Path

    bad = tiny.GOOD.replace("two views of one control block", "bad")
    command = [sys.executable, "-c", broken, spec("a.cbs", bad), spec("b.cbs", tiny.GOOD)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "model")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 70
    assert (
        "Traceback" in done.stderr
        and "this is a bug of cbprove" in done.stderr
        and "two and two" in done.stderr
    )
    assert "a.cbs" not in done.stdout and "b.cbs: 2 proposals" in done.stdout


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "257", "9999999999"])
def test_a_number_of_processes_is_looked_at_before_any_is_begun(jobs: str) -> None:
    with pytest.raises(WrongUsage, match=f"`{jobs}` is not a number of processes from 1 to 256"):
        parse(["check", f"--jobs={jobs}", "a.cbs"])
