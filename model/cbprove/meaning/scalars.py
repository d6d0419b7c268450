"""The scalar types that kernel code names, in C's own words."""

from __future__ import annotations

# Names that mean one C type on every ABI.
_FIXED = {
    "unsigned char": "u8 __u8 uint8_t u_char unchar u_int8_t uchar blk_status_t",
    "signed char": "s8 __s8 int8_t",
    "unsigned short": "u16 __u16 __be16 __le16 uint16_t u_int16_t u_short ushort __sum16 sa_family_t "
    "__kernel_sa_family_t umode_t",
    "short": "s16 __s16 int16_t",
    "unsigned int": "u32 __u32 __be32 __le32 uint32_t u_int32_t u_int uint __wsum gfp_t fmode_t slab_flags_t dev_t "
    "uid_t gid_t __poll_t blk_opf_t",
    "int": "s32 __s32 int32_t pid_t key_serial_t",
    "unsigned long long": "u64 __u64 __be64 __le64 uint64_t u_int64_t netdev_features_t sector_t blkcnt_t __addrpair",
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

# Names for integers of 64 bits that are aligned to 8 bytes everywhere (include/uapi/linux/types.h, include/linux/types.h).
ALIGNED_TO_8 = {
    **dict.fromkeys(
        ["__aligned_u64", "__aligned_be64", "__aligned_le64", "aligned_u64", "aligned_be64", "aligned_le64"],
        "unsigned long long",
    ),
    **dict.fromkeys(["__aligned_s64", "aligned_s64"], "long long"),
}

# Names that are structs of one counter in the kernel: of the same size and alignment as the integer.
CANONICAL |= {"atomic_t": "int", "refcount_t": "int", "atomic_long_t": "long"}


def canonical(name: str) -> str | None:
    """The C type of a scalar's name, those above that are no plain one excepted; None if nothing is called so."""
    if name in CANONICAL:
        return CANONICAL[name]
    return _words(name.split())


def is_scalar(name: str) -> bool:
    """Whether a scalar goes by this name."""
    return name in ADDRESSES or name in ALIGNED_TO_8 or canonical(name) is not None


def known() -> list[str]:
    """Every name of one word that a scalar may go by, for hints."""
    return sorted(
        [*CANONICAL, *ADDRESSES, *ALIGNED_TO_8, "char", "short", "int", "long", "unsigned", "signed", "_Bool"]
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
