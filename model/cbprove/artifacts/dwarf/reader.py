"""Types from the DWARF of object files, kernel modules and kernel images: versions 2 to 5, either
byte order.

Which types a unit defines: its outermost DIEs, skipped over as their abbreviations say and not
parsed.

A kernel module holds a hundred thousand DIEs, a kernel image tens of millions; pyelftools takes 20
microseconds for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from cbprove.artifacts.dwarf.file import DwarfFile, Unit, read, reading
from cbprove.artifacts.dwarf.nodes import Reader
from cbprove.artifacts.lookup import distinct
from cbprove.artifacts.model import Kind, Node, Ref, Types, bad
from cbprove.layout.abi import Abi

if TYPE_CHECKING:
    from elftools.dwarf.abbrevtable import AbbrevDecl


# DW_LANG_*: C89, C, C99, C11, C17, C23, and assembler, whose units may come with a type or two. The
# C++ and the Rust in an image have structs too, and lay them out otherwise: they are not read, and
# that is told where something is not found.
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

    Raises SpecError: CB0310 without pyelftools, CB0311 without DWARF in the file, CB0312 for DWARF
    that is corrupt. What is corrupt further in raises CB0312 when it is reached.
    """
    return _Types(read(data, name), name, origin, abi)


class _Types:
    """The definitions of every unit of C, by name; a unit is looked through when it can hold a
    name that is asked for."""

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
        return distinct(
            self, (ref for unit in units for ref in self._definitions(unit).get((kind, name), ()))
        )

    def names(self, kind: Kind) -> Iterable[str]:
        """All names of a kind, sorted."""
        return sorted(
            {name for unit in self._units for of, name in self._definitions(unit) if of == kind}
        )

    @cached_property
    def skipped(self) -> str:
        """Which units are not read, and why; empty if all are."""
        count = Counter(self._language(unit) for unit in self._file.units if not self._is_c(unit))
        complaints = [
            f"{_OTHERS.get(language or 0, f'language {language:#x}')} ({number})"
            for language, number in count.items()
        ]
        return (
            f"units of {' and '.join(complaints)} are not read, only those of C"
            if complaints
            else ""
        )

    @cached_property
    def _units(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self._file.units if self._is_c(unit))

    def _is_c(self, unit: Unit) -> bool:
        attributes = self._file.die(unit.first).attributes
        if any(name in attributes for name in _SPLIT):
            raise bad(
                "CB0311",
                f"the DWARF of `{self.name}` is in files beside it",
                "compile it without -gsplit-dwarf",
            )
        language = self._language(unit)
        return language is None or language in _LANGUAGES

    def _language(self, unit: Unit) -> int | None:
        language = self._file.die(unit.first).attributes.get("DW_AT_language")
        return None if language is None else int(language.value)

    def _definitions(self, unit: Unit) -> dict[tuple[Kind, str], list[Ref]]:
        if unit.start not in self._defined:
            by_name: dict[tuple[Kind, str], list[Ref]] = {}
            for kind, ref in definitions(self._file, unit):
                name = self._reader.defines(ref)
                if name is not None:
                    by_name.setdefault((kind, name), []).append(ref)
            self._defined[unit.start] = by_name
        return self._defined[unit.start]


class _Needle:
    """A name as units hold it: spelt out, or as the places in `.debug_str` where it stands or
    another name ends with it."""

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
        if (
            len(self._places) > _MANY
            or "DW_AT_str_offsets_base" in unit.header.get_top_DIE().attributes
        ):
            return True
        structs = unit.header.structs
        order: Literal["little", "big"] = "little" if structs.little_endian else "big"
        needles = (place.to_bytes(structs.dwarf_format // 8, order) for place in self._places)
        return any(unit.data.find(needle, start, end) >= 0 for needle in (self._spelt, *needles))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "DW_TAG_structure_type": "struct",
        "DW_TAG_union_type": "union",
        "DW_TAG_enumeration_type": "enum",
        "DW_TAG_typedef": "typedef",
    }
)
# The bytes that an attribute takes, by its form. Those of an offset and of an address differ from
# unit to unit.
_SIZES = {
    **dict.fromkeys(("DW_FORM_flag_present", "DW_FORM_implicit_const"), 0),
    **dict.fromkeys(
        ("DW_FORM_data1", "DW_FORM_ref1", "DW_FORM_flag", "DW_FORM_strx1", "DW_FORM_addrx1"), 1
    ),
    **dict.fromkeys(("DW_FORM_data2", "DW_FORM_ref2", "DW_FORM_strx2", "DW_FORM_addrx2"), 2),
    **dict.fromkeys(("DW_FORM_data4", "DW_FORM_ref4", "DW_FORM_strx4", "DW_FORM_addrx4"), 4),
    **dict.fromkeys(("DW_FORM_data8", "DW_FORM_ref8", "DW_FORM_ref_sig8"), 8),
}
_OFFSETS = ("DW_FORM_strp", "DW_FORM_line_strp", "DW_FORM_sec_offset", "DW_FORM_ref_addr")
_LEBS = (
    "DW_FORM_udata",
    "DW_FORM_sdata",
    "DW_FORM_strx",
    "DW_FORM_addrx",
    "DW_FORM_loclistx",
    "DW_FORM_rnglistx",
)
_SIBLINGS = ("DW_FORM_ref1", "DW_FORM_ref2", "DW_FORM_ref4", "DW_FORM_ref8")

