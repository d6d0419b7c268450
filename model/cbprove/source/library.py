"""Functions whose bodies tell nothing, or too much: what they do to what their arguments point
to."""

from __future__ import annotations

from typing import Literal

from cbprove.frozen import frozen

Effect = Literal["read", "write", "clear", "copy from", "copy to"]


@frozen
class Does:
    """An argument, what is done to what it points to, and the argument that says how many bytes
    (None: as its type says)."""

    argument: int
    effect: Effect
    length: int | None


def _all(names: str, *effects: Does) -> dict[str, tuple[Does, ...]]:
    return dict.fromkeys(names.split(), effects)


KNOWN: dict[str, tuple[Does, ...]] = {
    **_all("memset memset_after memset16 memset32 __builtin_memset", Does(0, "clear", 2)),
    **_all("bzero memzero_explicit __builtin_bzero", Does(0, "clear", 1)),
    **_all(
        "memcpy memmove __memcpy __memmove __builtin_memcpy __builtin_memmove unsafe_memcpy",
        Does(1, "copy from", 2),
        Does(0, "copy to", 2),
    ),
    **_all("memcpy_and_pad", Does(2, "copy from", 3), Does(0, "copy to", 1)),
    **_all("memcmp bcmp __builtin_memcmp crypto_memneq", Does(0, "read", 2), Does(1, "read", 2)),
    **_all("strcpy strscpy strlcpy strncpy", Does(1, "copy from", 2), Does(0, "copy to", 2)),
    **_all("skb_copy_bits", Does(2, "write", 3)),
    **_all("skb_store_bits", Does(2, "copy from", 3)),
    **_all(
        "copy_from_user __copy_from_user _copy_from_user get_random_bytes", Does(0, "write", None)
    ),
    **_all("copy_to_user __copy_to_user _copy_to_user", Does(1, "read", 2)),
    **_all("nla_put", Does(3, "read", 2)),
    **_all("put_cmsg", Does(4, "read", 3)),
    **_all("atomic_read atomic64_read atomic_long_read refcount_read", Does(0, "read", None)),
    **_all("atomic_set atomic64_set atomic_long_set refcount_set", Does(0, "write", None)),
    **_all(
        "atomic_inc atomic_dec atomic_inc_return atomic_dec_return atomic_dec_and_test "
        "atomic_inc_not_zero refcount_inc"
        " refcount_dec refcount_dec_and_test refcount_inc_not_zero atomic64_inc atomic64_dec",
        Does(0, "read", None),
        Does(0, "write", None),
    ),
    **_all(
        "atomic_add atomic_sub atomic_or atomic_and atomic_xchg atomic_add_return "
        "atomic_sub_return atomic_cmpxchg",
        Does(1, "read", None),
        Does(1, "write", None),
    ),
    **_all(
        "test_bit _test_bit arch_test_bit variable_test_bit constant_test_bit const_test_bit "
        "generic_test_bit",
        Does(1, "read", None),
    ),
    **_all(
        "set_bit clear_bit change_bit __set_bit __clear_bit __change_bit test_and_set_bit "
        "test_and_clear_bit"
        " __test_and_set_bit __test_and_clear_bit",
        Does(1, "read", None),
        Does(1, "write", None),
    ),
}
# What is told of an address and not of what is there, or is told to people only.
HARMLESS = frozenset(
    (
        "__builtin_object_size",
        "__builtin_dynamic_object_size",
        "__builtin_constant_p",
        "__builtin_prefetch",
        "prefetch",
        "prefetchw",
        "kasan_check_read",
        "kasan_check_write",
        "kcsan_check_access",
        "instrument_atomic_read",
        "instrument_atomic_write",
        "instrument_atomic_read_write",
        "__kasan_check_read",
        "__kasan_check_write",
        "__kcsan_check_access",
        "kmsan_unpoison_memory",
        "virt_to_page",
    )
)
