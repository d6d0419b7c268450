"""Relocations of debug sections in object files and modules, where a linker has not applied them.

pyelftools knows those of some machines; all that types need is the few that the record of an ABI names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from struct import Struct
from typing import IO, TYPE_CHECKING

from cbprove.artifacts.files.elf import Order

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import Section


def relocate(elf: ELFFile, name: str, stream: IO[bytes], sizes: Mapping[int, int]) -> None:
    """Apply to the contents of the section of this name the relocations that the file has for it.

    `sizes` are the kinds that store an address and an addend, with the bytes they take: an ABI's. Debug sections have
    others only about the addresses of code.
    """
    stream.seek(0)
    data = bytearray(stream.read())
    for section in elf.iter_sections():
        if section["sh_type"] in ("SHT_REL", "SHT_RELA") and elf.get_section(section["sh_info"]).name == name:
            for offset, symbol, kind, addend in _entries(elf, section):
                if kind in sizes:
                    _store(data, offset, sizes[kind], symbol, addend, "little" if elf.little_endian else "big")
    stream.seek(0)
    stream.write(data)


def _store(data: bytearray, offset: int, size: int, symbol: int, addend: int | None, order: Order) -> None:
    end = offset + size
    if addend is None:
        addend = int.from_bytes(data[offset:end], order)
    data[offset:end] = ((symbol + addend) % (1 << 8 * size)).to_bytes(size, order)


def _entries(elf: ELFFile, section: Section) -> Iterator[tuple[int, int, int, int | None]]:
    """Where, the value of the symbol, the kind of relocation, and the addend, which is None where it lies in the section."""
    order = "<" if elf.little_endian else ">"
    word, number, shift = ("Q", "q", 32) if elf.elfclass == 64 else ("I", "i", 8)
    symbols = _symbols(order, elf.elfclass, elf.get_section(section["sh_link"]).data())
    layout = Struct(order + 2 * word + (number if section["sh_type"] == "SHT_RELA" else ""))
    for offset, info, *addends in layout.iter_unpack(section.data()):
        yield offset, symbols[info >> shift], info & ((1 << shift) - 1), addends[0] if addends else None


def _symbols(order: str, elfclass: int, table: bytes) -> list[int]:
    """The values of all symbols: `st_value` of Elf64_Sym or Elf32_Sym."""
    layout = Struct(order + ("8xQ8x" if elfclass == 64 else "4xI8x"))
    return [value for (value,) in layout.iter_unpack(table)]
