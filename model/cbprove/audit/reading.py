"""The source read for an audit: what specs name, who else touches the object, how one step's functions reach the next's."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

from cbprove.audit.joins import functions, joined, neighbours
from cbprove.audit.record import Record, digest
from cbprove.frozen import replace
from cbprove.source.accesses import Bound, Calls, Found, Read, Sought, Unread
from cbprove.source.asked import Compiled, asked, definers
from cbprove.source.graph import Graph
from cbprove.source.kernel import Kernel
from cbprove.source.sweep import Job, Mapped, Told, followed, sources, sweep, work
from cbprove.system.program import Program


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


_ROUNDS = 16
_FILES = 3  # that define a function of one name, or include the header that does
Pair = tuple[frozenset[str], frozenset[str]]


def pairs(programs: Iterable[Program]) -> list[Pair]:
    """The functions of neighbouring steps that are not the same, each pair once."""
    found = {(functions(e.first), functions(e.second)): None for each in programs for e in neighbours(each)}
    return [(one, other) for one, other in found if not one & other]


def learnt(wanted: Sequence[Pair], kernel: Kernel, files: Iterable[str], sought: Sought, mapped: Mapped) -> Graph:
    """What has to be known of calls to say of each pair how the second follows the first."""
    graph = Graph()
    graph.guess(_texts(kernel.tree, files))
    asked: set[tuple[str, str]] = set()
    left = list(wanted)
    for _ in range(_ROUNDS):
        found = [joined(graph, *pair) for pair in left]
        left = [pair for pair, each in zip(left, found, strict=True) if each.how == "not found" and each.wanted]
        fresh = sorted(set().union(*(each.wanted for each in found if each.how == "not found")) - asked)
        if not fresh:
            break
        asked.update(fresh)
        for answer in mapped(functools.partial(work, sought), _jobs(graph, fresh, kernel)):
            graph.learn(answer.calls, answer.bound)
        graph.settle(fresh)
    return graph


def _texts(tree: Path, files: Iterable[str]) -> list[Path]:
    """What is looked through: networking as a whole, of other parts the folder of each file, and the headers of all."""
    places = {Path(file).relative_to(tree) for file in files}
    folders = sorted({"net" if place.parts[0] == "net" else str(place.parent) for place in places})
    folders = [folder for folder in folders if folder.split("/")[0] != "include"]
    found = [each for folder in folders for each in (*sources(tree / folder), *sorted((tree / folder).rglob("*.h")))]
    return list(dict.fromkeys((*found, *sorted((tree / "include").rglob("*.h")))))


def _jobs(graph: Graph, wanted: Sequence[tuple[str, str]], kernel: Kernel) -> list[Job]:
    """The files that tell: where a function or what sets a member is, for a header's function a file that calls it."""
    found: dict[Path, set[str]] = defaultdict(set)
    for one, other in wanted:
        _, _, last = one.rpartition(".")
        places = graph.files.get(f".{last}={other}" if "." in one else one, [])
        own = [each for each in places if each.suffix == ".c"]
        if own or "." in one:
            found.update({each: found[each] for each in own[:_FILES]})
            continue
        near = (other, *sorted(graph.before.get(one, ())), *sorted(graph.after.get(one, ())))
        users = [each for name in near for each in graph.files.get(name, ()) if each.suffix == ".c"]
        for each in list(dict.fromkeys(users))[:_FILES]:
            found[each].add(one)
    return [Job(str(path), kernel.flags(path), calling=frozenset(names)) for path, names in sorted(found.items())]


def kept(
    graph: Graph, wanted: Sequence[Pair], short: Callable[[str], str]
) -> tuple[tuple[Calls, ...], tuple[Bound, ...]]:
    """Of all that was learnt what is on a way, files by their short names."""
    names = {name for pair in wanted for side in pair for name in side}
    for pair in wanted:
        names.update(joined(graph, *pair).way)
    members = {name for name in names if "." in name}
    calls = [
        replace(each, file=short(each.file), targets=tuple(t for t in each.targets if t in names))
        for name in sorted(names - members)
        for each in graph.calls.get(name, ())
    ]
    bound = [Bound(member, name) for member in sorted(members) for name in sorted(graph.bound[member] & names)]
    return tuple(each for each in calls if each.targets), tuple(bound)
