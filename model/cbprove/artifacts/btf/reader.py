"""BTF as the graph of types. Numbers of nodes are BTF's own type ids; those of a module go on where
its base ends.

What each kind of record says, as a node of the model. Offsets of bit-fields need no turning round
on big-endian targets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import get_args

from cbprove.artifacts.btf import format as form
from cbprove.artifacts.btf.format import WORDS, Record, Records, Section, corrupt, is_forward
from cbprove.artifacts.lookup import distinct
from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Forward,
    Function,
    Kind,
    Member,
    Node,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    bad,
)
from cbprove.layout.abi import Abi

_KINDS: Mapping[int, Kind] = MappingProxyType(
    {
        form.STRUCT: "struct",
        form.UNION: "union",
        form.ENUM: "enum",
        form.ENUM64: "enum",
        form.TYPEDEF: "typedef",
    }
)


@dataclass(frozen=True, eq=False)
class Btf:
    """The types of one unit, as the model has them."""

    name: str
    origin: str
    abi: Abi
    records: Records = field(repr=False)
    _nodes: dict[Ref, Node] = field(default_factory=dict, repr=False)
    _listed: dict[Kind, dict[str, list[Ref]]] = field(default_factory=dict, repr=False)

    def node(self, ref: Ref) -> Node:
        """What a type id stands for; raises SpecError CB0305 or CB0306 where there is nothing
        sound of this id."""
        node_of_ref = self._nodes.get(ref)
        if node_of_ref is None:
            node_of_ref = self._nodes[ref] = node(self.records, self.records.record(ref))
        return node_of_ref

    def find(self, kind: Kind, name: str) -> tuple[Ref, ...]:
        """The definitions of this name in this unit alone, each different one once; raises
        SpecError for unsound ones.

        A first name is searched for, which is the fastest for a few; once all were listed, they are
        looked up.
        """
        if kind in self._listed:
            return distinct(self, self._listed[kind].get(name, ()))
        return distinct(
            self, (record.ref for record in self.records.named(name) if _defines(record, kind))
        )

    def names(self, kind: Kind) -> Iterable[str]:
        """The names of a kind that are defined in this unit, in the order of their records."""
        if kind not in self._listed:
            self._listed[kind] = self._list(kind)
        return self._listed[kind].keys()

    def _list(self, kind: Kind) -> dict[str, list[Ref]]:
        by_name: dict[str, list[Ref]] = {}
        for record in self.records.indexed():
            if record.name and _defines(record, kind):
                by_name.setdefault(self.records.string(record.name), []).append(record.ref)
        return by_name

    def declares(self, kind: Kind, name: str) -> bool:
        """Whether this unit names a struct, union or enum that it does not define."""
        return name in self._forwards.get(kind, ())

    @cached_property
    def _forwards(self) -> Mapping[str, frozenset[str]]:
        forwards = [
            (_forward_kind(record), self.records.string(record.name))
            for record in self._all()
            if is_forward(record)
        ]
        return {
            kind: frozenset(name for each, name in forwards if each == kind)
            for kind in get_args(Kind)
        }

    def _all(self) -> Iterator[Record]:
        return map(self.records.record, range(self.records.first, self.records.end))


def _defines(record: Record, kind: Kind) -> bool:
    return _KINDS.get(record.kind) == kind and not is_forward(record)


def _forward_kind(record: Record) -> Kind:
    if record.kind != form.FWD:
        return "enum"
    return "union" if record.flag else "struct"


def word_size(records: Records) -> int | None:
    """Bytes of a `long`, which on Linux are those of a pointer; None where none is there.

    gcc and pahole spell it `long unsigned int`, clang `unsigned long`.
    """
    for record in records.indexed():
        if record.kind == form.INT and records.string(record.name) in _LONGS:
            return record.value
    return None


_LONGS = frozenset(("long unsigned int", "unsigned long", "long int", "long"))


def over(section: Section, base: Records) -> Records:
    """The records of a module over those of its kernel. Raises SpecError CB0308 for another
    kernel's.

    Nothing in BTF says which base it was written over. But names begin where strings begin, and
    over another kernel's strings some do not.
    """
    records = Records(section, base)
    if section.order != base.section.order or not all(map(records.begins, section.names())):
        raise bad("CB0308", f"the BTF of `{section.name}` was written over another kernel than this `{base.name}`",
                  "take both from one build")  # fmt: skip
    return records


def node(unit: Records, record: Record) -> Node:
    """The node of a record. Raises SpecError CB0305 or CB0306 where there is nothing sound, or
    no type at all."""
    reader = _READERS.get(record.kind)
    if reader is not None:
        return reader(unit, record)
    if record.kind <= form.ENUM64:
        raise corrupt(unit.name, f"type {record.ref} is no type of C, and stands where one should")
    raise form.unknown(
        unit.name, record.kind, "a type that is needed is of it; use a newer cbprove"
    )


def _number(unit: Records, record: Record) -> Node:
    encoding = record.section.words[record.at]
    if (
        record.value not in (1, 2, 4, 8, 16)
        or (encoding >> 16 & 0xFF) + (encoding & 0xFF) > 8 * record.value
    ):
        raise corrupt(
            unit.name,
            f"type {record.ref} is an integer of {record.value} bytes and {encoding & 0xFF} bits",
        )
    signed, boolean = encoding >> 24 & 1, encoding >> 24 & 4
    return Number(
        unit.string(record.name), record.value, bool(signed), "bool" if boolean else "int"
    )


def _float(unit: Records, record: Record) -> Node:
    if record.value not in (2, 4, 8, 12, 16, 32):
        raise corrupt(
            unit.name, f"type {record.ref} is a floating-point number of {record.value} bytes"
        )
    return Number(unit.string(record.name), record.value, True, "float")


def _pointer(unit: Records, record: Record) -> Node:
    return Pointer(unit.ref(record.value))


def _array(unit: Records, record: Record) -> Node:
    element, _, count = record.section.words[record.at : record.at + 3]
    return Array(unit.sized(element), count)


def _composite(unit: Records, record: Record) -> Node:
    members = (_member(unit, record, record.at + 3 * number) for number in range(record.vlen))
    named_members = tuple(
        member for member in members if member.name is not None or member.bits is None
    )
    return Composite(
        "struct" if record.kind == form.STRUCT else "union",
        unit.tag(record),
        record.value,
        named_members,
    )


def _member(unit: Records, record: Record, at: int) -> Member:
    """A bit-field has its width beside its offset where the struct's flag is set, and in its
    integer otherwise."""
    name, number, offset = record.section.words[at : at + 3]
    ref = unit.sized(number)
    bits = offset >> 24 if record.flag else 0
    if record.flag:
        offset &= 0xFFFFFF
    elif unit.odd and (integer := unit.behind(ref)) and integer.ref in unit.odd:
        encoding = integer.section.words[integer.at]
        offset, bits = offset + (encoding >> 16 & 0xFF), encoding & 0xFF
    if not name and not bits and not _is_composite(unit.behind(ref)):
        raise corrupt(
            unit.name, f"type {record.ref} has a member that has no name and is no struct or union"
        )
    return Member(unit.identifier(name) if name else None, ref, offset, bits or None)


def _is_composite(record: Record | None) -> bool:
    return record is not None and record.kind in (form.STRUCT, form.UNION)


def _enumeration(unit: Records, record: Record) -> Node:
    if is_forward(record):
        return Forward("enum", unit.identifier(record.name))
    if record.value not in (1, 2, 4, 8):
        raise corrupt(unit.name, f"type {record.ref} is an enum of {record.value} bytes")
    values = _values32(unit, record) if record.kind == form.ENUM else _values64(unit, record)
    return Enumeration(unit.tag(record), record.value, record.flag, tuple(values))


def _values32(unit: Records, record: Record) -> Iterator[tuple[str, int]]:
    for at in range(record.at, record.at + 2 * record.vlen, 2):
        name, value = record.section.words[at : at + 2]
        yield unit.identifier(name), _signed(value, 32) if record.flag else value


def _values64(unit: Records, record: Record) -> Iterator[tuple[str, int]]:
    for at in range(record.at, record.at + 3 * record.vlen, 3):
        name, low, high = record.section.words[at : at + 3]
        value = high << 32 | low
        yield unit.identifier(name), _signed(value, 64) if record.flag else value


def _signed(value: int, bits: int) -> int:
    return value - (value >> bits - 1 << bits)


def _forward(unit: Records, record: Record) -> Node:
    return Forward("union" if record.flag else "struct", unit.identifier(record.name))


def _typedef(unit: Records, record: Record) -> Node:
    return Typedef(unit.identifier(record.name), unit.ref(record.value))


def _qualified(unit: Records, record: Record) -> Node:
    return Qualified(WORDS[record.kind], unit.ref(record.value))


def _function(unit: Records, record: Record) -> Node:
    """A last parameter without name and type is an ellipsis."""
    parameters = [
        record.section.words[record.at + 2 * number : record.at + 2 * number + 2]
        for number in range(record.vlen)
    ]
    variadic = bool(parameters) and not any(parameters[-1])
    types_of_parameters = tuple(
        unit.ref(ref) for _, ref in parameters[: len(parameters) - variadic]
    )
    return Function(unit.ref(record.value), types_of_parameters, variadic)


_READERS: Mapping[int, Callable[[Records, Record], Node]] = MappingProxyType(
    {
        form.INT: _number,
        form.FLOAT: _float,
        form.PTR: _pointer,
        form.ARRAY: _array,
        form.STRUCT: _composite,
        form.UNION: _composite,
        form.ENUM: _enumeration,
        form.ENUM64: _enumeration,
        form.FWD: _forward,
        form.TYPEDEF: _typedef,
        form.CONST: _qualified,
        form.VOLATILE: _qualified,
        form.RESTRICT: _qualified,
        form.FUNC_PROTO: _function,
    }
)
