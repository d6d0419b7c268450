"""Where ABIs differ, one struct each; where a compiler is installed, it is asked about the very
C that stands here."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cbprove.layout.abi import ABIS
from cbprove.layout.types import Aligned, Array, Enum, Field, Pointer, Record, Scalar
from tests.oracle.compilers import ask, installed
from tests.oracle.questions import answers

CHAR = Scalar("unsigned char")
SHORT = Scalar("unsigned short")
INT = Scalar("int")
UNSIGNED = Scalar("unsigned int")
LONG_LONG = Scalar("long long")
BOOL = Scalar("_Bool")


@dataclass(frozen=True)
class Trap:
    """A struct in C and as data; by ABI its size and alignment (bytes) and the first bits of its
    members.

    `others` is expected of every ABI that `expected` does not name.
    """

    name: str
    c: str
    record: Record
    expected: dict[str, tuple[int, int, tuple[int, ...]]]
    others: tuple[int, int, tuple[int, ...]] | None = None


def struct(*fields: Field, packed: bool = False, align: int | None = None) -> Record:
    return Record("struct", None, fields, packed, align)


def union(*fields: Field, packed: bool = False, align: int | None = None) -> Record:
    return Record("union", None, fields, packed, align)


TRAPS = (
    Trap(
        "long long aligns to 4 in a struct on i386, to 2 on m68k",
        "struct x0 { unsigned char a; long long b; };",
        struct(Field("a", CHAR), Field("b", LONG_LONG)),
        {"i386": (12, 4, (0, 32)), "m68k": (10, 2, (0, 16))},
        (16, 8, (0, 64)),
    ),
    Trap(
        "a typedef gives long long its alignment back",
        "typedef long long wide __attribute__((aligned(8))); struct x0 { unsigned char a; wide b; };",
        struct(Field("a", CHAR), Field("b", Aligned(LONG_LONG, 8))),
        {},
        (16, 8, (0, 64)),
    ),
    Trap(
        "a typedef lowers an alignment",
        "typedef int loose __attribute__((aligned(1))); struct x0 { unsigned char a; loose b; };",
        struct(Field("a", CHAR), Field("b", Aligned(INT, 1))),
        {},
        (5, 1, (0, 8)),
    ),
    Trap(
        "an attribute of a member does not lower an alignment",
        "struct x0 { unsigned char a; short b __attribute__((aligned(1))); };",
        struct(Field("a", CHAR), Field("b", Scalar("short"), align=1)),
        {},
        (4, 2, (0, 16)),
    ),
    Trap(
        "unnamed bit-fields align their struct on arm and aarch64",
        "struct x0 { unsigned char a; int : 3; };",
        struct(Field("a", CHAR), Field(None, INT, 3)),
        {"arm": (4, 4, (0,)), "aarch64": (4, 4, (0,))},
        (2, 1, (0,)),
    ),
    Trap(
        "a zero width ends the unit everywhere, and aligns the struct on arm, aarch64 and m68k",
        "struct x0 { unsigned char a; int : 0; unsigned char b; };",
        struct(Field("a", CHAR), Field(None, INT, 0), Field("b", CHAR)),
        {"arm": (8, 4, (0, 32)), "aarch64": (8, 4, (0, 32)), "m68k": (4, 2, (0, 16))},
        (5, 1, (0, 32)),
    ),
    Trap(
        "a zero width of char ends the byte, but two bytes on m68k",
        "struct x0 { unsigned char a : 3; unsigned char : 0; unsigned char b : 3; };",
        struct(Field("a", CHAR, 3), Field(None, CHAR, 0), Field("b", CHAR, 3)),
        {"m68k": (4, 2, (0, 16))},
        (2, 1, (0, 8)),
    ),
    Trap(
        "packing does not touch a zero width",
        "struct x0 { unsigned int a : 3, : 0, b : 3; } __attribute__((packed));",
        struct(
            Field("a", UNSIGNED, 3), Field(None, UNSIGNED, 0), Field("b", UNSIGNED, 3), packed=True
        ),
        {"arm": (8, 4, (0, 32)), "aarch64": (8, 4, (0, 32)), "m68k": (4, 2, (0, 16))},
        (5, 1, (0, 32)),
    ),
    Trap(
        "a bit-field keeps within a unit of its type, but not on m68k",
        "struct x0 { unsigned short a : 9, b : 9; };",
        struct(Field("a", SHORT, 9), Field("b", SHORT, 9)),
        {"m68k": (3, 1, (0, 9))},
        (4, 2, (0, 16)),
    ),
    Trap(
        "a bit-field shares the unit of its type with what stands there already",
        "struct x0 { unsigned char a; unsigned int b : 24; unsigned char c; };",
        struct(Field("a", CHAR), Field("b", UNSIGNED, 24), Field("c", CHAR)),
        {"m68k": (5, 1, (0, 8, 32))},
        (8, 4, (0, 8, 32)),
    ),
    Trap(
        "packed bit-fields follow each other",
        "struct x0 { unsigned int a : 3, b : 30; unsigned char c; } __attribute__((packed));",
        struct(Field("a", UNSIGNED, 3), Field("b", UNSIGNED, 30), Field("c", CHAR), packed=True),
        {},
        (6, 1, (0, 3, 40)),
    ),
    Trap(
        "one packed bit-field among others",
        "struct x0 { unsigned short a : 9; unsigned short b : 9 __attribute__((packed)); };",
        struct(Field("a", SHORT, 9), Field("b", SHORT, 9, packed=True)),
        {"m68k": (3, 1, (0, 9))},
        (4, 2, (0, 9)),
    ),
    Trap(
        "bit-fields of char span bytes when packed",
        "struct x0 { unsigned char a : 5, b : 5; } __attribute__((packed));",
        struct(Field("a", CHAR, 5), Field("b", CHAR, 5), packed=True),
        {},
        (2, 1, (0, 5)),
    ),
    Trap(
        "a bit-field as wide as an integer is aligned as one, whatever its typedef says",
        "typedef int loosest __attribute__((aligned(1))); struct x0 { loosest a : 16; unsigned char b; };",
        struct(Field("a", Aligned(INT, 1), 16), Field("b", CHAR)),
        {},
        (4, 2, (0, 16)),
    ),
    Trap(
        "bit-fields of _Bool share a byte",
        "struct x0 { _Bool a : 1, b : 1; unsigned char c; };",
        struct(Field("a", BOOL, 1), Field("b", BOOL, 1), Field("c", CHAR)),
        {},
        (2, 1, (0, 1, 8)),
    ),
    Trap(
        "an enumeration is 4 bytes, a packed one as small as it can",
        "struct x0 { enum { A = 0, B = 255 } a; enum __attribute__((packed)) { C = 0, D = 255 } b;"
        " enum __attribute__((packed)) { E = -1, F = 255 } c : 9; };",
        struct(
            Field("a", Enum(None, 0, 255)),
            Field("b", Enum(None, 0, 255, True)),
            Field("c", Enum(None, -1, 255, True), 9),
        ),
        {"m68k": (8, 2, (0, 32, 40))},
        (8, 4, (0, 32, 48)),
    ),
    Trap(
        "an attribute of a bit-field starts it at a byte",
        "struct x0 { unsigned char a : 3, b : 3 __attribute__((aligned(1))); };",
        struct(Field("a", CHAR, 3), Field("b", CHAR, 3, align=1)),
        {},
        (2, 1, (0, 8)),
    ),
    Trap(
        "a packed member moves, the next one does not",
        "struct x0 { unsigned char a; int b __attribute__((packed)); int c; };",
        struct(Field("a", CHAR), Field("b", INT, packed=True), Field("c", INT)),
        {"m68k": (10, 2, (0, 8, 48))},
        (12, 4, (0, 8, 64)),
    ),
    Trap(
        "a member's own alignment stands in a packed struct",
        "struct x0 { unsigned char a; int b __attribute__((aligned(2))); } __attribute__((packed));",
        struct(Field("a", CHAR), Field("b", INT, align=2), packed=True),
        {},
        (6, 2, (0, 16)),
    ),
    Trap(
        "packing does not reach into a nested struct",
        "struct x0 { unsigned char a; struct { unsigned char b; short c; } n; } __attribute__((packed));",
        struct(
            Field("a", CHAR),
            Field("n", struct(Field("b", CHAR), Field("c", Scalar("short")))),
            packed=True,
        ),
        {},
        (5, 1, (0, 8, 8, 24)),
    ),
    Trap(
        "an aligned struct is padded to its alignment",
        "struct x0 { unsigned char a; } __attribute__((aligned(16)));",
        struct(Field("a", CHAR), align=16),
        {},
        (16, 16, (0,)),
    ),
    Trap(
        "a flexible array aligns but occupies nothing",
        "struct x0 { unsigned char a; int b[]; };",
        struct(Field("a", CHAR), Field("b", Array(INT, None))),
        {"m68k": (2, 2, (0, 16))},
        (4, 4, (0, 32)),
    ),
    Trap(
        "so does an array of no elements, anywhere",
        "struct x0 { unsigned char a; int b[0]; unsigned char c; };",
        struct(Field("a", CHAR), Field("b", Array(INT, 0)), Field("c", CHAR)),
        {"m68k": (4, 2, (0, 16, 16))},
        (8, 4, (0, 32, 32)),
    ),
    Trap("an empty struct has no size", "struct x0 { };", struct(), {}, (0, 1, ())),
    Trap(
        "members of anonymous structs and unions",
        "struct x0 { unsigned char a; union { int b; struct { unsigned char c, d; }; }; };",
        struct(
            Field("a", CHAR),
            Field(
                None,
                union(Field("b", INT), Field(None, struct(Field("c", CHAR), Field("d", CHAR)))),
            ),
        ),
        {"m68k": (6, 2, (0, 16, 16, 24))},
        (8, 4, (0, 32, 32, 40)),
    ),
    Trap(
        "a union of bit-fields",
        "union x0 { unsigned int a : 3, b : 17; };",
        union(Field("a", UNSIGNED, 3), Field("b", UNSIGNED, 17)),
        {"m68k": (3, 1, (0, 0))},
        (4, 4, (0, 0)),
    ),
    Trap(
        "pointers and longs",
        "struct x0 { unsigned char a; void *b; unsigned char c; long d; };",
        struct(
            Field("a", CHAR), Field("b", Pointer()), Field("c", CHAR), Field("d", Scalar("long"))
        ),
        {
            "i386": (16, 4, (0, 32, 64, 96)),
            "arm": (16, 4, (0, 32, 64, 96)),
            "m68k": (12, 2, (0, 16, 48, 64)),
        },
        (32, 8, (0, 64, 128, 192)),
    ),
    Trap(
        "__int128 aligns to 8 on s390x",
        "struct x0 { unsigned char a; __int128 b; };",
        struct(Field("a", CHAR), Field("b", Scalar("__int128"))),
        {
            "x86_64": (32, 16, (0, 128)),
            "aarch64": (32, 16, (0, 128)),
            "s390x": (24, 8, (0, 64)),
            "riscv64": (32, 16, (0, 128)),
            "ppc64le": (32, 16, (0, 128)),
        },
    ),
)

CASES = [
    pytest.param(trap, abi, id=f"{trap.name} ({abi})")
    for trap in TRAPS
    for abi in ABIS
    if trap.others or abi in trap.expected
]


@pytest.mark.parametrize(("trap", "abi"), CASES)
def test_trap(trap: Trap, abi: str) -> None:
    said = answers(trap.record, ABIS[abi])
    assert (said.size, said.align, tuple(m.offset for m in said.members)) == trap.expected.get(
        abi, trap.others
    )


@pytest.mark.parametrize("abi", ABIS)
def test_compilers_agree(abi: str) -> None:
    if not installed(ABIS[abi]):
        pytest.skip(f"no compiler for {abi}")
    traps = [trap for trap in TRAPS if trap.others or abi in trap.expected]
    text = "\n".join(trap.c.replace(" x0 ", f" x{number} ") for number, trap in enumerate(traps))
    said = ask([trap.record for trap in traps], ABIS[abi], text)
    assert [str(theirs) for theirs in said] == [
        str(answers(trap.record, ABIS[abi])) for trap in traps
    ]
