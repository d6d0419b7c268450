"""Many properties judged side by side, on all cores: each by itself, so that what is slow keeps
nobody waiting.

Verdicts of earlier runs, each under the hash of all that it hangs on: texts, candidates, property,
reach, this program.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cbprove import keeping
from cbprove.comparing.verdicts import state
from cbprove.frozen import field, frozen
from cbprove.meaning.system import System
from cbprove.pipeline import Options, Progress, judged
from cbprove.report import stepped, witness
from cbprove.report.excerpt import printable
from cbprove.verdicts import Case
from cbprove.workers import begin


@frozen
class Job:
    """A property of a system: `spec` is its file; the others stand for what is compared."""

    spec: str
    system: System
    property: str
    options: Options


@frozen
class Judged:
    """What became of a case: its verdict in words, where it is asked, and for a refuted one the
    lines of a run that breaks it, and the run as a page draws it.

    `counts` are its candidates by verdict, `regions` say which have which. `kept` says that an
    earlier run found it.
    """

    spec: str
    proposal: str
    property: str
    title: str
    verdict: str
    file: str
    line: int
    told: tuple[str, ...]
    run: Mapping[str, Any] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    regions: tuple[tuple[str, str], ...] = ()
    kept: bool = False


_jobs: Sequence[Job] = ()


def judge(jobs: Sequence[Job], progress: Progress) -> list[tuple[Judged, ...]]:
    """The verdicts of each job, in order."""
    global _jobs
    _jobs = jobs
    judged: list[tuple[Judged, ...]] = []
    workers = min(len(jobs), os.cpu_count() or 1)
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for done, job in enumerate(jobs):
            progress(done, len(jobs))
            judged.append(_judged(job))
        return judged
    from cbprove.solving import solver  # noqa: F401  loaded once, before there are several

    # What is here stays: workers need not look through it, nor get pages of their own by doing so
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(workers, begin, (os.getpid(),)) as pool:
        for done, each in enumerate(pool.imap(_numbered, range(len(jobs)))):
            progress(done + 1, len(jobs))
            judged.append(each)
    return judged


def _numbered(number: int) -> tuple[Judged, ...]:
    return _judged(_jobs[number])


def _judged(job: Job) -> tuple[Judged, ...]:
    properties = tuple(each for each in job.system.properties if each.name == job.property)
    system = replace(job.system, properties=properties)
    report = judged(system, job.spec, job.options, _quiet)
    return tuple(_of_case(job.spec, case, properties[0].title) for case in report.cases)


_quiet: Callable[[int, int], None] = lambda done, total: None  # noqa: E731


def _of_case(spec: str, case: Case, title: str) -> Judged:
    witness_shown = case.finding.witness if case.verdict in ("refuted", "mixed") else None
    return Judged(
        spec=spec,
        proposal=case.proposal,
        property=case.property,
        title=title,
        verdict=state(case),
        file=printable(case.span.source.name) if case.span else "",
        line=case.span.line if case.span else 0,
        told=tuple(witness.block(witness_shown, case.property)) if witness_shown else (),
        run=stepped.run(witness_shown, case.property) if witness_shown else None,
        counts={str(verdict): count for verdict, count in case.counts.items()},
        regions=case.regions,
    )


def key(job: Job) -> str:
    """The same for two jobs only if nothing that a verdict, and what is told of it, hangs on
    differs."""
    names = [source.name for source in job.system.sources]
    basis = {
        "spec": job.spec,
        "names": names,
        "property": job.property,
        "options": asdict(job.options),
    }
    return keeping.key("property", job.system, **basis)


class Kept:
    """A folder of verdicts."""

    def __init__(self, place: Path) -> None:
        self.folder = keeping.Folder(place)

    def get(self, job: Job) -> tuple[Judged, ...] | None:
        """What an earlier run found, marked as kept; None where there is nothing, or something
        else."""
        try:
            return tuple(_from_json(each) for each in self.folder.get(key(job)))
        except (TypeError, KeyError):
            return None

    def put(self, job: Job, judged: Sequence[Judged]) -> None:
        """Keeps what is decided; an unknown may be known next time."""
        if not any({"unknown", "bounded"} & {each.verdict, *each.counts} for each in judged):
            self.folder.put(key(job), [asdict(each) for each in judged])


def _from_json(document: dict[str, Any]) -> Judged:
    regions = tuple((verdict, text) for verdict, text in document["regions"])
    told = tuple(document["told"])
    return replace(Judged(**document), told=told, regions=regions, kept=True)
