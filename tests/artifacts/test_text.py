"""What is written of an artefact, and that it is read again as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.artifacts.imports import Asked, find, flavoured, written
from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Function,
    Member,
    Number,
    Pointer,
    Qualified,
    Typedef,
)
from cbprove.artifacts.opening import RUNNING, open_artifact
from cbprove.diagnostics import SpecError
from tests.artifacts import check_text
from tests.artifacts.check_text import differing, every
from tests.artifacts.hand_built import U8, U16, U32, ByHand, artifact, struct, unit

HERE = Path(__file__).parent
FIXTURES = sorted(
    [
        *(HERE / "btf").glob("*.o"),
        *(HERE / "btf").glob("*.btf"),
        *(HERE / "dwarf").glob("*.o"),
        *(HERE / "pahole").glob("shapes.*"),
    ]
)
READABLE = [
    path for path in FIXTURES if path.suffix in (".o", ".btf") and path.name != "module.btf"
]


def text(*units: ByHand, asked: str = "s") -> str:
    whole = artifact(*units)
    return written(whole, find(whole, [flavoured("struct", asked, whole)]), {})


def test_members_enums_and_typedefs() -> None:
    types = unit(
        "k",
        struct(
            "s",
            24,
            ("inner", 4, 0),
            ("mode", 5, 4),
            ("users", 6, 8),
            ("known", 8, 12),
            ("call", 9, 16),
        ),
        struct("t", 4, ("a", U16, 2)),
        Enumeration("e", 4, True, (("LOW", -1), ("HIGH", 3))),
        Typedef("counter_t", 7),
        struct(None, 4, ("counter", U32, 0)),
        Typedef("u32", U32),
        Pointer(10),
        Function(None, (11,)),
        Pointer(3),
    )
    assert text(types) == (
        """\
pinned x86_64 "BTF by hand" {
    struct t {
        unsigned short a                                 __at(2);
    } __size(4);

    enum e { LOW = -1, HIGH = 3 };

    typedef struct {
        unsigned int counter                             __at(0);
    } __size(4) counter_t;

    struct s {
        struct t inner                                   __at(0);
        enum e mode                                      __at(4);
        counter_t users                                  __at(8);
        u32 known                                        __at(12);
        void (*call)(struct s *)                         __at(16);
    } __size(24);
}
"""
    )


def test_nested_places_count_from_the_outermost_struct() -> None:
    types = unit(
        "k",
        struct("s", 16, (None, 4, 4), ("row", 6, 8)),
        Composite("union", None, 4, (Member(None, 5, 0), Member("whole", U32, 0))),
        Composite("struct", None, 4, (Member("a", U8, 8), Member("f", U16, 19, bits=5))),
        Array(7, 2),
        struct(None, 4, ("x", U16, 2)),
    )
    assert text(types) == (
        """\
