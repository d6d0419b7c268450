"""BTF against bpftool's reading of it, kept beside the fixtures, and what no compiler here
writes."""

from __future__ import annotations

import pytest

from cbprove.artifacts.btf import format as form
from cbprove.artifacts.btf.reader import Btf
from cbprove.artifacts.model import (
    Composite,
    Enumeration,
    Forward,
    Function,
    Member,
    Number,
    Pointer,
)
from cbprove.artifacts.opening import open_artifact
from cbprove.layout.abi import ABIS
from cbprove.layout.records import lay_out
from cbprove.layout.types import Enum, Field, Record, Scalar
from tests.artifacts.builder import Builder
from tests.artifacts.reading import FIXTURES, unit, walk

ALONE = ("bpfeb.btf", "i386.o", "m68k.o", "s390x.o", "x86_64.btf")


def answered(name: str) -> dict[int, str]:
    lines = (FIXTURES / name).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    return {int(ref): node for ref, _, node in (line.partition(" ") for line in lines)}


def opened(name: str) -> Btf:
    (found,) = open_artifact(str(FIXTURES / name)).units
    assert isinstance(found, Btf)
    return found


@pytest.mark.parametrize("name", ALONE)
def test_every_type_is_as_bpftool_says(name: str) -> None:
    types = opened(name)
    assert {ref: repr(types.node(ref)) for ref in answered(name)} == answered(name)
    assert walk(types) == 9


def test_every_type_of_a_module_is_as_bpftool_says() -> None:
    artifact = open_artifact(str(FIXTURES / "x86_64.btf"), [str(FIXTURES / "module.btf")])
    module = artifact.units[1]
    assert module.name == "module"
    assert {ref: repr(module.node(ref)) for ref in answered("module.btf")} == answered("module.btf")
    assert list(module.names("struct")) == ["bits", "fwd", "module_cb"]
    assert module.find("struct", "sk_buff") == ()
    walk(module)


U8, U32, U64 = Scalar("unsigned char"), Scalar("unsigned int"), Scalar("unsigned long long")
BITS = Record(
    "struct",
    "bits",
    (
        Field("a", U8, 3),
        Field("b", U8, 5),
        Field("c", U32, 7),
        Field(None, U32, 3),
        Field("d", U32, 13),
        Field("e", U64, 40),
        Field("f", Scalar("_Bool"), 1),
        Field("g", Enum("color", -1, 0), 3),
        Field("whole", U32),
    ),
)
PACKED = Record(
    "struct",
    "packed",
    (
        Field("x", U8),
        Field("y", U32),
        Field("a", U32, 5),
        Field(None, U32, 9),
        Field("b", U32, 6),
        Field("z", U8),
    ),
    packed=True,
)


@pytest.mark.parametrize("record", [BITS, PACKED], ids=["bits", "packed"])
@pytest.mark.parametrize("name", ALONE)
def test_bit_fields_are_counted_as_layouts_count_them(name: str, record: Record) -> None:
    types = opened(name)
    computed = lay_out(record, types.abi)
    (ref,) = types.find("struct", record.tag or "")
    node = types.node(ref)
    assert isinstance(node, Composite) and node.size == computed.size
    assert [(m.name, m.offset) for m in node.members] == [
        (m.name, m.offset) for m in computed.members if m.name
    ]


@pytest.mark.parametrize(
    ("name", "abi"),
    [
        ("x86_64.btf", "x86_64"),
        ("bpfeb.btf", "s390x"),
        *((f"{x}.o", x) for x in ("i386", "m68k", "s390x")),
    ],
)
def test_the_abi_is_told_by_the_machine_or_by_words(name: str, abi: str) -> None:
    assert opened(name).abi is ABIS[abi]


@pytest.mark.parametrize("order", ["little", "big"])
def test_bit_fields_of_the_old_style_have_their_width_in_their_integer(order: str) -> None:
    made = Builder(order)  # type: ignore[arg-type]
    three = made.integer("unsigned int", bits=3, offset=2, encoding=0)
    alias = made.add(form.TYPEDEF, "u32", three)
    plain = made.integer("int")
    ref = made.composite("s", 8, ("a", alias, 4), ("b", plain, 32))
    node = unit(made.data()).node(ref)
    assert node == Composite("struct", "s", 8, (Member("a", alias, 6, 3), Member("b", plain, 32)))


def test_an_integer_of_the_old_style_counts_for_nothing_where_the_struct_has_the_new_one() -> None:
    made = Builder()
    three = made.integer("unsigned int", bits=3, encoding=0)
    ref = made.composite("s", 4, ("a", three, 5 << 24 | 4), flag=1)
    assert unit(made.data()).node(ref) == Composite("struct", "s", 4, (Member("a", three, 4, 5),))


def test_a_member_far_inside_is_no_bit_field() -> None:
    made = Builder()
    word = made.integer()
    ref = made.composite("s", 1 << 24, ("a", word, 5 << 24 | 32))
    assert unit(made.data()).node(ref) == Composite(
        "struct", "s", 1 << 24, (Member("a", word, 5 << 24 | 32),)
    )


def test_an_integer_of_the_old_style_may_be_the_base_s() -> None:
    base = Builder()
    three = base.integer("unsigned int", bits=3, offset=1, encoding=0)
    made = Builder(below=1, text=len(base.strings))
    ref = made.composite("s", 4, ("a", three, 4))
    assert unit(made.data(), unit(base.data())).node(ref) == Composite(
        "struct", "s", 4, (Member("a", three, 5, 3),)
    )


