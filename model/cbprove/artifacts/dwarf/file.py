"""The DWARF of an ELF file as units and DIEs. pyelftools reads it; what must never hang is done
here.

A *unit* is a compile, partial or type unit. A *reference* to a DIE is its offset in `.debug_info`;
`.debug_types` (type units of DWARF 4) counts on from the end of that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from struct import Struct
from typing import IO, TYPE_CHECKING

from cbprove.artifacts.files.elf import Order
from cbprove.artifacts.model import bad
from cbprove.diagnostics import SpecError
from cbprove.layout.abi import ABIS

if TYPE_CHECKING:
    from elftools.dwarf.compileunit import CompileUnit
    from elftools.dwarf.die import DIE
    from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DWARFInfo
    from elftools.dwarf.typeunit import TypeUnit
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import Section


@dataclass(frozen=True, eq=False)
class Unit:
    """A unit: the references of its header, of its first DIE and of its end; less `bias` they
    are positions in `data`."""

    header: CompileUnit | TypeUnit
    stream: IO[bytes] = field(repr=False)
    data: bytes = field(repr=False)
    start: int
    first: int
    end: int
    bias: int


@dataclass(frozen=True, eq=False)
class DwarfFile:
    """All units of a file in the order of their references, and the types of type units by their
    signature."""

    name: str
    strings: bytes = field(repr=False)
    units: tuple[Unit, ...]
    starts: tuple[int, ...]
    signatures: Mapping[int, int]

    def unit(self, ref: int) -> Unit:
        """The unit that a reference lies in; raises SpecError where there is none."""
        index = bisect_right(self.starts, ref) - 1
        if index < 0 or not self.units[index].first <= ref < self.units[index].end:
            raise corrupt(self.name, ref)
        return self.units[index]

    def die(self, ref: int) -> DIE:
        """The DIE of a reference; raises SpecError where there is none."""
        from elftools.dwarf.die import DIE

        unit = self.unit(ref)
        with reading(self.name, ref):
            return DIE(unit.header, unit.stream, ref - unit.bias)

    def children(self, ref: int, die: DIE) -> Iterator[tuple[int, DIE]]:
        """The children of a DIE, with their references."""
        end = self.unit(ref).end
        at, depth = ref + die.size, int(bool(die.has_children))
        while depth and at < end:
            child = self.die(at)
            if child.tag is None:
                depth -= 1
            elif depth == 1:
                yield at, child
            depth += bool(child.has_children)
            at += child.size


def corrupt(name: str, ref: int) -> SpecError:
    """The mistake of a file whose DWARF makes no sense at a reference."""
    return bad(
        "CB0312",
        f"the DWARF of `{name}` is corrupt at {ref:#x}",
        "build it anew, or name another file",
    )


@contextmanager
def reading(name: str, ref: int) -> Iterator[None]:
    """Corrupt DWARF, which pyelftools tells by half a dozen exceptions of its own and of Python's,
    as a SpecError.

    Raises SpecError CB0312 in the place of any other exception.
    """
    try:
        yield
    except SpecError:
        raise
    except Exception as error:
        raise corrupt(name, ref) from error


def read(data: bytes, name: str) -> DwarfFile:
    """The units of an ELF file. Raises SpecError where it has no DWARF, or pyelftools is not
    installed."""
    try:
        from elftools.elf.elffile import ELFFile
    except ImportError:
        raise bad("CB0310", "DWARF needs pyelftools", "pip install 'cbprove[artefacts]'") from None
    with reading(name, 0):
        elf = ELFFile(BytesIO(data))
        if not elf.has_dwarf_info(strict=True):
            raise bad("CB0311", f"`{name}` has no DWARF", "compile it with -g, and do not strip it")
        _check_type_units(elf, name)
        return _file(name, _dwarf(elf, _relocations(data)))


def _check_type_units(elf: ELFFile, name: str) -> None:
    """Refuse an object whose type units have a section each; a linker makes one of them."""
    names = [section.name for section in elf.iter_sections()]
    if names.count(".debug_info") > 1 or names.count(".debug_types") > 1:
        raise bad(
            "CB0311",
            f"the DWARF of `{name}` is in many sections",
            "compile it without -fdebug-types-section, or link it",
        )


def _dwarf(elf: ELFFile, sizes: Mapping[int, int]) -> DWARFInfo:
    dwarf = elf.get_dwarf_info(relocate_dwarf_sections=False, follow_links=False)
    if elf["e_type"] == "ET_REL":
        for section in (dwarf.debug_info_sec, dwarf.debug_types_sec, dwarf.debug_str_offsets_sec):
            if section is not None:
                _relocate(elf, section.name, section.stream, sizes)
    return dwarf


def _relocations(data: bytes) -> Mapping[int, int]:
    """The relocations of an ELF file's machine; none are known of one that has no ABI."""
    machine = int.from_bytes(data[18:20], "little" if data[5] == 1 else "big")
    return next((abi.relocations for abi in ABIS.values() if abi.machine == machine), {})


