"""Two sides of a change, judged and compared: the layouts, the views, then every verdict."""

from __future__ import annotations

from cbprove.comparing import layouts as changes
from cbprove.comparing.layouts import Reshaped
from cbprove.comparing.rendering import Comparison
from cbprove.comparing.verdicts import Changed, answers, verdicts
from cbprove.frozen import frozen, replace
from cbprove.keeping import Folder
from cbprove.meaning import elaborate
from cbprove.meaning.shapes import Shape, laid, shapes
from cbprove.meaning.system import System
from cbprove.pipeline import Options, Progress, first_candidates, judged
from cbprove.system.program import Program
from cbprove.verdicts import Report, Witness


@frozen
class Side:
    """A spec as it stands on one side; `title` names the side, `system` is None where there is no
    such spec.

    `plain` says that it is what its texts say, and nothing else.
    """

    title: str
    path: str
    system: System | None
    plain: bool = True


def compare(
    before: Side, after: Side, options: Options, progress: Progress, cache: Folder | None = None
) -> Comparison:
    """What changed from one side to the other. Sides of the very same texts are judged once,
    those in the `cache` not at all."""
    titles = before.title, after.title
    old, new = _judged(before, options, progress, cache), _judged(after, options, progress, cache)
    if old is None or new is None or before.system is None or after.system is None:
        return Comparison(titles, old, new)
    changed = verdicts(old, new)
    layouts, unlaid = _layouts(before.system, after.system)
    return Comparison(
        titles,
        old,
        new,
        layouts=layouts,
        unlaid=unlaid,
        views=changes.views(_programs(before.system), _programs(after.system)),
        verdicts=changed,
        answers=answers(old, new),
        witnesses=_witnesses(after, changed, options),
    )


def _judged(
    side: Side, options: Options, progress: Progress, cache: Folder | None
) -> Report | None:
    """The report of a side. One under the layouts of an artefact is no question of texts alone,
    and not kept."""
    if side.system is None:
        return None
    return judged(
        side.system, side.path, options, progress=progress, cache=cache if side.plain else None
    )


def _layouts(before: System, after: System) -> tuple[tuple[Reshaped, ...], int]:
    """The layouts that changed of structs that some view has, and how many others did."""
    old, new = _shapes(before), _shapes(after)
    tags = laid(before, old) | laid(after, new)
    changed = changes.layouts(old, new)
    seen_by_views = tuple(
        each for each in changed if (each.after or each.before or new[0]).record.tag in tags
    )
    return seen_by_views, len(changed) - len(seen_by_views)


def _shapes(system: System) -> list[Shape]:
    return shapes(system, first_candidates(system).values())


def _programs(system: System) -> dict[str, Program]:
    return {
        name: elaborate.program(system, first) for name, first in first_candidates(system).items()
    }


def _witnesses(side: Side, changed: tuple[Changed, ...], options: Options) -> dict[str, Witness]:
    """A run for each case that is newly refuted, whatever the spec expects of it."""
    witnesses: dict[str, Witness] = {}
    for change in changed:
        if change.kind == "newly refuted" and change.after is not None:
            witness = change.after.finding.witness or _witness(side, change, options)
            if witness is not None:
                witnesses[change.after.id] = witness
    return witnesses


def _witness(side: Side, change: Changed, options: Options) -> Witness | None:
    system = side.system
    assert system is not None
    judged_again = replace(
        system,
        proposals=tuple(each for each in system.proposals if each.name == change.proposal),
        properties=tuple(each for each in system.properties if each.name == change.property),
        asks=(),
    )
    (case,) = judged(
        judged_again, side.path, replace(options, witnesses=True), lambda done, total: None
    ).cases
    return case.finding.witness
