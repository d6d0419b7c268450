"""Structs of the kernel, the helpers around lay_out, and the types that it turns down."""

from __future__ import annotations

import pytest

from cbprove.layout.abi import ABIS, LayoutError, NoSuchType, scalar
from cbprove.layout.records import Member, align_of, find, integer, lay_out, size_of
from cbprove.layout.types import Aligned, Array, Enum, Field, Pointer, Record, Scalar, Type

X86 = ABIS["x86_64"]
U8 = Scalar("unsigned char")
U16 = Scalar("unsigned short")
U32 = Scalar("unsigned int")
U64 = Scalar("unsigned long long")
INT = Scalar("int")


def struct(tag: str | None, *fields: Field, packed: bool = False) -> Record:
    return Record("struct", tag, fields, packed)


def union(*fields: Field) -> Record:
    return Record("union", None, fields)


def bits(type_: Type, **widths: int) -> tuple[Field, ...]:
    return tuple(Field(name, type_, width) for name, width in widths.items())


# struct ip_options { __be32 faddr; __be32 nexthop; unsigned char optlen, srr, rr, ts; unsigned char
# is_strictroute:1, srr_is_hit:1, is_changed:1, rr_needaddr:1, ts_needtime:1, ts_needaddr:1;
# unsigned char router_alert, cipso, __pad2; unsigned char __data[]; };
# include/net/inet_sock.h
IP_OPTIONS = struct(
    "ip_options",
    Field("faddr", U32),
    Field("nexthop", U32),
    *(Field(name, U8) for name in ("optlen", "srr", "rr", "ts")),
    *bits(
        U8,
        is_strictroute=1,
        srr_is_hit=1,
        is_changed=1,
        rr_needaddr=1,
        ts_needtime=1,
        ts_needaddr=1,
    ),
    *(Field(name, U8) for name in ("router_alert", "cipso", "__pad2")),
    Field("__data", Array(U8, None)),
)

# struct inet_skb_parm { int iif; struct ip_options opt; u16 flags; u16 frag_max_size; };
# include/net/ip.h
INET_SKB_PARM = struct(
    "inet_skb_parm",
    Field("iif", INT),
    Field("opt", IP_OPTIONS),
    Field("flags", U16),
    Field("frag_max_size", U16),
)

# struct skb_gso_cb { union { int mac_offset; int data_offset; }; int encap_level; __wsum csum;
# __u16 csum_start; };
# include/net/gso.h
SKB_GSO_CB = struct(
    "skb_gso_cb",
    Field(None, union(Field("mac_offset", INT), Field("data_offset", INT))),
    Field("encap_level", INT),
    Field("csum", U32),
    Field("csum_start", U16),
)

# struct tcp_skb_cb { __u32 seq; __u32 end_seq; union { struct { u16 tcp_gso_segs; u16 tcp_gso_size;
# }; }; __u8 tcp_flags; __u8 sacked; __u8 ip_dsfield; __u8 txstamp_ack:1, eor:1, has_rxtstamp:1,
# unused:5; __u32 ack_seq; union { struct { __u32 is_app_limited:1, delivered_ce:20, unused:11;
# __u32 delivered; u64 first_tx_mstamp; u64 delivered_mstamp; } tx; union { struct inet_skb_parm h4;
# } header; }; };
# include/net/tcp.h, without IPv6
TX = struct(
    None,
    *bits(U32, is_app_limited=1, delivered_ce=20, unused=11),
    Field("delivered", U32),
    Field("first_tx_mstamp", U64),
    Field("delivered_mstamp", U64),
)
TCP_SKB_CB = struct(
    "tcp_skb_cb",
    Field("seq", U32),
    Field("end_seq", U32),
    Field(
        None,
        union(Field(None, struct(None, Field("tcp_gso_segs", U16), Field("tcp_gso_size", U16)))),
    ),
    *(Field(name, U8) for name in ("tcp_flags", "sacked", "ip_dsfield")),
    *bits(U8, txstamp_ack=1, eor=1, has_rxtstamp=1, unused=5),
    Field("ack_seq", U32),
    Field(None, union(Field("tx", TX), Field("header", union(Field("h4", INET_SKB_PARM))))),
)

# { int a; char b; struct { short c; char d; } e[2]; }
NESTED = struct(
    None,
    Field("a", INT),
    Field("b", U8),
    Field("e", Array(struct(None, Field("c", U16), Field("d", U8)), 2)),
)


def found(record: Record, name: str, abi: str = "x86_64") -> Member:
    member = find(lay_out(record, ABIS[abi]), name)
    assert member is not None
    return member


@pytest.mark.parametrize("abi", ABIS)
def test_inet_skb_parm(abi: str) -> None:
    assert size_of(INET_SKB_PARM, ABIS[abi]) == 24
    assert found(INET_SKB_PARM, "flags", abi).offset == 8 * 20
    assert found(IP_OPTIONS, "is_changed", abi) == Member("is_changed", U8, 8 * 12 + 2, 1, True, 1)
    assert found(IP_OPTIONS, "__data", abi) == Member(
        "__data", Array(U8, None), 8 * 16, 0, False, 1
    )


