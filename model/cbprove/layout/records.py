"""Where C puts the members of structs and unions.

The rules are those of gcc (stor-layout.cc: layout_decl, update_alignment_for_field, place_field), which are also the
psABIs' wherever these say anything. Bits are counted from the least significant bit of a byte on a little-endian ABI
and from the most significant on a big-endian one, so that every member is one run of bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from cbprove.layout.abi import Abi, LayoutError, ScalarLayout, scalar
from cbprove.layout.types import Aligned, Array, Enum, Field, Pointer, Record, Scalar, Type


@dataclass(frozen=True)
class Member:
    """A member where it lies: bits [offset, offset + width) of the record that lists it.

    `align` is what it asks for where it stands, in bytes: 1 inside a packed struct unless it has an attribute of its
    own; for a bit-field, the alignment of its type. `name` is None for an anonymous struct or union. `layout` is that
    of a record, or of one element for an array of records, counted from its own first bit; None for anything else.
    """

    name: str | None
    type: Type
    offset: int
    width: int
    bitfield: bool
    align: int
    layout: Layout | None = None


@dataclass(frozen=True)
class Layout:
    """A type under an ABI: size and alignment in bytes; members in order of declaration, without unnamed bit-fields."""

    size: int
    align: int
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class _Demand:
    """What a field asks of the struct it is put into, all in bits.

    It starts at a multiple of `start`, and the struct becomes aligned to `record`. `unit` is the alignment and the size
    of the type of a bit-field that may touch no more units of this alignment than the type has; None if it may.
    """

    width: int
    start: int
    record: int
    unit: tuple[int, int] | None = None


# The integers that enumerations are kept in, by size (bytes) and signedness.
_INTEGERS = {
    (1, False): "unsigned char",
    (1, True): "signed char",
    (2, False): "unsigned short",
    (2, True): "short",
    (4, False): "unsigned int",
    (4, True): "int",
    (8, False): "unsigned long long",
    (8, True): "long long",
}


@lru_cache(maxsize=1 << 16)
def lay_out(type: Type, abi: Abi) -> Layout:
    """The layout of a type; only structs and unions have members. Raises LayoutError for what C does not have."""
    match type:
        case Scalar(name):
            return _plain(scalar(abi, name))
        case Pointer():
            return _plain(abi.pointer)
        case Enum():
            return _plain(_enum(type, abi))
        case Array(element, count):
            return _array(lay_out(element, abi), 0 if count is None else count)
        case Aligned(inner, align):
            return replace(lay_out(inner, abi), align=_power_of_two(align))
        case Record():
            return _union(type, abi) if type.kind == "union" else _struct(type, abi)


def size_of(type: Type, abi: Abi) -> int:
    """`sizeof`, in bytes; 0 for a flexible array."""
    return lay_out(type, abi).size


def align_of(type: Type, abi: Abi) -> int:
    """`_Alignof`, in bytes: the alignment that the type has as a member of a struct."""
    return lay_out(type, abi).align


def integer(type: Type, abi: Abi) -> ScalarLayout:
    """The integer behind a scalar or an enumeration, typedefs removed; raises LayoutError for any other type."""
    match type:
        case Scalar(name):
            return scalar(abi, name)
        case Enum():
            return _enum(type, abi)
        case Aligned(inner, _):
            return integer(inner, abi)
        case _:
            raise LayoutError("a bit-field needs an integer type")


def find(layout: Layout, name: str) -> Member | None:
    """The member of this name, also inside anonymous structs and unions; its offset counts from `layout`'s start."""
    for member in layout.members:
        if member.name == name:
            return member
        if member.name is None and member.layout is not None:
            inner = find(member.layout, name)
            if inner is not None:
                return replace(inner, offset=member.offset + inner.offset)
    return None


def _plain(facts: ScalarLayout) -> Layout:
    return Layout(facts.size, facts.align)


def _enum(enum: Enum, abi: Abi) -> ScalarLayout:
    """The least integer, of at least 32 bits unless packed, that holds every enumerator (gcc's finish_enum)."""
    low = ~enum.low if enum.low < 0 else enum.low
    bits = max(low.bit_length(), enum.high.bit_length()) + (enum.low < 0)
    for size in (1, 2, 4, 8):
        if bits <= 8 * size and (enum.packed or size >= 4):
            return scalar(abi, _INTEGERS[size, enum.low < 0])
    raise LayoutError(f"no integer holds the enumerators {enum.low} to {enum.high}")


def _array(element: Layout, count: int) -> Layout:
    if count < 0:
        raise LayoutError(f"an array cannot have {count} elements")
    if element.size % element.align:
        raise LayoutError(f"array elements of {element.size} bytes cannot be aligned to {element.align}")
    return Layout(element.size * count, element.align)


