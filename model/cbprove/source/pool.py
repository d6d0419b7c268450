"""Files given to an executor of `concurrent.futures`, answers in the order of files; one that ends its process ends no other.

Answers of earlier runs, each under the hash of what it hangs on: the file, how it is compiled, what is asked, this program.

What a file includes is known only when it was read: an answer names its headers and their hashes, and where others would have
been found in their place. It holds while the first are as they were and the second are not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from cbprove.frozen import frozen
from cbprove.source.accesses import Access, Answer, Bound, Calls, Laid, Place, Read, Sought, Unread
from cbprove.source.structs import Struct
from cbprove.source.sweep import Asking, Job

Finished = Callable[[Job, Answer], None]


@frozen
class Hands:
    """Who reads files: what opens an executor, and what it raises where a file has ended a process.

    One that `lasts` is somebody else's, goes on after that and is not closed here.
    """

    opened: Callable[[], Executor]
    broken: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    lasts: bool = False


def processes(workers: int) -> Hands:
    """Processes of this machine."""
    return Hands(lambda: ProcessPoolExecutor(workers))


class Pool:
    """Gives files to hands while it is entered. Whatever is finished is told at once, in any order."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.executor: Executor | None = None

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self.executor is not None and not self.hands.lasts:
            self.executor.shutdown(cancel_futures=True)
        self.executor = None

    def __call__(self, asking: Asking, jobs: Sequence[Job], finished: Finished | None = None) -> Iterator[Answer]:
        """The answers in the order of jobs."""
        answers: dict[int, Answer] = {}
        told = 0
        while told < len(jobs):
            for index, answer in self._some(asking, jobs, [each for each in range(len(jobs)) if each not in answers]):
                answers[index] = answer
                if finished is not None:
                    finished(jobs[index], answer)
                while told in answers:
                    yield answers[told]
                    told += 1

    def _some(self, asking: Asking, jobs: Sequence[Job], wanted: Sequence[int]) -> Iterator[tuple[int, Answer]]:
        """Those that are finished until a process ends, and the first of those that may have ended it."""
        self.executor = self.executor or self.hands.opened()
        waiting: dict[Future[Answer], int] = {self.executor.submit(asking, jobs[each]): each for each in wanted}
        left = dict.fromkeys(wanted)
        for future in as_completed(waiting):
            index = waiting[future]
            try:
                answer = future.result()
            except self.hands.broken:
                if not self.hands.lasts:
                    break
                answer = _alone(asking, jobs[index])
            del left[index]
            yield index, answer
        else:
            return
        self._stop()
        first = next(iter(left))
        yield first, _alone(asking, jobs[first])


def _alone(asking: Asking, job: Job) -> Answer:
    """In a process of its own, so that nothing else ends with it."""
    with ProcessPoolExecutor(1) as one:
        try:
            return one.submit(asking, job).result()
        except BrokenProcessPool:
            told = f"{job.path}: libclang broke down over it, as over what is nested too deep"
            return Answer(unread=Unread(job.path, 1, told))


_MOST = 256 << 20  # bytes of an answer


def folder() -> Path:
    """Where answers are kept: what nobody misses if it is deleted."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home) / "cbprove" / "source"


@cache
def program() -> str:
    """Every line of what reads C, and which libclang: no answer outlives a change of either."""
    whole = hashlib.sha256()
    for name in ("libclang", "clang"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            whole.update(metadata.version(name).encode() + b"\0")
    for file in sorted(Path(__file__).parent.glob("*.py")):
        whole.update(file.name.encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()


class Kept:
    """A folder of answers; what cannot be read is not there, what cannot be written is not kept."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.hashes: dict[str, str] = {}  # of headers, each looked at once a run
        self.there: dict[str, bool] = {}  # so are these

    def get(self, asked: str, job: Job) -> Answer | None:
        """What an earlier run found, if all that it read is as it was."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, IndexError, zlib.error):
            held = json.loads(zlib.decompress((self.place / self._name(asked, job)).read_bytes()))
            same = all(self._hash(path) == digest for path, digest in held["included"])
            if same and not any(map(self._there, held["looked"])):
                return _answer(held)
        return None

    def put(self, asked: str, job: Job, answer: Answer) -> None:
        """Keeps what was read without errors; the rest may be mended by what is not a file of it."""
        if answer.unread is not None:
            return
        with contextlib.suppress(OSError):
            file = self.place / self._name(asked, job)
            beside = file.with_suffix(f".{os.getpid()}.part")
            held = {**asdict(answer), "included": [(path, self._hash(path)) for path in answer.included]}
            self.place.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(zlib.compress(json.dumps(held, separators=(",", ":")).encode()))
            os.replace(beside, file)

    def _there(self, path: str) -> bool:
        if path not in self.there:
            self.there[path] = os.path.exists(path)
        return self.there[path]

    def _name(self, asked: str, job: Job) -> str:
        """The same for two questions only if nothing that an answer hangs on differs, but for headers."""
        only = None if job.only is None else sorted(job.only)
        given = [[asdict(place) for place in places] for places in job.given]
        how = [self._hash(job.path), job.flags.options, job.flags.prelude, job.flags.instead]
        calling = None if job.calling is None else sorted(job.calling)
        structs = None if job.structs is None else sorted(job.structs)
        told = [program(), asked, job.path, *how, only, given, calling, structs]
        return f"{hashlib.sha256(json.dumps(told).encode()).hexdigest()}.json.z"

    def _hash(self, path: str) -> str:
        if path not in self.hashes:
            try:
                self.hashes[path] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            except OSError:
                self.hashes[path] = "" if path.startswith(os.sep) else path  # what no disk has
        return self.hashes[path]


class Remembering:
    """A pool that is asked only what nobody has answered; each answer is kept as soon as it is there."""

    def __init__(self, pool: Pool, kept: Kept, sought: Sought) -> None:
        self.pool, self.kept, self.asked = pool, kept, str(sought)

    def __call__(self, asking: Asking, jobs: Sequence[Job]) -> Iterator[Answer]:
        """The answers in the order of jobs."""
        known = [self.kept.get(self.asked, job) for job in jobs]
        left = [job for job, answer in zip(jobs, known, strict=True) if answer is None]
        fresh = self.pool(asking, left, lambda job, answer: self.kept.put(self.asked, job, answer))
        for answer in known:
            yield answer if answer is not None else next(fresh)


def _answer(held: dict[str, Any]) -> Answer:
    return Answer(
        functions=tuple(_read(each) for each in held["functions"]),
        unread=None if held["unread"] is None else Unread(**held["unread"]),
        laid=tuple(Laid(**each) for each in held["laid"]),
        calls=tuple(Calls(**{**each, "targets": tuple(each["targets"])}) for each in held["calls"]),
        bound=tuple(Bound(**each) for each in held["bound"]),
        looked=tuple(held["looked"]),
        included=tuple(path for path, _ in held["included"]),
        structs=tuple(Struct.of(each) for each in held["structs"]),
    )


def _read(held: dict[str, Any]) -> Read:
    return Read(**{**held, "accesses": tuple(map(_access, held["accesses"])), "calls": tuple(held["calls"])})


def _access(held: dict[str, Any]) -> Access:
    return Access(**{**held, "place": Place(**held["place"]), "via": tuple(held["via"])})
