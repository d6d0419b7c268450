"""The bytes of BTF as words: header, strings, where each type's record starts; nothing of what the
records say.

Source: include/uapi/linux/btf.h of Linux 7.2 and Documentation/bpf/btf.rst. Older files leave the
bits unused that newer ones need for kinds up to 127 and for more than 65,535 members, so one
reading serves both.

The records of a unit by their ids, over those of its base: their names, and the ways from one to
the next.
"""

from __future__ import annotations

import re
import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

from cbprove.artifacts.model import Ref, bad
from cbprove.diagnostics import SpecError

MAGIC: Mapping[bytes, Literal["little", "big"]] = MappingProxyType(
    {b"\x9f\xeb": "little", b"\xeb\x9f": "big"}
)

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT = range(1, 12)
FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(12, 20)

# Words after the three that every record begins with: once, and for each of its members.
_LENGTHS: Mapping[int, tuple[int, int]] = MappingProxyType(
    {
        INT: (1, 0),
        ARRAY: (3, 0),
        STRUCT: (0, 3),
        UNION: (0, 3),
        ENUM: (0, 2),
        FUNC_PROTO: (0, 2),
        VAR: (1, 0),
        DATASEC: (0, 3),
        DECL_TAG: (1, 0),
        ENUM64: (0, 3),
    }
    | dict.fromkeys((PTR, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FLOAT, TYPE_TAG), (0, 0))
)
_INDEXED = frozenset((INT, STRUCT, UNION, ENUM, TYPEDEF, ENUM64))
_ENDLESS = 1 << 40  # more words than any file has: ends the scan at a record of unknown length
_LONGEST = 1023  # bytes of a name; the kernel allows 511


def corrupt(name: str, text: str) -> SpecError:
    """The mistake of BTF, of the unit `name`, that breaks a rule of the format."""
    return bad(
        "CB0305", f"the BTF of `{name}` is corrupt: {text}", "copy or build the artefact again"
    )


def unknown(name: str, kind: int, help: str) -> SpecError:
    """The mistake of a record of a kind that is not in the list above."""
    return bad(
        "CB0306",
        f"the BTF of `{name}` has a type of kind {kind}, which is newer than what cbprove knows",
        help,
    )


@dataclass(frozen=True, eq=False)
class Section:
    """One piece of BTF. `words` is its section of types with a word of 0 behind; `strings` that
    of strings, bytes."""

    name: str
    order: Literal["little", "big"]
    words: array[int] = field(repr=False)
    strings: bytes = field(repr=False)
    lengths: Mapping[int, tuple[int, int]] = field(repr=False)

    @property
    def is_split(self) -> bool:
        """Whether it is written over a base: only a base has the empty string, and has it first."""
        return not self.strings.startswith(b"\0")

    @cached_property
    def scan(self) -> tuple[list[int], list[int]]:
        """The words at which the records start, and the positions in that list of those that
        `find` and bit-fields look for."""
        starts: list[int] = []
        indexed: list[int] = []
        fixed, each, size = self._tables()
        words, end, at = self.words, len(self.words) - 1, 0
        while at < end:
            info = words[at + 1]
            kind = info >> 24 & 0x7F
            if size[kind]:
                indexed.append(len(starts))
            starts.append(at)
            at += fixed[kind] + each[kind] * (info & 0xFFFFFF)
        if at != end:
            raise self._stopped(starts)
        return starts, indexed

    def _tables(self) -> tuple[list[int], list[int], list[bool]]:
        fixed, each = [_ENDLESS] * 128, [0] * 128
        for kind, (fixed_size, members) in self.lengths.items():
            fixed[kind], each[kind] = 3 + fixed_size, members
        return fixed, each, [kind in _INDEXED for kind in range(128)]

    def _stopped(self, starts: list[int]) -> SpecError:
        kind = self.words[starts[-1] + 1] >> 24 & 0x7F
        if kind in self.lengths:
            return corrupt(self.name, f"the {_ordinal(len(starts))} type is cut off")
        if not kind:
            return corrupt(self.name, f"the {_ordinal(len(starts))} type is of no kind")
        return unknown(
            self.name,
            kind,
            "its length is not said, so nothing behind it can be read; use a newer cbprove",
        )

    def names(self) -> Iterator[int]:
        """The offset, in bytes, of each record's name."""
        return (self.words[start] for start in self.scan[0])

    def spellings(self, name: bytes) -> Iterator[int]:
        """The offsets, in bytes, at which this string can be read; more than one where strings
        share their ends."""
        ending = name + b"\0"
        at = self.strings.find(ending)
        while at >= 0:
            yield at
            at = self.strings.find(ending, at + 1)

    def string(self, offset: int) -> str:
        """The string at an offset in bytes; raises SpecError where there is none."""
        end = self.strings.find(b"\0", offset, offset + _LONGEST + 1)
        if offset < 0 or end < 0:
            raise corrupt(
                self.name,
                f"a name at byte {offset} of {len(self.strings)} bytes of strings "
                f"never ends or is no name",
            )
        try:
            return self.strings[offset:end].decode()
        except UnicodeDecodeError:
            raise corrupt(
                self.name, f"the name at byte {offset} of the strings is no text"
            ) from None


