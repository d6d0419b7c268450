"""What a walk back finds, the stores that a bit may come from, latest first; and what is read of
them: which source it is, whether it is one that a claim accepts."""

from __future__ import annotations

from collections.abc import Callable

from cbprove.frozen import frozen
from cbprove.logic.terms import Bool, Int, and_, eq, ite, le, lt, not_, or_
from cbprove.obligations.ops import Instance, Run, Store

ZERO = 0  # the number of the source that all bits known to be zero share, where only values matter


@frozen
class Definition:
    """One store that a bit may come from: when it does (unless a later one did), and the
    position in it (bits)."""

    hit: Bool
    store: Store
    position: Int


def within(position: Int, runs: tuple[Run, ...]) -> Bool:
    """Whether a position lies in one of the runs."""
    return or_(*(and_(le(low, position), lt(position, low + width)) for low, width in runs))


def identity(
    definitions: list[Definition], numbers: dict[int, int], by_value: bool = True
) -> tuple[Int, Int]:
    """The source as two numbers, the store and the position in it; `numbers` counts the stores met,
    as they are met.

    Equal numbers mean equal sources, or, `by_value`, that both bits are known to be zero.
    """
    number: Int = 0
    position: Int = 0
    for definition in definitions:
        numbers.setdefault(definition.store.number, len(numbers) + 1)
    # From the earliest outwards, so that the latest that hits decides.
    for definition in reversed(definitions):
        value: Int = numbers[definition.store.number]
        at = definition.position
        if by_value:
            value, at = _value_in(definition.store, at, value)
        number = ite(definition.hit, value, number)
        position = ite(definition.hit, at, position)
    return number, position


def alike(definitions: list[Definition], others: list[Definition]) -> Bool:
    """Whether two bits have one source, or are both known to be zero."""
    numbers: dict[int, int] = {}
    first, second = identity(definitions, numbers), identity(others, numbers)
    # Where one side is a single store, the other comes to that one under a condition, and no
    # number need be chosen.
    if isinstance(second[0], int):
        return holds(definitions, lambda store, at: _is(store, at, numbers, second))
    if isinstance(first[0], int):
        return holds(others, lambda store, at: _is(store, at, numbers, first))
    return and_(eq(first[0], second[0]), eq(first[1], second[1]))


def _is(store: Store, at: Int, numbers: dict[int, int], source: tuple[Int, Int]) -> Bool:
    number, position = _value_in(store, at, numbers[store.number])
    return and_(eq(number, source[0]), eq(position, source[1]))


def _value_in(store: Store, position: Int, number: Int) -> tuple[Int, Int]:
    if store.kind == "blank":
        return ZERO, 0
    if store.zero:
        zero = within(position, store.zero)
        return ite(zero, ZERO, number), ite(zero, 0, position)
    return number, position


def holds(definitions: list[Definition], judge: Callable[[Store, Int], Bool]) -> Bool:
    """Whether the bit's source is one that the judge accepts."""
    result: Bool = False
    passed_by: list[Bool] = []  # that none hits of those since that are never accepted, latest last
    for definition in reversed(definitions):
        good = judge(definition.store, definition.position)
        if good is not False:
            result = and_(*reversed(passed_by), result)
            result = or_(and_(definition.hit, good), and_(not_(definition.hit), result))
            passed_by = []
        elif result is not False:
            # All at once: one by one each would copy what the earlier ones came to.
            passed_by.append(not_(definition.hit))
    return and_(*reversed(passed_by), result)


def in_history(store: Store, reader: Instance, time: int) -> bool:
    """Whether the step run that made a store had ended by `time` (events) on the reading object,
    or on one it was made from before that making."""
    run = store.run
    if run is None or run.ended is None:
        return False
    instance: Instance | None = reader
    while instance is not None:
        if instance is run.instance:
            return run.ended <= time
        time = min(time, instance.made)
        instance = instance.parent
    return False
