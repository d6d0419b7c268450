"""From the values of a formula's unknowns back to the decisions of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cbprove.logic.terms import evaluate
from cbprove.obligations.members import MemberUnknown
from cbprove.obligations.ops import Instance, Store, Unfolding

Model = Mapping[str, int | bool]


class Decided(Mapping[tuple[object, ...], int]):
    """The decisions that a model stands for, by the keys that the reference asks with.

    Choices, inputs and numbers of turns are listed; the value of a free bit is looked up in the
    unknown of its byte.
    """

    def __init__(
        self,
        unfolding: Unfolding,
        model: Model,
        little_endian: bool,
        variables: Sequence[MemberUnknown] = (),
    ) -> None:
        self._little_endian = little_endian
        self._model = model
        self._unfolding = unfolding
        self._listed = {
            d.key: int(model.get(d.term.args[0], d.low)) for d in unfolding.decisions.values()
        }
        for moment, first in unfolding.laid_out.items():
            inside = unfolding.cut.get(moment)
            # The turn that stands for any later one is replayed right behind those laid out.
            # Whether it needs others in between is seen there.
            if inside is not None and model.get(inside.args[0], False):
                self._listed[("turns", moment)] = first + 1
            else:
                self._listed.setdefault(("turns", moment), first)
        self._stores = _numbers(unfolding)
        self._objects = {unfolding.debris[i.number].number: i for i in unfolding.instances}
        self._members = dict(self._bits_of(variables))

    def __getitem__(self, key: tuple[object, ...]) -> int:
        if key[0] == "bit":
            return self._bit(key[1], key[2])
        return self._listed[key]

    def __iter__(self) -> Any:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def _bit(self, store: Any, position: Any) -> int:
        if store[2] == "outside":
            number, position = self._outside(store[0], store[1], position)
        else:
            number = self._stores[tuple(store[:2])]
        if (number, position) in self._members:
            return int(self._members[(number, position)])
        byte, within = divmod(position, 8)
        weight = within if self._little_endian else 7 - within
        value = int(self._model.get(f"bits@{number}.{byte}", 0))
        return int(value >> weight & 1)

    def _outside(self, moment: Any, ordinal: int, position: int) -> tuple[int, int]:
        """The store and the position that stand for a bit outside of an object
        (`semantics.memory.nowhere`)."""
        cut = moment.index(-1)
        instance = self._objects[self._stores[moment[cut + 1 :], ordinal]]
        return self._unfolding.outside(
            instance.number, moment[:cut]
        ).number, instance.base + position

    def _bits_of(self, variables: Sequence[MemberUnknown]) -> Iterator[tuple[tuple[int, int], int]]:
        """The bits that unknowns of whole members stand for."""
        for variable in variables:
            position, value = evaluate(self._model, variable.position, variable.unknown)
            for i in range(variable.width):
                weight = i if self._little_endian else variable.width - 1 - i
                yield (variable.store, position + i), value >> weight & 1


def _numbers(unfolding: Unfolding) -> dict[tuple[Any, ...], int]:
    """The numbers of stores by the moment and ordinal that the reference knows them by."""
    numbers: dict[tuple[Any, ...], int] = {}
    for operation in unfolding.operations:
        if isinstance(operation, Store) and operation.kind in ("fresh", "value", "blank"):
            moment: Any = operation.key[1]
            numbers[(moment[:-1], moment[-1])] = operation.number
    for instance in unfolding.instances:
        numbers[object_key(instance)] = unfolding.debris[instance.number].number
    return numbers


def object_key(instance: Instance) -> tuple[Any, int]:
    """The moment and ordinal that the reference knows an object by."""
    key: Any = instance.key
    return ((), instance.number) if key[0] == "object" else (key[1], 0)
