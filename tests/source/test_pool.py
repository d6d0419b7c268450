"""Who reads files: answers in order whatever is finished first, none lost with a process, none
asked twice; a cluster too."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("clang.cindex")

from cbprove.source.accesses import Access, Answer, Bound, Calls, Laid, Place, Read, Sought, Unread
from cbprove.source.pool import Hands, Kept, Pool, Remembering, processes
from cbprove.source.sweep import Asking, Job, work
from cbprove.source.units import Flags

TREE = Path(__file__).parent / "tree"
SOUGHT = Sought("sk_buff", "cb")
FLAGS = Flags(("-x", "c", "-w"))


class Backwards(Executor):
    """Finishes what it was given last first; counts what it was given."""

    last = "last"

    def __init__(self) -> None:
        self.given: list[str] = []
        self.waiting: list[tuple[Future[Answer], Asking, Job]] = []

    def submit(self, fn: Any, /, job: Job) -> Any:  # type: ignore[override]
        self.given.append(job.path)
        future: Future[Answer] = Future()
        self.waiting.append((future, fn, job))
        if job.path.endswith(self.last):
            for one, asking, asked in reversed(self.waiting):
                one.set_result(asking(asked))
        return future


def named(job: Job) -> Answer:
    return Answer(functions=(Read(job.path, job.path, 1, ()),))


def jobs(*names: str) -> list[Job]:
    return [Job(name, FLAGS) for name in names]


def test_answers_come_in_the_order_of_files() -> None:
    told: list[str] = []
    with Pool(Hands(Backwards)) as pool:
        found = list(pool(named, jobs("a", "b", "last"), lambda job, _: told.append(job.path)))
    assert [each.functions[0].name for each in found] == ["a", "b", "last"]
    assert sorted(told) == ["a", "b", "last"]


def ends(job: Job) -> Answer:
    """One file ends whatever reads it."""
    if job.path == "bad":
        os._exit(1)
    return named(job)


def test_a_file_that_ends_a_process_ends_no_other() -> None:
    with Pool(processes(2)) as pool:
        found = list(pool(ends, jobs("a", "bad", "b", "c")))
    assert [each.functions[0].name if each.functions else "-" for each in found] == [
        "a",
        "-",
        "b",
        "c",
    ]
    assert found[1].unread == Unread(
        "bad", 1, "bad: libclang broke down over it, as over what is nested too deep"
    )


FULL = Answer(
    functions=(
        Read(
            "f",
            "x.c",
            3,
            (Access("escape", Place("skb", "v", "m", 8, None, 0), 4, ("g",), "h", 1),),
            ("g",),
        ),
    ),
    laid=(Laid("v", 0, 64, "x.h", 2, "V"),),
    calls=(Calls("f", "x.c", 3, ("g", "ops.m")),),
    bound=(Bound("ops.m", "h"),),
)


@pytest.fixture
def tiny(tmp_path: Path) -> tuple[Job, Path]:
    (tmp_path / "x.h").write_text("int a;\n")
    (tmp_path / "x.c").write_text('#include "x.h"\n')
    return Job(str(tmp_path / "x.c"), FLAGS), tmp_path


def test_what_is_kept_comes_back_whole(tiny: tuple[Job, Path]) -> None:
    job, folder = tiny
    whole = Answer(FULL.functions, None, FULL.laid, FULL.calls, FULL.bound, (str(folder / "x.h"),))
    Kept(folder / "kept").put("o", job, whole)
    assert Kept(folder / "kept").get("o", job) == whole


@pytest.mark.parametrize(
    "change",
    ["file", "header", "flags", "object", "only", "given", "calling", "program", "garbage"],
)
def test_it_does_not_outlive_what_it_hangs_on(
    tiny: tuple[Job, Path], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, folder = tiny
    Kept(folder / "kept").put("o", job, Answer(included=(str(folder / "x.h"),)))
    only = frozenset(("f",))
    others = {
        "flags": Job(job.path, Flags((*FLAGS.options, "-DX"))),
        "only": Job(job.path, FLAGS, only),
        "given": Job(job.path, FLAGS, None, ((Place("s", "", "", 0, 8),),)),
        "calling": Job(job.path, FLAGS, calling=only),
    }
    if change in ("file", "header"):
        (folder / ("x.c" if change == "file" else "x.h")).write_text("long a;\n")
    if change == "program":
        monkeypatch.setattr("cbprove.source.pool.program", lambda: "another")
    if change == "garbage":
        (kept,) = (folder / "kept").iterdir()
        kept.write_bytes(b"no such thing")
    assert (
        Kept(folder / "kept").get("p" if change == "object" else "o", others.get(change, job))
        is None
    )


def test_what_had_errors_is_read_again(tiny: tuple[Job, Path]) -> None:
    job, folder = tiny
    Kept(folder / "kept").put("o", job, Answer(unread=Unread(job.path, 1, "x.c:1: no")))
    assert Kept(folder / "kept").get("o", job) is None


class Interrupted(Backwards):
    """Is stopped over its last file, when the others are done."""

    def submit(self, fn: Any, /, job: Job) -> Any:  # type: ignore[override]
        self.given.append(job.path)
        future: Future[Answer] = Future()
        if job.path.endswith(self.last):
            threading.Timer(0.5, future.set_exception, (KeyboardInterrupt(),)).start()
        else:
            future.set_result(fn(job))
        return future


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in ("a", "b", "last")]
    for name in names:
        Path(name).write_text(name)
    with pytest.raises(KeyboardInterrupt), Pool(Hands(Interrupted)) as pool:
        list(Remembering(pool, Kept(tmp_path / "kept"), SOUGHT)(named, jobs(*names)))
    hands = Backwards()
    with Pool(Hands(lambda: hands)) as pool:
        found = list(Remembering(pool, Kept(tmp_path / "kept"), SOUGHT)(named, jobs(*names)))
    assert hands.given == names[2:]
    assert [each.functions[0].name for each in found] == names


def accesses(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "cbprove",
        "accesses",
        "net",
        "drivers",
        "--object",
        "sk_buff.cb",
    ]
    command += ["--source", str(TREE), "--format", "json", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_the_same_bytes_read_and_remembered() -> None:
    first, second, never = (
        accesses("--jobs", "1"),
        accesses("--jobs", "1"),
        accesses("--jobs", "1", "--no-cache"),
    )
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == second.stdout == never.stdout


@pytest.fixture
def cluster() -> Iterator[str]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as local:
        yield local.scheduler_address


def test_the_same_bytes_from_a_cluster(cluster: str) -> None:
    there, here = accesses("--no-cache", "--dask", cluster), accesses("--no-cache")
    assert (there.returncode, there.stderr) == (0, "")
    assert there.stdout == here.stdout
    assert '"functions": []' not in there.stdout


@pytest.mark.slow  # it waits ten seconds for a scheduler
def test_no_cluster() -> None:
    pytest.importorskip("distributed")
    done = accesses("--dask", "tcp://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: no Dask scheduler answers at `tcp://127.0.0.1:1`")


def test_work_is_what_a_worker_is_asked(tmp_path: Path) -> None:
    (tmp_path / "x.c").write_text(
        "struct sk_buff { char cb[48]; };\nvoid f(struct sk_buff *skb) { skb->cb[3] = 1; }\n"
    )
    with Pool(processes(1)) as pool:
        (found,) = pool(functools.partial(work, SOUGHT), jobs(str(tmp_path / "x.c")))
    assert [(each.kind, each.place.start) for each in found.functions[0].accesses] == [
        ("write", 24)
    ]
