"""The calls between neighbouring steps: ways are guessed from texts, each asked of a compiler, until it is known or refuted."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from cbprove.audit.joins import functions, joined
from cbprove.audit.neighbours import neighbours
from cbprove.source.accesses import Sought
from cbprove.source.calls import Bound, Calls
from cbprove.source.graph import Graph
from cbprove.source.kernel import Kernel
from cbprove.source.sweep import Job, Mapped, sources, work
from cbprove.system import Program

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