@pytest.mark.parametrize(
    ("abi", "size"), [("x86_64", 16), ("arm", 16), ("s390x", 16), ("m68k", 14)]
)
def test_skb_gso_cb(abi: str, size: int) -> None:
    assert size_of(SKB_GSO_CB, ABIS[abi]) == size
    assert (
        found(SKB_GSO_CB, "mac_offset", abi).offset
        == found(SKB_GSO_CB, "data_offset", abi).offset
        == 0
    )
    assert found(SKB_GSO_CB, "csum_start", abi).offset == 8 * 12


@pytest.mark.parametrize(
    ("abi", "size", "tx"), [("x86_64", 48, 24), ("i386", 44, 20), ("arm", 48, 24), ("m68k", 44, 20)]
)
def test_tcp_skb_cb(abi: str, size: int, tx: int) -> None:
    assert size_of(TCP_SKB_CB, ABIS[abi]) == size
    assert found(TCP_SKB_CB, "tx", abi).offset == 8 * tx
    assert found(TCP_SKB_CB, "tcp_gso_size", abi).offset == 8 * 10
    assert found(TCP_SKB_CB, "eor", abi).offset == 8 * 15 + 1
    assert found(TX, "delivered_ce", abi).offset == 1


def test_find_knows_no_other_names() -> None:
    assert find(lay_out(TCP_SKB_CB, X86), "first_tx_mstamp") is None


def test_member_of_an_array_of_records_has_the_layout_of_one() -> None:
    member = found(NESTED, "e")
    assert (member.offset, member.width) == (48, 64)
    assert member.layout == lay_out(struct(None, Field("c", U16), Field("d", U8)), X86)


def test_alignment_asked_inside_packed() -> None:
    packed = struct(None, Field("a", U8), Field("b", U32), Field("c", U32, align=2), packed=True)
    assert [member.align for member in lay_out(packed, X86).members] == [1, 1, 2]


def test_unnamed_bit_fields_are_no_members() -> None:
    record = struct(None, Field("a", U32, 5), Field(None, U32, 20), Field("b", U32, 5))
    layout = lay_out(record, X86)
    assert [member.name for member in layout.members] == ["a", "b"]


@pytest.mark.parametrize("abi", ABIS)
def test_plain_char_is_unsigned(abi: str) -> None:
    assert not scalar(ABIS[abi], "char").signed
    assert scalar(ABIS[abi], "signed char").signed


def test_scalars() -> None:
    assert [scalar(X86, name).bits for name in ("_Bool", "char", "long", "unsigned __int128")] == [
        1,
        8,
        64,
        128,
    ]
    assert scalar(X86, "_Bool").is_bool
    assert align_of(Scalar("long long"), ABIS["i386"]) == 4
    assert (size_of(Pointer(), X86), size_of(Pointer(), ABIS["arm"])) == (8, 4)
    assert [abi.name for abi in ABIS.values() if abi.endianness == "big"] == ["s390x", "m68k"]


def test_integers_behind_enumerations() -> None:
    assert integer(Enum(None, 0, 3), X86) == scalar(X86, "unsigned int")
    assert integer(Enum(None, -1, 3), X86) == scalar(X86, "int")
    assert integer(Aligned(Enum(None, -1, 3, packed=True), 8), X86) == scalar(X86, "signed char")
    assert integer(Enum(None, 0, 2**40), X86) == scalar(X86, "unsigned long")
    assert integer(Enum(None, -(2**31), -(2**31)), X86) == scalar(X86, "int")
    assert integer(Enum(None, -(2**63), -(2**63)), X86) == scalar(X86, "long")
    assert integer(Enum(None, -128, -128, packed=True), X86) == scalar(X86, "signed char")
    assert integer(Enum(None, -129, -128, packed=True), X86) == scalar(X86, "short")


@pytest.mark.parametrize("abi", ["i386", "arm", "m68k"])
def test_no_int128_on_32_bits(abi: str) -> None:
    with pytest.raises(NoSuchType, match=f"^there is no type '__int128' on {abi}$"):
        lay_out(struct(None, Field("a", Scalar("__int128"))), ABIS[abi])


@pytest.mark.parametrize(
    ("type_", "message"),
    [
        (struct(None, Field("a", U8, 9)), "a bit-field of this type has at most 8 bits, not 9"),
        (
            struct(None, Field("a", Scalar("_Bool"), 2)),
            "a bit-field of this type has at most 1 bits, not 2",
        ),
        (struct(None, Field("a", U8, 0)), "the bit-field 'a' has zero width but a name"),
        (struct(None, Field("a", Pointer(), 3)), "a bit-field needs an integer type"),
        (struct(None, Field("a", U8, align=3)), "an alignment is a power of two, not 3"),
        (Array(Aligned(U8, 4), 2), "array elements of 1 bytes cannot be aligned to 4"),
        (Array(U8, -1), "an array cannot have -1 elements"),
        (Enum(None, -1, 2**64), f"no integer holds the enumerators -1 to {2**64}"),
    ],
)
def test_what_c_does_not_have(type_: Type, message: str) -> None:
    with pytest.raises(LayoutError) as error:
        lay_out(type_, X86)
    assert str(error.value) == message
