"""What compilers and the kernel's own headers define, by the ABI: for `#if` among members, and for constants."""

from __future__ import annotations

import re
from functools import cache

from cbprove.layout.abi import ABIS, Abi
from cbprove.syntax.annotations import words

# What a kernel's C is never built with: it is not assembled, no C++, not for sparse, genksyms or the vDSO, nor for a target that
# has no ABI here; and glibc's name for the byte order.
_UNDEFINED = words(
    """__ASSEMBLY__ __ASSEMBLER__ __cplusplus __CHECKER__ __GENKSYMS__ BUILD_VDSO MODULE __BINDGEN__ __BYTE_ORDER
    __sparc__ __ia64__ __mips__ __alpha__ __hppa__ __sh__"""
)
_LITTLE, _BIG = 1234, 4321


def is_known(name: str) -> bool:
    """Whether it is known of a name if it is defined, and as what."""
    return name in _UNDEFINED or name in _of_targets() or any(name in _defined(abi.name) for abi in ABIS.values())


def predefined(name: str, abi: Abi) -> int | None:
    """The value that a name is defined with on an ABI; None where it is not defined."""
    return _defined(abi.name).get(name)


@cache
def _defined(name: str) -> dict[str, int]:
    abi = ABIS[name]
    word = 8 * abi.pointer_size
    little = abi.endianness == "little"
    # include/uapi/linux/byteorder/*_endian.h, as the kernel has it: one of the two, and no __BYTE_ORDER.
    order = "LITTLE" if little else "BIG"
    found = {
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
    return found | dict.fromkeys(_asked(abi), 1)


@cache
def _of_targets() -> frozenset[str]:
    """What tells one target from another: defined on one, and known not to be on the others."""
    return frozenset(name for abi in ABIS.values() for name in re.findall(r"defined\((\w+)\)", abi.macro))


def _asked(abi: Abi) -> list[str]:
    """The names that the condition of an ABI's compiler wants defined."""
    return [name for negated, name in re.findall(r"(!?)defined\((\w+)\)", abi.macro) if not negated]
