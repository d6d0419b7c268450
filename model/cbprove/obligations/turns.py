"""What the turns of a loop may leave to later ones: what they store in objects that were there before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cbprove.obligations.ops import Copied, StepRun, Store, StoreKind


def touched_since(operations: Sequence[object], instances: set[int]) -> list[Store | Copied]:
    """The operations that give bits new sources in objects that were there before, one for each extent and kind."""
    touching: dict[tuple[object, ...], Store | Copied] = {}
    for operation in operations:
        if isinstance(operation, Store | Copied) and operation.area[0] in instances:
            kind = operation.kind if isinstance(operation, Store) else "copy"
            run = operation.run and operation.run.step if isinstance(operation, Store) else None
            touching[(operation.area, operation.low, operation.width, kind, operation.text, run)] = operation
    return list(touching.values())


def earlier(operation: Store | Copied, number: int, clock: int) -> Store:
    """What an operation left in some earlier turn of its loop: the same members of another store, or, where that cannot be
    said, something of which nothing is known."""
    loose = operation.length is not None or bool(operation.indexes)
    if isinstance(operation, Store) and operation.kind in ("fresh", "value", "blank", "mark") and not loose:
        run = operation.run and _ended(operation.run, clock)
        kind: StoreKind = "fresh" if operation.kind == "value" else operation.kind
        return replace(operation, number=number, kind=kind, value=None, run=run)
    low, width = operation.low, operation.width
    if loose and operation.bound is not None:
        low, width = operation.bound[0], operation.bound[1] - operation.bound[0]
    return Store(number, ("head", number), "head", operation.area, low, width, True)


def _ended(run: StepRun, clock: int) -> StepRun:
    """The same step, run earlier: it ended at `clock` at the latest."""
    return StepRun(run.step, run.instance, clock)
