"""Types from the DWARF of object files, kernel modules and kernel images: versions 2 to 5, either byte order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from cbprove.artifacts.dwarf.file import DwarfFile, Unit, read
from cbprove.artifacts.dwarf.nodes import Reader
from cbprove.artifacts.dwarf.scan import definitions
from cbprove.artifacts.identity import distinct
from cbprove.artifacts.model import Kind, Node, Ref, Types, bad
from cbprove.layout.abi import Abi

# DW_LANG_*: C89, C, C99, C11, C17, C23, and assembler, whose units may come with a type or two. The C++ and the Rust in an
# image have structs too, and lay them out otherwise: they are not read, and that is told where something is not found.
_LANGUAGES = (0x01, 0x02, 0x0C, 0x1D, 0x2C, 0x3E, 0x31, 0x8001)
_OTHERS = {
    0x04: "C++",
    0x1A: "C++",
    0x21: "C++",
    0x2B: "C++",
    0x1C: "Rust",
    0x13: "D",
    0x16: "Go",
    0x0D: "Ada",
    0x2E: "Ada",
}
_MANY = 20  # places; to look for more takes longer than to look the unit through
_SPLIT = ("DW_AT_dwo_name", "DW_AT_GNU_dwo_name")


def types(data: bytes, name: str, origin: str, abi: Abi) -> Types:
    """The types of an ELF file, read as they are asked for.

    Raises SpecError: CB0310 without pyelftools, CB0311 without DWARF in the file, CB0312 for DWARF that is corrupt. What is
    corrupt further in raises CB0312 when it is reached.
    """
    return _Types(read(data, name), name, origin, abi)


class _Types:
    """The definitions of every unit of C, by name; a unit is looked through when it can hold a name that is asked for."""

    def __init__(self, file: DwarfFile, name: str, origin: str, abi: Abi) -> None:
        self.name = name
        self.origin = origin
        self.abi = abi
        self._file = file
        self._reader = Reader(file, abi.endianness)
        self._defined: dict[int, dict[tuple[Kind, str], list[Ref]]] = {}

    def node(self, ref: Ref) -> Node:
        """What a number stands for; raises SpecError where the DWARF is corrupt."""
        return self._reader.node(ref)

    def find(self, kind: Kind, name: str) -> tuple[Ref, ...]:
        """The definitions of this name, in the order of the units; of equal ones the first."""
        unseen = [unit for unit in self._units if unit.start not in self._defined]
        needle = _Needle(name.encode(), self._file.strings if unseen else b"")
        skipped = {unit.start for unit in unseen if not needle.lies_in(unit)}
        units = (unit for unit in self._units if unit.start not in skipped)
        return distinct(self, (ref for unit in units for ref in self._definitions(unit).get((kind, name), ())))

    def names(self, kind: Kind) -> Iterable[str]:
        """All names of a kind, sorted."""
        return sorted({name for unit in self._units for of, name in self._definitions(unit) if of == kind})

    @cached_property
    def skipped(self) -> str:
        """Which units are not read, and why; empty if all are."""
        count = Counter(self._language(unit) for unit in self._file.units if not self._is_c(unit))
        told = [
            f"{_OTHERS.get(language or 0, f'language {language:#x}')} ({number})" for language, number in count.items()
        ]
        return f"units of {' and '.join(told)} are not read, only those of C" if told else ""

    @cached_property
    def _units(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self._file.units if self._is_c(unit))

    def _is_c(self, unit: Unit) -> bool:
        attributes = self._file.die(unit.first).attributes
        if any(name in attributes for name in _SPLIT):
            raise bad("CB0311", f"the DWARF of `{self.name}` is in files beside it", "compile it without -gsplit-dwarf")
        language = self._language(unit)
        return language is None or language in _LANGUAGES

    def _language(self, unit: Unit) -> int | None:
        said = self._file.die(unit.first).attributes.get("DW_AT_language")
        return None if said is None else int(said.value)

    def _definitions(self, unit: Unit) -> dict[tuple[Kind, str], list[Ref]]:
        if unit.start not in self._defined:
            found: dict[tuple[Kind, str], list[Ref]] = {}
            for kind, ref in definitions(self._file, unit):
                name = self._reader.defines(ref)
                if name is not None:
                    found.setdefault((kind, name), []).append(ref)
            self._defined[unit.start] = found
        return self._defined[unit.start]


class _Needle:
    """A name as units hold it: spelt out, or as the places in `.debug_str` where it stands or another name ends with it."""

    def __init__(self, name: bytes, strings: bytes) -> None:
        self._spelt = name + b"\0"
        self._places: list[int] = []
        at = strings.find(self._spelt)
        while at >= 0 and len(self._places) <= _MANY:
            self._places.append(at)
            at = strings.find(self._spelt, at + 1)

    def lies_in(self, unit: Unit) -> bool:
        """Whether a unit may hold it. One that holds numbers of strings may always."""
        start, end = unit.first - unit.bias, unit.end - unit.bias
        if len(self._places) > _MANY or "DW_AT_str_offsets_base" in unit.header.get_top_DIE().attributes:
            return True
        structs = unit.header.structs
        order: Literal["little", "big"] = "little" if structs.little_endian else "big"
        needles = (place.to_bytes(structs.dwarf_format // 8, order) for place in self._places)
        return any(unit.data.find(needle, start, end) >= 0 for needle in (self._spelt, *needles))
