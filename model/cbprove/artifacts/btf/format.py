"""The bytes of BTF as words: header, strings, where each type's record starts; nothing of what the records say.

Source: include/uapi/linux/btf.h of Linux 7.2 and Documentation/bpf/btf.rst. Older files leave the bits unused that newer ones
need for kinds up to 127 and for more than 65,535 members, so one reading serves both.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from cbprove.artifacts.model import bad
from cbprove.diagnostics import SpecError

MAGIC: Mapping[bytes, Literal["little", "big"]] = MappingProxyType({b"\x9f\xeb": "little", b"\xeb\x9f": "big"})

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
    return bad("CB0305", f"the BTF of `{name}` is corrupt: {text}", "copy or build the artefact again")


def unknown(name: str, kind: int, help: str) -> SpecError:
    """The mistake of a record of a kind that is not in the list above."""
    return bad("CB0306", f"the BTF of `{name}` has a type of kind {kind}, which is newer than what cbprove knows", help)


@dataclass(frozen=True, eq=False)
class Section:
    """One piece of BTF. `words` is its section of types with a word of 0 behind; `strings` that of strings, bytes."""

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
        """The words at which the records start, and the positions in that list of those that `find` and bit-fields look for."""
        starts: list[int] = []
        indexed: list[int] = []
        fixed, each, wanted = self._tables()
        words, end, at = self.words, len(self.words) - 1, 0
        while at < end:
            info = words[at + 1]
            kind = info >> 24 & 0x7F
            if wanted[kind]:
                indexed.append(len(starts))
            starts.append(at)
            at += fixed[kind] + each[kind] * (info & 0xFFFFFF)
        if at != end:
            raise self._stopped(starts)
        return starts, indexed

    def _tables(self) -> tuple[list[int], list[int], list[bool]]:
        fixed, each = [_ENDLESS] * 128, [0] * 128
        for kind, (once, members) in self.lengths.items():
            fixed[kind], each[kind] = 3 + once, members
        return fixed, each, [kind in _INDEXED for kind in range(128)]

    def _stopped(self, starts: list[int]) -> SpecError:
        kind = self.words[starts[-1] + 1] >> 24 & 0x7F
        if kind in self.lengths:
            return corrupt(self.name, f"the {_ordinal(len(starts))} type is cut off")
        if not kind:
            return corrupt(self.name, f"the {_ordinal(len(starts))} type is of no kind")
        return unknown(self.name, kind, "its length is not said, so nothing behind it can be read; use a newer cbprove")

    def names(self) -> Iterator[int]:
        """The offset, in bytes, of each record's name."""
        return (self.words[start] for start in self.scan[0])

    def spellings(self, name: bytes) -> Iterator[int]:
        """The offsets, in bytes, at which this string can be read; more than one where strings share their ends."""
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
                self.name, f"a name at byte {offset} of {len(self.strings)} bytes of strings never ends or is no name"
            )
        try:
            return self.strings[offset:end].decode()
        except UnicodeDecodeError:
            raise corrupt(self.name, f"the name at byte {offset} of the strings is no text") from None


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def read(data: bytes, name: str) -> Section:
    """The sections of BTF, which begin with its magic number. Raises SpecError CB0305 where they do not fit the file.

    `name` is that of the unit, for messages.
    """
    order = MAGIC.get(data[:2])
    if order is None:
        raise corrupt(name, "it does not begin with the magic number 0xeb9f")
    if len(data) < 24:
        raise corrupt(name, f"it has {len(data)} bytes, and its header alone takes 24")
    version, flags, length, *places = struct.unpack_from("<BBIIIII" if order == "little" else ">BBIIIII", data, 2)
    if version != 1 or flags:
        raise corrupt(name, f"its version is {version} and its flags are {flags:#x}, where 1 and 0 are known")
    if length < 24 or length % 4:
        raise corrupt(name, f"it says that its header takes {length} bytes")
    types = _words(_part(data, length, offset=places[0], size=places[1], what="types", name=name), order, name)
    types.append(0)  # lets the scan look at the second word of a record that is cut off after the first
    strings = _part(data, length, offset=places[2], size=places[3], what="strings", name=name)
    if strings and strings[-1]:
        raise corrupt(name, "its strings do not end with a NUL")
    return Section(name, order, types, strings, _lengths(data, length, order, name))


def _part(data: bytes, header: int, offset: int, size: int, what: str, name: str) -> bytes:
    start = header + offset
    if start + size > len(data):
        raise corrupt(name, f"its {what} should end at byte {start + size}, and there are {len(data)}")
    return data[start : start + size]


def _words(data: bytes, order: Literal["little", "big"], name: str) -> array[int]:
    if len(data) % 4:
        raise corrupt(name, f"its types take {len(data)} bytes, which are no whole words")
    words = array("I" if array("I").itemsize == 4 else "L", data)
    if order != sys.byteorder:
        words.byteswap()
    return words


def _lengths(data: bytes, header: int, order: Literal["little", "big"], name: str) -> Mapping[int, tuple[int, int]]:
    """How long records are: what is known, and for newer kinds what the file says in its section of layouts (Linux 7.2)."""
    if header < 32:
        return _LENGTHS
    offset, size = struct.unpack_from("<II" if order == "little" else ">II", data, 24)
    said = _part(data, header, offset=offset, size=size, what="layouts of kinds", name=name)
    pairs = {kind: (said[4 * kind] // 4, said[4 * kind + 1] // 4) for kind in range(min(size // 4, 128))}
    return MappingProxyType({kind: pair for kind, pair in pairs.items() if kind} | dict(_LENGTHS))