def _ordinal(number: int) -> str:
    ending = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def read(data: bytes, name: str) -> Section:
    """The sections of BTF, which begin with its magic number. Raises SpecError CB0305 where they do
    not fit the file.

    `name` is that of the unit, for messages.
    """
    order = MAGIC.get(data[:2])
    if order is None:
        raise corrupt(name, "it does not begin with the magic number 0xeb9f")
    if len(data) < 24:
        raise corrupt(name, f"it has {len(data)} bytes, and its header alone takes 24")
    version, flags, length, *places = struct.unpack_from(
        "<BBIIIII" if order == "little" else ">BBIIIII", data, 2
    )
    if version != 1 or flags:
        raise corrupt(
            name, f"its version is {version} and its flags are {flags:#x}, where 1 and 0 are known"
        )
    if length < 24 or length % 4:
        raise corrupt(name, f"it says that its header takes {length} bytes")
    types = _words(
        _part(data, length, offset=places[0], size=places[1], part="types", name=name), order, name
    )
    # Lets the scan look at the second word of a record that is cut off after the first
    types.append(0)
    strings = _part(data, length, offset=places[2], size=places[3], part="strings", name=name)
    if strings and strings[-1]:
        raise corrupt(name, "its strings do not end with a NUL")
    return Section(name, order, types, strings, _lengths(data, length, order, name))


def _part(data: bytes, header: int, offset: int, size: int, part: str, name: str) -> bytes:
    start = header + offset
    if start + size > len(data):
        raise corrupt(
            name, f"its {part} should end at byte {start + size}, and there are {len(data)}"
        )
    return data[start : start + size]


def _words(data: bytes, order: Literal["little", "big"], name: str) -> array[int]:
    if len(data) % 4:
        raise corrupt(name, f"its types take {len(data)} bytes, which are no whole words")
    words = array("I" if array("I").itemsize == 4 else "L", data)
    if order != sys.byteorder:
        words.byteswap()
    return words


def _lengths(
    data: bytes, header: int, order: Literal["little", "big"], name: str
) -> Mapping[int, tuple[int, int]]:
    """How long records are: what is known, and for newer kinds what the file says in its section
    of layouts (Linux 7.2)."""
    if header < 32:
        return _LENGTHS
    offset, size = struct.unpack_from("<II" if order == "little" else ">II", data, 24)
    lengths = _part(data, header, offset=offset, size=size, part="layouts of kinds", name=name)
    pairs = {
        kind: (lengths[4 * kind] // 4, lengths[4 * kind + 1] // 4)
        for kind in range(min(size // 4, 128))
    }
    return MappingProxyType({kind: pair for kind, pair in pairs.items() if kind} | dict(_LENGTHS))


WORDS: Mapping[int, Literal["const", "volatile", "restrict"]] = MappingProxyType(
    {CONST: "const", VOLATILE: "volatile", RESTRICT: "restrict"}
)
NO_TYPES = frozenset((FUNC, VAR, DATASEC, DECL_TAG))

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
    return record.kind == FWD or (
        record.kind in (ENUM, ENUM64) and not record.vlen and record.name != 0
    )


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
        """The same, only those of this name: the strings are searched first, and nothing else is
        read."""
        starts, indexed = self.section.scan
        words, references = (
            self.section.words,
            set(self._spellings(name.encode()) if _IDENTIFIER.fullmatch(name) else ()),
        )
        return (
            self.record(self.first + position)
            for position in indexed
            if words[starts[position]] in references
        )

    def _spellings(self, name: bytes) -> tuple[int, ...]:
        """Where a name can be read, in bytes; remembered, since thousands of modules ask one
        base."""
        if name not in self._spelled:
            below = self.base._spellings(name) if self.base else ()
            self._spelled[name] = (
                *below,
                *(self.text + offset for offset in self.section.spellings(name)),
            )
        return self._spelled[name]

    def string(self, offset: int) -> str:
        """The string at an offset in bytes, counted from the base's strings on; raises SpecError
        CB0305."""
        if self.base and offset < self.text:
            return self.base.string(offset)
        return self.section.string(offset - self.text)

    def begins(self, offset: int) -> bool:
        """Whether a string begins at an offset in bytes, so that what is read there is not the
        end of another name."""
        if self.base and offset < self.text:
            return self.base.begins(offset)
        relative = offset - self.text
        return relative == 0 or (
            relative < len(self.section.strings) and self.section.strings[relative - 1] == 0
        )

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
                raise corrupt(
                    self.name,
                    f"type {ref} is a function or variable, and stands where a type should",
                )
            if record.kind != TYPE_TAG:
                return ref
            ref = record.value
        raise corrupt(self.name, f"more than {_CHAIN} tags hang one behind the other at type {ref}")

    def sized(self, ref: Ref) -> Ref:
        """A type that cannot be `void`."""
        record = self.ref(ref)
        if record is None:
            raise corrupt(self.name, "something that must have a size is of type `void`")
        return record

    def behind(self, ref: Ref | None) -> Record | None:
        """The record behind typedefs and qualifiers; None is `void`."""
        for _ in range(_CHAIN):
            record = None if ref is None else self.record(ref)
            if record is None or (record.kind != TYPEDEF and record.kind not in WORDS):
                return record
            ref = self.ref(record.value)
        raise corrupt(
            self.name, f"more than {_CHAIN} typedefs hang one behind the other at type {ref}"
        )

    @cached_property
    def odd(self) -> frozenset[Ref]:
        """The integers that are bit-fields of the old style: they have fewer bits than their
        bytes."""
        starts, indexed = self.section.scan
        words = self.section.words
        integers = [
            position for position in indexed if words[starts[position] + 1] >> 24 & 0x7F == INT
        ]
        odd_integers = frozenset(
            filter(self._is_odd, (self.first + position for position in integers))
        )
        return self.base.odd | odd_integers if self.base else odd_integers

    def _is_odd(self, ref: Ref) -> bool:
        record = self.record(ref)
        return record.section.words[record.at] & 0xFF != 8 * record.value
