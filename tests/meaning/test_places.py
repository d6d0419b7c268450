"""Where places lie, whose bits they hold and what a store leaves unspecified."""

from __future__ import annotations

import pytest

from cbprove.logic import terms
from cbprove.meaning.elaborate import program
from cbprove.properties.members import named
from cbprove.system.axes import FREE, NeedsValue
from cbprove.system.expressions import Leaf
from tests.meaning.meaning import assigned, elaborated, only_place, place_of, system

CB = 64  # the first bit of cb, behind `u64 before`
HERE = CB + 64  # the first bit of the view
BITS = "struct bits { u8 low:3; u8 high:5; bool flag:1; u16 rest; };"
BIG = "abi x86_64, s390x = x86_64;"


def shown(leaves: tuple[Leaf, ...]) -> list[tuple[int, int, str, str, int]]:
    return [(leaf.offset, leaf.width, leaf.path, leaf.identity, leaf.at) for leaf in leaves]


def test_a_member_is_the_scalar_of_its_struct() -> None:
    found = place_of("struct parm", ".flags", "struct parm { int iif; u16 flags; };")
    assert (found.object, found.area, found.low, found.width) == (".", "cb", HERE + 32, 16)
    assert found.bound == (CB, CB + 8 * 256)
    assert (found.view, found.path, found.start) == ("V", "flags", 32)
    assert shown(found.leaves) == [(0, 16, "flags", "struct parm.flags", 0)]
    assert found.type is not None and (found.type.bits, found.type.signed) == (16, False)


def test_an_embedded_struct_counts_as_itself() -> None:
    found = place_of(
        "struct parm",
        "",
        "struct opt { u8 len; u8 data[3]; }; struct parm { int iif; struct opt opt; };",
    )
    assert shown(found.leaves) == [
        (0, 32, "iif", "struct parm.iif", 0),
        (32, 8, "opt.len", "struct opt.len", 0),
        (40, 24, "opt.data", "struct opt.data", 0),
    ]


def test_anonymous_members_are_looked_through_and_named_ones_without_a_tag_are_a_path() -> None:
    found = place_of(
        "struct a", "", "struct a { union { int x; u16 y; }; struct { u8 z; } inner; };"
    )
    assert shown(found.leaves) == [
        (0, 32, "x", "struct a.x", 0),
        (0, 16, "y", "struct a.y", 0),
        (32, 8, "inner.z", "struct a.inner.z", 0),
    ]
    assert found.padding == ((40, 24),)


def test_a_plain_view_counts_by_its_name_and_position() -> None:
    found = place_of("u8[20]", "[4]")
    assert shown(found.leaves) == [(0, 8, "[4]", "view V", 32)]
    assert (found.low, found.start, found.path) == (HERE + 32, 32, "[4]")
    whole = place_of("u8[20]", "")
    assert shown(whole.leaves) == [(0, 160, "", "view V", 0)]
    assert whole.leaves[0].element == 8
    assert named(found, (whole,)) == found


def test_a_property_speaks_of_each_part_that_it_names_once() -> None:
    whole = place_of("u8[20]", "")
    parts = tuple(place_of("u8[20]", index) for index in ("[9]", "[4]", "[4]", "[5]"))
    found = named(whole, parts)
    assert found is not None
    assert shown(found.leaves) == [
        (32, 8, "", "view V", 32),
        (40, 8, "", "view V", 40),
        (72, 8, "", "view V", 72),
    ]
    assert named(parts[0], parts[1:]) is None


def test_a_struct_without_a_tag_counts_by_the_view() -> None:
    found = place_of("foo_t", ".b", "typedef struct { u8 a; u8 b; } foo_t;")
    assert shown(found.leaves) == [(0, 8, "b", "view V.b", 0)]


def test_raw_places_are_the_objects_own() -> None:
    found = only_place(
        "object skb { u64 mark; char cb[48]; } layer l { step s { read skb.cb[28], skb.mark; } }"
    )
    assert shown(found.leaves) == [(0, 8, "skb.cb[28]", "object skb.cb", 224)]
    assert (found.view, found.area, found.start, found.low) == (None, "cb", 224, 64 + 224)
    assert found.bound == (64, 64 + 384)


