"""What kernel headers write beside types and members, and what of it counts for a layout: the
one table of it."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """A set of words, spelled as a text."""
    return frozenset(text.split())


# Qualifiers and notes to sparse and the compiler: nothing about where members lie.
DROPPED = words("""
    const volatile restrict __restrict __restrict__ __const __volatile__ _Atomic __extension__
    __rcu __user __kernel __iomem __percpu __force __nocast __private __safe __bitwise __bitwise__ __refdata
    __read_mostly __ro_after_init __maybe_unused __always_unused __used __deprecated __must_check
    __randomize_layout __no_randomize_layout randomized_struct_fields_start randomized_struct_fields_end
    __designated_init __may_alias __nonstring __visible __weak __cold __init __initdata
    """)

# The same, with something in parentheses that goes with them.
DROPPED_WITH_ARGUMENTS = words("""
    __counted_by __counted_by_le __counted_by_be __counted_by_ptr __guarded_by __pt_guarded_by
    __must_hold __acquires __releases
    __section __cacheline_group_begin __cacheline_group_end
    __cacheline_group_begin_aligned __cacheline_group_end_aligned
    """)

# Lines that say what to do where no layout was meant to exist.
DROPPED_DIRECTIVES = frozenset({"#error", "#warning"})

# Other spellings of words that the grammar knows.
SPELLINGS = {
    "__attribute": "__attribute__",
    "_Alignas": "__aligned",
    "alignas": "__aligned",
    "_Alignof": "alignof",
    "__alignof": "__alignof__",
    "__builtin_offsetof": "offsetof",
    "__signed__": "signed",
    "__signed": "signed",
    "IS_BUILTIN": "IS_ENABLED",
    "IS_REACHABLE": "IS_ENABLED",
    "____cacheline_aligned_in_smp": "____cacheline_aligned",
    "____cacheline_internodealigned_in_smp": "____cacheline_aligned",
}

# Attributes that change a size or an offset in ways that are not modelled.
UNMODELLED_ATTRIBUTES = frozenset({"vector_size", "mode", "scalar_storage_order", "ms_struct"})

# Words that begin C which has no place in a spec.
CODE_WORDS = words(
    "static inline extern __always_inline __inline __inline__ noinline void _Static_assert "
    "static_assert"
)
