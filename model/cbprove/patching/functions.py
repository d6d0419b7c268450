"""What functions do to a control block before a patch and after it, as a compiler reads both; no file of the tree is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from cbprove.frozen import frozen
from cbprove.patching.scratch import Files
from cbprove.source.accesses import Access, Answer, Read, Sought, Unread
from cbprove.source.kept import Kept, Remembering, folder
from cbprove.source.kernel import Kernel
from cbprove.source.pool import Pool, processes
from cbprove.source.sweep import Job, Told, sweep, work
from cbprove.source.units import library


@frozen
class Other:
    """A function that does something else than before: what is new, and what it no longer does."""

    read: Read
    new: tuple[Access, ...]
    gone: tuple[Access, ...]


@frozen
class Functions:
    """The functions of the files of a patch: how many touch the object, which do something else, and what is not readable."""

    count: int
    files: int
    others: tuple[Other, ...]
    unread: tuple[Unread, ...]


@frozen
class Reading:
    """How files are read: as this kernel compiles them, for accesses to this object; `kept` if answers of earlier runs do."""

    kernel: Kernel
    object: Sought
    workers: int
    kept: bool


def functions(files: Files, how: Reading, told: Told) -> Functions:
    """Every changed file read on both sides. Raises WrongUsage where libclang is not installed."""
    names = sorted({*files.before, *files.after})
    before, unread = _read(names, files.before, how, told)
    after, more = _read(names, files.after, how, told)
    others = tuple(_others(before, after))
    return Functions(len(after), len(names), others, tuple(dict.fromkeys((*unread, *more))))


def laid(
    names: Sequence[str], asked: Mapping[str, frozenset[str]], texts: Mapping[str, str], how: Reading
) -> dict[str, Answer]:
    """How structs of files lie, by the file; `texts` are those of the files that the patch changes."""
    library()
    jobs = [replace(job, structs=asked[name]) for name, job in zip(names, _jobs(names, texts, how), strict=True)]
    with Pool(processes(how.workers)) as pool:
        mapped = Remembering(pool, Kept(folder()), how.object) if how.kept else pool
        return dict(zip(names, mapped(partial(work, how.object), jobs), strict=True))


def _jobs(names: Sequence[str], texts: Mapping[str, str], how: Reading) -> list[Job]:
    """Files of a tree as its kernel compiles them, with the texts of one side."""
    tree = f"{how.kernel.tree}{os.sep}"
    instead = tuple((f"{tree}{name}", text) for name, text in texts.items())
    return [Job(f"{tree}{name}", replace(how.kernel.flags(how.kernel.tree / name), instead=instead)) for name in names]


_Reads = dict[tuple[str, str], Read]


def _read(names: list[str], texts: Mapping[str, str], how: Reading, told: Told) -> tuple[_Reads, tuple[Unread, ...]]:
    """By file and name. A file that this side does not have is one without a word."""
    tree = f"{how.kernel.tree}{os.sep}"
    jobs = _jobs(names, {name: texts.get(name, "") for name in names}, how)
    with Pool(processes(how.workers)) as pool:  # each side has its own: what headers say of the object is remembered
        mapped = Remembering(pool, Kept(folder()), how.object) if how.kept else pool
        found = sweep(jobs, how.object, mapped, told)
    reads = {
        (each.file.removeprefix(tree), each.name): replace(each, file=each.file.removeprefix(tree))
        for each in found.functions
    }
    return reads, tuple(
        replace(u, file=u.file.removeprefix(tree), first=u.first.replace(tree, "")) for u in found.unread
    )


def _others(before: _Reads, after: _Reads) -> Iterator[Other]:
    for key, read in {**before, **after}.items():
        had, has = (side[key].accesses if key in side else () for side in (before, after))
        new, gone = tuple(_beyond(has, had)), tuple(_beyond(had, has))
        if new or gone:
            yield Other(after.get(key, read), new, gone)


def _beyond(some: tuple[Access, ...], others: tuple[Access, ...]) -> Iterator[Access]:
    """Each kind of access to a place that the others do not have, once."""
    known = {_told(each) for each in others}
    for each in some:
        if _told(each) not in known:
            known.add(_told(each))
            yield each


def _told(access: Access) -> tuple[str, str, str]:
    return access.kind, str(access.place), access.to
