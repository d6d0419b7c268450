"""Answers of earlier runs, each under the hash of what it hangs on: the file, how it is compiled, what is asked, this program.

What a file includes is known only when it was read: an answer names its headers and their hashes, and holds while they do.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from cbprove.source.accesses import Access, Answer, Laid, Place, Read, Sought, Unread
from cbprove.source.calls import Bound, Calls
from cbprove.source.pool import Pool
from cbprove.source.structs import Struct
from cbprove.source.sweep import Asking, Job

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

    def get(self, asked: str, job: Job) -> Answer | None:
        """What an earlier run found, if all that it read is as it was."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, IndexError, zlib.error):
            held = json.loads(zlib.decompress((self.place / self._name(asked, job)).read_bytes()))
            if all(self._hash(path) == digest for path, digest in held["included"]):
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
        included=tuple(path for path, _ in held["included"]),
        structs=tuple(Struct.of(each) for each in held["structs"]),
    )


def _read(held: dict[str, Any]) -> Read:
    return Read(**{**held, "accesses": tuple(map(_access, held["accesses"])), "calls": tuple(held["calls"])})


def _access(held: dict[str, Any]) -> Access:
    return Access(**{**held, "place": Place(**held["place"]), "via": tuple(held["via"])})