pinned x86_64 "BTF by hand" {
    struct s {
        union {
            struct {
                unsigned char a                          __at(5);
                unsigned short f:5                       __at(6, 3);
            }                                            __at(4) __size(4);
            unsigned int whole                           __at(4);
        }                                                __at(4) __size(4);
        struct {
            unsigned short x                             __at(10);
        } row[2]                                         __at(8) __size(4);
    } __size(16);
}
"""
    )


def test_alignments_that_are_said_are_written() -> None:
    node = Composite("struct", "s", 16, (Member("a", 4, 0, align=8),), align=16)
    told = text(unit("k", node, Typedef("wide", U8, align=4)))
    assert "typedef unsigned char wide __aligned(4);" in told
    assert "wide a                                           __at(0) __aligned(8);" in told
    assert "} __size(16) __aligned(16);" in told


def test_a_typedef_that_the_language_means_otherwise_is_written() -> None:
    """`u32` of two bytes, and `atomic_t`, which to the language is an int."""
    types = unit(
        "k",
        struct("s", 8, ("a", 4, 0), ("b", 5, 4)),
        Typedef("u32", U16),
        Typedef("atomic_t", 6),
        struct(None, 4, ("c", U32, 0)),
    )
    told = text(types)
    assert "typedef unsigned short u32;" in told
    assert "} __size(4) atomic_t;" in told


def test_a_tagged_struct_without_a_name_is_written_out() -> None:
    """As -fms-extensions has it: struct sock of Linux 7.2."""
    told = text(unit("k", struct("s", 4, (None, 4, 0)), struct("t", 4, ("a", U32, 0))))
    assert "struct t" not in told
    assert "        struct {\n            unsigned int a" in told


def test_floating_point_is_bytes() -> None:
    told = text(
        unit("k", struct("s", 16, ("ratio", 4, 0)), Array(5, 2), Number("double", 8, True, "float"))
    )
    assert "unsigned char ratio[2][8]" in told


def test_an_enumeration_of_a_size_that_c_would_not_give_it_is_an_integer() -> None:
    told = text(unit("k", struct("s", 8, ("e", 4, 0)), Enumeration("wide", 8, False, (("A", 0),))))
    assert "unsigned long long e" in told
    assert "enum" not in told


def test_enumerators_of_one_name_are_told_apart() -> None:
    one, other = (Enumeration(tag, 4, False, (("SAME", n),)) for n, tag in enumerate(("d", "e")))
    told = text(unit("k", struct("s", 8, ("x", 4, 0), ("y", 5, 4)), one, other))
    assert "enum d { SAME = 0 };" in told
    assert "enum e { SAME___2 = 1 };" in told


def test_two_structs_of_one_name_are_told_apart() -> None:
    one = unit("ah4", struct("s", 4, ("a", U32, 0)))
    other = unit("ah6", struct("s", 8, ("b", U32, 4)))
    told = text(one, other)
    assert "/* struct s of ah4; another one in ah6 */\n    struct s___ah4 {" in told
    assert "/* struct s of ah6; another one in ah4 */\n    struct s___ah6 {" in told
    whole = artifact(one, other)
    assert (
        written(whole, find(whole, [flavoured("struct", "s___ah6", whole)]), {}).count(
            "struct s___ah6 {"
        )
        == 1
    )
    assert "struct s___ah4" not in written(
        whole, find(whole, [flavoured("struct", "s___ah6", whole)]), {}
    )


def test_what_holds_one_of_two_by_value_names_it() -> None:
    one = unit("ah4", struct("s", 4, ("a", U32, 0)))
    other = unit("ah-6", struct("s", 8, ("b", U32, 4)), struct("t", 8, ("s", 3, 0)))
    whole = artifact(one, other)
    told = written(whole, find(whole, [Asked("struct", "s"), Asked("struct", "t")]), {})
    assert "struct s___ah_6 s " in told


def test_a_name_may_have_underscores_of_its_own() -> None:
    """As the kernel's struct nf_conn___init has."""
    whole = artifact(unit("k", struct("s___init", 4, ("a", U32, 0)), struct("s", 1, ("a", U8, 0))))
    assert "    struct s___init {" in written(
        whole, find(whole, [flavoured("struct", "s___init", whole)]), {}
    )


def test_two_in_one_unit_are_numbered() -> None:
    told = text(unit("k", struct("s", 4, ("a", U32, 0)), struct("s", 8, ("b", U32, 4))))
    assert "struct s___k {" in told
    assert "struct s___k_2 {" in told


def test_the_same_struct_in_a_module_is_that_of_the_kernel() -> None:
    kernel = unit("vmlinux", struct("base", 4, ("a", U32, 0)))
    module = unit("m", struct("base", 4, ("a", U32, 0)), struct("s", 4, ("b", 3, 0)))
    told = text(kernel, module)
    assert told.index("struct base {") < told.index("pinned x86_64", 1) < told.index("struct s {")


