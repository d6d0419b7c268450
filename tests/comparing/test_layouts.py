"""Which structs and views changed between two specs."""

from __future__ import annotations

import pytest

from cbprove.comparing.layouts import layouts, views
from cbprove.layout.abi import ABIS
from cbprove.layout.types import Array, Field, Record, Scalar
from cbprove.meaning.shapes import Shape
from tests.meaning.meaning import elaborated

U8, U16, U32 = Scalar("unsigned char"), Scalar("unsigned short"), Scalar("unsigned int")


def shape(*fields: Field, align: int | None = None) -> Shape:
    return Shape(Record("struct", "s", fields, align=align), ABIS["x86_64"], "", {})


PLAIN = (Field("a", U16), Field("b", U16))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (shape(*PLAIN), True),
        (shape(Field("a", Array(U8, 2), align=2), Field("b", U16)), True),
        (shape(*PLAIN, Field("c", U16)), False),
        (shape(*PLAIN, align=4), False),
        (shape(Field("b", U16), Field("a", U16)), False),
        (shape(Field("a", U8), Field("b", U16)), False),
        (shape(Field("a", U16), Field("c", U16)), False),
        (shape(Field(None, Record("struct", None, (Field("b", U16), Field("a", U16))))), False),
    ],
)
def test_structs_whose_bytes_differ(other: Shape, same: bool) -> None:
    assert (layouts([shape(*PLAIN)], [other]) == ()) is same
    assert (layouts([other], [shape(*PLAIN)]) == ()) is same


def test_bytes_behind_the_last_member_count() -> None:
    one, other = shape(Field("a", U32)), shape(Field("a", U32), Field(None, U8, 8))
    assert layouts([one], [one]) == ()
    assert [each.name for each in layouts([one], [other])] == ["struct s"]


def test_a_member_that_lies_elsewhere_has_changed() -> None:
    hole = Field(None, U8, 8)
    one, other = (
        shape(Field("a", U8), Field("b", U8), hole),
        shape(Field("a", U8), hole, Field("b", U8)),
    )
    assert [each.name for each in layouts([one], [other])] == ["struct s"]


VIEWS = "object skb {{ u32 mark; char cb[16]; }} layer l {{ view V : {type} at skb.cb[{at}]; step s {{ write V; }} }}"


@pytest.mark.parametrize(
    ("type", "at", "extent"),
    [
        ("u16", 4, None),
        ("u16", 5, "skb.cb[5..7)"),
        ("u32", 4, "skb.cb[4..8)"),
        ("u8", 4, "skb.cb[4..5)"),
    ],
)
def test_views_that_lie_elsewhere(type: str, at: int, extent: str | None) -> None:
    one, other = (
        elaborated(VIEWS.format(type="u16", at=4)),
        elaborated(VIEWS.format(type=type, at=at)),
    )
    told = [
        (moved.view, moved.before, moved.after, moved.proposals)
        for moved in views({"p": one}, {"p": other})
    ]
    assert told == ([] if extent is None else [("V", "skb.cb[4..6)", extent, ("p",))])
