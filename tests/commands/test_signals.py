"""^C, SIGTERM, a closed pipe, a full disk, no HOME: said, with the shell's exit code, and
nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cbprove.solving.library import Context
from cbprove.solving.solver import Z3Session, _Model

ROOT = Path(__file__).parents[2]
CBPROVE = [sys.executable, "-m", "cbprove"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "model")}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_certify_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    command = [
        *CBPROVE,
        "certify",
        str(ROOT / "specs/gso_ipoib.cbs"),
        "-o",
        str(tmp_path / "proofs"),
    ]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    time.sleep(1.5)
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert running.returncode == code, said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_leaves_is_no_fault() -> None:
    command = " ".join([*CBPROVE, "layout", str(ROOT / "specs/gso_ipoib.cbs")])
    ended = subprocess.run(
        ["bash", "-c", f"{command} | true"], capture_output=True, text=True, env=ENVIRONMENT
    )
    assert ended.stderr == ""


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [*CBPROVE, "explain"], stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
        )
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr


def test_home_is_not_needed(tmp_path: Path) -> None:
    spec = tmp_path / "a.cbs"
    spec.write_text(
        'spec a "a"; object o { u8 a; } layer l { step s { write o.a; } } path p { s; } property w: fits;'
    )
    without = {
        name: value for name, value in ENVIRONMENT.items() if name not in ("HOME", "XDG_CACHE_HOME")
    }
    ended = subprocess.run([*CBPROVE, "-q", str(spec)], capture_output=True, text=True, env=without)
    assert ended.returncode == 0, ended.stderr


KILLED = """
import os, sys, time
from cbprove.executors import executor
with executor(2, None) as pool:
    waiting = [pool.submit(time.sleep, 600) for _ in range(2)]
    print(*pool._processes, flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a process of its parent's death"
)
def test_workers_end_with_a_parent_that_is_killed() -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert running.stdout is not None
    workers = [int(each) for each in running.stdout.readline().split()]
    assert len(workers) == 2 and all(map(_runs, workers))
    time.sleep(0.5)  # each has begun
    running.kill()
    running.wait()
    end = time.monotonic() + 30
    while any(map(_runs, workers)) and time.monotonic() < end:
        time.sleep(0.1)
    left = [worker for worker in workers if _runs(worker)]
    for worker in left:
        os.kill(worker, signal.SIGKILL)
    assert not left


def _runs(process: int) -> bool:
    """Whether there is a process of this number that is no zombie."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


GONE = """
import os, time
from cbprove.workers import end_with_parent
parent = os.getpid()
if os.fork() == 0:
    while os.getppid() == parent:
        time.sleep(0.01)
    end_with_parent(parent)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux ends a process with its parent")
def test_a_worker_that_begins_when_its_parent_has_gone_ends() -> None:
    # The pipe is closed when the worker has ended.
    subprocess.run(
        [sys.executable, "-c", GONE], stdout=subprocess.PIPE, env=ENVIRONMENT, timeout=30
    )


@pytest.mark.parametrize("made", [Context, Z3Session, _Model])
def test_what_a_signal_kept_from_being_made_ends_in_silence(
    monkeypatch: pytest.MonkeyPatch, made: type
) -> None:
    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    unmade = object.__new__(made)
    del unmade
    assert said == []
