"""Many files: those whose text can touch the object, each read where a pool has it read, results in
the order of files.

Addresses that escape from one file into a function of another: the function is read there, with
what it was handed.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from cbprove.frozen import frozen, replace
from cbprove.source.accesses import Access, Answer, Laid, Place, Read, Sought, Sweep, Unread
from cbprove.source.libclang import library
from cbprove.source.mentions import Mentions
from cbprove.source.reading import read_calls, read_file, read_structs
from cbprove.source.units import Flags

_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"\n]+)[>\"]", re.MULTILINE)
Flagged = Callable[[Path], Flags]  # how a file is compiled
Progress = Callable[[int, int], None]


@frozen
class Job:
    """A file to read; `only` names its functions of interest, None means those that touch the
    object.

    `given` is what the parameters of the one function point to that is named. With `calling` it is
    asked what the file's own functions call, and functions of headers of those names; with
    `structs`, how those of these tags lie.
    """

    path: str
    flags: Flags
    only: frozenset[str] | None = None
    given: tuple[tuple[Place, ...], ...] = ()
    calling: frozenset[str] | None = None
    structs: frozenset[str] | None = None


Asking = Callable[[Job], Answer]
Mapped = Callable[[Asking, Sequence[Job]], Iterable[Answer]]


def sweep(jobs: Sequence[Job], target: Sought, mapped: Mapped, progress: Progress) -> Sweep:
    """Read all files. Raises WrongUsage where libclang is not installed."""
    library()
    return _gathered(jobs, iter(mapped(functools.partial(work, target), jobs)), progress)


def _gathered(jobs: Sequence[Job], results: Iterator[Answer], progress: Progress) -> Sweep:
    functions: list[Read] = []
    unread: list[Unread] = []
    views_laid: dict[Laid, None] = {}
    for index, answer in enumerate(results):
        functions.extend(answer.functions)
        views_laid.update(dict.fromkeys(answer.laid))
        if answer.unread is not None:
            unread.append(answer.unread)
        progress(index + 1, len(jobs))
    return Sweep(tuple(functions), tuple(unread), len(jobs), tuple(views_laid))


def work(target: Sought, job: Job) -> Answer:
    """One file; what headers say of the object is remembered for the next."""
    if job.structs is not None:
        return read_structs(job.path, job.flags, job.structs)
    if job.calling is not None:
        return read_calls(job.path, job.flags, job.calling)
    places_given = tuple(frozenset(each) for each in job.given)
    mentions = _mentions(target)
    return read_file(
        job.path, job.flags, target, mentions, names_only=job.only, places_given=places_given
    )


@functools.cache
def _mentions(target: Sought) -> Mentions:
    return Mentions(target)


def worth_reading(
    files: Sequence[Path], headers: Sequence[Path], target: Sought, flags: Flagged
) -> list[Path]:
    """The files that can touch the object, as far as their text and that of headers tells: those
    that are named, those beside the files, and what all of them include from elsewhere."""
    mentions = Mentions(target)
    headers_beside = sorted(
        {each for folder in {file.parent for file in files} for each in folder.glob("*.h")}
    )
    for each in (*headers, *headers_beside):
        mentions.add_file(str(each))
    for header in _elsewhere(files, headers_beside, flags):
        mentions.add_file(header)
    return [each for each in files if mentions.in_text(each.read_text(errors="replace"))]


def _elsewhere(
    files: Iterable[Path], headers_beside: Iterable[Path], flags: Flagged
) -> Iterator[str]:
    """The headers that files and those beside them include, and those that these include, each
    once."""
    folders: dict[Path, tuple[str, ...]] = {}
    for file in files:
        if not folders.get(file.parent):
            folders[file.parent] = tuple(
                each[2:] for each in flags(file).options if each.startswith("-I")
            )
    edge = [(path, path.parent) for path in (*files, *headers_beside)]
    visited: set[str] = set()
    while edge:
        path, of = edge.pop()
        for name in _INCLUDE.findall(path.read_text(errors="replace")):
            header_found = _header(str(path.parent), folders[of], name)
            if header_found is not None and header_found not in visited:
                visited.add(header_found)
                edge.append((Path(header_found), of))
                yield header_found


@functools.cache
def _header(folder_beside: str, folders: tuple[str, ...], name: str) -> str | None:
    places = (os.path.normpath(os.path.join(folder, name)) for folder in (folder_beside, *folders))
    return next(filter(os.path.isfile, places), None)


def sources(folder: Path) -> list[Path]:
    """The C files below a folder, in order."""
    paths_found = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        paths_found += [
            each
            for name in sorted(names)
            if name.endswith(".c") and (each := Path(place, name)).is_file()
        ]
    return paths_found


_ROUNDS = 5
Given = tuple[tuple[Place, ...], ...]
Defining = Callable[[Sequence[str]], dict[str, Job]]


def followed(sweep_result: Sweep, target: Sought, defining: Defining, mapped: Mapped) -> Sweep:
    """The same with what callees in other files do in place of the escapes to them.

    `defining` gives the file of each function that has one. What escapes to nobody known stays an
    escape.
    """
    read_before: dict[tuple[str, Given], Read | None] = {}
    for _ in range(_ROUNDS):
        keys_wanted = {
            key
            for read in sweep_result.functions
            for key in _handed(read)
            if key not in read_before
        }
        if not keys_wanted:
            break
        files = defining(sorted({name for name, _ in keys_wanted}))
        keys_asked = sorted((key for key in keys_wanted if key[0] in files), key=repr)
        jobs = [
            replace(files[name], only=frozenset((name,)), given=places_given)
            for name, places_given in keys_asked
        ]
        read_before.update(dict.fromkeys(keys_wanted))
        views_laid = dict.fromkeys(sweep_result.laid)
        for key, answer in zip(
            keys_asked, mapped(functools.partial(work, target), jobs), strict=True
        ):
            read_before[key] = answer.functions[0] if answer.functions else None
            views_laid.update(dict.fromkeys(answer.laid))
        functions = tuple(_with(read, read_before) for read in sweep_result.functions)
        sweep_result = replace(sweep_result, functions=functions, laid=tuple(views_laid))
    return sweep_result


def _calls(accesses: Sequence[Access]) -> list[tuple[tuple[int, str], list[Access]]]:
    """Accesses in order, those that escape in one call together."""
    marked = groupby(
        accesses, key=lambda each: (each.line, each.to, each.via) if each.argument >= 0 else None
    )
    return [
        ((key[0], key[1]) if key is not None else (0, ""), list(group)) for key, group in marked
    ]


def _handed(read: Read) -> list[tuple[str, Given]]:
    return [(name, _given(group)) for (_, name), group in _calls(read.accesses) if name]


def _given(group: Sequence[Access]) -> Given:
    """What each argument of a call points to, without the caller's names."""
    count = max(each.argument for each in group) + 1
    return tuple(
        tuple(
            dict.fromkeys(replace(each.place, base="") for each in group if each.argument == index)
        )
        for index in range(count)
    )


def _with(read: Read, read_before: dict[tuple[str, Given], Read | None]) -> Read:
    accesses: list[Access] = []
    for (line, name), group in _calls(read.accesses):
        callee = read_before.get((name, _given(group))) if name else None
        if callee is None:
            accesses += group
        else:
            via, base = (*group[0].via, name), group[0].place.base
            accesses += [
                replace(
                    each,
                    line=line,
                    via=(*via, *each.via),
                    place=replace(each.place, base=each.place.base or base),
                )
                for each in callee.accesses
            ]
    return replace(read, accesses=tuple(dict.fromkeys(accesses)))
