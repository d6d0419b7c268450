"""From graphs of types to pinned records, and to declarations as C writes them."""

from __future__ import annotations

import pytest

from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Forward,
    Function,
    Member,
    Number,
    Pointer,
    Qualified,
    Typedef,
)
from cbprove.artifacts.records import Records, declaration, integer_name, is_ordinary
from cbprove.diagnostics import SpecError
from cbprove.layout import types as c
from cbprove.layout.abi import ABIS
from cbprove.layout.records import lay_out
from tests.artifacts.hand_built import U8, U16, U32, struct, unit

X86 = ABIS["x86_64"]
BYTE = c.Scalar("unsigned char")


def test_a_struct_is_pinned_where_it_was() -> None:
    types = unit(
        "k",
        Composite(
            "struct",
            "s",
            6,
            (Member("a", U8, 8), Member("f", U16, 19, bits=5), Member("z", U8, 40)),
        ),
    )
    record = Records(types).record(3)
    fields = (
        c.Field("a", BYTE, at=8),
        c.Field("f", c.Scalar("unsigned short"), 5, at=19),
        c.Field("z", BYTE, at=40),
    )
    assert record == c.Record("struct", "s", fields, size=6)
    assert [(m.name, m.offset, m.width) for m in lay_out(record, X86).members] == [
        ("a", 8, 8),
        ("f", 19, 5),
        ("z", 40, 8),
    ]


def test_alignments_that_are_said_are_kept() -> None:
    types = unit("k", Composite("struct", "s", 16, (Member("a", U8, 0, align=8),), align=16))
    record = Records(types).record(3)
    assert (record.align, record.fields[0].align) == (16, 8)
    assert lay_out(record, X86).align == 16


def test_typedefs_and_qualifiers_are_looked_through() -> None:
    types = unit(
        "k", Typedef("u8_t", U8), Qualified("const", 3), Typedef("wide", 4, align=4), Array(5, 2)
    )
    records = Records(types)
    assert records.type(4) == BYTE
    assert records.type(6) == c.Array(c.Aligned(BYTE, 4), 2)


def test_a_struct_that_contains_itself_is_refused() -> None:
    types = unit("k", struct("s", 4, ("t", 4, 0)), Typedef("t", 5), Array(3, 2))
    with pytest.raises(SpecError) as caught:
        Records(types).record(3)
    assert [(d.code, d.message) for d in caught.value.diagnostics] == [
        ("CB0321", "`struct s` contains itself")
    ]


def test_a_pointer_to_itself_is_fine() -> None:
    types = unit("k", struct("s", 8, ("next", 4, 0)), Pointer(3))
    assert Records(types).record(3).fields == (c.Field("next", c.Pointer("struct s"), at=0),)


def test_a_struct_used_twice_is_no_circle() -> None:
    types = unit("k", struct("s", 1, ("a", U8, 0)), struct("t", 2, ("x", 3, 0), ("y", 3, 1)))
    assert [field.type for field in Records(types).record(4).fields] == [
        Records(types).record(3)
    ] * 2


@pytest.mark.parametrize("node", [Forward("struct", "gone"), Function(None, ())])
def test_members_without_a_size_are_refused(node: Forward | Function) -> None:
    types = unit("k", node, struct("s", 4, ("m", 3, 0)))
    with pytest.raises(SpecError) as caught:
        Records(types).record(4)
    assert [d.code for d in caught.value.diagnostics] == ["CB0322"]


def test_members_that_lie_on_each_other_are_refused() -> None:
    types = unit("k", struct("t", 4, ("a", U8, 0), ("b", U8, 0)), struct("s", 4, ("t", 3, 0)))
    for ref in (3, 4):
        with pytest.raises(SpecError) as caught:
            Records(types).record(ref)
        assert [d.code for d in caught.value.diagnostics] == ["CB0322"]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (Number("long unsigned int", 8, False), "unsigned long"),
        (Number("unsigned long", 8, False), "unsigned long"),
        (Number("long long unsigned int", 8, False), "unsigned long long"),
        (Number("short int", 2, True), "short"),
        (Number("signed char", 1, True), "signed char"),
        (Number("char", 1, True), "char"),
        (Number("_Bool", 1, False, "bool"), "_Bool"),
        (Number("__int128 unsigned", 16, False), "unsigned __int128"),
        (Number("int", 2, True), "short"),  # a name that does not go with the size gives way
        (Number("char32_t", 4, False), "unsigned int"),
        (Number("double", 8, True, "float"), None),
        (Number("odd", 3, False), None),
    ],
)
def test_scalars_have_the_name_that_c_gives_them(number: Number, name: str | None) -> None:
    assert integer_name(number, X86) == name


def test_what_is_no_integer_is_bytes() -> None:
    types = unit("k", Number("double", 8, True, "float"))
    assert Records(types).type(3) == c.Array(BYTE, 8)


@pytest.mark.parametrize(
    ("size", "signed", "values", "ordinary"),
    [
        (4, False, (0, 5), True),
        (4, True, (-1, 5), True),
        (1, False, (0, 255), True),
        (1, False, (0, 256), False),
        (2, False, (0, 255), False),  # gcc's __packed would take one byte
        (8, False, (0, 1 << 32), True),
        (8, False, (0, 1), False),
        (4, False, (), False),
    ],
)
def test_enumerations_that_c_gives_their_size(
    size: int, signed: bool, values: tuple[int, ...], ordinary: bool
) -> None:
    node = Enumeration("e", size, signed, tuple((f"E{n}", value) for n, value in enumerate(values)))
    assert is_ordinary(node) is ordinary
    made = Records(unit("k", node)).type(3)
    assert made is not None and lay_out(made, X86).size == size
    assert isinstance(made, c.Enum) is ordinary


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ((Pointer(U8),), "unsigned char *x"),
        ((Array(U8, 3),), "unsigned char x[3]"),
        ((Array(4, 2), Array(U8, 3)), "unsigned char x[2][3]"),
        (
            (Pointer(4), Function(None, (5, U8)), Pointer(6), Forward("struct", "sk_buff")),
            "void (*x)(struct sk_buff *, unsigned char)",
        ),
        ((Array(4, 2), Pointer(5), Function(U8, (), True)), "unsigned char (*x[2])(...)"),
        ((Pointer(4), Function(U8, ())), "unsigned char (*x)(void)"),
        ((Pointer(4), Array(U8, 7)), "unsigned char (*x)[7]"),
        ((Pointer(4), Qualified("const", U8)), "const unsigned char *x"),
        (
            (Qualified("const", 4), Pointer(5), Qualified("const", U8)),
            "const unsigned char * const x",
        ),
        ((Qualified("volatile", U32),), "volatile unsigned int x"),
        ((Pointer(None),), "void *x"),
        ((Pointer(4), struct(None, 1, ("a", U8, 0))), "void *x"),
        ((Typedef("u32", U32),), "u32 x"),
        ((Number("double", 8, True, "float"),), "unsigned char x[8]"),
    ],
)
def test_declarations_read_as_c(nodes: tuple[object, ...], told: str) -> None:
    assert declaration(unit("k", *nodes), 3, "x") == told  # type: ignore[arg-type]
