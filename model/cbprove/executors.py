"""Who does work side by side: processes of this machine, or the workers of a Dask cluster that
exists already.

Both are executors of `concurrent.futures`; what they are given is pickled, so that the answer hangs
on nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from concurrent.futures import Executor

_PATIENCE = 10  # seconds for a scheduler to answer


@contextmanager
def executor(jobs: int, cluster: str | None) -> Iterator[Executor | None]:
    """So many processes, or the cluster whose scheduler is at an address; None for one process,
    which needs no other.

    Whoever is interrupted waits for nobody: processes of this machine are ended.
    Raises WrongUsage where no scheduler answers, or its workers have another cbprove.
    """
    if cluster is not None:
        client = _client(cluster)
        try:
            yield client.get_executor(pure=False)
        finally:
            client.close()
    elif jobs == 1:
        yield None
    else:
        with _processes(jobs) as pool:
            yield pool


@contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    from cbprove.workers import begin, context

    # No thread is running yet that a fork could take a lock from.
    pool = ProcessPoolExecutor(jobs, context(), initializer=begin, initargs=(os.getpid(),))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    pool.shutdown()


def killed() -> tuple[type[BaseException], ...]:
    """What a cluster raises for work that has ended several workers."""
    from distributed import KilledWorker

    return (KilledWorker,)


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise WrongUsage(
            "a cluster is reached with Dask, which is not installed", "pip install 'cbprove[dask]'"
        ) from None
    try:
        client: Any = Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WrongUsage(
            f"no Dask scheduler answers at `{address}`: {reason}", "as in tcp://127.0.0.1:8786"
        ) from None
    try:
        _same(client, address)
    except BaseException:
        client.close()
        raise
    return client


def _same(client: Any, address: str) -> None:
    """See that every worker has the cbprove that asks. Raises WrongUsage."""
    from cbprove.report.version import VERSION

    help_ = f"install cbprove {VERSION} for every worker"
    try:
        versions: dict[str, str] = client.run(_version)
    except Exception as error:  # whatever a worker says
        raise WrongUsage(f"a worker of `{address}` cannot judge: {error}", help_) from None
    other_workers = sorted(worker for worker, version in versions.items() if version != VERSION)
    if other_workers or not versions:
        wrong = f"`{other_workers[0]}` has another cbprove" if other_workers else "it has no worker"
        raise WrongUsage(f"the cluster at `{address}` cannot judge: {wrong}", help_)


def _version() -> str:
    from cbprove.report.version import VERSION

    return VERSION
