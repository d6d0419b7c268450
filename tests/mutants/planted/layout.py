"""Faults in where C puts things."""

from __future__ import annotations

from tests.mutants.planting import ALIKE, BIT_FIELDS, DRIFT, LAYOUT, MISTAKES, PINS, planted

FAULTS = (
    *planted(
        "layout/records.py",
        LAYOUT,
        (
            "structs have no padding at their end",
            "    return Layout(up(end, align) // 8, align // 8, tuple(members))\n\n\ndef _union",
            "    return Layout(up(end, 8) // 8, align // 8, tuple(members))\n\n\ndef _union",
        ),
    ),
    *planted(
        "layout/demands.py",
        LAYOUT,
        (
            "members of packed structs are aligned",
            "        asked = max(own, 8 if packed else 8 * align)",
            "        asked = max(own, 8 * align)",
        ),
        (
            "bit-fields cross the units of their type",
            "    return -(-(start % align + demand.width) // align) > size // align",
            "    return False",
        ),
    ),
    *planted(
        "layout/records.py",
        PINS,
        (
            "a pinned struct whose members lie astray is as aligned as they ask for",
            "    packed = record.packed or not _natural(record, record.size, abi)",
            "    packed = record.packed",
        ),
    ),
    *planted(
        "layout/demands.py",
        PINS,
        (
            "a pinned bit-field that crosses the units of its type is no sign of packing",
            "    return at % demand.start == 0 and not _crosses(at, demand)",
            "    return at % demand.start == 0",
        ),
    ),
    *planted(
        "layout/pins.py",
        MISTAKES,
        (
            "pinned members may overlap in part",
            "if one.low < mine.high and mine.low < one.high",
            "if one.low == mine.low and one.high == mine.high",
        ),
    ),
    *planted(
        "layout/demands.py",
        BIT_FIELDS,
        (
            "what is known of the place does not matter to a bit-field as wide as an integer",
            "and (known == 0 or known >= whole)",
            "and known >= 0",
        ),
    ),
    *planted(
        "layout/demands.py",
        LAYOUT,
        (
            "an attribute `packed` of a member alone counts for nothing",
            "    packed = packed or field.packed\n    own",
            "    own",
        ),
        (
            "a bit-field of zero width does not end the unit of its type",
            "    start = max(own, 8 * align)\n    return Demand(0, start",
            "    start = own\n    return Demand(0, start",
        ),
        (
            "bit-fields of packed structs keep within units of their type",
            "    unit = None if packed or is_integer else (8 * align, 8 * size)",
            "    unit = None if is_integer else (8 * align, 8 * size)",
        ),
        (
            "unnamed bit-fields align their struct on every ABI",
            "    aligns = field.name is not None or abi.unnamed_bit_fields_align",
            "    aligns = True",
        ),
    ),
    *planted(
        "layout/records.py",
        LAYOUT,
        ("a union is as large as its last member", "        end = max(end, asked.width)", "        end = asked.width"),
        ("a packed enumeration takes four bytes", "(enum.packed or size >= 4)", "size >= 4"),
        (
            "the sign of an enumeration takes no bit",
            "    bits = max(low.bit_length(), enum.high.bit_length()) + (enum.low < 0)",
            "    bits = max(low.bit_length(), enum.high.bit_length())",
        ),
        (
            "arrays ask for no alignment",
            "    return Layout(element.size * count, element.align)",
            "    return Layout(element.size * count, 1)",
        ),
        (
            "members of an anonymous struct are counted from its own start",
            "offset=member.offset + inner.offset",
            "offset=inner.offset",
        ),
        (
            "an alignment that a struct states is not its own",
            "    align = 8 * power_of_two(record.align or 1)\n    # gcc",
            "    align = 8\n    # gcc",
        ),
    ),
    *planted(
        "layout/padding.py",
        LAYOUT,
        (
            "a short union arm hides what a longer one covers",
            "        end = max(end, run.offset + run.width)",
            "        end = run.offset + run.width",
        ),
        (
            "only the first element of an array has padding",
            "    return range(member.offset, member.offset + member.width, 8 * element.size or 1)",
            "    return range(member.offset, member.offset + 1)",
        ),
    ),
    *planted(
        "layout/abi.py",
        LAYOUT,
        ("m68k aligns an int to four bytes", "biggest_align=2,", "biggest_align=4,"),
        (
            "i386 aligns a long long to eight bytes inside structs",
            "                integer_member_align=4,\n",
            "",
        ),
    ),
    *planted(
        "layout/pins.py",
        MISTAKES,
        (
            "a pinned member may end behind its struct",
            "if field.at < 0 or field.at + width > size:",
            "if field.at < 0 or field.at > size:",
        ),
        (
            "pinned members are compared with the last one before them alone",
            "        end = max(end, mine.high)",
            "        end = mine.high",
        ),
    ),
    *planted(
        "layout/alike.py",
        ALIKE,
        ("arrays of other lengths are alike", "return count == number and _of_one_kind(one", "return _of_one_kind(one"),
    ),
    *planted(
        "layout/alike.py",
        DRIFT,
        ("an unsigned member is like a signed one", "(loose or one.signed == other.signed)", "(loose or True)"),
        (
            "structs of other sizes are alike where their members are",
            "return lay_out(mine, abi).size == lay_out(theirs, abi).size and _same(",
            "return _same(",
        ),
    ),
)
