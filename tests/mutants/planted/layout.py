"""Faults in where C puts things."""

from __future__ import annotations

from tests.mutants.planting import ALIKE, BIT_FIELDS, DRIFT, LAYOUT, MISTAKES, PINS, planted

FAULTS = (
    *planted(
        "layout",
        LAYOUT,
        ("structs have no padding at their end", "_struct", "up(end, align)", "up(end, 8)"),
        (
            "members of packed structs are aligned",
            "demand",
            "8 if packed else 8 * align",
            "8 * align",
        ),
        (
            "bit-fields cross the units of their type",
            "_crosses",
            "-(-(start % align + demand.width) // align) > size // align",
            "False",
        ),
    ),
    *planted(
        "layout",
        PINS,
        (
            "a pinned struct whose members lie astray is as aligned as they ask for",
            "attributes",
            "record.packed or not _natural(record, record.size, abi)",
            "record.packed",
        ),
        (
            "a pinned bit-field that crosses the units of its type is no sign of packing",
            "may_start",
            "at % demand.start == 0 and (not _crosses(at, demand))",
            "at % demand.start == 0",
        ),
    ),
    *planted(
        "layout",
        MISTAKES,
        (
            "pinned members may overlap in part",
            "_clash",
            "other.low < placed_field.high and placed_field.low < other.high",
            "other.low == placed_field.low and other.high == placed_field.high",
        ),
    ),
    *planted(
        "layout",
        BIT_FIELDS,
        (
            "what is known of the place does not matter to a bit-field as wide as an integer",
            "_bit_field",
            "natural == 0 or natural >= machine_alignment",
            "natural >= 0",
        ),
    ),
    *planted(
        "layout",
        LAYOUT,
        (
            "an attribute `packed` of a member alone counts for nothing",
            "demand",
            "packed = packed or field.packed\nown_alignment = 8 * power_of_two(field.align or 1)",
            "own_alignment = 8 * power_of_two(field.align or 1)",
        ),
        (
            "a bit-field of zero width does not end the unit of its type",
            "_zero_width",
            "max(alignment, 8 * align)",
            "alignment",
        ),
        (
            "bit-fields of packed structs keep within units of their type",
            "_bit_field",
            "packed or is_integer",
            "is_integer",
        ),
        (
            "unnamed bit-fields align their struct on every ABI",
            "_bit_field",
            "field.name is not None or abi.unnamed_bit_fields_align",
            "True",
        ),
        (
            "a union is as large as its last member",
            "_union",
            "max(end, demand_made.width)",
            "demand_made.width",
        ),
        ("a packed enumeration takes four bytes", "_enum", "enum.packed or size >= 4", "size >= 4"),
        (
            "the sign of an enumeration takes no bit",
            "_enum",
            "max(end.bit_length() for end in ends) + (enum.low < 0)",
            "max(end.bit_length() for end in ends)",
        ),
        (
            "arrays ask for no alignment",
            "_array",
            "Layout(element.size * count, element.align)",
            "Layout(element.size * count, 1)",
        ),
        (
            "members of an anonymous struct are counted from its own start",
            "find",
            "member.offset + inner.offset",
            "inner.offset",
        ),
        (
            "an alignment that a struct states is not its own",
            "_struct",
            "8 * power_of_two(record.align or 1)",
            "8",
        ),
    ),
    *planted(
        "layout/abi.py",
        LAYOUT,
        (
            "m68k aligns an int to four bytes",
            "",
            (
                "_abi('m68k', 'big', word=4, biggest_align=2, macro='defined(__m68k__)', machine=4, "
                "relocations={1: 4}, cache_line=16, bit_field_types_matter=False, empty_field_align=2, "
                "folder='m68k')"
            ),
            (
                "_abi('m68k', 'big', word=4, biggest_align=4, macro='defined(__m68k__)', machine=4, "
                "relocations={1: 4}, cache_line=16, bit_field_types_matter=False, empty_field_align=2, "
                "folder='m68k')"
            ),
        ),
        (
            "i386 aligns a long long to eight bytes inside structs",
            "",
            (
                "_abi('i386', 'little', word=4, biggest_align=16, macro='defined(__i386__)', machine=3, "
                "relocations={1: 4}, cache_line=64, integer_member_align=4, compiler='cc -m32')"
            ),
            (
                "_abi('i386', 'little', word=4, biggest_align=16, macro='defined(__i386__)', machine=3, "
                "relocations={1: 4}, cache_line=64)"
            ),
        ),
    ),
    *planted(
        "layout",
        MISTAKES,
        ("a pinned member may end behind its struct", "_alone", "at + width", "at"),
        (
            "pinned members are compared with the last one before them alone",
            "misplaced",
            "max(end, placed_field.high)",
            "placed_field.high",
        ),
    ),
    *planted(
        "layout",
        ALIKE,
        (
            "arrays of other lengths are alike",
            "_of_one_kind",
            "count == number and _of_one_kind(left_plain, other, abi)",
            "_of_one_kind(left_plain, other, abi)",
        ),
    ),
    *planted(
        "layout",
        DRIFT,
        (
            "an unsigned member is like a signed one",
            "_integers",
            "scalar_layout.signed == other.signed",
            "True",
        ),
        (
            "structs of other sizes are alike where their members are",
            "alike",
            "lay_out(record, abi).size == lay_out(right, abi).size and _1",
            "_1",
        ),
    ),
    *planted(
        "layout",
        LAYOUT,
        (
            "an enum of negative enumerators alone is a bit too wide",
            "_enum",
            "~end if end < 0 else end",
            "abs(end)",
        ),
    ),
)
