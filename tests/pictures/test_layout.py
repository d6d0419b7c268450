"""Structs in pahole's style, to the column; the C that each test lays out is in its docstring."""

from __future__ import annotations

from cbprove.layout.abi import ABIS
from cbprove.layout.types import Array, Field, Pointer, Record, Scalar
from cbprove.meaning.shapes import Shape
from cbprove.pictures.blocks import of_program
from cbprove.pictures.layout import shape, touched_by_layers
from tests.report import reports

U8, U16, U32 = Scalar("unsigned char"), Scalar("unsigned short"), Scalar("unsigned int")


def printed(
    *fields: Field,
    kind: str = "struct",
    spelled: dict[str, str] | None = None,
    packed: bool = False,
) -> str:
    record = Record(kind, "x", fields, packed)  # type: ignore[arg-type]
    return shape(Shape(record, ABIS["x86_64"], "", spelled or {}))


def test_anonymous_struct_and_array() -> None:
    """struct qdisc_skb_cb of Linux 6.1."""
    inner = Record(
        "struct",
        None,
        (Field("pkt_len", U32), Field("slave_dev_queue_mapping", U16), Field("tc_classid", U16)),
    )
    told = printed(
        Field(None, inner),
        Field("data", Array(U8, 20)),
        spelled={"slave_dev_queue_mapping": "u16", "tc_classid": "u16"},
    )
    assert (
        told
        == """\
struct x {
	struct {
		unsigned int       pkt_len;              /*     0     4 */
		u16                slave_dev_queue_mapping; /*     4     2 */
		u16                tc_classid;           /*     6     2 */
	};                                               /*     0     8 */
	unsigned char              data[20];             /*     8    20 */

	/* size: 28, cachelines: 1, members: 2 */
	/* last cacheline: 28 bytes */
};"""
    )


def test_holes_and_padding() -> None:
    """struct x { u8 a; u32 b; u16 c; };"""
    assert (
        printed(Field("a", U8), Field("b", U32), Field("c", U16))
        == """\
struct x {
	unsigned char              a;                    /*     0     1 */

	/* XXX 3 bytes hole, try to pack */

	unsigned int               b;                    /*     4     4 */
	short unsigned int         c;                    /*     8     2 */

	/* size: 12, cachelines: 1, members: 3 */
	/* sum members: 7, holes: 1, sum holes: 3 */
	/* padding: 2 */
	/* last cacheline: 12 bytes */
};"""
    )


def test_bit_fields() -> None:
    """struct x { u32 a:1; u32 b:2; u32 c; u8 d:3; };"""
    fields = (Field("a", U32, 1), Field("b", U32, 2), Field("c", U32), Field("d", U8, 3))
    assert (
        printed(*fields)
        == """\
struct x {
	unsigned int               a:1;                  /*     0: 0  4 */
	unsigned int               b:2;                  /*     0: 1  4 */

	/* XXX 29 bits hole, try to pack */

	unsigned int               c;                    /*     4     4 */
	unsigned char              d:3;                  /*     8: 0  1 */

	/* size: 12, cachelines: 1, members: 4 */
	/* sum members: 4 */
	/* sum bitfield members: 6 bits, bit holes: 1, sum bit holes: 29 bits */
	/* padding: 3 */
	/* bit_padding: 5 bits */
	/* last cacheline: 12 bytes */
};"""
    )


def test_union_and_pointer() -> None:
    """union x { struct net_device *dev; u16 port; };"""
    assert (
        printed(Field("dev", Pointer("struct net_device")), Field("port", U16), kind="union")
        == """\
union x {
	struct net_device *        dev;                /*     0     8 */
	short unsigned int         port;               /*     0     2 */
};"""
    )


def test_cachelines() -> None:
    """struct x { u8 a[60]; u64 b; u8 c[60]; u8 d; } __attribute__((__packed__)); none is told
    behind the last member."""
    fields = (
        Field("a", Array(U8, 60)),
        Field("b", Scalar("unsigned long")),
        Field("c", Array(U8, 60)),
    )
    told = printed(*fields, Field("d", U8), packed=True)
    assert "\t/* --- cacheline 1 boundary (64 bytes) was 4 bytes ago --- */\n" in told
    assert "\t/* --- cacheline 2 boundary (128 bytes) --- */\n" in told
    assert told.endswith("} __attribute__((__packed__));")
    assert "last cacheline" not in printed(*fields, packed=True)
    assert "cacheline 2" not in printed(*fields, packed=True)


def test_control_block_of_a_candidate() -> None:
    assert (
        "\n".join(of_program(reports.program(reports.PRESERVED)))
        == """\
skb.cb, 48 bytes
                     0       8       16      24      32      40      48
  IPCB        ip     IIIIIIIIIIIIIIIIII--............................  [0..20), 28 left
  SKB_GSO_CB  gso    ................................GGGGGGGGGG--....  [32..44), 4 left
  hwaddr      ipoib  ............................HHHHHHHHHHHHHHHHHHHH  [28..48), 0 left, over 32, 44"""
    )


def test_what_layers_touch() -> None:
    assert touched_by_layers(reports.program(reports.PRESERVED)) == [
        "ip     reads   nothing",
        "       writes  IPCB, IPCB.flags",
        "ipoib  reads   hwaddr",
        "       writes  hwaddr",
        "gso    reads   nothing",
        "       writes  SKB_GSO_CB",
    ]


def pinned(*fields: Field, size: int, align: int | None = None) -> str:
    return shape(
        Shape(Record("struct", "x", fields, align=align, size=size), ABIS["x86_64"], "", {})
    )


def test_holes_of_a_pinned_struct_are_where_it_has_them() -> None:
    """Nothing before byte 4, nothing in bytes 9 and 10, 3 bytes behind: what no compiler would
    do by itself."""
    fields = (Field("a", U32, at=32), Field("b", U8, at=64), Field("c", Array(U8, 2), at=88))
    told = pinned(*fields, size=16)
    assert (
        told
        == """\
struct x {

	/* XXX 4 bytes hole, try to pack */

	unsigned int               a;                    /*     4     4 */
	unsigned char              b;                    /*     8     1 */

	/* XXX 2 bytes hole, try to pack */

	unsigned char              c[2];                 /*    11     2 */

	/* size: 16, cachelines: 1, members: 3 */
	/* sum members: 7, holes: 2, sum holes: 6 */
	/* padding: 3 */
	/* last cacheline: 16 bytes */
};"""
    )


def test_attributes_of_a_pinned_struct_are_those_it_must_have_had() -> None:
    """Stated or concluded: an alignment that follows from the members is not printed."""
    a, b = Field("a", U8, at=0), Field("b", U32, at=32)
    astray = Field("b", U32, at=16)
    ends = {
        pinned(*fields, size=8, align=align).splitlines()[-1]: (fields, align)
        for fields, align in (((a, b), None), ((a, b), 8), ((a, astray), None), ((a, astray), 2))
    }
    assert list(ends) == [
        "};",
        "} __attribute__((__aligned__(8)));",
        "} __attribute__((__packed__));",
        "} __attribute__((__packed__)) __attribute__((__aligned__(2)));",
    ]
    assert pinned(a, b, size=8, align=4).endswith("\n};")
