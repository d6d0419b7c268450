"""Files given to an executor of `concurrent.futures`, answers in the order of files; one that ends
its process ends no other.

Answers of earlier runs, each under the hash of what it hangs on: the file, how it is compiled, what
is asked, this program.

What a file includes is known only when it was read: an answer names its headers and their hashes,
and where others would have been found in their place. It holds while the first are as they were and
the second are not there.
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
from cbprove.workers import context, end_with_parent

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
    return Hands(lambda: _ended_with_this_one(workers))


def _ended_with_this_one(workers: int) -> ProcessPoolExecutor:
    parent = (os.getpid(),)
    return ProcessPoolExecutor(workers, context(), initializer=end_with_parent, initargs=parent)


class Pool:
    """Gives files to hands while it is entered. Whatever is finished is told at once, in any
    order."""

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

    def __call__(
        self, asking: Asking, jobs: Sequence[Job], finished: Finished | None = None
    ) -> Iterator[Answer]:
        """The answers in the order of jobs."""
        answers: dict[int, Answer] = {}
        count = 0
        while count < len(jobs):
            for index, answer in self._some(
                asking, jobs, [each for each in range(len(jobs)) if each not in answers]
            ):
                answers[index] = answer
                if finished is not None:
                    finished(jobs[index], answer)
                while count in answers:
                    yield answers[count]
                    count += 1

    def _some(
        self, asking: Asking, jobs: Sequence[Job], indexes_wanted: Sequence[int]
    ) -> Iterator[tuple[int, Answer]]:
        """Those that are finished until a process ends, and the first of those that may have
        ended it."""
        self.executor = self.executor or self.hands.opened()
        waiting: dict[Future[Answer], int] = {
            self.executor.submit(asking, jobs[each]): each for each in indexes_wanted
        }
        left = dict.fromkeys(indexes_wanted)
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
    with _ended_with_this_one(1) as executor_of_one:
        try:
            return executor_of_one.submit(asking, job).result()
        except BrokenProcessPool:
            problem = f"{job.path}: libclang broke down over it, as over what is nested too deep"
            return Answer(unread=Unread(job.path, 1, problem))


_MOST = 256 << 20  # bytes of an answer


def folder() -> Path:
    """Where answers are kept: what nobody misses if it is deleted."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home) / "cbprove" / "source"


@cache
def program() -> str:
    """Every line of what reads C, and which libclang: no answer outlives a change of either."""
    digest = hashlib.sha256()
    for name in ("libclang", "clang"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            digest.update(metadata.version(name).encode() + b"\0")
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class Kept:
    """A folder of answers; what cannot be read is not there, what cannot be written is not kept."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.hashes: dict[str, str] = {}  # of headers, each looked at once a run
        self.there: dict[str, bool] = {}  # so are these

    def get(self, question: str, job: Job) -> Answer | None:
        """What an earlier run found, if all that it read is as it was."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, IndexError, zlib.error):
            document = json.loads(
                zlib.decompress((self.place / self._name(question, job)).read_bytes())
            )
            same = all(self._hash(path) == digest for path, digest in document["included"])
            if same and not any(map(self._there, document["looked"])):
                return _answer(document)
        return None

    def put(self, question: str, job: Job, answer: Answer) -> None:
        """Keeps what was read without errors; the rest may be mended by what is not a file of
        it."""
        if answer.unread is not None:
            return
        with contextlib.suppress(OSError):
            file = self.place / self._name(question, job)
            partial = file.with_suffix(f".{os.getpid()}.part")
            document = {
                **asdict(answer),
                "included": [(path, self._hash(path)) for path in answer.included],
            }
            self.place.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(zlib.compress(json.dumps(document, separators=(",", ":")).encode()))
            os.replace(partial, file)

    def _there(self, path: str) -> bool:
        if path not in self.there:
            self.there[path] = os.path.exists(path)
        return self.there[path]

    def _name(self, question: str, job: Job) -> str:
        """The same for two questions only if nothing that an answer hangs on differs, but for
        headers."""
        names_only = None if job.only is None else sorted(job.only)
        places_given = [[asdict(place) for place in places] for places in job.given]
        how = [self._hash(job.path), job.flags.options, job.flags.prelude, job.flags.instead]
        calling = None if job.calling is None else sorted(job.calling)
        structs = None if job.structs is None else sorted(job.structs)
        key_parts = [
            program(),
            question,
            job.path,
            *how,
            names_only,
            places_given,
            calling,
            structs,
        ]
        return f"{hashlib.sha256(json.dumps(key_parts).encode()).hexdigest()}.json.z"

    def _hash(self, path: str) -> str:
        if path not in self.hashes:
            try:
                self.hashes[path] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            except OSError:
                self.hashes[path] = "" if path.startswith(os.sep) else path  # what no disk has
        return self.hashes[path]


class Remembering:
    """A pool that is asked only what nobody has answered; each answer is kept as soon as it is
    there."""

    def __init__(self, pool: Pool, cache: Kept, target: Sought) -> None:
        self.pool, self.kept, self.asked = pool, cache, str(target)

    def __call__(self, asking: Asking, jobs: Sequence[Job]) -> Iterator[Answer]:
        """The answers in the order of jobs."""
        answers_known = [self.kept.get(self.asked, job) for job in jobs]
        left = [job for job, answer in zip(jobs, answers_known, strict=True) if answer is None]
        fresh = self.pool(asking, left, lambda job, answer: self.kept.put(self.asked, job, answer))
        for answer in answers_known:
            yield answer if answer is not None else next(fresh)


def _answer(document: dict[str, Any]) -> Answer:
    return Answer(
        functions=tuple(_read(each) for each in document["functions"]),
        unread=None if document["unread"] is None else Unread(**document["unread"]),
        laid=tuple(Laid(**each) for each in document["laid"]),
        calls=tuple(
            Calls(**{**each, "targets": tuple(each["targets"])}) for each in document["calls"]
        ),
        bound=tuple(Bound(**each) for each in document["bound"]),
        looked=tuple(document["looked"]),
        included=tuple(path for path, _ in document["included"]),
        structs=tuple(Struct.of(each) for each in document["structs"]),
    )


def _read(document: dict[str, Any]) -> Read:
    return Read(
        **{
            **document,
            "accesses": tuple(map(_access, document["accesses"])),
            "calls": tuple(document["calls"]),
        }
    )


def _access(document: dict[str, Any]) -> Access:
    return Access(
        **{**document, "place": Place(**document["place"]), "via": tuple(document["via"])}
    )
