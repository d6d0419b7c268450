"""Where C puts the members of structs and unions.

The rules are those of gcc (stor-layout.cc: layout_decl, update_alignment_for_field, place_field),
which are also the psABIs' wherever these say anything. Bits are counted from the least significant
bit of a byte on a little-endian ABI and from the most significant on a big-endian one, so that
every member is one run of bits.

A *pinned* record (types.py) lies as it was found. Of it only the alignment is concluded, where it
is not said: a record whose members lie as they ask for is as aligned as the one that asks for most;
any other one must have been packed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import assert_never

from cbprove.frozen import frozen, replace
from cbprove.layout.abi import Abi, LayoutError, ScalarLayout, scalar
from cbprove.layout.demands import Demand, demand, lowest_bit, may_start, power_of_two, start, up
from cbprove.layout.pins import is_padding, misplaced
from cbprove.layout.types import Aligned, Array, Enum, Field, Pointer, Record, Scalar, Type


@frozen
class Member:
    """A member where it lies: bits [offset, offset + width) of the record that lists it.

    `align` is what it asks for where it stands, in bytes: 1 inside a packed struct unless it has an
    attribute of its own; for a bit-field, the alignment of its type. `name` is None for an
    anonymous struct or union. `layout` is that of a record, or of one element for an array of
    records, counted from its own first bit; None for anything else.
    """

    name: str | None
    type: Type
    offset: int
    width: int
    bitfield: bool
    align: int
    layout: Layout | None = None


@frozen
class Layout:
    """A type under an ABI: size and alignment in bytes; members in order of declaration, without
    unnamed bit-fields."""

    size: int
    align: int
    members: tuple[Member, ...] = ()


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
    """The layout of a type; only structs and unions have members. Raises LayoutError for what C
    does not have."""
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
            return replace(lay_out(inner, abi), align=power_of_two(align))
        case Record(size=int(size)):
            return _pinned(type, size, abi)
        case Record():
            return _union(type, abi) if type.kind == "union" else _struct(type, abi)


@lru_cache(maxsize=1 << 16)
def scalars(type: Type) -> int:
    """Return how many runs of scalars a type has when every struct in it is laid out: an array
    of scalars is one run."""
    match type:
        case Record():
            return sum(scalars(field.type) for field in type.fields)
        case Array(element, count):
            runs = scalars(element)
            return 1 if runs == 1 and not _has_members(element) else runs * (count or 0)
        case Aligned(inner, _):
            return scalars(inner)
        case Scalar() | Pointer() | Enum():
            return 1
    assert_never(type)


def _has_members(type: Type) -> bool:
    while isinstance(type, Array | Aligned):
        type = type.element if isinstance(type, Array) else type.type
    return isinstance(type, Record)


def size_of(type: Type, abi: Abi) -> int:
    """`sizeof`, in bytes; 0 for a flexible array."""
    return lay_out(type, abi).size


def align_of(type: Type, abi: Abi) -> int:
    """`_Alignof`, in bytes: the alignment that the type has as a member of a struct."""
    return lay_out(type, abi).align


def preferred_align(type: Type, abi: Abi) -> int:
    """gcc's `__alignof__`, in bytes: the alignment that the type has where it stands by itself."""
    match type:
        case Scalar() | Enum():
            return integer(type, abi).preferred
        case Pointer():
            return abi.pointer.preferred
        case Array(element, _):
            return preferred_align(element, abi)
        case Aligned() | Record():
            return lay_out(type, abi).align


def integer(type: Type, abi: Abi) -> ScalarLayout:
    """The integer behind a scalar or an enumeration, typedefs removed. Raises LayoutError for
    any other type."""
    match type:
        case Scalar(name):
            return scalar(abi, name)
        case Enum():
            return _enum(type, abi)
        case Aligned(inner, _):
            return integer(inner, abi)
        case _:
            raise LayoutError("a bit-field needs an integer type")


def attributes(record: Record, abi: Abi) -> tuple[bool, int | None]:
    """Whether a record is packed, and the alignment (bytes) that it states: for a pinned one,
    what it must have had."""
    if record.size is None:
        return record.packed, record.align
    packed = record.packed or not _natural(record, record.size, abi)
    return packed, None if record.align == _asked(record, packed, abi) else record.align


def width_of(field: Field, abi: Abi) -> int:
    """How many bits a field takes; raises LayoutError for a bit-field that its type does not
    have."""
    if field.bits is None:
        return 8 * lay_out(field.type, abi).size
    _check_bit_field(field, abi)
    return field.bits


def find(layout: Layout, name: str) -> Member | None:
    """The member of this name, also inside anonymous structs and unions; its offset counts from
    `layout`'s start."""
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
    """The least integer, of at least 32 bits unless packed, that holds every enumerator (gcc's
    finish_enum)."""
    # In two's complement -1 - n has as many bits beside the sign as n.
    ends = (~end if end < 0 else end for end in (enum.low, enum.high))
    bits = max(end.bit_length() for end in ends) + (enum.low < 0)
    for size in (1, 2, 4, 8):
        if bits <= 8 * size and (enum.packed or size >= 4):
            return scalar(abi, _INTEGERS[size, enum.low < 0])
    raise LayoutError(f"no integer holds the enumerators {enum.low} to {enum.high}")


