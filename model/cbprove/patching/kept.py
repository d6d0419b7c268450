"""Verdicts of earlier runs, each under the hash of all that it hangs on: texts, candidates, property, reach, this program."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from cbprove.patching.judging import Job, Judged
from cbprove.report.version import VERSION


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
            return tuple(_judged(each) for each in found)
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


def _judged(found: dict[str, Any]) -> Judged:
    return replace(Judged(**found), told=tuple(found["told"]), kept=True)