def test_constants_come_last() -> None:
    whole = artifact(unit("k", struct("s", 1, ("a", U8, 0))))
    told = written(whole, find(whole, [Asked("struct", "s")]), {"OFFSET": 32, "BELOW": -1})
    assert told.endswith("}\n\n#define OFFSET 32\n#define BELOW -1\n")


def test_a_constant_takes_its_name_from_an_enumerator() -> None:
    whole = artifact(
        unit("k", struct("s", 4, ("e", 4, 0)), Enumeration("e", 4, False, (("OFFSET", 1),)))
    )
    assert "OFFSET___2 = 1" in written(whole, find(whole, [Asked("struct", "s")]), {"OFFSET": 32})


def test_a_constant_that_is_an_enumerator_is_written_once() -> None:
    whole = artifact(
        unit("k", struct("s", 4, ("e", 4, 0)), Enumeration("e", 4, False, (("OFFSET", 32),)))
    )
    told = written(whole, find(whole, [Asked("struct", "s")]), {"OFFSET": 32, "OTHER": 1})
    assert "OFFSET = 32" in told and told.endswith("}\n\n#define OTHER 1\n")


def test_all_that_is_missing_is_told_at_once() -> None:
    whole = artifact(unit("k", struct("sk_buff", 1, ("a", U8, 0)), Typedef("atomic_t", U32)))
    with pytest.raises(SpecError) as caught:
        find(
            whole,
            [
                Asked("struct", "sk_buf"),
                Asked("struct", "atomic_t"),
                Asked("struct", "sk_buff", "gone"),
            ],
        )
    assert [(d.code, d.help) for d in caught.value.diagnostics] == [
        ("CB0309", "did you mean `sk_buff`?"),
        ("CB0328", "ask with --typedef atomic_t"),
        ("CB0309", "check the spelling, or open the module that has it"),
    ]


def test_origins_with_quotes_are_readable() -> None:
    types = ByHand("k", unit("k", struct("s", 1, ("a", U8, 0))).nodes, origin='BTF of "k" \\ here')
    whole = artifact(types)
    assert differing(whole, find(whole, [Asked("struct", "s")])) == []


def test_qualifiers_stay() -> None:
    assert "const volatile unsigned char c " in text(
        unit("k", struct("s", 1, ("c", 4, 0)), Qualified("const", 5), Qualified("volatile", U8))
    )


def test_the_ends_of_64_bits_are_constants_of_c() -> None:
    ends = (0, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
    low = (-1 << 63, 1 - (1 << 63), -1)
    types = unit(
        "k",
        struct("s", 16, ("unsigned", 4, 0), ("signed", 5, 8)),
        Enumeration("u", 8, False, tuple((f"U{value}", value) for value in ends)),
        Enumeration("i", 8, True, tuple((f"I{at}", value) for at, value in enumerate(low))),
    )
    read = text(types)
    assert "= 18446744073709551615u" in read and "= -9223372036854775807 - 1" in read
    whole = artifact(types)
    assert differing(whole, every(whole.units[0])) == []


@pytest.mark.parametrize("path", READABLE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_struct_of_the_fixtures_lies_as_it_did(path: Path) -> None:
    whole = open_artifact(str(path), abi=None if path.suffix == ".o" else _abi(path))
    found = every(whole.units[0])
    assert found
    assert differing(whole, found) == []


def test_the_same_bytes_each_time() -> None:
    whole = open_artifact(str(HERE / "btf" / "x86_64.btf"))
    found = every(whole.units[0])
    assert written(whole, found, {}) == written(
        open_artifact(str(HERE / "btf" / "x86_64.btf")), every(whole.units[0]), {}
    )


@pytest.mark.slow
@pytest.mark.skipif(not Path(RUNNING).exists(), reason="the running kernel has no BTF")
def test_every_struct_of_the_running_kernel_lies_as_it_did() -> None:
    assert [line for line in check_text.check() if line.startswith("difference")] == []


def _abi(path: Path) -> str | None:
    return {"bpfeb.btf": "s390x", "shapes.btf": "x86_64"}.get(path.name)