def test_another_object_is_named() -> None:
    text = "object skb { char cb[8]; } object stack { struct p { u16 a; u16 b; } saved; }"
    found = only_place(
        text + "layer l { view S : u8[2] at stack.saved.b; step s { read S; read stack.saved; } }"
    )
    assert (found.object, found.area, found.bound, found.low) == ("stack", "saved", (0, 32), 16)


@pytest.mark.parametrize("abi", ["x86_64", "s390x"])
def test_bit_fields_are_runs_of_bits_on_both_byte_orders(abi: str) -> None:
    whole = place_of("struct bits", "", BIG + BITS, abi=abi)
    assert shown(whole.leaves) == [
        (0, 3, "low", "struct bits.low", 0),
        (3, 5, "high", "struct bits.high", 0),
        (8, 1, "flag", "struct bits.flag", 0),
        (16, 16, "rest", "struct bits.rest", 0),
    ]
    assert [leaf.boolean for leaf in whole.leaves] == [False, False, True, False]
    assert whole.padding == ((9, 7),)
    found = place_of("struct bits", ".high", BIG + BITS, abi=abi)
    assert (found.low, found.width) == (HERE + 3, 5)
    assert found.type is not None and found.type.bits == 5


def test_storing_every_member_leaves_direct_padding_alone_but_not_that_of_a_nested_struct() -> None:
    types = "struct in { u8 a; u16 b; }; struct out { u8 x; int y; struct { u8 p; u16 q; }; struct in n; };"
    assert place_of("struct out", "", types).padding == ((8, 24), (72, 8), (104, 8))
    assert place_of("struct out", ".*", types).padding == ((104, 8),)
    assert place_of("struct out", ".n", types).padding == ((8, 8),)
    assert place_of("struct out", ".n.*", types).padding == ()


def test_unnamed_bit_fields_are_padding() -> None:
    assert place_of("struct b", "", "struct b { u8 a:3; u8 :2; u8 c:3; };").padding == ((3, 2),)


def test_both_halves_of_a_struct_group_are_the_same_members() -> None:
    found = place_of(
        "struct g", "", "struct g { struct_group(zeroed, u16 start; u8 flags; ); int csum; };"
    )
    assert shown(found.leaves) == [
        (0, 16, "start", "struct g.start", 0),
        (16, 8, "flags", "struct g.flags", 0),
        (0, 16, "zeroed.start", "struct g.start", 0),
        (16, 8, "zeroed.flags", "struct g.flags", 0),
        (32, 32, "csum", "struct g.csum", 0),
    ]
    tagged = place_of("struct g", ".a", "struct g { struct_group_tagged(hdr, h, u16 a; ); };")
    assert shown(tagged.leaves) == [(0, 16, "a", "struct hdr.a", 0)]


def test_arrays_of_structs_are_told_apart_by_position_or_are_the_inner_structs() -> None:
    plain = place_of("struct t", "", "struct t { struct { u8 a; u8 b; } pair[2]; };")
    assert shown(plain.leaves) == [
        (0, 8, "pair[0].a", "struct t.pair.a", 0),
        (8, 8, "pair[0].b", "struct t.pair.b", 0),
        (16, 8, "pair[1].a", "struct t.pair.a", 16),
        (24, 8, "pair[1].b", "struct t.pair.b", 16),
    ]
    tagged = place_of("struct t", ".pair[1]", "struct e { u8 a; }; struct t { struct e pair[2]; };")
    assert shown(tagged.leaves) == [(0, 8, "pair[1].a", "struct e.a", 0)]
    assert (tagged.start, tagged.low) == (8, HERE + 8)


def test_an_input_indexes_by_its_stride() -> None:
    found = place_of(
        "struct t",
        ".rate[i].a[1]",
        "input i : u8; struct t { int n; struct { u8 a[4]; } rate[3]; };",
    )
    assert found.indexes == (("i", 32),)
    assert (found.low, found.width) == (HERE + 40, 8)
    assert found.leaves[0].shifts == (("i", 32),)
    inner = place_of(
        "struct t",
        ".rate[i].a",
        "input i : u8; struct r { u8 a; }; struct t { struct r rate[3]; };",
    )
    assert inner.indexes == (("i", 8),) and inner.leaves[0].shifts == ()