def _file(name: str, dwarf: DWARFInfo) -> DwarfFile:
    info, types = dwarf.debug_info_sec, dwarf.debug_types_sec
    units = _units(dwarf.iter_CUs(), info, 0) + _units(
        dwarf.iter_TUs(), types, info.size if info else 0
    )
    starts = tuple(unit.start for unit in units)
    return DwarfFile(name, _contents(dwarf.debug_str_sec), units, starts, _signatures(units))


def _units(
    headers: Iterable[CompileUnit | TypeUnit], section: DebugSectionDescriptor | None, bias: int
) -> tuple[Unit, ...]:
    if section is None:
        return ()
    data = _contents(section)
    return tuple(_unit(header, section.stream, data, bias) for header in headers)


def _unit(header: CompileUnit | TypeUnit, stream: IO[bytes], data: bytes, bias: int) -> Unit:
    start, first = bias + header.cu_offset, bias + header.cu_die_offset
    end = start + header["unit_length"] + header.structs.initial_length_field_size()
    return Unit(
        header=header,
        stream=stream,
        data=data,
        start=start,
        first=first,
        end=min(end, bias + len(data)),
        bias=bias,
    )


def _signatures(units: tuple[Unit, ...]) -> dict[int, int]:
    """The references of the types that type units are for; DWARF 4 and 5 have other headers for
    them."""
    signatures: dict[int, int] = {}
    for unit in units:
        header = unit.header.header
        signature = header.get("signature", header.get("type_signature"))
        if signature is not None:
            signatures[signature] = unit.start + header["type_offset"]
    return signatures


def _contents(section: DebugSectionDescriptor | None) -> bytes:
    if section is None:
        return b""
    section.stream.seek(0)
    return section.stream.read()


def _relocate(elf: ELFFile, name: str, stream: IO[bytes], sizes: Mapping[int, int]) -> None:
    """Apply to the contents of the section of this name the relocations that the file has for it.

    `sizes` are the kinds that store an address and an addend, with the bytes they take: an ABI's.
    Debug sections have others only about the addresses of code.
    """
    stream.seek(0)
    data = bytearray(stream.read())
    for section in elf.iter_sections():
        if (
            section["sh_type"] in ("SHT_REL", "SHT_RELA")
            and elf.get_section(section["sh_info"]).name == name
        ):
            for offset, symbol, kind, addend in _entries(elf, section):
                if kind in sizes:
                    _store(
                        data,
                        offset,
                        size=sizes[kind],
                        symbol=symbol,
                        addend=addend,
                        order="little" if elf.little_endian else "big",
                    )
    stream.seek(0)
    stream.write(data)


def _store(
    data: bytearray, offset: int, size: int, symbol: int, addend: int | None, order: Order
) -> None:
    end = offset + size
    if addend is None:
        addend = int.from_bytes(data[offset:end], order)
    data[offset:end] = ((symbol + addend) % (1 << 8 * size)).to_bytes(size, order)


def _entries(elf: ELFFile, section: Section) -> Iterator[tuple[int, int, int, int | None]]:
    """Where, the value of the symbol, the kind of relocation, and the addend, which is None
    where it lies in the section."""
    order = "<" if elf.little_endian else ">"
    word, number, shift = ("Q", "q", 32) if elf.elfclass == 64 else ("I", "i", 8)
    symbols = _symbols(order, elf.elfclass, elf.get_section(section["sh_link"]).data())
    layout = Struct(order + 2 * word + (number if section["sh_type"] == "SHT_RELA" else ""))
    for offset, info, *addends in layout.iter_unpack(section.data()):
        yield (
            offset,
            symbols[info >> shift],
            info & ((1 << shift) - 1),
            addends[0] if addends else None,
        )


def _symbols(order: str, elfclass: int, table: bytes) -> list[int]:
    """The values of all symbols: `st_value` of Elf64_Sym or Elf32_Sym."""
    layout = Struct(order + ("8xQ8x" if elfclass == 64 else "4xI8x"))
    return [value for (value,) in layout.iter_unpack(table)]
