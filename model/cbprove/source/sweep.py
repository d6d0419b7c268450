"""Many files: those whose text can touch the object, each read in a process of a pool, results in the order of files."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from cbprove.frozen import frozen
from cbprove.source.accesses import Found, Place, Read, Sought, Unread
from cbprove.source.mentions import Mentions
from cbprove.source.reading import read_file
from cbprove.source.units import Flags, library

Told = Callable[[int, int], None]
Answer = tuple[tuple[Read, ...], Unread | None]
Mapped = Callable[..., Iterable[Any]]  # as `map`: a function, and what to call it with


@frozen
class Job:
    """A file to read; `only` names its functions of interest, None means those that touch the object.

    `given` is what the parameters of the one function point to that is named.
    """

    path: str
    flags: Flags
    only: frozenset[str] | None = None
    given: tuple[tuple[Place, ...], ...] = ()


def sweep(jobs: Sequence[Job], sought: Sought, mapped: Mapped, told: Told) -> Found:
    """Read all files. Raises WrongUsage where libclang is not installed."""
    library()
    return _gathered(jobs, iter(mapped(functools.partial(work, sought), jobs)), told)


class Pool:
    """Processes that read files; one that a file ends, which libclang does of what is too deep, is another file's next."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.executor: Executor | None = None

    def __enter__(self) -> Mapped:
        return self.map

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self.executor is not None:
            self.executor.shutdown(cancel_futures=True)
            self.executor = None

    def map(self, function: Callable[[Job], Answer], jobs: Sequence[Job]) -> Iterator[Answer]:
        """The answers in the order of jobs."""
        done = 0
        while done < len(jobs):
            self.executor = self.executor or ProcessPoolExecutor(self.workers)
            waiting = [self.executor.submit(function, job) for job in jobs[done:]]
            try:
                for each in waiting:
                    answer = each.result()
                    done += 1
                    yield answer
            except BrokenProcessPool:
                self._stop()
                yield self._alone(function, jobs[done])
                done += 1

    def _alone(self, function: Callable[[Job], Answer], job: Job) -> Answer:
        """In a process of its own, so that nothing else ends with it."""
        with ProcessPoolExecutor(1) as one:
            try:
                return one.submit(function, job).result()
            except BrokenProcessPool:
                return (), Unread(
                    job.path, 1, f"{job.path}: libclang broke down over it, as over what is nested too deep"
                )


def _gathered(jobs: Sequence[Job], results: Iterator[Answer], told: Told) -> Found:
    functions: list[Read] = []
    unread: list[Unread] = []
    for index, (found, complaint) in enumerate(results):
        functions.extend(found)
        if complaint is not None:
            unread.append(complaint)
        told(index + 1, len(jobs))
    return Found(tuple(functions), tuple(unread), len(jobs))


def work(sought: Sought, job: Job) -> Answer:
    """One file; what headers say of the object is remembered for the next."""
    given = tuple(frozenset(each) for each in job.given)
    return read_file(job.path, job.flags, sought, _mentions(sought), job.only, given)


@functools.cache
def _mentions(sought: Sought) -> Mentions:
    return Mentions(sought)


def worth_reading(files: Sequence[Path], headers: Sequence[Path], sought: Sought) -> list[Path]:
    """The files that can touch the object, as far as their text and that of the headers beside and named tells."""
    mentions = Mentions(sought)
    beside = {each for folder in {file.parent for file in files} for each in folder.glob("*.h")}
    for each in (*headers, *sorted(beside)):
        mentions.add_file(str(each))
    return [each for each in files if mentions.in_text(each.read_text(errors="replace"))]


def sources(folder: Path) -> list[Path]:
    """The C files below a folder, in order."""
    found = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        found += [Path(place, name) for name in sorted(names) if name.endswith(".c")]
    return found
