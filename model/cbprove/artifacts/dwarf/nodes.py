"""What a DIE says of a C type, as a node of the graph. Sources: DWARF 5, chapter 5; DWARF 4,
section 5.5.6, for bit-fields.

One DIE, and its attributes checked: what a node needs is there and makes sense, or SpecError CB0312
is raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NoReturn

from cbprove.artifacts.dwarf.file import DwarfFile, corrupt
from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Forward,
    Function,
    Member,
    Node,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    bad,
)

if TYPE_CHECKING:
    from elftools.dwarf.die import DIE


_WORDS: Mapping[str, Literal["const", "volatile", "restrict", "_Atomic"]] = MappingProxyType(
    {
        "DW_TAG_const_type": "const",
        "DW_TAG_volatile_type": "volatile",
        "DW_TAG_restrict_type": "restrict",
        "DW_TAG_atomic_type": "_Atomic",
    }
)
# DW_ATE_*: of DWARF's encodings those that C has
_BOOLEAN, _SIGNED, _FLOATS = 2, (5, 6, 0xD), (3, 4, 9, 0xF)
_DEPTH = 100  # typedefs and qualifiers of one another


class Reader:
    """Makes nodes of a file's DIEs, each once.

    The inner arrays of an array with several dimensions have no DIE of their own: they go by those
    of their bounds.
    """

    def __init__(self, file: DwarfFile, order: Literal["little", "big"]) -> None:
        self._file = file
        self._order = order
        self._nodes: dict[Ref, Node] = {}

    def node(self, ref: Ref) -> Node:
        """The node of a reference; raises SpecError where the DWARF is corrupt."""
        if ref not in self._nodes:
            self._nodes[ref] = self._node(self._entry(ref))
        return self._nodes[ref]

    def defines(self, ref: Ref) -> str | None:
        """The name that a DIE defines; None where it has none, or only declares it."""
        entry = self._entry(ref)
        return None if entry.declared else entry.name

    def _entry(self, ref: Ref) -> Entry:
        return Entry(self._file, ref, self._file.die(ref))

    def _node(self, entry: Entry) -> Node:
        if entry.tag in _WORDS:
            return Qualified(_WORDS[entry.tag], entry.type())
        match entry.tag:
            case "DW_TAG_base_type":
                return _number(entry)
            case "DW_TAG_pointer_type":
                return Pointer(entry.type())
            case "DW_TAG_typedef":
                return Typedef(entry.name or "", entry.type(), entry.optional("DW_AT_alignment"))
            case "DW_TAG_array_type":
                return self._array(entry)
            case "DW_TAG_enumeration_type":
                return (
                    Forward("enum", entry.name or "")
                    if entry.declared
                    else self._enumeration(entry)
                )
            case "DW_TAG_structure_type":
                return (
                    Forward("struct", entry.name or "")
                    if entry.declared
                    else self._composite(entry, "struct")
                )
            case "DW_TAG_union_type":
                return (
                    Forward("union", entry.name or "")
                    if entry.declared
                    else self._composite(entry, "union")
                )
            case "DW_TAG_subroutine_type":
                return _function(entry)
            case _:
                return entry.corrupt()

    def _array(self, entry: Entry) -> Array:
        element = entry.known_type()
        bounds = tuple(entry.children("DW_TAG_subrange_type"))
        for bound in reversed(bounds[1:]):
            self._nodes[bound.ref] = Array(element, _count(bound))
            element = bound.ref
        return Array(element, _count(bounds[0]) if bounds else 0, entry.has("DW_AT_GNU_vector"))

    def _enumeration(self, entry: Entry) -> Enumeration:
        values = tuple(
            (each.name or "", each.constant()) for each in entry.children("DW_TAG_enumerator")
        )
        behind = self._behind(entry)
        integer = (
            _number(behind) if behind is not None and behind.tag == "DW_TAG_base_type" else None
        )
        signed = any(value < 0 for _, value in values) if integer is None else integer.signed
        size = entry.optional("DW_AT_byte_size")
        if size is None:
            size = entry.corrupt() if integer is None else integer.size
        return Enumeration(entry.name, size, signed, values)

    def _composite(self, entry: Entry, kind: Literal["struct", "union"]) -> Composite:
        listed = (each for each in entry.children("DW_TAG_member") if not _is_padding(each))
        members = tuple(self._member(each, kind) for each in listed)
        if kind == "struct":
            _check_bit_fields(entry, members)
        return Composite(kind, entry.name, entry.size(), members, entry.optional("DW_AT_alignment"))

    def _member(self, entry: Entry, of: Literal["struct", "union"]) -> Member:
        bits = entry.optional("DW_AT_bit_size")
        offset = 8 * entry.location() if bits is None else self._bit_offset(entry, bits, of)
        if offset < 0:
            entry.corrupt()
        return Member(
            entry.name, entry.known_type(), offset, bits, entry.optional("DW_AT_alignment")
        )

    def _bit_offset(self, entry: Entry, bits: int, of: Literal["struct", "union"]) -> int:
        """The first bit of a bit-field; DWARF and the layouts of either byte order count alike
        (DWARF 5, section 5.7.6).

        DW_AT_bit_offset of older DWARF counts down from the most significant bit of a unit of
        storage. In a union it is not needed, and not to be relied on: gcc 12 leaves out the
        location that it counts from.
        """
        if of == "union":
            return 0
        if entry.has("DW_AT_data_bit_offset"):
            return entry.signed("DW_AT_data_bit_offset")
        start = 8 * entry.location()
        if not entry.has("DW_AT_bit_offset"):
            return start
        down = entry.signed("DW_AT_bit_offset")
        return (
            start + down if self._order == "big" else start + 8 * self._storage(entry) - down - bits
        )

    def _storage(self, entry: Entry) -> int:
        """The bytes of a bit-field's unit of storage: of its type, where nothing else is said."""
        size = entry.optional("DW_AT_byte_size")
        if size is not None:
            return size
        integer = self._behind(entry)
        return entry.corrupt() if integer is None else integer.size()

    def _behind(self, entry: Entry) -> Entry | None:
        """The type of an entry, behind typedefs and qualifiers."""
        target = entry.type()
        for _ in range(_DEPTH):
            behind = None if target is None else self._entry(target)
            if behind is None or (behind.tag != "DW_TAG_typedef" and behind.tag not in _WORDS):
                return behind
            target = behind.type()
        return entry.corrupt()


