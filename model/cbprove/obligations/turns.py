"""What earlier turns of a cut loop may leave to a later one: a relation that allows more than any run does.

A bit of an object that was there before the loop holds, when some later turn begins, either what it held when the laid out turns
had ended, or what the *last* operation of the earlier turns that reached it gave it. Nothing is known of which operation that is:
turns come in any order of their branches, so that the first statement of one runs after the last of another. Hence

- every operation that the body has may be that last one, whatever stands behind it in the text, and each *piece* of memory has
  a last operation of its own (`pieces`): a piece is bits that every operation of fixed extent reaches together or not at all;
- operations are the same only if their extent, what they store, the step *and the object that it runs on* are: two runs of one
  step on two objects are in two histories (`touched_since`);
- what is known of the run that stored holds in every turn or is given up (`_earlier_run`): a step run on an object that the
  turn made itself is in no history that a later turn can see, since the names of such objects end with the turn; a step that the
  loop stands in has not ended; every other ran on the same object in each turn, and has ended;
- what is stored is any value that the operation stores in some turn; what a copy brings, or an operation whose extent hangs on
  the run, is not known at all.

docs/soundness.md, section 7, has the argument as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from cbprove.frozen import replace
from cbprove.obligations.ops import Copied, StepRun, Store, StoreKind


def touched_since(operations: Sequence[object], instances: set[int]) -> list[Store | Copied]:
    """Return the operations that may give bits of objects made before (`instances`) new sources, alike ones once.

    Two operations are alike if no claim can tell a bit that one of them stored from a bit that the other stored: the same
    extent (bits), members and kind, and a run of the same step in the same object's history.
    """
    touching: dict[tuple[object, ...], Store | Copied] = {}
    for operation in operations:
        if isinstance(operation, Store | Copied) and operation.area[0] in instances:
            extent = operation.area, operation.low, operation.width, _moves(operation), operation.given
            touching[(*extent, operation.text, *_stored(operation, instances))] = operation
    return list(touching.values())


def _stored(operation: Store | Copied, instances: set[int]) -> tuple[object, ...]:
    """What a store says of its bits; a copy says nothing that outlives its turn."""
    if isinstance(operation, Copied):
        return ()
    bits = operation.kind, operation.runs, operation.unspecified, operation.zero, operation.leaves
    return *bits, _history(operation, instances)


def _history(operation: Store, instances: set[int]) -> object:
    """What tells the runs that stored apart: the step, in whose history it is, and whether it has ended."""
    run = operation.run
    if run is None or (run.ended is not None and run.instance.number not in instances):
        return None
    return run.step, run.instance.number, run.ended is None


def earlier(operation: Store | Copied, number: int, clock: int, instances: set[int]) -> Store:
    """Return what an operation left in some earlier turn of its loop: the same members of another store, or, where that cannot
    be said, something of which nothing is known.

    `number` is the new store's, `clock` the count of events when the later turn begins, `instances` are the objects that were
    there before the loop.
    """
    if isinstance(operation, Store) and operation.kind in ("fresh", "value", "blank", "mark") and not _moves(operation):
        run = operation.run and _earlier_run(operation.run, clock, instances)
        kind: StoreKind = "fresh" if operation.kind == "value" else operation.kind
        return replace(operation, number=number, kind=kind, value=None, run=run)
    low, width = operation.low, operation.width
    if _moves(operation) and operation.bound is not None:
        low, width = operation.bound[0], operation.bound[1] - operation.bound[0]
    return Store(
        number=number,
        key=("head", number),
        kind="head",
        area=operation.area,
        low=low,
        width=width,
        guard=True,
        given=operation.given,
    )


def _moves(operation: Store | Copied) -> bool:
    """Whether the extent is another in another turn."""
    return operation.length is not None or bool(operation.indexes)


def _earlier_run(run: StepRun, clock: int, instances: set[int]) -> StepRun | None:
    """Return the run of the same step in an earlier turn as histories of this turn show it; None where none shows it.

    A run that has not ended is one that the loop stands in: it is the same run in every turn. Any other began in its turn and
    ended in it, on an object that the turn made (in no history that is left) or on one that was there before, the same in
    every turn since names are bound by where a statement stands.
    """
    if run.ended is None:
        return run
    return StepRun(run.step, run.instance, clock) if run.instance.number in instances else None
