"""Many properties judged side by side, on all cores: each by itself, so that what is slow keeps nobody waiting.

Verdicts of earlier runs, each under the hash of all that it hangs on: texts, candidates, property, reach, this program.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from cbprove.frozen import frozen
from cbprove.meaning.system import System
from cbprove.pipeline import Options, Progress, judged
from cbprove.report import witness
from cbprove.report.excerpt import printable
from cbprove.report.version import VERSION
from cbprove.verdicts import Case


@frozen
class Job:
    """A property of a system: `spec` is its file; the others stand for what is compared."""

    spec: str
    system: System
    property: str
    options: Options


@frozen
class Judged:
    """What became of a case: its verdict in words, where it is asked, and for a refuted one the lines of a run that breaks it.

    `kept` says that an earlier run found it.
    """

    spec: str
    proposal: str
    property: str
    title: str
    verdict: str
    file: str
    line: int
    told: tuple[str, ...]
    kept: bool = False


_jobs: Sequence[Job] = ()


def judge(jobs: Sequence[Job], progress: Progress) -> list[tuple[Judged, ...]]:
    """The verdicts of each job, in order."""
    global _jobs
    _jobs = jobs
    found: list[tuple[Judged, ...]] = []
    workers = min(len(jobs), os.cpu_count() or 1)
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for done, job in enumerate(jobs):
            progress(done, len(jobs))
            found.append(_judged(job))
        return found
    from cbprove.solving import solver  # noqa: F401  loaded once, before there are several

    gc.freeze()  # what is here stays: workers need not look through it, nor get pages of their own by doing so
    with multiprocessing.get_context("fork").Pool(workers, _worker) as pool:
        for done, each in enumerate(pool.imap(_numbered, range(len(jobs)))):
            progress(done + 1, len(jobs))
            found.append(each)
    return found


def _worker() -> None:
    """Interrupts are for the one who waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _numbered(number: int) -> tuple[Judged, ...]:
    return _judged(_jobs[number])


def _judged(job: Job) -> tuple[Judged, ...]:
    asked = tuple(each for each in job.system.properties if each.name == job.property)
    system = replace(job.system, properties=asked)
    report = judged(system, job.spec, job.options, _quiet)
    return tuple(_told(job.spec, case, asked[0].title) for case in report.cases)


_quiet: Callable[[int, int], None] = lambda done, total: None  # noqa: E731


def _told(spec: str, case: Case, title: str) -> Judged:
    shown = case.finding.witness
    return Judged(
        spec=spec,
        proposal=case.proposal,
        property=case.property,
        title=title,
        verdict="bounded" if case.verdict == "proved" and case.finding.turns is not None else case.verdict,
        file=printable(case.span.source.name) if case.span else "",
        line=case.span.line if case.span else 0,
        told=tuple(witness.block(shown, case.property)) if shown and case.verdict in ("refuted", "mixed") else (),
    )


def folder() -> Path:
    """Where verdicts are kept: what nobody misses if it is deleted."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home) / "cbprove" / "verdicts"


def key(job: Job) -> str:
    """The same for two jobs only if nothing that a verdict hangs on differs."""
    system = job.system
    told = {
        "program": _program(),
        "spec": job.spec,
        "sources": [(source.name, source.sha256 or _hash(source.text.encode())) for source in system.sources],
        "axes": [(axis.name, _values(axis.values)) for axis in system.axes],
        "proposals": [(each.name, [(k, _values(v)) for k, v in each.domains.items()]) for each in system.proposals],
        "property": job.property,
        "options": asdict(job.options),
    }
    return _hash(json.dumps(told, sort_keys=True).encode())


def _values(values: tuple[str, ...] | range) -> list[Any]:
    return [values.start, values.stop] if isinstance(values, range) else list(values)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def _program() -> str:
    """The version, and every line of this program: no verdict outlives a change of either."""
    whole = hashlib.sha256(VERSION.encode())
    root = Path(__file__).parents[1]
    for file in sorted((*root.rglob("*.py"), *root.rglob("*.lark"))):
        whole.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()


class Kept:
    """A folder of verdicts; what cannot be read is not there, what cannot be written is not kept."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def get(self, job: Job) -> tuple[Judged, ...] | None:
        """What an earlier run found, marked as kept."""
        try:
            found = json.loads((self.place / f"{key(job)}.json").read_text(encoding="utf-8"))
            return tuple(_from_json(each) for each in found)
        except (OSError, ValueError, TypeError):
            return None

    def put(self, job: Job, found: Sequence[Judged]) -> None:
        """Keeps what is decided; an unknown may be known next time."""
        if any(each.verdict in ("unknown", "bounded") for each in found):
            return
        file = self.place / f"{key(job)}.json"
        beside = file.with_suffix(f".{os.getpid()}.part")
        with contextlib.suppress(OSError):
            self.place.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
            os.replace(beside, file)


def _from_json(found: dict[str, Any]) -> Judged:
    return replace(Judged(**found), told=tuple(found["told"]), kept=True)
