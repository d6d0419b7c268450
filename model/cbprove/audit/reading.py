"""The source read for an audit: what specs name, who else touches the object, how one step's
functions reach the next's."""

from __future__ import annotations

import functools
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from cbprove.audit.joins import functions, joined, neighbours
from cbprove.audit.record import Record
from cbprove.frozen import replace
from cbprove.source.accesses import Bound, Calls, Read, Sought, Sweep, Unread
from cbprove.source.asked import Compiled, asked, definers, leads
from cbprove.source.guessed import Guessed
from cbprove.source.kernel import Kernel
from cbprove.source.sweep import Job, Mapped, Progress, followed, sources, sweep, work
from cbprove.system.program import Program


def named(
    names: Iterable[str], kernel: Kernel, object: Sought, mapped: Mapped, progress: Progress
) -> tuple[Sweep, list[str]]:
    """What the functions of these names do, callees in other files followed; and the names that
    no file defines."""
    unique = sorted(set(names))
    files = definers(unique, kernel.tree)
    jobs = [
        Job(str(path), kernel.flags(path), frozenset(functions))
        for path, functions in files.items()
    ]
    sweep_result = sweep(jobs, object, mapped, progress)
    defined = {each.name for each in sweep_result.functions}
    absent = [name for name in unique if name not in defined]
    return followed(sweep_result, object, lambda pairs: _definitions(pairs, kernel), mapped), absent


def _definitions(names: Sequence[str], kernel: Kernel) -> dict[str, Job]:
    files = definers(names, kernel.tree)
    return {
        name: Job(str(path), kernel.flags(path))
        for path, functions in files.items()
        for name in functions
    }


def others(
    folders: Sequence[str], kernel: Kernel, object: Sought, mapped: Mapped, progress: Progress
) -> tuple[dict[str, list[str]], tuple[Unread, ...]]:
    """Every function of some folders that touches the object, by file; and the files that have
    errors."""
    compiled: Compiled = kernel
    files = asked(folders, compiled, kernel.tree, object)
    sweep_result = sweep(files.jobs, object, mapped, progress)
    by_file: dict[str, list[str]] = {}
    for each in sweep_result.functions:
        by_file.setdefault(each.file, []).append(each.name)
    return by_file, sweep_result.unread


def called(
    sweep_result: Sweep,
    files: Mapping[str, Sequence[Path]],
    kernel: Kernel,
    object: Sought,
    mapped: Mapped,
) -> Sweep:
    """The functions that those read call and that touch the object, and what these call, on and
    on. `files` are those with a function of a name."""
    compiled: Compiled = kernel
    texts = sorted({path for paths in files.values() for path in paths if path.suffix == ".c"})
    leading = frozenset(leads(texts, compiled, object))
    asked_before: set[tuple[Path, str]] = set()
    reached, edge = Sweep((), (), 0), sweep_result.functions
    while edge:
        fresh = {
            (path, name)
            for read in edge
            for name in read.calls
            for path in _defining(name, Path(read.file), files)
            if path in leading
        } - asked_before
        asked_before |= fresh
        by_file: dict[Path, set[str]] = defaultdict(set)
        for path, name in fresh:
            by_file[path].add(name)
        jobs = [
            Job(str(path), kernel.flags(path), frozenset(by_file[path])) for path in sorted(by_file)
        ]
        swept = sweep(jobs, object, mapped, lambda done, all: None)
        edge = tuple(each for each in swept.functions if each.accesses)
        reached = replace(
            reached,
            functions=(*reached.functions, *edge),
            unread=(*reached.unread, *swept.unread),
        )
    return followed(reached, object, lambda pairs: _definitions(pairs, kernel), mapped)


def _defining(name: str, caller: Path, files: Mapping[str, Sequence[Path]]) -> Sequence[Path]:
    """The files of a function that another calls: its own, or else all that have one."""
    paths = files.get(name, ())
    return (caller,) if caller in paths else paths


def record(
    kernel: Kernel,
    object: Sought,
    sweep_result: Sweep,
    called: Sweep,
    absent: Sequence[str],
    elsewhere: tuple[dict[str, list[str]], tuple[Unread, ...]],
    between: tuple[tuple[Calls, ...], tuple[Bound, ...]],
) -> Record:
    """All of it, with paths from the tree on."""
    short = shortened(kernel.tree)
    functions_read = dict.fromkeys((*sweep_result.functions, *called.functions))
    touching_names = {each.name for each in functions_read if each.accesses}
    functions: dict[str, list[Read]] = {}
    for each in functions_read:
        calls = tuple(name for name in each.calls if name in touching_names)
        functions.setdefault(each.name, []).append(
            Read(each.name, short(each.file), each.line, each.accesses, calls)
        )
    files = {each.file for each in functions_read}
    named_functions = {each.name for each in sweep_result.functions}
    touching = {
        file: tuple(name for name in names if name not in named_functions)
        for file, names in elsewhere[0].items()
    }
    unread = dict.fromkeys((*sweep_result.unread, *called.unread, *elsewhere[1]))
    return Record(
        kernel=f"linux {kernel.version}",
        object=object,
        functions=MappingProxyType({name: tuple(reads) for name, reads in functions.items()}),
        others=MappingProxyType({short(file): names for file, names in touching.items() if names}),
        absent=tuple(absent),
        hashes=MappingProxyType({short(file): _digest(file) for file in files}),
        unread=tuple(Unread(short(each.file), each.errors, short(each.first)) for each in unread),
        calls=between[0],
        bound=between[1],
    )


