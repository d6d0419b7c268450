"""The records of a unit by their ids, over those of its base: their names, and the ways from one to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

from cbprove.artifacts.btf import format as form
from cbprove.artifacts.btf.format import Section, corrupt
from cbprove.artifacts.model import Ref

WORDS: Mapping[int, Literal["const", "volatile", "restrict"]] = MappingProxyType(
    {form.CONST: "const", form.VOLATILE: "volatile", form.RESTRICT: "restrict"}
)
NO_TYPES = frozenset((form.FUNC, form.VAR, form.DATASEC, form.DECL_TAG))

_IDENTIFIER = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_CHAIN = 100  # qualifiers, typedefs and tags one behind the other


class Record(NamedTuple):
    """A record's three words, taken apart; `at` is the word behind them, in `section`."""

    ref: Ref
    kind: int
    vlen: int
    flag: bool
    name: int
    value: int  # the size in bytes, or the type that is pointed at
    section: Section
    at: int


def is_forward(record: Record) -> bool:
    """An `enum x;` has no kind of its own: it is one without values."""
    return record.kind == form.FWD or (record.kind in (form.ENUM, form.ENUM64) and not record.vlen and record.name != 0)


@dataclass(frozen=True, eq=False)
class Records:
    """One section and, for a module, the records of the base that it is written over."""

    section: Section = field(repr=False)
    base: Records | None = field(default=None, repr=False)
    _spelled: dict[bytes, tuple[int, ...]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return self.section.name

    @cached_property
    def first(self) -> Ref:
        """The id of this section's first record; 0 is `void`, and has none."""
        return self.base.end if self.base else 1

    @cached_property
    def end(self) -> Ref:
        return self.first + len(self.section.scan[0])

    @cached_property
    def text(self) -> int:
        """The offset, in bytes, at which this section's own strings begin."""
        return self.base.text + len(self.base.section.strings) if self.base else 0

    def record(self, ref: Ref) -> Record:
        """The record of an id; raises SpecError CB0305 where there is none."""
        if self.base and ref < self.first:
            return self.base.record(ref)
        starts = self.section.scan[0]
        if not 0 <= ref - self.first < len(starts):
            raise corrupt(self.name, f"there is no type {ref}, only types 1 to {self.end - 1}")
        at = starts[ref - self.first]
        name, info, value = self.section.words[at : at + 3]
        return Record(
            ref=ref,
            kind=info >> 24 & 0x7F,
            vlen=info & 0xFFFFFF,
            flag=info >> 31 == 1,
            name=name,
            value=value,
            section=self.section,
            at=at + 3,
        )

    def indexed(self) -> Iterator[Record]:
        """This section's integers, structs, unions, enums and typedefs, in order."""
        return (self.record(self.first + position) for position in self.section.scan[1])

    def named(self, name: str) -> Iterator[Record]:
        """The same, only those of this name: the strings are searched first, and nothing else is read."""
        starts, indexed = self.section.scan
        words, wanted = self.section.words, set(self._spellings(name.encode()) if _IDENTIFIER.fullmatch(name) else ())
        return (self.record(self.first + position) for position in indexed if words[starts[position]] in wanted)

    def _spellings(self, name: bytes) -> tuple[int, ...]:
        """Where a name can be read, in bytes; remembered, since thousands of modules ask one base."""
        if name not in self._spelled:
            below = self.base._spellings(name) if self.base else ()
            self._spelled[name] = (*below, *(self.text + offset for offset in self.section.spellings(name)))
        return self._spelled[name]

    def string(self, offset: int) -> str:
        """The string at an offset in bytes, counted from the base's strings on; raises SpecError CB0305."""
        if self.base and offset < self.text:
            return self.base.string(offset)
        return self.section.string(offset - self.text)

    def begins(self, offset: int) -> bool:
        """Whether a string begins at an offset in bytes, so that what is read there is not the end of another name."""
        if self.base and offset < self.text:
            return self.base.begins(offset)
        own = offset - self.text
        return own == 0 or (own < len(self.section.strings) and self.section.strings[own - 1] == 0)

    def identifier(self, offset: int) -> str:
        """A name that C can have; raises SpecError CB0305 for any other."""
        name = self.string(offset)
        if not _IDENTIFIER.fullmatch(name):
            raise corrupt(self.name, f"the name {name!r} is none that C has")
        return name

    def tag(self, record: Record) -> str | None:
        """A record's own name, None where it has none."""
        return self.identifier(record.name) if record.name else None

    def ref(self, ref: Ref) -> Ref | None:
        """A type that another one names: `void` is None, and type tags are looked through."""
        for _ in range(_CHAIN):
            if not ref:
                return None
            record = self.record(ref)
            if record.kind in NO_TYPES:
                raise corrupt(self.name, f"type {ref} is a function or variable, and stands where a type should")
            if record.kind != form.TYPE_TAG:
                return ref
            ref = record.value
        raise corrupt(self.name, f"more than {_CHAIN} tags hang one behind the other at type {ref}")

    def held(self, ref: Ref) -> Ref:
        """A type that cannot be `void`."""
        found = self.ref(ref)
        if found is None:
            raise corrupt(self.name, "something that must have a size is of type `void`")
        return found

    def behind(self, ref: Ref | None) -> Record | None:
        """The record behind typedefs and qualifiers; None is `void`."""
        for _ in range(_CHAIN):
            record = None if ref is None else self.record(ref)
            if record is None or (record.kind != form.TYPEDEF and record.kind not in WORDS):
                return record
            ref = self.ref(record.value)
        raise corrupt(self.name, f"more than {_CHAIN} typedefs hang one behind the other at type {ref}")

    @cached_property
    def odd(self) -> frozenset[Ref]:
        """The integers that are bit-fields of the old style: they have fewer bits than their bytes."""
        starts, indexed = self.section.scan
        words = self.section.words
        integers = [position for position in indexed if words[starts[position] + 1] >> 24 & 0x7F == form.INT]
        own = frozenset(filter(self._is_odd, (self.first + position for position in integers)))
        return self.base.odd | own if self.base else own

    def _is_odd(self, ref: Ref) -> bool:
        record = self.record(ref)
        return record.section.words[record.at] & 0xFF != 8 * record.value
