"""The source read for an audit: the functions that specs name, what they hand to others, and who else touches the object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

from cbprove.audit.record import Record, digest
from cbprove.source.accesses import Found, Read, Sought, Unread
from cbprove.source.asked import Compiled, asked, definers
from cbprove.source.calls import Bound, Calls
from cbprove.source.follow import followed
from cbprove.source.kernel import Kernel
from cbprove.source.sweep import Job, Mapped, Told, sweep


def named(names: Iterable[str], kernel: Kernel, object: Sought, mapped: Mapped, told: Told) -> tuple[Found, list[str]]:
    """What the functions of these names do, callees in other files followed; and the names that no file defines."""
    wanted = sorted(set(names))
    files = definers(wanted, kernel.tree)
    jobs = [Job(str(path), kernel.flags(path), frozenset(found)) for path, found in files.items()]
    found = sweep(jobs, object, mapped, told)
    there = {each.name for each in found.functions}
    absent = [name for name in wanted if name not in there]
    return followed(found, object, lambda asked: _definitions(asked, kernel), mapped), absent


def _definitions(names: Sequence[str], kernel: Kernel) -> dict[str, Job]:
    files = definers(names, kernel.tree)
    return {name: Job(str(path), kernel.flags(path)) for path, found in files.items() for name in found}


def others(
    folders: Sequence[str], kernel: Kernel, object: Sought, mapped: Mapped, told: Told
) -> tuple[dict[str, list[str]], tuple[Unread, ...]]:
    """Every function of some folders that touches the object, by file; and the files that have errors."""
    compiled: Compiled = kernel
    files = asked(folders, compiled, kernel.tree, object)
    found = sweep(files.jobs, object, mapped, told)
    by_file: dict[str, list[str]] = {}
    for each in found.functions:
        by_file.setdefault(each.file, []).append(each.name)
    return by_file, found.unread


def record(
    kernel: Kernel,
    object: Sought,
    found: Found,
    absent: Sequence[str],
    beside: tuple[dict[str, list[str]], tuple[Unread, ...]],
    between: tuple[tuple[Calls, ...], tuple[Bound, ...]],
) -> Record:
    """All of it, with paths from the tree on."""
    short = shortened(kernel.tree)
    functions: dict[str, list[Read]] = {}
    for each in found.functions:
        functions.setdefault(each.name, []).append(Read(each.name, short(each.file), each.line, each.accesses, ()))
    files = {each.file for each in found.functions}
    touching = {file: tuple(name for name in names if name not in functions) for file, names in beside[0].items()}
    unread = dict.fromkeys((*found.unread, *beside[1]))
    return Record(
        kernel=f"linux {kernel.version}",
        object=object,
        functions=MappingProxyType({name: tuple(reads) for name, reads in functions.items()}),
        others=MappingProxyType({short(file): names for file, names in touching.items() if names}),
        absent=tuple(absent),
        hashes=MappingProxyType({short(file): digest(Path(file)) for file in files}),
        unread=tuple(Unread(short(each.file), each.errors, short(each.first)) for each in unread),
        calls=between[0],
        bound=between[1],
    )


def shortened(tree: Path) -> Callable[[str], str]:
    return lambda text: text.replace(f"{tree}/", "")