def test_unnamed_bit_fields_are_padding() -> None:
    made = Builder()
    word = made.integer()
    ref = made.composite("s", 4, ("a", word, 3 << 24), ("", word, 5 << 24 | 3), flag=1)
    assert unit(made.data()).node(ref) == Composite("struct", "s", 4, (Member("a", word, 0, 3),))


def test_type_tags_are_looked_through_down_to_void() -> None:
    made = Builder()
    inner = made.add(form.TYPE_TAG, "rcu", 0)
    outer = made.add(form.TYPE_TAG, "user", inner)
    ref = made.add(form.PTR, value=outer)
    assert unit(made.data()).node(ref) == Pointer(None)


def test_enums_of_both_widths_and_signs() -> None:
    made = Builder()
    low, high = made.string("LOW"), made.string("HIGH")
    refs = (
        made.add(form.ENUM, "a", 4, (low, 0xFFFFFFFF), 1),
        made.add(form.ENUM, "b", 4, (low, 0xFFFFFFFF), 1, flag=1),
        made.add(form.ENUM64, "c", 8, (low, 1, 0x80000000, high, 5, 0), 2),
        made.add(form.ENUM64, "d", 8, (low, 1, 0x80000000), 1, flag=1),
        made.add(form.ENUM, "e", 4),
        made.add(form.ENUM, "", 4),
    )
    types = unit(made.data())
    assert [types.node(ref) for ref in refs] == [
        Enumeration("a", 4, False, (("LOW", 0xFFFFFFFF),)),
        Enumeration("b", 4, True, (("LOW", -1),)),
        Enumeration("c", 8, False, (("LOW", 0x8000000000000001), ("HIGH", 5))),
        Enumeration("d", 8, True, (("LOW", 1 - 2**63),)),
        Forward("enum", "e"),
        Enumeration(None, 4, False, ()),
    ]
    assert list(types.names("enum")) == ["a", "b", "c", "d"]
    assert types.find("enum", "e") == () and types.declares("enum", "e")


def test_only_the_last_parameter_can_be_an_ellipsis() -> None:
    made = Builder()
    word = made.integer()
    ref = made.add(form.FUNC_PROTO, "", 0, (0, word, 0, 0), 2)
    assert unit(made.data()).node(ref) == Function(None, (word,), True)


def test_more_than_65535_members() -> None:
    made = Builder()
    byte = made.integer("char", 1)
    ref = made.composite("s", 70_000, *(("", 0, 0),) * 0)
    name = made.string("m")
    made.types[-1] = (
        made.types[-1][0],
        form.STRUCT << 24 | 70_000,
        70_000,
        *(w for i in range(70_000) for w in (name, byte, 8 * i)),
    )
    node = unit(made.data()).node(ref)
    assert isinstance(node, Composite) and len(node.members) == 70_000


def test_a_newer_kind_is_skipped_where_the_file_says_how_long_it_is() -> None:
    made = Builder("big")
    made.add(100, "future", 0, (1, 2, 3, 4, 5), vlen=2)
    ref = made.integer()
    layouts = [(0, 0)] * 100 + [(4, 8)]
    assert unit(made.data(layouts)).node(ref) == Number("int", 4, True)


def test_strings_that_share_their_ends() -> None:
    made = Builder()
    word = made.integer()
    long = made.string("inet_skb_parm")
    made.types.append((long + 5, form.TYPEDEF << 24, word))
    assert unit(made.data()).find("typedef", "skb_parm") == (2,)


def test_a_name_is_found_alike_before_and_after_all_were_listed() -> None:
    types = opened("x86_64.btf")
    before = [types.find("struct", name) for name in ("bits", "sk_buff", "skb", "fwd")]
    listed = list(types.names("struct"))
    assert listed == ["bits", "packed", "sk_buff"]
    assert before == [types.find("struct", name) for name in ("bits", "sk_buff", "skb", "fwd")]
    assert [len(refs) for refs in before] == [1, 1, 0, 0]


@pytest.mark.parametrize("name", ["", "bits\0packed", "\udcff", "unsigned char", "*"])
def test_what_is_no_name_is_not_found(name: str) -> None:
    types = opened("x86_64.btf")
    assert (
        types.find("struct", name) == types.find("typedef", name) == types.find("union", name) == ()
    )


def test_equal_definitions_of_one_name_are_one() -> None:
    made = Builder()
    word, other = made.integer(), made.integer()
    first = made.composite("s", 4, ("a", word, 0))
    made.composite("s", 4, ("a", other, 0))
    third = made.composite("s", 4, ("b", word, 0))
    assert unit(made.data()).find("struct", "s") == (first, third)


def test_a_module_over_a_module() -> None:
    base = Builder()
    word = base.integer()
    first = unit(base.data())
    middle = Builder(below=1, text=len(base.strings))
    held = middle.composite("a", 4, ("x", word, 0))
    second = unit(middle.data(), first)
    last = Builder(below=2, text=len(base.strings) + len(middle.strings))
    ref = last.composite("b", 4, ("y", held, 0))
    third = unit(last.data(), second)
    assert third.find("struct", "b") == (ref,) and walk(third) == 1