def _struct(record: Record, abi: Abi) -> Layout:
    align = 8 * _power_of_two(record.align or 1)
    # gcc counts bits from the last multiple of this many, and the units of a bit-field's type from there as well.
    window = max(align, 8 * abi.biggest_align)
    end = 0
    members: list[Member] = []
    for field in record.fields:
        demand = _demand(field, record.packed, _lowest_bit(end), abi)
        start = _start(end, demand, window)
        align = max(align, demand.record)
        end = start + demand.width
        members.extend(_members(field, record.packed, start, demand.width, abi))
    return Layout(_up(end, align) // 8, align // 8, tuple(members))


def _union(record: Record, abi: Abi) -> Layout:
    align = 8 * _power_of_two(record.align or 1)
    end = 0
    members: list[Member] = []
    for field in record.fields:
        demand = _demand(field, record.packed, 0, abi)
        align = max(align, demand.record)
        end = max(end, demand.width)
        members.extend(_members(field, record.packed, 0, demand.width, abi))
    return Layout(_up(end, align) // 8, align // 8, tuple(members))


def _members(field: Field, packed: bool, offset: int, width: int, abi: Abi) -> Iterator[Member]:
    """The member that a field declares; nothing for an unnamed bit-field, whose bits are padding."""
    if field.name is None and field.bits is not None:
        return
    align = max(field.align or 1, 1 if packed or field.packed else lay_out(field.type, abi).align)
    nested = None if field.bits is not None else _nested(field.type, abi)
    yield Member(field.name, field.type, offset, width, field.bits is not None, align, nested)


def _nested(type: Type, abi: Abi) -> Layout | None:
    match type:
        case Record():
            return lay_out(type, abi)
        case Aligned(inner, _) | Array(inner, _):
            return _nested(inner, abi)
        case _:
            return None


def _demand(field: Field, packed: bool, known: int, abi: Abi) -> _Demand:
    """What a field asks for at a place known to be aligned to `known` bits (0: to anything)."""
    packed = packed or field.packed
    own = 8 * _power_of_two(field.align or 1)
    if field.bits is None:
        layout = lay_out(field.type, abi)
        align = max(own, 8 if packed else 8 * layout.align)
        return _Demand(8 * layout.size, align, align)
    _check_bit_field(field, abi)
    if field.bits == 0:
        return _zero_width(field, own, abi)
    return _bit_field(field, field.bits, packed, known, abi)


def _zero_width(field: Field, own: int, abi: Abi) -> _Demand:
    """A bit-field of zero width ends the unit of its type; `packed` does not touch it."""
    if not abi.bit_field_types_matter:
        start = max(own, 8 * abi.empty_field_align)
        return _Demand(0, start, start)
    start = max(own, 8 * lay_out(field.type, abi).align)
    return _Demand(0, start, start if abi.unnamed_bit_fields_align else 1)


def _bit_field(field: Field, bits: int, packed: bool, known: int, abi: Abi) -> _Demand:
    """A bit-field of some width. To gcc, one as wide as a machine integer, where that could stand, is that integer."""
    own = 8 * _power_of_two(field.align) if field.align else 1
    whole = _machine_align(bits, abi)
    is_integer = whole > 0 and not (packed and whole > 8) and (known == 0 or known >= whole)
    start = max(own, whole) if is_integer else own
    if not packed and not field.align:
        start = min(start, 8 * abi.integer_member_align)
    if not abi.bit_field_types_matter:
        return _Demand(bits, start, start)
    layout = lay_out(field.type, abi)
    of_type = 8 if packed else 8 * layout.align
    aligns = field.name is not None or abi.unnamed_bit_fields_align
    unit = None if packed or is_integer else (8 * layout.align, 8 * layout.size)
    return _Demand(bits, start, max(start, of_type) if aligns else 1, unit)


def _machine_align(bits: int, abi: Abi) -> int:
    """The alignment (bits) of the machine integer of this width, 0 if there is none."""
    return min(bits, 8 * abi.biggest_align) if bits in (8, 16, 32, 64, 128) else 0


def _check_bit_field(field: Field, abi: Abi) -> None:
    widest = integer(field.type, abi).bits
    if field.bits is None or not 0 <= field.bits <= widest:
        raise LayoutError(f"a bit-field of this type has at most {widest} bits, not {field.bits}")
    if field.bits == 0 and field.name is not None:
        raise LayoutError(f"the bit-field '{field.name}' has zero width but a name")


def _start(end: int, demand: _Demand, window: int) -> int:
    """The first bit of a field after `end`; a bit-field touches no more units of alignment than its type has."""
    start = _up(end, demand.start)
    if demand.unit is None:
        return start
    align, size = demand.unit
    if -(-(start % align + demand.width) // align) <= size // align:
        return start
    base = end - end % window if demand.start < window else start
    return base + _up(start - base, align)


def _lowest_bit(position: int) -> int:
    return position & -position


def _up(position: int, align: int) -> int:
    return -(-position // align) * align


def _power_of_two(align: int) -> int:
    if align < 1 or align & (align - 1):
        raise LayoutError(f"an alignment is a power of two, not {align}")
    return align
