"""What a spec need not declare: the scalar types that kernel code names, and what compilers and
kernel headers define."""

from __future__ import annotations

import re
from functools import cache

from cbprove.layout.abi import ABIS, Abi
from cbprove.syntax.annotations import words

# Names that mean one C type on every ABI.
_FIXED = {
    "unsigned char": "u8 __u8 uint8_t u_char unchar u_int8_t uchar blk_status_t",
    "signed char": "s8 __s8 int8_t",
    "unsigned short": "u16 __u16 __be16 __le16 uint16_t u_int16_t u_short ushort __sum16 "
    "sa_family_t "
    "__kernel_sa_family_t umode_t",
    "short": "s16 __s16 int16_t",
    "unsigned int": "u32 __u32 __be32 __le32 uint32_t u_int32_t u_int uint __wsum gfp_t fmode_t "
    "slab_flags_t dev_t "
    "uid_t gid_t __poll_t blk_opf_t",
    "int": "s32 __s32 int32_t pid_t key_serial_t",
    "unsigned long long": "u64 __u64 __be64 __le64 uint64_t u_int64_t netdev_features_t sector_t "
    "blkcnt_t __addrpair",
    "long long": "s64 __s64 int64_t ktime_t loff_t time64_t",
    "unsigned long": "size_t __kernel_size_t uintptr_t u_long ulong kernel_ulong_t",
    "long": "ssize_t __kernel_ssize_t ptrdiff_t intptr_t off_t clock_t __kernel_long_t",
    "_Bool": "bool",
    "__int128": "s128 __s128 __int128_t",
    "unsigned __int128": "u128 __u128 __uint128_t",
}

CANONICAL = {name: canonical for canonical, names in _FIXED.items() for name in names.split()}

# Names for an unsigned integer as wide as a bus address: 64 bits where pointers have 64, else 32.
ADDRESSES = frozenset(["dma_addr_t", "phys_addr_t", "resource_size_t"])

# Names for integers of 64 bits that are aligned to 8 bytes everywhere (include/uapi/linux/types.h,
# include/linux/types.h).
ALIGNED_TO_8 = {
    **dict.fromkeys(
        [
            "__aligned_u64",
            "__aligned_be64",
            "__aligned_le64",
            "aligned_u64",
            "aligned_be64",
            "aligned_le64",
        ],
        "unsigned long long",
    ),
    **dict.fromkeys(["__aligned_s64", "aligned_s64"], "long long"),
}

# Names that are structs of one counter in the kernel: of the same size and alignment as the
# integer.
CANONICAL |= {"atomic_t": "int", "refcount_t": "int", "atomic_long_t": "long"}


def canonical(name: str) -> str | None:
    """The C type of a scalar's name, those above that are no plain one excepted; None if nothing
    is called so."""
    if name in CANONICAL:
        return CANONICAL[name]
    return _words(name.split())


def is_scalar(name: str) -> bool:
    """Whether a scalar goes by this name."""
    return name in ADDRESSES or name in ALIGNED_TO_8 or canonical(name) is not None


def scalar_names() -> list[str]:
    """Every name of one word that a scalar may go by, for hints."""
    return sorted(
        [
            *CANONICAL,
            *ADDRESSES,
            *ALIGNED_TO_8,
            "char",
            "short",
            "int",
            "long",
            "unsigned",
            "signed",
            "_Bool",
        ]
    )


def _words(words: list[str]) -> str | None:
    """`long unsigned int` and the like, put into the order that layouts know."""
    unsigned, signed = words.count("unsigned"), words.count("signed")
    longs = words.count("long")
    rest = [w for w in words if w not in ("unsigned", "signed", "long")]
    if unsigned + signed > 1 or longs > 2:
        return None
    if rest in (["_Bool"], ["char"]) and not longs:
        return _narrow(rest[0], unsigned, signed)
    if rest in (["short"], ["short", "int"], ["int", "short"]) and not longs:
        return _prefixed(unsigned, "short")
    if rest == ["__int128"] and not longs:
        return _prefixed(unsigned, "__int128")
    if rest in ([], ["int"]) and words:
        return _prefixed(unsigned, ("int", "long", "long long")[longs])
    return None


def _narrow(name: str, unsigned: int, signed: int) -> str | None:
    if name == "_Bool":
        return None if unsigned or signed else name
    return "unsigned char" if unsigned else "signed char" if signed else "char"


def _prefixed(unsigned: int, name: str) -> str:
    return f"unsigned {name}" if unsigned else name


# What a kernel's C is never built with: it is not assembled, no C++, not for sparse, genksyms or
# the vDSO, nor for a target that has no ABI here; and glibc's name for the byte order.
_UNDEFINED = words(
    """__ASSEMBLY__ __ASSEMBLER__ __cplusplus __CHECKER__ __GENKSYMS__ BUILD_VDSO MODULE __BINDGEN__ __BYTE_ORDER
    __sparc__ __ia64__ __mips__ __alpha__ __hppa__ __sh__"""
)
_LITTLE, _BIG = 1234, 4321


def is_macro(name: str) -> bool:
    """Whether it is known of a name if it is defined, and as what."""
    return (
        name in _UNDEFINED
        or name in _of_targets()
        or any(name in _defined(abi.name) for abi in ABIS.values())
    )


def macro(name: str, abi: Abi) -> int | None:
    """The value that a name is defined with on an ABI; None where it is not defined."""
    return _defined(abi.name).get(name)


@cache
def _defined(name: str) -> dict[str, int]:
    abi = ABIS[name]
    word = 8 * abi.pointer_size
    little = abi.endianness == "little"
    # include/uapi/linux/byteorder/*_endian.h, as the kernel has it: one of the two, and no
    # __BYTE_ORDER.
    order = "LITTLE" if little else "BIG"
    macros = {
        f"__{order}_ENDIAN": _LITTLE if little else _BIG,
        f"__{order}_ENDIAN_BITFIELD": 1,
        "__BYTE_ORDER__": _LITTLE if little else _BIG,
        "__ORDER_LITTLE_ENDIAN__": _LITTLE,
        "__ORDER_BIG_ENDIAN__": _BIG,
        "__KERNEL__": 1,
        "__GNUC__": 12,
        "BITS_PER_LONG": word,
        "__BITS_PER_LONG": word,
        "BITS_PER_LONG_LONG": 64,
        "__SIZEOF_LONG__": abi.pointer_size,
        "__SIZEOF_POINTER__": abi.pointer_size,
        "L1_CACHE_BYTES": abi.cache_line,
        "SMP_CACHE_BYTES": abi.cache_line,
        f"CONFIG_{word}BIT": 1,
        **({"__LP64__": 1, "_LP64": 1, "__SIZEOF_INT128__": 16} if word == 64 else {}),
    }
    return macros | dict.fromkeys(_asked(abi), 1)


@cache
def _of_targets() -> frozenset[str]:
    """What tells one target from another: defined on one, and known not to be on the others."""
    return frozenset(
        name for abi in ABIS.values() for name in re.findall(r"defined\((\w+)\)", abi.macro)
    )


def _asked(abi: Abi) -> list[str]:
    """The names that the condition of an ABI's compiler wants defined."""
    return [name for negated, name in re.findall(r"(!?)defined\((\w+)\)", abi.macro) if not negated]
