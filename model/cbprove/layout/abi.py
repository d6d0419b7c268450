"""What each ABI fixes: the sizes and alignments of scalars, and how a compiler for it places bit-fields.

The numbers are those of gcc for Linux on each target; tests/oracle compares every one of them with the compilers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from cbprove.frozen import frozen


class LayoutError(ValueError):
    """A type that C, or the ABI it is laid out for, does not have; the message is a clause without a place."""


class NoSuchType(LayoutError):
    """A scalar type that an ABI lacks, as 32-bit ones lack `__int128`."""


@frozen
class ScalarLayout:
    """One arithmetic or pointer type: its size and its alignment inside a struct, both in bytes."""

    size: int
    align: int
    signed: bool
    is_bool: bool = False

    @property
    def bits(self) -> int:
        """The widest bit-field of this type, in bits."""
        return 1 if self.is_bool else 8 * self.size


@dataclass(frozen=True, eq=False)
class Abi:
    """What differs from one target to another. There is one object of each, in `ABIS`; they compare by identity.

    The rules of records, all in bytes, are the parameters of gcc's stor-layout.cc:
    `biggest_align` is BIGGEST_ALIGNMENT, the most that a machine integer asks for;
    `integer_member_align` is ADJUST_FIELD_ALIGN, the most that an integer asks for inside a struct;
    `bit_field_types_matter` is PCC_BITFIELD_TYPE_MATTERS: a bit-field keeps within units of its type, and aligns its
    struct as that type; without it a bit-field starts at the next bit, and one of zero width aligns to
    `empty_field_align` (EMPTY_FIELD_BOUNDARY);
    `unnamed_bit_fields_align` is TARGET_ALIGN_ANON_BITFIELD: unnamed bit-fields align their struct as named ones do.
    """

    name: str
    endianness: Literal["little", "big"]
    pointer: ScalarLayout
    scalars: Mapping[str, ScalarLayout] = field(repr=False)
    biggest_align: int
    integer_member_align: int = 16
    bit_field_types_matter: bool = True
    empty_field_align: int = 1
    unnamed_bit_fields_align: bool = False

    @property
    def pointer_size(self) -> int:
        """Bytes of a pointer, which on Linux are those of a `long` as well."""
        return self.pointer.size


def _scalars(word: int, most: int) -> Mapping[str, ScalarLayout]:
    """The scalars of a target with `long` of `word` bytes, each aligned to its size but to no more than `most` bytes.

    Plain `char` is unsigned everywhere: the kernel is built with -funsigned-char (since v6.2).
    """
    sizes = {"short": 2, "int": 4, "long": word, "long long": 8}
    table = {
        "char": ScalarLayout(1, 1, signed=False),
        "signed char": ScalarLayout(1, 1, signed=True),
        "unsigned char": ScalarLayout(1, 1, signed=False),
        "_Bool": ScalarLayout(1, 1, signed=False, is_bool=True),
    }
    if word == 8:
        sizes["__int128"] = 16
    for name, size in sizes.items():
        table[name] = ScalarLayout(size, min(size, most), signed=True)
        table[f"unsigned {name}"] = ScalarLayout(size, min(size, most), signed=False)
    return MappingProxyType(table)


def _abi(
    name: str,
    endianness: Literal["little", "big"],
    word: int,
    biggest_align: int,
    *,
    integer_member_align: int = 16,
    bit_field_types_matter: bool = True,
    empty_field_align: int = 1,
    unnamed_bit_fields_align: bool = False,
) -> Abi:
    most = min(biggest_align, integer_member_align)
    return Abi(
        name=name,
        endianness=endianness,
        pointer=ScalarLayout(word, min(word, most), signed=False),
        scalars=_scalars(word, most),
        biggest_align=biggest_align,
        integer_member_align=integer_member_align,
        bit_field_types_matter=bit_field_types_matter,
        empty_field_align=empty_field_align,
        unnamed_bit_fields_align=unnamed_bit_fields_align,
    )


ABIS: Mapping[str, Abi] = MappingProxyType(
    {
        abi.name: abi
        for abi in (
            _abi("x86_64", "little", word=8, biggest_align=16),
            _abi("i386", "little", word=4, biggest_align=16, integer_member_align=4),
            _abi("aarch64", "little", word=8, biggest_align=16, unnamed_bit_fields_align=True),
            _abi("arm", "little", word=4, biggest_align=8, unnamed_bit_fields_align=True),
            _abi("s390x", "big", word=8, biggest_align=8),
            _abi("m68k", "big", word=4, biggest_align=2, bit_field_types_matter=False, empty_field_align=2),
            _abi("riscv64", "little", word=8, biggest_align=16),
            _abi("ppc64le", "little", word=8, biggest_align=16),
        )
    }
)


def scalar(abi: Abi, name: str) -> ScalarLayout:
    """The scalar of this canonical C name; raises NoSuchType if the ABI has none."""
    try:
        return abi.scalars[name]
    except KeyError:
        raise NoSuchType(f"there is no type '{name}' on {abi.name}") from None