def test_with_for_an_index_is_where_the_place_begins() -> None:
    text = "object skb { char cb[48]; } input n : u8; layer l { view V : u8[20] at skb.cb[8];"
    found = only_place(text + "step s { write V[4] for n; } }")
    assert (found.low, found.width, found.start) == (96, 128, 32)
    assert shown(found.leaves) == [(0, 128, "", "view V", 32)]
    assert only_place(text + "step s { write V[4]; } }").width == 8


def test_a_view_lies_where_the_first_condition_that_holds_says() -> None:
    text = "object skb { char cb[8]; char head[8]; } param home in { cb, head, off }; param x = no;"
    text += "layer l { view V : u8 at skb.cb[1] when home == cb, skb.head[2] when home == head; step s {"
    text += " when home != off { read V; } else { read skb.cb[0]; } } }"
    assert [only_place(text, home=v).low for v in ("cb", "head", "off")] == [8, 80, 0]
    assert [len(elaborated(text, home=v).views) for v in ("cb", "head", "off")] == [1, 1, 0]


PARM = "object skb { char cb[48]; } struct p { u16 a; u16 b; u8 c[8]; u8 f:3; }; "


@pytest.mark.parametrize(
    ("view", "identity", "at"),
    [
        ("u8[2] at P.b", "struct p.b", 0),
        ("u8 at P.b", "struct p.b", 0),
        ("u8[3] at P.c[2]", "struct p.c", 16),
        ("u8[8] at P.c[2]", "view Q", 0),  # more than the member has
        ("u8 at P.c[8]", "view Q", 0),
        ("u8 at P.f", "view Q", 0),
        ("u8[4] at P", "view Q", 0),  # over several members
        ("u8[2] at skb.cb[6]", "view Q", 0),  # over the same bytes, and over no member
        ("struct q at P.b", "struct q.n", 0),  # a struct has members of its own
    ],
)
def test_a_plain_view_laid_over_a_member_is_that_member(view: str, identity: str, at: int) -> None:
    text = (
        PARM
        + f"struct q {{ u8 n; }}; layer l {{ view P : struct p at skb.cb[4]; view Q : {view}; step s {{ read Q; }} }}"
    )
    found = only_place(text)
    assert (found.start, found.area, found.bound, found.view) == (0, "cb", (0, 384), "Q")
    assert (found.leaves[0].identity, found.leaves[0].at) == (identity, at)


def test_a_plain_view_over_a_plain_view_over_a_member_is_that_member_too() -> None:
    text = (
        PARM
        + "layer l { view P : struct p at skb.cb[4]; view Q : u8[4] at P.c[2]; view R : u8 at Q[1]; step s { read R; } }"
    )
    assert [(leaf.identity, leaf.at) for leaf in only_place(text).leaves] == [("struct p.c", 24)]


def test_the_arms_on_the_way_to_a_leaf() -> None:
    text = """
        object skb { char cb[48]; }
        struct rate { u8 idx; };
        union tagged { struct rate a; struct rate b; };
        struct info { u8 n; union { struct { struct rate r; union tagged t; } control; struct rate status[2]; };
                      struct_group(head, u8 x; u8 y;); };
        layer l { view I : struct info at skb.cb[0]; step s { read I; } }
    """
    found = [(leaf.identity, leaf.arms) for leaf in only_place(text).leaves]
    assert found == [
        ("struct info.n", ()),
        ("struct rate.idx", (("struct info/1", "control"),)),
        ("struct rate.idx", (("struct info/1", "control"), ("union tagged", "a"))),
        ("struct rate.idx", (("struct info/1", "control"), ("union tagged", "b"))),
        ("struct rate.idx", (("struct info/1", "status"),)),
        ("struct rate.idx", (("struct info/1", "status"),)),
        ("struct info.x", ()),
        ("struct info.y", ()),
        ("struct info.x", ()),
        ("struct info.y", ()),
    ]