def _array(element: Layout, count: int) -> Layout:
    if count < 0:
        raise LayoutError(f"an array cannot have {count} elements")
    # As gcc refuses it (stor-layout.cc, layout_type): the second element would not be aligned.
    if element.size % element.align:
        raise LayoutError(
            f"array elements of {element.size} bytes cannot be aligned to {element.align}"
        )
    return Layout(element.size * count, element.align)


def _struct(record: Record, abi: Abi) -> Layout:
    align = 8 * power_of_two(record.align or 1)
    # gcc counts bits from the last multiple of this many, and the units of a bit-field's type from
    # there as well.
    window = max(align, 8 * abi.biggest_align)
    end = 0
    members: list[Member] = []
    for field in record.fields:
        demand_made = _demand(field, record.packed, lowest_bit(end), abi)
        at = start(end, demand_made, window)
        align = max(align, demand_made.record)
        end = at + demand_made.width
        members.extend(_members(field, record.packed, at, demand_made.width, abi))
    # Rounded up, so that in an array the next struct is as aligned (C17 6.7.2.1p17).
    return Layout(up(end, align) // 8, align // 8, tuple(members))


def _union(record: Record, abi: Abi) -> Layout:
    align = 8 * power_of_two(record.align or 1)
    end = 0
    members: list[Member] = []
    for field in record.fields:
        demand_made = _demand(field, record.packed, 0, abi)
        align = max(align, demand_made.record)
        end = max(end, demand_made.width)
        members.extend(_members(field, record.packed, 0, demand_made.width, abi))
    return Layout(up(end, align) // 8, align // 8, tuple(members))


def _pinned(record: Record, size: int, abi: Abi) -> Layout:
    widths = [width_of(field, abi) for field in record.fields]
    for wrong in misplaced(record, size, widths):
        raise LayoutError(wrong.message)
    packed, stated = attributes(record, abi)
    align = power_of_two(stated or _asked(record, packed, abi))
    if size % align:
        raise LayoutError(f"{size} bytes cannot be aligned to {align}")
    placed = zip(record.fields, widths, strict=True)
    members = (
        m for field, width in placed for m in _members(field, packed, field.at or 0, width, abi)
    )
    return Layout(size, align, tuple(members))


def _natural(record: Record, size: int, abi: Abi) -> bool:
    """Whether a pinned record gives every member the alignment that it asks for where nothing is
    packed.

    A bit-field as wide as an integer asks for more where it can be one: nothing is concluded from
    that.
    """
    demands = [
        (field.at or 0, _demand(field, False, 1, abi))
        for field in record.fields
        if not is_padding(field)
    ]
    align = record.align or _asked(record, False, abi)
    if size % align or any(demand_made.record > 8 * align for _, demand_made in demands):
        return False
    return all(may_start(at, demand_made) for at, demand_made in demands)


def _asked(record: Record, packed: bool, abi: Abi) -> int:
    """What the members of a pinned record make it aligned to, in bytes."""
    members = [field for field in record.fields if not is_padding(field)]
    demands = (_demand(field, packed, lowest_bit(field.at or 0), abi) for field in members)
    return max((demand_made.record // 8 or 1 for demand_made in demands), default=1)


def _members(field: Field, packed: bool, offset: int, width: int, abi: Abi) -> Iterator[Member]:
    """The member that a field declares; nothing for an unnamed bit-field, whose bits are
    padding."""
    if is_padding(field):
        return
    align = max(field.align or 1, 1 if packed or field.packed else lay_out(field.type, abi).align)
    nested = None if field.bits is not None else _nested(field.type, abi)
    yield Member(
        name=field.name,
        type=field.type,
        offset=offset,
        width=width,
        bitfield=field.bits is not None,
        align=align,
        layout=nested,
    )


def _nested(type: Type, abi: Abi) -> Layout | None:
    match type:
        case Record():
            return lay_out(type, abi)
        case Aligned(inner, _) | Array(inner, _):
            return _nested(inner, abi)
        case _:
            return None


def _demand(field: Field, packed: bool, natural: int, abi: Abi) -> Demand:
    """What a field asks for at a place known to be aligned to `natural` bits (0: to anything)."""
    if field.bits is not None:
        _check_bit_field(field, abi)
    layout = lay_out(field.type, abi)
    return demand(field, layout.size, align=layout.align, packed=packed, natural=natural, abi=abi)


def _check_bit_field(field: Field, abi: Abi) -> None:
    widest = integer(field.type, abi).bits
    if field.bits is None or not 0 <= field.bits <= widest:
        raise LayoutError(f"a bit-field of this type has at most {widest} bits, not {field.bits}")
    if field.bits == 0 and field.name is not None:
        raise LayoutError(f"the bit-field '{field.name}' has zero width but a name")
