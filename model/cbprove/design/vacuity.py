"""What assumptions do to a verdict: which of them it takes as given, and why no run reaches what
a property claims."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds
from cbprove.properties import possible, table
from cbprove.properties.events import Began, Ended, Event
from cbprove.system.expressions import Place
from cbprove.system.program import (
    Exact,
    Holds,
    Lent,
    Owned,
    Part,
    Preserved,
    Program,
    Property,
    Written,
)
from cbprove.system.statements import Assume, Block, Call, Statement


def why(program: Program, prop: Property) -> str:
    """The reason that a vacuous property is, in words.

    Every event that some path could bring, were all its conditions true, is put to the property
    itself.
    """
    events = [event for path in program.paths for event in possible.events(program, path)]
    claimed = any(table.of_event(prop, event) for event in events)
    claim = prop.claim
    if isinstance(claim, Preserved):
        return _preserved(claim, prop, events, claimed)
    if claimed and isinstance(claim, Written) and claim.since is not None:
        if not any(isinstance(event, Ended) and event.step == claim.since for event in events):
            return f"no path runs `{claim.since}`"
        reads = _listed(claim.members) or "anything"
        return f"nothing that reads {reads} follows `{claim.since}` on one object in a run"
    if claimed:
        return "no run meets all the conditions on the way to what it claims"
    if isinstance(claim, Holds):
        return f"{_where(prop, 'no path')} runs `{claim.at}`"
    return _untouched(prop)


def _preserved(claim: Preserved, prop: Property, events: list[Event], claimed: bool) -> str:
    start, end = claim.start, claim.end
    for step in (end, start):
        if not any(isinstance(event, Began) and event.step == step for event in events):
            return f"no path runs `{step}`"
    if not claimed:
        return f"{_where(prop, 'no path')} runs `{end}`"
    ended = {event.path for event in events if isinstance(event, Ended) and event.step == start}
    began = {event.path for event in events if isinstance(event, Began) and event.step == end}
    if not ended & began:
        return f"no path runs both `{start}` and `{end}`"
    # Paths alone do not tell which: the order of the steps, an object of its own, a condition, what
    # is assumed.
    return (
        f"in no run that meets its conditions and assumptions does `{end}` follow `{start}` on "
        f"one object"
    )


def _untouched(prop: Property) -> str:
    claim = prop.claim
    who = _where(prop, "nothing that a path runs")
    match claim:
        case Owned():
            return f"{who} reads {_listed(claim.members) or 'through a view'}"
        case Written():
            return f"{who} reads {_listed(claim.members) or 'anything'}"
        case Exact():
            return (
                f"{who} stores a value in {_listed(claim.members) or 'a member'}, as `write M "
                f"= EXPR` does"
            )
        case Lent():
            return f"{who} touches an object"
        case _:
            return f"{who} touches what it speaks of"


def _where(prop: Property, everywhere: str) -> str:
    return "nothing in its WHERE" if prop.where.narrows else everywhere


def _listed(places: tuple[Place, ...]) -> str:
    return " or ".join(f"`{place.text}`" for place in places)


def assumptions(program: Program) -> tuple[str, ...]:
    """The assumptions of all paths, each once, in the order in which they stand."""
    texts = (text for path in program.paths for text in assumed_on(program, path))
    return tuple(dict.fromkeys(texts))


def assumed_on(program: Program, path: Part) -> Iterator[str]:
    """The assumptions that runs of one path may meet."""
    return _block(program, path.body)


def _block(program: Program, block: Block) -> Iterator[str]:
    for statement in block:
        yield from _statement(program, statement)


def _statement(program: Program, statement: Statement) -> Iterator[str]:
    match statement:
        case Assume(text=text, reason=reason):
            yield f"{text}: {reason}" if reason else text
        case Call(kind="step", name=name):
            yield from _block(program, program.steps[name].body)
        case Call(name=name):
            yield from _block(program, program.parts[name].body)
        case _:
            for inner in folds.blocks(statement):
                yield from _block(program, inner)
