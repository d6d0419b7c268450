"""One DIE, and its attributes checked: what a node needs is there and makes sense, or SpecError CB0312 is raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from cbprove.artifacts.dwarf.file import DwarfFile, corrupt
from cbprove.artifacts.model import Ref, bad

if TYPE_CHECKING:
    from elftools.dwarf.die import DIE

_UNIT_REFERENCES = ("DW_FORM_ref1", "DW_FORM_ref2", "DW_FORM_ref4", "DW_FORM_ref8", "DW_FORM_ref_udata")
_OTHER_FILES = ("DW_FORM_GNU_ref_alt", "DW_FORM_ref_sup4", "DW_FORM_ref_sup8")
_PLUS_UCONST = 0x23  # DW_OP_plus_uconst, as offsets of members were written before DWARF 3


@dataclass(frozen=True, eq=False)
class Entry:
    """A DIE at a reference of a file."""

    file: DwarfFile
    ref: Ref
    die: DIE

    @property
    def tag(self) -> str:
        return str(self.die.tag)

    @property
    def name(self) -> str | None:
        """DW_AT_name as text."""
        value = self._value("DW_AT_name")
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else None

    @property
    def declared(self) -> bool:
        """Whether it only says that something of this name exists."""
        return self.has("DW_AT_declaration")

    def has(self, attribute: str) -> bool:
        """Whether the attribute is there."""
        return attribute in self.die.attributes

    def children(self, tag: str) -> Iterator[Entry]:
        """The children with a tag, in order."""
        return (Entry(self.file, ref, die) for ref, die in self.file.children(self.ref, self.die) if die.tag == tag)

    def type(self) -> Ref | None:
        """The reference in DW_AT_type; None without one, and for a type that is not specified, which is `void`."""
        if not self.has("DW_AT_type"):
            return None
        attribute = self.die.attributes["DW_AT_type"]
        target = self._target(attribute.form, attribute.raw_value)
        return None if self.file.die(target).tag == "DW_TAG_unspecified_type" else target

    def known_type(self) -> Ref:
        """The type of what cannot be `void`."""
        target = self.type()
        return self.corrupt() if target is None else target

    def optional(self, attribute: str) -> int | None:
        """A number that is not negative, where the attribute is there."""
        if not self.has(attribute):
            return None
        value = self.signed(attribute)
        return self.corrupt() if value < 0 else value

    def signed(self, attribute: str) -> int:
        """A number that may be negative, 0 without the attribute; clang writes negative ones in 8 bytes that have no sign."""
        return self._signed(self._value(attribute) or 0)

    def constant(self) -> int:
        """DW_AT_const_value: up to 64 bits, of either sign."""
        value = self._value("DW_AT_const_value")
        return value if isinstance(value, int) else self.corrupt()

    def size(self) -> int:
        """DW_AT_byte_size."""
        size = self.optional("DW_AT_byte_size")
        return self.corrupt() if size is None else size

    def location(self) -> int:
        """The offset of a member in bytes, which members of unions may leave out.

        gcc lets a bit-field's be negative, where its unit of storage begins before the struct does.
        """
        value = self._value("DW_AT_data_member_location")
        if isinstance(value, list) and value and value[0] == _PLUS_UCONST:
            return self._signed(sum((byte & 0x7F) << 7 * place for place, byte in enumerate(value[1:])))
        return self._signed(value or 0)

    def upper_bound(self) -> int | None:
        """The greatest index of an array; None where it is none. gcc writes -1 for no elements, in 4 or 8 bytes."""
        value = self._value("DW_AT_upper_bound")
        if value in (None, -1, (1 << 32) - 1, (1 << 64) - 1):
            return None
        return self.optional("DW_AT_upper_bound")

    def corrupt(self) -> NoReturn:
        """Raise what a DIE that makes no sense is answered with."""
        raise corrupt(self.file.name, self.ref)

    def _value(self, attribute: str) -> object:
        found = self.die.attributes.get(attribute)
        return None if found is None else found.value

    def _signed(self, value: object) -> int:
        if not isinstance(value, int) or value >= 1 << 64:
            return self.corrupt()
        return value - (1 << 64) if value >= 1 << 63 else value

    def _target(self, form: str, value: int) -> Ref:
        if form in _UNIT_REFERENCES:
            return self.file.unit(self.ref).start + value
        if form == "DW_FORM_ref_addr":
            return value
        if form == "DW_FORM_ref_sig8" and value in self.file.signatures:
            return self.file.signatures[value]
        if form in _OTHER_FILES:
            raise bad("CB0311", f"the DWARF of `{self.file.name}` is in part in another file", "undo what dwz did")
        return self.corrupt()