def _number(entry: Entry) -> Number:
    encoding = entry.optional("DW_AT_encoding")
    if encoding == _BOOLEAN:
        return Number(entry.name or "", entry.size(), False, "bool")
    if encoding in _FLOATS:
        return Number(entry.name or "", entry.size(), True, "float")
    return Number(entry.name or "", entry.size(), encoding in _SIGNED)


def _function(entry: Entry) -> Function:
    parameters = tuple(each.type() for each in entry.children("DW_TAG_formal_parameter"))
    variadic = any(True for _ in entry.children("DW_TAG_unspecified_parameters"))
    return Function(entry.type(), parameters, variadic)


def _count(bound: Entry) -> int:
    """The number of elements; 0 for a flexible array, which has no bound."""
    count, upper = bound.optional("DW_AT_count"), bound.upper_bound()
    if count is not None:
        return count
    return 0 if upper is None else upper + 1


def _is_padding(member: Entry) -> bool:
    """An unnamed bit-field, which some compilers list; no member as C means it."""
    return member.has("DW_AT_bit_size") and not member.has("DW_AT_name")


def _check_bit_fields(entry: Entry, members: tuple[Member, ...]) -> None:
    """Refuse what clang 14 gets wrong: it rounds the offset of a bit-field as wide as its type
    down to a byte."""
    for member, next in pairwise(members):
        if member.bits is not None and member.offset <= next.offset < member.offset + member.bits:
            raise bad(
                "CB0312",
                f"the DWARF of `{entry.file.name}` lays `{next.name}` over `{member.name}` in "
                f"`struct {entry.name or '{...}'}`",
                "clang misplaces bit-fields as wide as their type in packed structs; build it "
                "with gcc",
            )


_UNIT_REFERENCES = (
    "DW_FORM_ref1",
    "DW_FORM_ref2",
    "DW_FORM_ref4",
    "DW_FORM_ref8",
    "DW_FORM_ref_udata",
)
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
        return (
            Entry(self.file, ref, die)
            for ref, die in self.file.children(self.ref, self.die)
            if die.tag == tag
        )

    def type(self) -> Ref | None:
        """The reference in DW_AT_type; None without one, and for a type that is not specified,
        which is `void`."""
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
        """A number that may be negative, 0 without the attribute; clang writes negative ones in
        8 bytes that have no sign."""
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
            return self._signed(
                sum((byte & 0x7F) << 7 * place for place, byte in enumerate(value[1:]))
            )
        return self._signed(value or 0)

    def upper_bound(self) -> int | None:
        """The greatest index of an array; None where it is none. gcc writes -1 for no elements,
        in 4 or 8 bytes."""
        value = self._value("DW_AT_upper_bound")
        if value in (None, -1, (1 << 32) - 1, (1 << 64) - 1):
            return None
        return self.optional("DW_AT_upper_bound")

    def corrupt(self) -> NoReturn:
        """Raise what a DIE that makes no sense is answered with."""
        raise corrupt(self.file.name, self.ref)

    def _value(self, attribute: str) -> object:
        value = self.die.attributes.get(attribute)
        return None if value is None else value.value

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
            raise bad(
                "CB0311",
                f"the DWARF of `{self.file.name}` is in part in another file",
                "undo what dwz did",
            )
        return self.corrupt()
