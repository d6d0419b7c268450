"""A witness in words: where it happens, what was decided, and the picture of what is not as claimed."""

from __future__ import annotations

import textwrap

from cbprove.evidence.replay import idle
from cbprove.report import story
from cbprove.report.scene import Scene, scene
from cbprove.verdicts import Witness

_WIDTH = 100
_MOST = 12  # values told


def block(witness: Witness, property_name: str) -> list[str]:
    """The lines of a refutation, without indentation."""
    if witness.misplaced is not None:
        return [f"{witness.misplaced.subject}: {witness.misplaced.reason}"]
    shown = scene(witness, property_name)
    if shown is None:
        return [f"path {witness.path}"]
    head = ["path " + " > ".join(story.crumbs(witness.program, witness.path, shown.first.moment))]
    return head + _decided(witness, shown) + shown.picture()


def decided(witness: Witness, shown: Scene) -> tuple[story.Choice, ...]:
    """What was chosen before the break, then which values were taken, each with whether it matters."""
    program, run, standing = witness.program, shown.run, shown.standing
    path = next(path for path in program.paths if path.name == run.path)
    prop = next(prop for prop in program.properties if prop.name == shown.property_name)
    unneeded = idle(program, path, prop, run)
    chosen = story.choices(program, run, standing.decisions, unneeded)
    made = [choice for choice in chosen if choice.span is not None]
    taken = [choice for choice in chosen if choice.span is None]
    return (*made, *taken, *story.values(program, run, run.looks[: standing.looks], unneeded))


def _decided(witness: Witness, shown: Scene) -> list[str]:
    """What matters of it, as lines."""
    chosen = [choice for choice in decided(witness, shown) if not choice.any]
    made = [f"{story.place_of(witness.program, c.span)} {c.what}: {c.answer}" for c in chosen if c.span]
    values = [f"{c.what} = {c.answer}" + (f" at {c.at}" if c.at else "") for c in chosen if c.span is None]
    rest = [f"and {len(values) - _MOST} more"] if len(values) > _MOST else []
    return [*_wrapped("choices  ", "; ", made), *_wrapped("values   ", ", ", [*values[:_MOST], *rest])]


def _wrapped(title: str, between: str, parts: list[str]) -> list[str]:
    if not parts:
        return []
    text = between.join(parts)
    return textwrap.wrap(text, _WIDTH, initial_indent=title, subsequent_indent=" " * len(title), break_on_hyphens=False)
