"""What each ABI fixes, in one record: scalars, alignments, how bit-fields are placed, and what
tells it in files and compilers.

The numbers are those of gcc for Linux on each target; tests/oracle compares every one of them with
the compilers. Nothing else in the package names an ABI: what differs from one to another is asked
of its record.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from cbprove.frozen import by_identity, field, frozen


class LayoutError(ValueError):
    """A type that C, or the ABI it is laid out for, does not have; the message is a clause
    without a place."""


class NoSuchType(LayoutError):
    """A scalar type that an ABI lacks, as 32-bit ones lack `__int128`."""


@frozen
class ScalarLayout:
    """One arithmetic or pointer type: its size and its alignment inside a struct, both in bytes.

    `preferred` is the alignment that it has where it stands by itself, which gcc's `__alignof__`
    says of it: 8 for the `long long` of i386, which asks for 4 inside a struct.
    """

    size: int
    align: int
    signed: bool
    is_bool: bool = False
    preferred: int = 1

    @property
    def bits(self) -> int:
        """The widest bit-field of this type, in bits."""
        return 1 if self.is_bool else 8 * self.size


@by_identity
class Abi:
    """What differs from one target to another. There is one object of each, in `ABIS`; they compare
    by identity.

    The rules of records, all in bytes, are the parameters of gcc's stor-layout.cc: `biggest_align`
    is BIGGEST_ALIGNMENT, the most that a machine integer asks for, and what `aligned` without a
    number means; `integer_member_align` is ADJUST_FIELD_ALIGN, the most that an integer asks for
    inside a struct; `bit_field_types_matter` is PCC_BITFIELD_TYPE_MATTERS: a bit-field keeps within
    units of its type, and aligns its struct as that type; without it a bit-field starts at the next
    bit, and one of zero width aligns to `empty_field_align` (EMPTY_FIELD_BOUNDARY);
    `unnamed_bit_fields_align` is TARGET_ALIGN_ANON_BITFIELD: unnamed bit-fields align their struct
    as named ones do.

    `cache_line` is the kernel's L1_CACHE_BYTES, in bytes, which `____cacheline_aligned` aligns to.
    `macro` is what a compiler for it defines, as a condition of `#if`. `machine` is its number in
    an ELF header (e_machine). `relocations` are those of its psABI that store a symbol's address
    and an addend, with the bytes that they take. `image` is what the header of its flat kernel
    images has, and at which byte, where it has one. `folder` is the name of its folder below arch/
    of Linux, where a kernel of that folder has no other ABI. `compiler` is what compiles for it on
    an x86_64 machine as it comes; None where that is another compiler's work.
    """

    name: str
    macro: str
    machine: int
    relocations: Mapping[int, int] = field(repr=False)
    cache_line: int
    endianness: Literal["little", "big"]
    pointer: ScalarLayout
    scalars: Mapping[str, ScalarLayout] = field(repr=False)
    biggest_align: int
    integer_member_align: int = 16
    bit_field_types_matter: bool = True
    empty_field_align: int = 1
    unnamed_bit_fields_align: bool = False
    image: tuple[int, bytes] | None = None
    folder: str | None = None
    compiler: str | None = None

    @property
    def pointer_size(self) -> int:
        """Bytes of a pointer, which on Linux are those of a `long` as well."""
        return self.pointer.size


def _scalars(word: int, limit: int, biggest: int) -> Mapping[str, ScalarLayout]:
    """The scalars of a target with `long` of `word` bytes, each aligned to its size but to no more
    than `limit` bytes.

    By itself it is aligned to no more than `biggest` bytes.

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
        align, alone = min(size, limit), min(size, biggest)
        table[name] = ScalarLayout(size, align, signed=True, preferred=alone)
        table[f"unsigned {name}"] = ScalarLayout(size, align, signed=False, preferred=alone)
    return MappingProxyType(table)


