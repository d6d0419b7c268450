"""A witness in words: where it happens, what was decided, and the picture of what is not as
claimed."""

from __future__ import annotations

import textwrap

from cbprove.evidence.idle import idle
from cbprove.report import drawing, story
from cbprove.report.scene import Scene, scene
from cbprove.verdicts import Witness

_WIDTH = 100
_MOST = 12  # values told


def block(witness: Witness, property_name: str) -> list[str]:
    """The lines of a refutation, without indentation."""
    if witness.misplaced is not None:
        return [f"{witness.misplaced.subject}: {witness.misplaced.reason}"]
    picture = scene(witness, property_name)
    if picture is None:
        return [f"path {witness.path}"]
    head = ["path " + " > ".join(story.crumbs(witness.program, witness.path, picture.first.moment))]
    return head + decisions(witness, picture) + drawing.picture(picture)


def decided(witness: Witness, picture: Scene) -> tuple[story.Choice, ...]:
    """What was chosen before the break, then which values were taken, each with whether it
    matters."""
    program, run, moment = witness.program, picture.run, picture.standing
    path = next(path for path in program.paths if path.name == run.path)
    prop = next(prop for prop in program.properties if prop.name == picture.property_name)
    unneeded = idle(program, path, prop, run)
    choices = story.choices(program, run, moment.decisions, unneeded)
    by_statement = [choice for choice in choices if choice.span is not None]
    by_name = [choice for choice in choices if choice.span is None]
    return (
        *by_statement,
        *by_name,
        *story.values(program, run, run.looks[: moment.looks], unneeded),
    )


def decisions(witness: Witness, picture: Scene) -> list[str]:
    """What matters of it, as lines."""
    choices = [choice for choice in decided(witness, picture) if not choice.any]
    answers = [
        f"{story.place_of(witness.program, c.span)} {c.what}: {c.answer}" for c in choices if c.span
    ]
    values = [
        f"{c.what} = {c.answer}" + (f" at {c.at}" if c.at else "")
        for c in choices
        if c.span is None
    ]
    rest = [f"and {len(values) - _MOST} more"] if len(values) > _MOST else []
    return [
        *_wrapped("choices  ", "; ", answers),
        *_wrapped("values   ", ", ", [*values[:_MOST], *rest]),
    ]


def _wrapped(title: str, between: str, parts: list[str]) -> list[str]:
    if not parts:
        return []
    text = between.join(parts)
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=title,
        subsequent_indent=" " * len(title),
        break_on_hyphens=False,
    )
