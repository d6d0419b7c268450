"""The sections of an ELF file and the ABI of its machine: both classes, both byte orders, nothing
else of ELF.

Sources: the System V ABI, chapter 4 (headers), and elf.h (machine numbers).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from cbprove.artifacts.model import bad
from cbprove.layout.abi import ABIS, Abi

Order = Literal["little", "big"]

# One machine for both byte orders, and no kernel's: its files tell no more than raw BTF
EM_BPF = 247

_NOBITS = 8


class Place(NamedTuple):
    """Where a section lies in the file, both in bytes."""

    offset: int
    size: int


@dataclass(frozen=True)
class Elf:
    """`abi` is None for a machine that cbprove has no ABI of; `machine` is then said in
    messages."""

    data: bytes = field(repr=False)
    order: Order
    word: int
    machine: int
    abi: Abi | None
    places: Mapping[str, Place]

    def section(self, name: str) -> bytes | None:
        """The bytes of a section; None where there is none, or none with bytes, of this name.
        Raises SpecError CB0302."""
        place = self.places.get(name)
        if place is None or not place.size:
            return None
        if place.offset + place.size > len(self.data):
            raise bad(
                "CB0302",
                f"the section `{name}` lies past the end of the file",
                "it is truncated: copy it again",
            )
        return self.data[place.offset : place.offset + place.size]


class _Shape(NamedTuple):
    """How one class of ELF writes its headers, in struct's letters; offsets in bytes."""

    shoff: tuple[str, int]
    counts: tuple[str, int]  # e_shentsize, e_shnum, e_shstrndx
    section: str  # sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link


_SHAPES: Mapping[int, _Shape] = MappingProxyType(
    {
        1: _Shape(("I", 0x20), ("HHH", 0x2E), "IIIIIII"),
        2: _Shape(("Q", 0x28), ("HHH", 0x3A), "IIQQQQI"),
    }
)


def read(data: bytes, text: str) -> Elf:
    """The table of sections of a file that begins with the magic number of ELF. Raises SpecError
    CB0302 where it is broken."""
    try:
        return _read(data)
    except (struct.error, KeyError, IndexError, ValueError):
        raise bad(
            "CB0302",
            f"the headers of `{text}` are no sound ELF",
            "it is truncated or damaged: copy it again",
        ) from None


def _read(data: bytes) -> Elf:
    shape, order = _SHAPES[data[4]], _order(data[5])
    mark = "<" if order == "little" else ">"
    (machine,) = struct.unpack_from(mark + "H", data, 18)
    word = 32 * data[4]
    machine_key = (machine, word // 8, order)
    abi = next(
        (a for a in ABIS.values() if (a.machine, a.pointer_size, a.endianness) == machine_key), None
    )
    places = _places(data, mark, shape)
    return Elf(
        data=data,
        order=order,
        word=word // 8,
        machine=machine,
        abi=abi,
        places=MappingProxyType(places),
    )


def _order(letter: int) -> Order:
    if letter not in (1, 2):
        raise ValueError
    return "little" if letter == 1 else "big"


def _places(data: bytes, mark: str, shape: _Shape) -> dict[str, Place]:
    (table,) = struct.unpack_from(mark + shape.shoff[0], data, shape.shoff[1])
    size, count, names = struct.unpack_from(mark + shape.counts[0], data, shape.counts[1])
    if not table:
        return {}
    entry = struct.Struct(mark + shape.section)
    if size < entry.size or table + size > len(data):
        raise ValueError
    first = entry.unpack_from(data, table)
    count, names = (
        count or first[5],
        names if names != 0xFFFF else first[6],
    )  # more than 65,279 sections: the first one counts
    if table + count * size > len(data):
        raise ValueError
    headers = [entry.unpack_from(data, table + number * size) for number in range(count)]
    strings = _slice(data, Place(*headers[names][4:6]))
    places: dict[str, Place] = {}
    for name, kind, _, _, offset, length, _ in headers:
        if kind != _NOBITS:
            places.setdefault(_string(strings, name), Place(offset, length))
    return places


def _slice(data: bytes, place: Place) -> bytes:
    if place.offset + place.size > len(data):
        raise ValueError
    return data[place.offset : place.offset + place.size]


def _string(strings: bytes, offset: int) -> str:
    end = strings.index(b"\0", offset)
    return strings[offset : min(end, offset + 256)].decode("latin-1")
