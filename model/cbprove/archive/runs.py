"""Runs that show something of many candidates at once: chosen for one, tried by the reference on
each of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cbprove.archive.record import Chosen
from cbprove.evidence.replay import replay
from cbprove.properties import table as properties
from cbprove.semantics.run import Run
from cbprove.semantics.state import DecisionKey
from cbprove.system.program import Program, Property

Programs = Callable[[int], Program]  # the program of a mark of a sector


def shows(program: Program, prop: Property, choice: Chosen, broken: bool) -> Run | None:
    """The run of these choices, if it breaks (or else reaches) a claim of the property."""
    path = next((p for p in program.paths if p.name == choice.path), None)
    if path is None:
        return None
    run = replay(program, path, (prop,), dict(choice.decisions))
    return run if (run.broken if broken else run.reached)[prop.name] else None


def chosen(run: Run) -> Chosen:
    """What was decided in a run, free bits that are 0 left out: an oracle that is not told says
    0."""
    return Chosen(
        run.path, tuple((key, answer) for key, answer in run.decisions if key[0] != "bit" or answer)
    )


def misplaced(program: Program, prop: Property) -> bool:
    """Whether a claim about placement is broken on plain numbers, in all runs or in none."""
    return any(claim.broken is True for claim in properties.of_placement(prop, program))


def placed(program: Program, prop: Property) -> bool:
    """Whether the property makes claims about placement, which need no run to reach them."""
    return bool(properties.of_placement(prop, program))


def cover(
    marks: Sequence[int], programs: Programs, name: str, broken: bool, find: Callable[[int], Run]
) -> list[tuple[Chosen, list[int]]]:
    """Runs that show a property broken (or else reached) at each of the marks, each with the marks
    that it is shown at.

    `find` gives a run for one mark, as the reference sees it.
    """
    left, chosen_runs = list(marks), []
    while left:
        run = _plain(programs(left[0]), name, broken, find(left[0]))
        covered = [
            mark for mark in left if shows(programs(mark), named(programs(mark), name), run, broken)
        ]
        chosen_runs.append((run, covered))
        left = [mark for mark in left if mark not in covered]
    return chosen_runs


def named(program: Program, name: str) -> Property:
    """A property of a program by its name."""
    return next(prop for prop in program.properties if prop.name == name)


def _plain(program: Program, name: str, broken: bool, run: Run) -> Chosen:
    """The run's choices; free bits are let be 0 where that shows the same."""
    answers: Mapping[DecisionKey, int] = {
        key: answer for key, answer in run.decisions if key[0] != "bit"
    }
    plain = shows(program, named(program, name), Chosen(run.path, tuple(answers.items())), broken)
    return chosen(plain or run)