def _abi(
    name: str,
    endianness: Literal["little", "big"],
    word: int,
    biggest_align: int,
    *,
    macro: str,
    machine: int,
    relocations: Mapping[int, int],
    cache_line: int,
    integer_member_align: int = 16,
    bit_field_types_matter: bool = True,
    empty_field_align: int = 1,
    unnamed_bit_fields_align: bool = False,
    image: tuple[int, bytes] | None = None,
    folder: str | None = None,
    compiler: str | None = None,
) -> Abi:
    limit = min(biggest_align, integer_member_align)
    return Abi(
        name=name,
        macro=macro,
        machine=machine,
        relocations=MappingProxyType(dict(relocations)),
        cache_line=cache_line,
        endianness=endianness,
        pointer=ScalarLayout(
            word, min(word, limit), signed=False, preferred=min(word, biggest_align)
        ),
        scalars=_scalars(word, limit, biggest_align),
        biggest_align=biggest_align,
        integer_member_align=integer_member_align,
        bit_field_types_matter=bit_field_types_matter,
        empty_field_align=empty_field_align,
        unnamed_bit_fields_align=unnamed_bit_fields_align,
        image=image,
        folder=folder,
        compiler=compiler,
    )


# The first is the one that a spec without an `abi` is about, and the first of a byte order and a
# size of pointers is the one that an artefact is taken for which tells no more than these. Cache
# lines: arch/*/include/asm/cache.h, where a CONFIG_ chooses as Debian's kernels have it. Machines:
# elf.h. Relocations: the psABIs.
ABIS: Mapping[str, Abi] = MappingProxyType(
    {
        abi.name: abi
        for abi in (
            _abi(
                "x86_64",
                "little",
                word=8,
                biggest_align=16,
                macro="defined(__x86_64__) && !defined(__ILP32__)",
                machine=62,
                relocations={10: 4, 1: 8},  # R_X86_64_32, R_X86_64_64
                cache_line=64,
                folder="x86",
                compiler="cc",
            ),
            _abi(
                "i386",
                "little",
                word=4,
                biggest_align=16,
                macro="defined(__i386__)",
                machine=3,
                relocations={1: 4},  # R_386_32
                cache_line=64,
                integer_member_align=4,
                compiler="cc -m32",
            ),
            _abi(
                "aarch64",
                "little",
                word=8,
                biggest_align=16,
                macro="defined(__aarch64__) && !defined(__ILP32__)",
                machine=183,
                relocations={258: 4, 257: 8},  # R_AARCH64_ABS32, R_AARCH64_ABS64
                cache_line=64,
                unnamed_bit_fields_align=True,
                image=(0x38, b"ARM\x64"),  # Documentation/arch/arm64/booting.rst
                folder="arm64",
            ),
            _abi(
                "arm",
                "little",
                word=4,
                biggest_align=8,
                macro="defined(__arm__)",
                machine=40,
                relocations={2: 4},  # R_ARM_ABS32
                cache_line=64,
                unnamed_bit_fields_align=True,
                folder="arm",
            ),
            _abi(
                "s390x",
                "big",
                word=8,
                biggest_align=8,
                macro="defined(__s390x__)",
                machine=22,
                relocations={4: 4, 22: 8},  # R_390_32, R_390_64
                cache_line=256,
                folder="s390",
            ),
            _abi(
                "m68k",
                "big",
                word=4,
                biggest_align=2,
                macro="defined(__m68k__)",
                machine=4,
                relocations={1: 4},  # R_68K_32
                cache_line=16,
                bit_field_types_matter=False,
                empty_field_align=2,
                folder="m68k",
            ),
            _abi(
                "riscv64",
                "little",
                word=8,
                biggest_align=16,
                macro="defined(__riscv) && __riscv_xlen == 64",
                machine=243,
                relocations={1: 4, 2: 8},  # R_RISCV_32, R_RISCV_64
                cache_line=64,
                image=(0x38, b"RSC\x05"),  # Documentation/arch/riscv/boot-image-header.rst
                folder="riscv",
            ),
            _abi(
                "ppc64le",
                "little",
                word=8,
                biggest_align=16,
                macro="defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__",
                machine=21,
                relocations={1: 4, 38: 8},  # R_PPC64_ADDR32, R_PPC64_ADDR64
                cache_line=128,
                folder="powerpc",
            ),
        )
    }
)

# What a spec is about that does not say it.
DEFAULT_ABI = next(iter(ABIS))


def scalar(abi: Abi, name: str) -> ScalarLayout:
    """The scalar of this canonical C name. Raises NoSuchType if the ABI has none."""
    try:
        return abi.scalars[name]
    except KeyError:
        raise NoSuchType(f"there is no type '{name}' on {abi.name}") from None
