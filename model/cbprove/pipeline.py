"""The stages in order: what was written, what it means, what holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cbprove.design import judge as design
from cbprove.design.space import Options as Reach
from cbprove.diagnostics import SpecError, WrongUsage
from cbprove.frozen import frozen, replace
from cbprove.meaning import check as resolve_check
from cbprove.meaning import elaborate
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.solving.solver import Limits
from cbprove.syntax.includes import Reader, load, read
from cbprove.system.axes import Axis, AxisValue, PropertyName, Proposal
from cbprove.system.program import Program
from cbprove.verdicts import Report

# What only some commands do is loaded by them alone: each module is a millisecond that every user
# waits for.
if TYPE_CHECKING:
    from concurrent.futures import Executor

    from cbprove.keeping import Folder
    from cbprove.report.sweep import Matrix

Progress = Callable[[int, int], None]

MOST_CELLS = 10_000


@frozen
class Options:
    """How far to go. `resources` are the solver's own steps for each query, `seconds` the wall
    clock of one, if any.

    `witnesses` asks for a run for each verdict, not only for those that were not expected;
    `queries` for the text of what was asked of each. `operations` is how far the runs of a path are
    unfolded.
    """

    bound: int = 3
    resources: int = 30_000_000
    seconds: float | None = None
    witnesses: bool = False
    queries: bool = False
    operations: int = 200_000


def check(
    path: str,
    options: Options,
    progress: Progress,
    executor: Executor | None = None,
    cache: Folder | None = None,
) -> Report:
    """Every verdict on the spec in a file; an executor finds them side by side. Raises SpecError
    if it has mistakes."""
    system = meaning(path)
    return _held_against(
        system,
        judged(system, path, options=options, progress=progress, executor=executor, cache=cache),
    )


def begin(
    path: str, options: Options, executor: Executor, cache: Folder | None = None
) -> Callable[[], Report]:
    """Has an executor judge the spec in a file, beside others; the result waits for the report.

    Raises nothing for mistakes in the spec: what is returned raises SpecError, as `check` does.
    """
    try:
        system = meaning(path)
    except SpecError as error:
        mistaken = error

        def refused() -> Report:
            raise mistaken

        return refused
    pending = executor.submit(judged, system, path, options, _silent, cache=cache)
    return lambda: _held_against(system, pending.result())


def _silent(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def _held_against(system: System, report: Report) -> Report:
    if not system.audited:
        return report
    from cbprove.audit.resting import models

    return replace(report, models=models(system))


def judged(
    system: System,
    path: str,
    options: Options,
    progress: Progress,
    executor: Executor | None = None,
    cache: Folder | None = None,
) -> Report:
    """Every verdict on a system; `path` is what reports call its spec. What the `cache` has of an
    earlier run of the same programs, whatever their texts say besides, is not found again.

    The texts of queries are not kept, nor is a report in which something is unknown or bounded:
    that may be known next time.
    """
    if cache is None or options.queries:
        report = design.judge(system, reach(options), progress, executor)
    else:
        report = _remembered(system, options, progress=progress, executor=executor, cache=cache)
    return replace(report, path=path, inputs=system.sources, warnings=system.warnings)


def _remembered(
    system: System, options: Options, progress: Progress, executor: Executor | None, cache: Folder
) -> Report:
    from cbprove.design.known import Known
    from cbprove.keeping import key_of_programs
    from cbprove.system.fingerprint import fingerprint

    limits = {
        "bound": options.bound,
        "resources": options.resources,
        "operations": options.operations,
        "seconds": options.seconds,
    }
    names: list[str] = []

    def opened(programs: Iterable[Program]) -> Any:
        print_of_them = fingerprint(programs)
        names.append(key_of_programs("spec", system, print_of_them, cache.lasting, **limits))
        return cache.get(names[0])

    known = Known(opened)
    report = design.judge(system, reach(options), progress=progress, executor=executor, known=known)
    (name,) = names
    earlier = cache.is_earlier(name)
    if known.fresh and known.decided:
        cache.put(name, known.document)
    return replace(report, kept=known.hit and earlier)


def files(named: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The files to check, each once, and whether it was named itself; a folder stands for every
    .cbs file below it."""
    names_seen: set[str] = set()
    for path in named:
        paths = below(path) if os.path.isdir(path) else [path]
        for file in paths:
            identity = os.path.realpath(file)
            if identity not in names_seen:
                names_seen.add(identity)
                yield file, file == path


def below(folder: str) -> list[str]:
    """Every .cbs file below a folder, those in hidden ones left out."""
    paths = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [os.path.join(parent, name) for name in names if name.endswith(".cbs")]
    return sorted(paths)


def is_included(error: SpecError) -> bool:
    """Whether all that is wrong is that the file has no `spec` line: it is made to be included."""
    return all(d.code == "CB0007" and d.message.startswith("no ") for d in error.diagnostics)


def meaning(path: str, reader: Reader = read) -> System:
    """What the spec in a file means; `reader` gives the text of it and of what it includes.
    Raises SpecError."""
    system = resolve(load(path, reader))
    resolve_check.check(system)
    return system


