"""Which types a unit defines: its outermost DIEs, skipped over as their abbreviations say and not parsed.

A kernel module holds a hundred thousand DIEs, a kernel image tens of millions; pyelftools takes 20 microseconds for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from cbprove.artifacts.dwarf.file import DwarfFile, Unit, reading
from cbprove.artifacts.model import Kind

if TYPE_CHECKING:
    from elftools.dwarf.abbrevtable import AbbrevDecl

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "DW_TAG_structure_type": "struct",
        "DW_TAG_union_type": "union",
        "DW_TAG_enumeration_type": "enum",
        "DW_TAG_typedef": "typedef",
    }
)
# The bytes that an attribute takes, by its form. Those of an offset and of an address differ from unit to unit.
_SIZES = {
    **dict.fromkeys(("DW_FORM_flag_present", "DW_FORM_implicit_const"), 0),
    **dict.fromkeys(("DW_FORM_data1", "DW_FORM_ref1", "DW_FORM_flag", "DW_FORM_strx1", "DW_FORM_addrx1"), 1),
    **dict.fromkeys(("DW_FORM_data2", "DW_FORM_ref2", "DW_FORM_strx2", "DW_FORM_addrx2"), 2),
    **dict.fromkeys(("DW_FORM_data4", "DW_FORM_ref4", "DW_FORM_strx4", "DW_FORM_addrx4"), 4),
    **dict.fromkeys(("DW_FORM_data8", "DW_FORM_ref8", "DW_FORM_ref_sig8"), 8),
}
_OFFSETS = ("DW_FORM_strp", "DW_FORM_line_strp", "DW_FORM_sec_offset", "DW_FORM_ref_addr")
_LEBS = ("DW_FORM_udata", "DW_FORM_sdata", "DW_FORM_strx", "DW_FORM_addrx", "DW_FORM_loclistx", "DW_FORM_rnglistx")
_SIBLINGS = ("DW_FORM_ref1", "DW_FORM_ref2", "DW_FORM_ref4", "DW_FORM_ref8")

_Step = int | Literal["leb", "string", "block"]  # a number is so many bytes


@dataclass(frozen=True)
class _Abbreviation:
    """How to get past a DIE: the steps over its attributes, None where only pyelftools knows how.

    Past its children as well: the steps to its DW_AT_sibling, and the bytes of that; 0 where it has none.
    """

    tag: str
    children: bool
    steps: tuple[_Step, ...] | None
    before: tuple[_Step, ...] = ()
    sibling: int = 0


def definitions(file: DwarfFile, unit: Unit) -> tuple[tuple[Kind, int], ...]:
    """The kind and the reference of each outermost DIE of a unit that may define a type, in order."""
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
    siblings = [i for i, (name, form) in enumerate(forms) if name == "DW_AT_sibling" and form in _SIBLINGS]
    steps = _steps(unit, [form for _, form in forms])
    if children and siblings and steps is not None:
        before = _steps(unit, [form for _, form in forms[: siblings[0]]]) or ()
        return _Abbreviation(declaration["tag"], children, steps, before, _SIZES[forms[siblings[0]][1]])
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
