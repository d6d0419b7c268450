"""Many files: those whose text can touch the object, each read where a pool has it read, results in the order of files."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from cbprove.frozen import frozen
from cbprove.source.accesses import Answer, Found, Laid, Place, Read, Sought, Unread
from cbprove.source.mentions import Mentions
from cbprove.source.reading import read_calls, read_file, read_structs
from cbprove.source.units import Flags, library

_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"\n]+)[>\"]", re.MULTILINE)
Flagged = Callable[[Path], Flags]  # how a file is compiled
Told = Callable[[int, int], None]


@frozen
class Job:
    """A file to read; `only` names its functions of interest, None means those that touch the object.

    `given` is what the parameters of the one function point to that is named. With `calling` it is asked what the file's own
    functions call, and functions of headers of those names; with `structs`, how those of these tags lie.
    """

    path: str
    flags: Flags
    only: frozenset[str] | None = None
    given: tuple[tuple[Place, ...], ...] = ()
    calling: frozenset[str] | None = None
    structs: frozenset[str] | None = None


Asking = Callable[[Job], Answer]
Mapped = Callable[[Asking, Sequence[Job]], Iterable[Answer]]


def sweep(jobs: Sequence[Job], sought: Sought, mapped: Mapped, told: Told) -> Found:
    """Read all files. Raises WrongUsage where libclang is not installed."""
    library()
    return _gathered(jobs, iter(mapped(functools.partial(work, sought), jobs)), told)


def _gathered(jobs: Sequence[Job], results: Iterator[Answer], told: Told) -> Found:
    functions: list[Read] = []
    unread: list[Unread] = []
    laid: dict[Laid, None] = {}
    for index, answer in enumerate(results):
        functions.extend(answer.functions)
        laid.update(dict.fromkeys(answer.laid))
        if answer.unread is not None:
            unread.append(answer.unread)
        told(index + 1, len(jobs))
    return Found(tuple(functions), tuple(unread), len(jobs), tuple(laid))


def work(sought: Sought, job: Job) -> Answer:
    """One file; what headers say of the object is remembered for the next."""
    if job.structs is not None:
        return read_structs(job.path, job.flags, job.structs)
    if job.calling is not None:
        return read_calls(job.path, job.flags, job.calling)
    given = tuple(frozenset(each) for each in job.given)
    return read_file(job.path, job.flags, sought, _mentions(sought), job.only, given)


@functools.cache
def _mentions(sought: Sought) -> Mentions:
    return Mentions(sought)


def worth_reading(files: Sequence[Path], headers: Sequence[Path], sought: Sought, flags: Flagged) -> list[Path]:
    """The files that can touch the object, as far as their text and that of headers tells: those that are named, those beside
    the files, and what all of them include from elsewhere."""
    mentions = Mentions(sought)
    beside = sorted({each for folder in {file.parent for file in files} for each in folder.glob("*.h")})
    for each in (*headers, *beside):
        mentions.add_file(str(each))
    for header in _elsewhere(files, beside, flags):
        mentions.add_file(header)
    return [each for each in files if mentions.in_text(each.read_text(errors="replace"))]


def _elsewhere(files: Iterable[Path], beside: Iterable[Path], flags: Flagged) -> Iterator[str]:
    """The headers that files and those beside them include, and those that these include, each once."""
    folders: dict[Path, tuple[str, ...]] = {}
    for file in files:
        if not folders.get(file.parent):
            folders[file.parent] = tuple(each[2:] for each in flags(file).options if each.startswith("-I"))
    edge = [(path, path.parent) for path in (*files, *beside)]
    seen: set[str] = set()
    while edge:
        path, of = edge.pop()
        for name in _INCLUDE.findall(path.read_text(errors="replace")):
            found = _header(str(path.parent), folders[of], name)
            if found is not None and found not in seen:
                seen.add(found)
                edge.append((Path(found), of))
                yield found


@functools.cache
def _header(beside: str, folders: tuple[str, ...], name: str) -> str | None:
    places = (os.path.normpath(os.path.join(folder, name)) for folder in (beside, *folders))
    return next(filter(os.path.isfile, places), None)


def sources(folder: Path) -> list[Path]:
    """The C files below a folder, in order."""
    found = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        found += [Path(place, name) for name in sorted(names) if name.endswith(".c")]
    return found
