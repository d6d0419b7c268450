"""BTF as the graph of types. Numbers of nodes are BTF's own type ids; those of a module go on where its base ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import get_args

from cbprove.artifacts.btf import format as form
from cbprove.artifacts.btf import nodes
from cbprove.artifacts.btf.format import Section
from cbprove.artifacts.btf.records import Record, Records, is_forward
from cbprove.artifacts.identity import distinct
from cbprove.artifacts.model import Kind, Node, Ref, bad
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
        """What a type id stands for; raises SpecError CB0305 or CB0306 where there is nothing sound of this id."""
        known = self._nodes.get(ref)
        if known is None:
            known = self._nodes[ref] = nodes.node(self.records, self.records.record(ref))
        return known

    def find(self, kind: Kind, name: str) -> tuple[Ref, ...]:
        """The definitions of this name in this unit alone, each different one once; raises SpecError for unsound ones.

        A first name is searched for, which is the fastest for a few; once all were listed, they are looked up.
        """
        if kind in self._listed:
            return distinct(self, self._listed[kind].get(name, ()))
        return distinct(self, (record.ref for record in self.records.named(name) if _defines(record, kind)))

    def names(self, kind: Kind) -> Iterable[str]:
        """The names of a kind that are defined in this unit, in the order of their records."""
        if kind not in self._listed:
            self._listed[kind] = self._list(kind)
        return self._listed[kind].keys()

    def _list(self, kind: Kind) -> dict[str, list[Ref]]:
        found: dict[str, list[Ref]] = {}
        for record in self.records.indexed():
            if record.name and _defines(record, kind):
                found.setdefault(self.records.string(record.name), []).append(record.ref)
        return found

    def declares(self, kind: Kind, name: str) -> bool:
        """Whether this unit names a struct, union or enum that it does not define."""
        return name in self._forwards.get(kind, ())

    @cached_property
    def _forwards(self) -> Mapping[str, frozenset[str]]:
        found = [
            (_forward_kind(record), self.records.string(record.name)) for record in self._all() if is_forward(record)
        ]
        return {kind: frozenset(name for each, name in found if each == kind) for kind in get_args(Kind)}

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
    """The records of a module over those of its kernel. Raises SpecError CB0308 for another kernel's.

    Nothing in BTF says which base it was written over. But names begin where strings begin, and over another kernel's strings
    some do not.
    """
    records = Records(section, base)
    if section.order != base.section.order or not all(map(records.begins, section.names())):
        raise bad("CB0308", f"the BTF of `{section.name}` was written over another kernel than this `{base.name}`",
                  "take both from one build")  # fmt: skip
    return records