def test_both_halves_of_a_group_are_called_alike() -> None:
    text = """
        object skb { char cb[48]; }
        struct g { struct { struct_group(head, u16 a; struct_group(in, u8 b[2];);); } o; u32 c; };
        layer l { view G : struct g at skb.cb[0]; step s { read G; } }
    """
    found = [(leaf.path, leaf.member) for leaf in only_place(text).leaves]
    assert found == [
        ("o.a", "o.head.a"),
        ("o.b", "o.head.in.b"),
        ("o.in.b", "o.head.in.b"),
        ("o.head.a", "o.head.a"),
        ("o.head.b", "o.head.in.b"),
        ("o.head.in.b", "o.head.in.b"),
        ("c", "c"),
    ]


def test_a_free_param_in_an_index_is_a_term() -> None:
    text = "object skb { char cb[48]; } param OFF in 0..47; struct p { u8 a; u16 b; };"
    text += "layer l { view V : struct p at skb.cb[2 * OFF + 4]; step s { read V.b; } }"
    found = only_place(text, OFF=FREE)
    assert [terms.evaluate({"OFF": off}, found.low)[0] for off in (0, 1, 5)] == [48, 64, 128]
    assert (found.width, found.start, found.bound) == (16, 16, (0, 384))
    assert only_place(text, OFF=3).low == terms.evaluate({"OFF": 3}, found.low)[0]


@pytest.mark.parametrize(
    "rest",
    [
        "layer l { step s { read skb.cb[OFF]; } }",
        "struct p { u8 a[OFF]; }; layer l { view V : struct p at skb.cb[0]; step s { read V; } }",
        "layer l { view V : u8 at skb.cb[0]; step s { when OFF > 3 { read V; } } }",
        "layer l { view V : u8 at skb.cb[OFF * OFF]; step s { read V; } }",
        "layer l { view V : u8 at skb.cb[OFF / 2]; step s { read V; } }",
        "layer l { view V : u8 at skb.cb[0]; step s { repeat [OFF] { read V; } } }",
        "layer l { view V : u32 at skb.cb[0]; step s { write V = V << OFF; } }",
        "layer l { view V : u32 at skb.cb[0]; step s { write V = V / (OFF + 1); } }",
        "input n : u8 in 0..OFF;",
    ],
)
def test_what_needs_a_value_asks_for_it(rest: str) -> None:
    meant = system(f"object skb {{ char cb[48]; }} param OFF in 1..7; {rest}")
    with pytest.raises(NeedsValue) as needed:
        program(meant, assigned(meant, OFF=FREE))
    assert needed.value.axis == "OFF"
    program(meant, assigned(meant, OFF=2))


def test_sets_of_members_for_alignment() -> None:
    text = "object skb { char cb[48] __aligned(8); } struct in { u64 a; u8 b; };"
    text += "struct out { u8 x; struct in n; u16 bits:3; } __packed;"
    text += "layer l { view N : struct in at skb.cb[4]; view O : struct out at skb.cb[0]; }"
    views = elaborated(text).views
    assert [(m.path, m.low, m.align) for m in views[0].members] == [("a", 32, 8), ("b", 96, 1)]
    assert [(m.path, m.low, m.align) for m in views[1].members] == [
        ("x", 0, 1),
        ("n", 8, 1),
        ("n.a", 8, 1),
        ("n.b", 72, 1),
    ]


def test_packings_have_their_tag_and_their_attributes() -> None:
    types = "packing struct g = a { a { u8 x; u16 y; }; b { u8 x; u16 y; } __packed; }"
    assert [place_of("struct g", ".y", types, g=v).start for v in ("a", "b")] == [16, 8]
    assert place_of("struct g", ".y", types, g="b").leaves[0].identity == "struct g.y"


def test_ifdef_inside_a_struct_follows_its_param() -> None:
    types = "param CONFIG_X = no; struct s { u8 a;\n#ifdef CONFIG_X\nu8 b;\n#endif\nu8 c; };"
    assert [place_of("struct s", ".c", types, CONFIG_X=v).start for v in ("no", "yes")] == [8, 16]


def test_kernel_scalars_follow_the_abi() -> None:
    types = "abi x86_64, i386 = x86_64;"
    for name, wide, narrow in (
        ("dma_addr_t", 64, 32),
        ("size_t", 64, 32),
        ("u64", 64, 64),
        ("void *", 64, 32),
    ):
        assert [place_of(name, "", types, abi=abi).width for abi in ("x86_64", "i386")] == [
            wide,
            narrow,
        ]
