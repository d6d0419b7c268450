"""The answers to `ask`: the choices of some axes for which every candidate is proved.

What nobody can satisfy: for a question without an answer, the fewest of its properties that no
choice satisfies together, and the layers that cannot do without each other's room.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from cbprove.design.marks import EXCLUDED, INAPPLICABLE, PROVED, REFUTED, UNKNOWN
from cbprove.design.space import Space
from cbprove.diagnostics import Span
from cbprove.frozen import replace
from cbprove.system.axes import Ask, AxisValue
from cbprove.system.expressions import Place
from cbprove.system.program import Program, View
from cbprove.system.statements import Block, Call, Each, Either, If, On, Repeat, Statement, When
from cbprove.verdicts import Answered, Conflict, Need

Row = tuple[AxisValue, ...]


def answers(space: Space) -> tuple[Answered, ...]:
    """Every question of the system, answered."""
    return tuple(_answer(space, ask) for ask in space.system.asks)


def _answer(space: Space, ask: Ask) -> Answered:
    proved, unknown = _choices(space, ask)
    sure = not unknown
    answer = tuple(row for row in _rows(ask) if row in proved)
    expected = _words(ask)
    as_expected = ask.expect is None or (sure and _as_expected(ask, answer))
    return Answered(
        id=f"{space.system.name}/{ask.name}",
        name=ask.name,
        title=ask.title,
        axes=ask.axes,
        answer=answer if sure else None,
        expected=expected,
        met=as_expected,
        reason="" if sure else _hang(len(unknown)),
        span=ask.span,
        conflict=conflict(space, ask) if sure and not answer else None,
    )


def _rows(ask: Ask) -> list[Row]:
    return list(product(*(ask.domains[axis] for axis in ask.axes)))


def _choices(space: Space, ask: Ask) -> tuple[set[Row], set[Row]]:
    """The choices whose candidates are all proved, and those that only an unknown keeps from it.

    A property that makes no case at any candidate of a choice is not proved there.
    """
    proved: set[Row] = set()
    marks_by_row: dict[Row, set[int]] = {}
    unknown: set[Row] = set()
    broken: set[Row] = set()
    for sector in space.sectors(ask.domains):
        meant = space.where(ask.given, sector) if ask.given is not None else None
        sheets = [space.table(sector, name).sheet.marks for name in ask.properties]
        for index in space.indexes(sector, ask.domains):
            each = [sheet[index] for sheet in sheets]
            marks = set(each) - {INAPPLICABLE}
            if (meant is not None and not meant[index]) or EXCLUDED in marks:
                continue
            candidate = sector.candidate(index)
            row = tuple(candidate[axis] for axis in ask.axes)
            marks_by_row.setdefault(row, set()).update(
                i for i, mark in enumerate(each) if mark != INAPPLICABLE
            )
            if marks <= {PROVED}:
                proved.add(row)
            elif marks <= {PROVED, UNKNOWN, UNKNOWN + 1}:
                unknown.add(row)
            else:
                broken.add(row)
    broken |= {row for row, cases in marks_by_row.items() if len(cases) < len(ask.properties)}
    return proved - unknown - broken, unknown - broken


def _as_expected(ask: Ask, answer: tuple[Row, ...]) -> bool:
    if ask.expect == "none":
        return not answer
    if ask.expect == "some":
        return bool(answer)
    return set(answer) == set(ask.rows)


def _words(ask: Ask) -> str | None:
    if ask.expect != "exactly":
        return ask.expect
    rows = (
        "; ".join(f"{axis} = {value}" for axis, value in zip(ask.axes, row, strict=True))
        for row in ask.rows
    )
    return "exactly { " + " | ".join(rows) + " }"


_MOST_LAYERS = 16  # that are left out one after another
_SATISFIED = frozenset({PROVED, INAPPLICABLE})
_NOT_REFUTED = frozenset(range(16)) - {REFUTED, EXCLUDED}


def conflict(space: Space, ask: Ask) -> Conflict | None:
    """Why a question has no answer; None where no choice has a candidate. Layers are looked for
    where witnesses are wanted."""
    failing = _failing(space, ask, ask.properties, _SATISFIED)
    if not failing:
        return None
    names = _fewest(ask.properties, set(failing.values()))
    properties = tuple((p.name, p.span) for p in space.system.properties if p.name in names)
    if not space.options.witnesses:
        return Conflict(properties)
    if len(space.system.layers) > _MOST_LAYERS:
        return Conflict(
            properties,
            reason=f"of more than {_MOST_LAYERS} layers it was not tried which ones it takes",
        )
    layers = _layers(space, ask, names)
    if not layers:
        return Conflict(properties)
    program = space.program(next(space.sectors(ask.domains)))
    layers_named = tuple((layer, _declared(program, layer)) for layer in layers)
    return Conflict(properties, layers_named, *_needs(space, ask, layers))


def _failing(
    space: Space, ask: Ask, names: tuple[str, ...], good: frozenset[int]
) -> dict[Row, frozenset[str]]:
    """For each choice that has a candidate, the properties that some candidate of it does not
    satisfy."""
    by_row: dict[Row, frozenset[str]] = {}
    for sector in space.sectors(ask.domains):
        meant = space.where(ask.given, sector) if ask.given is not None else None
        if meant is not None and not any(meant):
            continue
        sheets = [(name, space.table(sector, name).sheet.marks) for name in names]
        for index in space.indexes(sector, ask.domains):
            if (meant is not None and not meant[index]) or any(
                sheet[index] == EXCLUDED for _, sheet in sheets
            ):
                continue
            candidate = sector.candidate(index)
            row = tuple(candidate[axis] for axis in ask.axes)
            wrong = frozenset(name for name, sheet in sheets if sheet[index] not in good)
            by_row[row] = by_row.get(row, frozenset()) | wrong
    return by_row


def _fewest(names: tuple[str, ...], failing: set[frozenset[str]]) -> tuple[str, ...]:
    """The fewest properties of which every choice fails one; of several such sets the first."""
    for size in range(1, len(names)):
        for subset in combinations(names, size):
            if all(wrong.intersection(subset) for wrong in failing):
                return subset
    return names


# --- layers ---------------------------------------------------------------------------------------


def _layers(space: Space, ask: Ask, names: tuple[str, ...]) -> tuple[str, ...]:
    """Layers that no choice satisfies the properties with, though some choice does if any one of
    them is left out.

    The steps of the other layers do not run.
    """
    if not all(_failing(space, ask, names, _NOT_REFUTED).values()):
        return ()  # some choice breaks nothing, but is vacuous
    left = [layer.name for layer in space.system.layers]
    for layer in list(left):
        fewer = [other for other in left if other != layer]
        if _clash(space, ask, names, frozenset(fewer)):
            left = fewer
    return tuple(left)


def _clash(space: Space, ask: Ask, names: tuple[str, ...], layers: frozenset[str]) -> bool:
    """Whether every choice breaks one of the properties with these layers alone; what is unknown
    may hold."""

    def cut(program: Program) -> Program:
        return _only(program, layers, names)

    reduced = Space(space.system, replace(space.options, witnesses=False), cut=cut)
    return all(_failing(reduced, ask, names, _NOT_REFUTED).values())


def _only(program: Program, layers: frozenset[str], names: tuple[str, ...]) -> Program:
    """The program in which the steps of other layers do not run."""
    removed = frozenset(name for name, step in program.steps.items() if step.layer not in layers)
    parts = {
        name: replace(part, body=_without(part.body, removed))
        for name, part in program.parts.items()
    }
    paths = tuple(replace(path, body=_without(path.body, removed)) for path in program.paths)
    views = tuple(view for view in program.views if view.layer in layers)
    properties = tuple(prop for prop in program.properties if prop.name in names)
    return replace(program, parts=parts, paths=paths, views=views, properties=properties)


def _without(body: Block, removed: frozenset[str]) -> Block:
    """A block without the calls of some steps."""
    remaining: list[Statement] = []
    for statement in body:
        match statement:
            case Call(kind="step", name=name) if name in removed:
                continue
            case On() | Each() | Repeat() | When():
                statement = replace(statement, body=_without(statement.body, removed))
            case Either():
                statement = replace(
                    statement, arms=tuple(_without(arm, removed) for arm in statement.arms)
                )
            case If(then=then, otherwise=otherwise):
                statement = replace(
                    statement, then=_without(then, removed), otherwise=_without(otherwise, removed)
                )
        remaining.append(statement)
    return tuple(remaining)


def _declared(program: Program, layer: str) -> Span | None:
    """Where the first view or step of a layer stands."""
    spans = [view.span for view in program.views if view.layer == layer]
    spans += [step.span for step in program.steps.values() if step.layer == layer]
    return min(spans, key=lambda span: span.line, default=None)


def _needs(space: Space, ask: Ask, layers: tuple[str, ...]) -> tuple[tuple[Need, ...], str, int]:
    """The least that the views of the layers take of the area that they share, and its size, in
    bytes; nothing unless it is more than there is."""
    least: dict[str, int] = {}
    areas: dict[tuple[str, str, int], None] = {}
    shared: set[str] = set()
    for program in _programs(space, ask):
        views = [view for view in program.views if view.layer in layers]
        shared.update(*(_laid_over([v for v in views if v.layer == layer]) for layer in layers))
        for view in views:
            place = view.place
            areas[place.object, place.area, place.bound[1] - place.bound[0]] = None
            least[view.name] = min(least.get(view.name, place.width), place.width)
    least = {name: bits for name, bits in least.items() if name not in shared}
    if len(areas) != 1 or sum(least.values()) <= next(iter(areas))[2]:
        return (), "", 0
    ((_, area, width),) = areas
    return tuple(Need(name, bits // 8) for name, bits in least.items()), area, width // 8


def _laid_over(views: list[View]) -> Iterator[str]:
    """The views of a layer that may lie over a larger one of it: their bytes are counted there."""
    counted: list[View] = []
    for view in sorted(views, key=lambda view: -view.place.width):
        if all(_beside_each_other(view.place, other.place) for other in counted):
            counted.append(view)
        else:
            yield view.name


def _beside_each_other(one: Place, other: Place) -> bool:
    """Whether two places surely share no bit."""
    if one.object != other.object:
        return True
    if not isinstance(one.low, int) or not isinstance(other.low, int):
        return False
    return one.low + one.width <= other.low or other.low + other.width <= one.low


def _programs(space: Space, ask: Ask) -> Iterator[Program]:
    """The programs of the sectors that the question speaks of."""
    for sector in space.sectors(ask.domains):
        if ask.given is None or any(space.where(ask.given, sector)):
            yield space.program(sector)


def _hang(number: int) -> str:
    choices = "1 choice hangs" if number == 1 else f"{number:,} choices hang"
    return f"{choices} on a verdict that is unknown or bounded"
