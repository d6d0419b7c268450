"""From the values of a formula's unknowns back to the decisions of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cbprove.obligations.ops import Store, Unfolding

Model = Mapping[str, int | bool]


class Decided(Mapping[tuple[object, ...], int]):
    """The decisions that a model stands for, by the keys that the reference asks with.

    Choices, inputs and numbers of turns are listed; the value of a free bit is looked up in the unknown of its byte.
    """

    def __init__(self, unfolding: Unfolding, model: Model, little_endian: bool) -> None:
        self._little_endian = little_endian
        self._model = model
        self._listed = {d.key: int(model.get(d.term.args[0], d.low)) for d in unfolding.decisions.values()}
        for moment, inside in unfolding.cut.items():
            taken = bool(model.get(inside.args[0], False))
            self._listed[("turns", moment)] = max(unfolding.cut_low[moment], int(taken))
        self._stores = _numbers(unfolding)

    def __getitem__(self, key: tuple[object, ...]) -> int:
        if key[0] == "bit":
            return self._bit(key[1], key[2])
        return self._listed[key]

    def __iter__(self) -> Any:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def _bit(self, store: Any, position: Any) -> int:
        number = self._stores[tuple(store[:2])]
        byte, within = divmod(position, 8)
        weight = within if self._little_endian else 7 - within
        return int(self._model.get(f"bits@{number}.{byte}", 0)) >> weight & 1


def _numbers(unfolding: Unfolding) -> dict[tuple[Any, ...], int]:
    """The numbers of stores by the moment and ordinal that the reference knows them by."""
    numbers: dict[tuple[Any, ...], int] = {}
    for operation in unfolding.operations:
        if isinstance(operation, Store) and operation.kind in ("fresh", "value", "blank"):
            moment: Any = operation.key[1]
            numbers[(moment[:-1], moment[-1])] = operation.number
    for instance in unfolding.instances:
        made: Any = ((), instance.number) if instance.key[0] == "object" else (instance.key[1], 0)
        numbers[made] = unfolding.debris[instance.number].number
    return numbers