def shortened(tree: Path) -> Callable[[str], str]:
    return lambda text: text.replace(f"{tree}/", "")


_ROUNDS = 16
_OTHERS = ("net", "include", "drivers", "arch", "sound", "tools", "samples", "Documentation")
_COPIES = 8  # files that set a member of a name to another member
_FILES = 3  # that define a function of one name, or include the header that does
Pair = tuple[frozenset[str], frozenset[str]]


def pairs(programs: Iterable[Program]) -> list[Pair]:
    """The functions of neighbouring steps that are not the same, each pair once."""
    pairs_of_steps = {
        (functions(e.first), functions(e.second)): None
        for each in programs
        for e in neighbours(each)
    }
    return [(first, other) for first, other in pairs_of_steps if not first & other]


def guessed(kernel: Kernel, reads: Sequence[Read]) -> Guessed:
    """Who calls whom by the words of texts: those around the functions that were read."""
    graph = Guessed()
    graph.guess(_texts(kernel.tree, reads))
    return graph


def learnt(
    pairs_wanted: Sequence[Pair], graph: Guessed, kernel: Kernel, search: Sought, mapped: Mapped
) -> Guessed:
    """The same with what has to be known of calls to say of each pair how the second follows
    the first."""
    pairs_asked: set[tuple[str, str]] = set()
    left = list(pairs_wanted)
    for _ in range(_ROUNDS):
        results = [joined(graph, *pair) for pair in left]
        left = [
            pair
            for pair, each in zip(left, results, strict=True)
            if each.how == "not found" and each.wanted
        ]
        fresh = sorted(
            set().union(*(each.wanted for each in results if each.how == "not found")) - pairs_asked
        )
        if not fresh:
            break
        pairs_asked.update(fresh)
        for answer in mapped(functools.partial(work, search), _jobs(graph, fresh, kernel)):
            graph.learn(answer.calls, answer.bound)
        graph.settle(fresh)
    return graph


def _texts(tree: Path, reads: Sequence[Read]) -> list[Path]:
    """What is looked through: networking as a whole, of other parts the folder of each file and
    those of files that name an inline function of a header, and the headers of all."""
    paths = {Path(each.file).relative_to(tree) for each in reads}
    inline = {each.name for each in reads if each.file.endswith(".h")}
    folders = sorted(
        {"net" if path.parts[0] == "net" else str(path.parent) for path in paths}
        | _naming(tree, inline)
    )
    folders = [folder for folder in folders if folder.split("/")[0] != "include"]
    files = [
        each
        for folder in folders
        for each in (*sources(tree / folder), *sorted((tree / folder).rglob("*.h")))
    ]
    return list(dict.fromkeys((*files, *sorted((tree / "include").rglob("*.h")))))


def _naming(tree: Path, names: set[str]) -> set[str]:
    """The folders outside of networking whose files name some functions; drivers and
    architectures are left out."""
    if not names:
        return set()
    naming = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
    parts = [each for each in sorted(tree.iterdir()) if each.is_dir() and each.name not in _OTHERS]
    paths = (
        each
        for part in parts
        for each in sources(part)
        if naming.search(each.read_text(errors="replace"))
    )
    return {str(each.parent.relative_to(tree)) for each in paths}


def _jobs(graph: Guessed, calls_wanted: Sequence[tuple[str, str]], kernel: Kernel) -> list[Job]:
    """The files that tell: where a function or what sets a member is, for a header's function a
    file that calls it."""
    by_file: dict[Path, set[str]] = defaultdict(set)
    for caller, other in calls_wanted:
        _, _, last = caller.rpartition(".")
        if "." in caller:
            setting = graph.files.get(f".{last}={other}", ())[:_FILES]
            by_file.update(
                {each: by_file[each] for each in (*setting, *graph.copied.get(last, ())[:_COPIES])}
            )
            continue
        c_files = [each for each in graph.files.get(caller, ()) if each.suffix == ".c"]
        if c_files:
            by_file.update({each: by_file[each] for each in c_files[:_FILES]})
            continue
        near = (other, *sorted(graph.before.get(caller, ())), *sorted(graph.after.get(caller, ())))
        users = [each for name in near for each in graph.files.get(name, ()) if each.suffix == ".c"]
        for each in list(dict.fromkeys(users))[:_FILES]:
            by_file[each].add(caller)
    return [
        Job(str(path), kernel.flags(path), calling=frozenset(names))
        for path, names in sorted(by_file.items())
    ]


def kept(
    graph: Guessed, pairs_wanted: Sequence[Pair], short: Callable[[str], str]
) -> tuple[tuple[Calls, ...], tuple[Bound, ...]]:
    """Of all that was learnt what is on a way, files by their short names."""
    names = {name for pair in pairs_wanted for side in pair for name in side}
    for pair in pairs_wanted:
        names.update(joined(graph, *pair).way)
    members = {name for name in names if "." in name}
    calls = [
        replace(each, file=short(each.file), targets=tuple(t for t in each.targets if t in names))
        for name in sorted(names - members)
        for each in graph.calls.get(name, ())
    ]
    bound = [
        Bound(member, name)
        for member in sorted(members)
        for name in sorted(graph.bound[member] & names)
    ]
    return tuple(each for each in calls if each.targets), tuple(bound)


def _digest(file: str) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()