def sweep(
    path: str,
    names: tuple[str, str, str],
    options: Options,
    progress: Progress,
    executor: Executor | None = None,
) -> Matrix:
    """The verdicts of a property over two axes (the names); the others at their default, or over
    all their values.

    Raises WrongUsage where there is no such property or axis, where both axes are one, or where
    there are more than MOST_CELLS cells; SpecError for mistakes in the spec.
    """
    from cbprove.report.sweep import Matrix, cells

    system = meaning(path)
    prop, rows, cols = names
    if not all(names):
        raise WrongUsage("a sweep takes --property, --rows and --cols", _names(system))
    _known("property", prop, [each.name for each in system.properties])
    row_axis, other = _axis(system, rows), _axis(system, cols)
    if row_axis is other:
        raise WrongUsage(f"the rows and the columns are both `{rows}`", "name two axes")
    if len(row_axis.values) * len(other.values) > MOST_CELLS:
        raise WrongUsage(
            f"`{rows}` times `{cols}` has more than {MOST_CELLS} cells", "name smaller axes"
        )
    question = replace(
        system,
        proposals=cells(system, row_axis, other),
        asks=(),
        properties=tuple(each for each in system.properties if each.name == prop),
    )
    report = design.judge(question, reach(options), progress, executor)
    return Matrix(
        prop,
        row_axis,
        other,
        replace(report, path=path, inputs=system.sources, warnings=system.warnings),
    )


def explained(
    path: str, name: str, options: Options, progress: Progress
) -> tuple[PropertyName, Report]:
    """A property of a spec, judged alone. Raises WrongUsage where there is no such property,
    SpecError for mistakes in the spec."""
    system = meaning(path)
    _known("property", name, [each.name for each in system.properties])
    (prop,) = (each for each in system.properties if each.name == name)
    return prop, judged(replace(system, properties=(prop,), asks=()), path, options, progress)


def layout(path: str, proposal: str | None, all_structs: bool = False) -> str:
    """For the first candidate of each proposal, where views lie; the structs that a view has, or
    all; what layers touch."""
    system = meaning(path)
    if proposal is not None:
        _known("proposal", proposal, [proposal.name for proposal in system.proposals])
    from cbprove.meaning.shapes import laid, shapes
    from cbprove.pictures import layout as layouts

    firsts = first_candidates(system, proposal)
    programs = {name: elaborate.program(system, first) for name, first in firsts.items()}
    structs = shapes(system, firsts.values())
    viewed = laid(system, structs)
    pictured = [each for each in structs if all_structs or each.record.tag in viewed]
    return layouts.text(pictured, programs, len(structs) - len(pictured))


def first_candidates(system: System, name: str | None = None) -> dict[str, dict[str, AxisValue]]:
    """The first candidate of each proposal, or of that one alone, by what to call it."""
    return {
        _titled(each): {axis: values[0] for axis, values in each.domains.items()}
        for each in system.proposals
        if name in (None, each.name)
    }


def candidates_to_audit(named: Iterable[str], proposal: str | None) -> dict[str, Program]:
    """Of each spec the program that stands for the code as it is: of the proposal `today`, or the
    first; its first candidate.

    Files that are made to be included are passed over. Raises SpecError.
    """
    programs = {}
    for path, named_path in files(named):
        try:
            system = meaning(path)
        except SpecError as error:
            if named_path or not is_included(error):
                raise
            continue
        programs[path] = _as_it_is(system, proposal)
    return programs


def _as_it_is(system: System, proposal: str | None) -> Program:
    from cbprove.audit.resting import as_it_is

    if proposal is not None:
        _known("proposal", proposal, [each.name for each in system.proposals])
    return as_it_is(system, proposal)


def _titled(proposal: Proposal) -> str:
    several_candidates = any(len(values) > 1 for values in proposal.domains.values())
    return f"{proposal.name}, first candidate" if several_candidates else proposal.name


def _axis(system: System, name: str) -> Axis:
    _known("axis", name, [axis.name for axis in system.axes])
    return next(axis for axis in system.axes if axis.name == name)


def _names(system: System) -> str:
    """What can be swept."""
    properties, axes = (
        [f"`{each.name}`" for each in named] for named in (system.properties, system.axes)
    )
    return f"the properties are {', '.join(properties)}; the axes are {', '.join(axes)}"


def _known(kind: str, name: str, names: list[str]) -> None:
    if name not in names:
        from difflib import get_close_matches

        many = {"axis": "axes", "property": "properties", "proposal": "proposals"}[kind]
        near = get_close_matches(name, names, 1)
        meant = f"did you mean `{near[0]}`? " if near else ""
        raise WrongUsage(
            f"there is no {kind} `{name}`",
            f"{meant}the {many} are {', '.join(f'`{n}`' for n in names)}",
        )


def reach(options: Options) -> Reach:
    """The same as the design space asks for it."""
    limits = Limits(options.resources, options.seconds, options.operations)
    return Reach(options.bound, limits, options.witnesses, options.queries)