_Step = int | Literal["leb", "string", "block"]  # a number is so many bytes


@dataclass(frozen=True)
class _Abbreviation:
    """How to get past a DIE: the steps over its attributes, None where only pyelftools knows how.

    Past its children as well: the steps to its DW_AT_sibling, and the bytes of that; 0 where it has
    none.
    """

    tag: str
    children: bool
    steps: tuple[_Step, ...] | None
    before: tuple[_Step, ...] = ()
    sibling: int = 0


def definitions(file: DwarfFile, unit: Unit) -> tuple[tuple[Kind, int], ...]:
    """The kind and the reference of each outermost DIE of a unit that may define a type, in
    order."""
    with reading(file.name, unit.start):
        return tuple((KINDS[tag], ref) for ref, tag in _outermost(unit) if tag in KINDS)


def _outermost(unit: Unit) -> Iterator[tuple[int, str]]:
    at, end, depth = unit.first - unit.bias, unit.end - unit.bias, 0
    table: dict[int, _Abbreviation] = {}
    while at < end:
        start = at
        code, at = _uleb(unit.data, at)
        if code == 0:
            depth -= 1
            if depth <= 0:
                return
            continue
        abbreviation = table.get(code) or table.setdefault(code, _abbreviation(unit, code))
        if depth == 1:
            yield start + unit.bias, abbreviation.tag
        if depth and abbreviation.sibling:
            at = _sibling(unit, abbreviation, at)
        else:
            at = _end(unit, abbreviation, start, at)
            depth += abbreviation.children
        if depth == 0:
            return


def _end(unit: Unit, abbreviation: _Abbreviation, start: int, at: int) -> int:
    """Where the DIE at `start`, whose attributes begin at `at`, ends."""
    if abbreviation.steps is None:
        from elftools.dwarf.die import DIE

        return start + DIE(unit.header, unit.stream, start).size
    return _skip(unit.data, abbreviation.steps, at)


def _sibling(unit: Unit, abbreviation: _Abbreviation, at: int) -> int:
    """Where the next sibling begins; never before the reference to it, so that every walk ends."""
    at = _skip(unit.data, abbreviation.before, at)
    order: Literal["little", "big"] = "little" if unit.header.structs.little_endian else "big"
    value = int.from_bytes(unit.data[at : at + abbreviation.sibling], order)
    return max(at + abbreviation.sibling, unit.start - unit.bias + value)


def _skip(data: bytes, steps: tuple[_Step, ...], at: int) -> int:
    for step in steps:
        if isinstance(step, int):
            at += step
        elif step == "string":
            at = data.index(0, at) + 1
        else:
            number, at = _uleb(data, at)
            at += number if step == "block" else 0
    return at


def _abbreviation(unit: Unit, code: int) -> _Abbreviation:
    declaration: AbbrevDecl = unit.header.get_abbrev_table().get_abbrev(code)
    forms = [(specification.name, specification.form) for specification in declaration["attr_spec"]]
    children = declaration.has_children()
    siblings = [
        i for i, (name, form) in enumerate(forms) if name == "DW_AT_sibling" and form in _SIBLINGS
    ]
    steps = _steps(unit, [form for _, form in forms])
    if children and siblings and steps is not None:
        before = _steps(unit, [form for _, form in forms[: siblings[0]]]) or ()
        return _Abbreviation(
            declaration["tag"], children, steps, before, _SIZES[forms[siblings[0]][1]]
        )
    return _Abbreviation(declaration["tag"], children, steps)


def _steps(unit: Unit, forms: list[str]) -> tuple[_Step, ...] | None:
    """The steps over attributes of these forms, fixed sizes that follow each other as one."""
    steps: list[_Step] = [0]
    for form in forms:
        step = _step(unit, form)
        if step is None:
            return None
        last = steps[-1]
        if isinstance(step, int) and isinstance(last, int):
            steps[-1] = last + step
        else:
            steps.append(step)
    return tuple(steps)


def _step(unit: Unit, form: str) -> _Step | None:
    header = unit.header
    if form in _SIZES:
        return _SIZES[form]
    if form in _OFFSETS:
        return header.structs.dwarf_format // 8
    if form == "DW_FORM_addr":
        return int(header["address_size"])
    if form in _LEBS:
        return "leb"
    return {"DW_FORM_string": "string", "DW_FORM_exprloc": "block"}.get(form)  # type: ignore[return-value]


def _uleb(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number, and where it ends."""
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    value = shift = 0
    while byte >= 0x80:
        value |= (byte & 0x7F) << shift
        shift += 7
        at += 1
        byte = data[at]
    return value | byte << shift, at + 1
