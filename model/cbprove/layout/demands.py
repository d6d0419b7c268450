"""What a field asks of the struct it is put into, and where it may begin: gcc's rules, which
records.py names."""

from __future__ import annotations

from cbprove.frozen import frozen
from cbprove.layout.abi import Abi, LayoutError
from cbprove.layout.types import Field


@frozen
class Demand:
    """What a field asks of the struct it is put into, all in bits.

    It starts at a multiple of `start`, and the struct becomes aligned to `record`. `unit` is the
    alignment and the size of the type of a bit-field that may touch no more units of this alignment
    than the type has; None if it may.
    """

    width: int
    start: int
    record: int
    unit: tuple[int, int] | None = None


def demand(field: Field, size: int, align: int, packed: bool, natural: int, abi: Abi) -> Demand:
    """What a field asks for at a place known to be aligned to `natural` bits (0: to anything).

    `size` and `align` are its type's, in bytes.
    """
    packed = packed or field.packed
    own_alignment = 8 * power_of_two(field.align or 1)
    if field.bits is None:
        alignment = max(own_alignment, 8 if packed else 8 * align)
        return Demand(8 * size, alignment, alignment)
    if field.bits == 0:
        return _zero_width(align, own_alignment, abi)
    return _bit_field(
        field, field.bits, size=size, align=align, packed=packed, natural=natural, abi=abi
    )


def _zero_width(align: int, alignment: int, abi: Abi) -> Demand:
    """A bit-field of zero width ends the unit of its type; `packed` does not touch it."""
    if not abi.bit_field_types_matter:
        start = max(alignment, 8 * abi.empty_field_align)
        return Demand(0, start, start)
    start = max(alignment, 8 * align)
    return Demand(0, start, start if abi.unnamed_bit_fields_align else 1)


def _bit_field(
    field: Field, bits: int, size: int, align: int, packed: bool, natural: int, abi: Abi
) -> Demand:
    """A bit-field of some width. To gcc, one as wide as a machine integer, where that could
    stand, is that integer."""
    alignment = 8 * power_of_two(field.align) if field.align else 1
    machine_alignment = _machine_align(bits, abi)
    # stor-layout.cc, layout_decl: "See if we can use an ordinary integer mode for a bit-field".
    # Where it can, the field is no bit-field any more (DECL_BIT_FIELD is cleared).
    is_integer = (
        machine_alignment > 0
        and not (packed and machine_alignment > 8)
        and (natural == 0 or natural >= machine_alignment)
    )
    start = max(alignment, machine_alignment) if is_integer else alignment
    if not packed and not field.align:
        start = min(start, 8 * abi.integer_member_align)
    if not abi.bit_field_types_matter:
        return Demand(bits, start, start)
    of_type = 8 if packed else 8 * align
    aligns = field.name is not None or abi.unnamed_bit_fields_align
    unit = None if packed or is_integer else (8 * align, 8 * size)
    return Demand(bits, start, max(start, of_type) if aligns else 1, unit)


def _machine_align(bits: int, abi: Abi) -> int:
    """The alignment (bits) of the machine integer of this width, 0 if there is none."""
    return min(bits, 8 * abi.biggest_align) if bits in (8, 16, 32, 64, 128) else 0


def start(end: int, demand: Demand, window: int) -> int:
    """The first bit of a field after `end`; a bit-field touches no more units of alignment than
    its type has."""
    start = up(end, demand.start)
    if demand.unit is None or not _crosses(start, demand):
        return start
    align = demand.unit[0]
    base = end - end % window if demand.start < window else start
    return base + up(start - base, align)


def may_start(at: int, demand: Demand) -> bool:
    """Whether a field may begin at a bit; nothing is known of a bit-field whose type is aligned
    to more than its size."""
    if demand.unit is not None and demand.unit[0] > demand.unit[1]:
        return True
    return at % demand.start == 0 and not _crosses(at, demand)


def _crosses(start: int, demand: Demand) -> bool:
    """Whether a bit-field that begins there touches more units than its type has."""
    # stor-layout.cc, excess_unit_span.
    if demand.unit is None:
        return False
    align, size = demand.unit
    return -(-(start % align + demand.width) // align) > size // align


def lowest_bit(position: int) -> int:
    """The largest power of two that a position is a multiple of; 0 for 0."""
    return position & -position


def up(position: int, align: int) -> int:
    """The first multiple of `align` that is not before a position."""
    return -(-position // align) * align


def power_of_two(align: int) -> int:
    """An alignment as it is. Raises LayoutError for any other number."""
    if align < 1 or align & (align - 1):
        raise LayoutError(f"an alignment is a power of two, not {align}")
    return align
