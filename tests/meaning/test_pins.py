"""Pinned structs: what was found is what a spec means by its text, whatever C would have made of
it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cbprove.diagnostics import SpecError
from cbprove.layout.abi import ABIS, Abi
from cbprove.layout.records import Layout, lay_out
from cbprove.layout.types import Array, Field, Pointer, Record, Scalar, Type
from cbprove.meaning.elaborate import program
from cbprove.meaning.types import tagged
from tests.layout.pinning import pinned, placed, text
from tests.meaning.meaning import assigned, system
from tests.oracle import recorded
from tests.oracle.questions import answers
from tests.oracle.structs import random_struct

COUNT = 120

every_abi = pytest.mark.parametrize("abi", ABIS.values(), ids=lambda abi: abi.name)


def records(source: str, abi: Abi) -> dict[str, Record]:
    """The structs of a text by their tags."""
    meant = system(f"abi {abi.name}; object o {{ u8 b; }}\n{source}")
    cx = meant.context
    cx.memo.begin(assigned(meant))
    found = {tag: cx.memo.attempt(lambda tag=tag: tagged(cx, tag)) for tag in cx.names.tags}  # type: ignore[misc]
    if cx.memo.diagnostics():
        raise SpecError(cx.memo.diagnostics())
    return {tag: record for tag, record in found.items() if isinstance(record, Record)}


def of_text(source: str) -> Layout:
    """The layout of `struct x` in a pinned block of x86_64 that holds this text."""
    abi = ABIS["x86_64"]
    return lay_out(records(f"pinned x86_64 {{ {source} }}", abi)["x"], abi)


@every_abi
def test_what_compilers_said_comes_back_from_a_pinned_text(abi: Abi) -> None:
    structs = [random_struct(recorded.SEED, abi, number) for number in range(COUNT)]
    found = [pinned(record, abi) for record in structs]
    read = records(text([record for record in found if isinstance(record, Record)], abi), abi)
    for number, (record, digest) in enumerate(zip(structs, recorded.read(abi), strict=False)):
        back = read[f"x{number}"]
        assert back.size is not None
        assert placed(lay_out(back, abi)) == placed(lay_out(record, abi)), number
        assert answers(back, abi).digest() == digest, number


@every_abi
def test_a_pinned_struct_of_plain_members_is_aligned_as_c_aligns_it(abi: Abi) -> None:
    """Nothing but scalars, arrays and structs of them: there what is not said can be concluded."""
    plain = [Field(f"m{n}", type) for n, type in enumerate(_plain_types())]
    for first in range(len(plain)):
        record = Record(
            "struct", None, (*plain[first:], Field("all", Record("union", None, tuple(plain))))
        )
        assert placed(lay_out(pinned(record, abi, aligned=False), abi)) == placed(
            lay_out(record, abi)
        )


def _plain_types() -> list[Type]:
    scalars: list[Type] = [
        Scalar(name) for name in ("char", "long long", "short", "int", "long", "unsigned char")
    ]
    return [*scalars, Pointer(), Array(Scalar("short"), 3)]


# --- records that no compiler made: members anywhere ----------------------------------------------

_SCALARS = ("unsigned char", "short", "unsigned int", "long", "unsigned long long")


@st.composite
def found_records(draw: st.DrawFn, depth: int = 2) -> Record:
    """A record whose members lie in order with any gaps between them; bit-fields at any bit."""
    union = draw(st.booleans()) and draw(st.booleans())
    fields: list[Field] = []
    end = most = 0
    for number in range(draw(st.integers(0, 4))):
        field, width = draw(
            _found_field(number, 0 if union else end + draw(st.integers(0, 20)), depth)
        )
        fields.append(field)
        end = (field.at or 0) + width
        most = max(most, end)
    kind = "union" if union else "struct"
    size = -(-most // 8) + draw(st.integers(0, 3))
    align = draw(st.sampled_from([None, *(n for n in (1, 2, 4, 8) if size % n == 0)]))
    return Record(
        "union" if kind == "union" else "struct",
        None,
        tuple(fields),
        draw(st.booleans()),
        align,
        size,
    )


@st.composite
def _found_field(draw: st.DrawFn, number: int, start: int, depth: int) -> tuple[Field, int]:
    """A member that begins at a bit or behind it, and its width in bits."""
    name = f"d{depth}m{number}"
    whole = -(-start // 8) * 8
    if draw(st.integers(0, 3)) == 0:
        bits = draw(st.integers(1, 8))
        return Field(name, Scalar(draw(st.sampled_from(_SCALARS))), bits, at=start), bits
    if depth and draw(st.booleans()):
        inner = draw(found_records(depth=depth - 1))
        assert inner.size is not None
        if draw(st.booleans()):
            return Field(None, _renamed(inner, f"n{number}"), at=whole), 8 * inner.size
        return Field(name, inner, at=whole), 8 * inner.size
    count = draw(st.integers(0, 9))
    return Field(name, Array(Scalar("unsigned char"), count), at=whole), 8 * count


def _renamed(record: Record, prefix: str) -> Record:
    """An anonymous record shares its names with those around it."""
    fields = tuple(
        Field(
            None if f.name is None else prefix + f.name,
            _renamed(f.type, prefix) if f.name is None and isinstance(f.type, Record) else f.type,
            f.bits,
            at=f.at,
        )
        for f in record.fields
    )
    return Record(record.kind, None, fields, record.packed, record.align, record.size)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(ABIS)), found_records())
def test_any_placement_comes_back(name: str, record: Record) -> None:
    abi = ABIS[name]
    back = records(text([record], abi), abi)["x0"]
    assert placed(lay_out(back, abi)) == placed(lay_out(record, abi))
    assert [(m.offset, m.name) for m in lay_out(back, abi).members] == [
        (f.at, f.name) for f in record.fields
    ]


# --- one by one -----------------------------------------------------------------------------------


def test_places_count_from_the_outermost_struct() -> None:
    """An anonymous struct, a named one, a tagged one and an array, each inside the one before
    it."""
    found = of_text(
        """
        struct x {
            struct {
                u32 a __at(4);
                struct {
                    u8 b:3 __at(9, 5);
                    struct inner { u16 c __at(12); } __size(2) d[2] __at(12);
                } e __at(8) __size(8);
            } __at(4) __size(12);
            struct inner f __at(16);
        } __size(20);
        """
    )
    (outer, again) = found.members
    assert outer.layout is not None and (outer.offset, again.offset) == (32, 128)
    (a, e) = outer.layout.members
    assert e.layout is not None and (a.offset, e.offset) == (0, 32)
    (b, d) = e.layout.members
    assert d.layout is not None and (b.offset, d.offset, d.width, d.layout.size) == (13, 32, 32, 2)
    assert d.layout.members[0].offset == 0


def test_a_struct_of_two_declarators_counts_from_the_first() -> None:
    found = of_text(
        "struct x { struct { u8 a __at(5); } __size(2) b __at(4), c[2] __at(8); } __size(12);"
    )
    assert [m.offset for m in found.members] == [32, 64]
    assert [m.layout and m.layout.members[0].offset for m in found.members] == [8, 8]


@pytest.mark.parametrize(
    "declaration",
    [
        "struct x { struct { u16 a __at(2); } __at(2) __size(4) b; } __size(8);",
        "struct x { struct { u16 a __at(2); } __size(4) b __at(2); } __size(8);",
        "struct x { struct { u16 a __at(2); } b __at(2) __size(4); } __size(8);",
        "struct x { struct { u16 __at(2) a; } __attribute__((packed)) __size(4) __at(2) b; } __size(8);",
        "struct __size(8) x { struct __size(4) __at(2) { u16 a __at(2); } b; };",
    ],
)
def test_pins_stand_where_attributes_do(declaration: str) -> None:
    (member,) = of_text(declaration).members
    assert member.layout is not None
    assert (member.name, member.offset, member.width, member.layout.members[0].offset) == (
        "b",
        16,
        32,
        0,
    )


def test_a_typedef_pins_its_struct_on_either_side_of_its_name() -> None:
    for size in ("__size(4) a_t", "a_t __size(4)"):
        found = of_text(
            f"typedef struct {{ int a __at(0); }} {size}; struct x {{ a_t m __at(4); }} __size(12);"
        )
        assert (found.size, found.align, found.members[0].offset) == (12, 4, 32)


@pytest.mark.parametrize(
    ("declaration", "align"),
    [
        ("struct x { u32 a __at(0); u8 b __at(4); } __size(8);", 4),
        ("struct x { u32 a __at(0); u8 b __at(4); } __size(5);", 1),
        ("struct x { u8 b __at(0); u32 a __at(2); } __size(8);", 1),
        ("struct x { u8 b __at(0); u32 a __at(4); } __size(8) __packed;", 1),
        ("struct x { u8 b __at(0); u32 a __at(4); } __size(8) __aligned(8);", 8),
        ("struct x { u8 b __at(0); u32 a __at(4); } __size(8) __aligned(2);", 2),
        ("struct x { u8 a:4 __at(0); u32 b:10 __at(0, 4); } __size(4);", 4),
        ("struct x { u8 a:4 __at(0); u32 b:30 __at(0, 4); } __size(8);", 1),
        ("union x { u64 a __at(0); u8 b[9] __at(0); } __size(16);", 8),
        ("union x { u64 a __at(0); u8 b[9] __at(0); } __size(9);", 1),
        ("struct x { } __size(0);", 1),
        ("struct x { u8 a __at(0); u64 tail[] __at(8); } __size(8);", 8),
    ],
)
def test_alignment_is_stated_or_concluded(declaration: str, align: int) -> None:
    assert of_text(declaration).align == align


def test_members_of_a_struct_that_must_be_packed_ask_for_nothing() -> None:
    (_, misplaced) = of_text("struct x { u8 b __at(0); u32 a __at(2); } __size(8);").members
    (placed,) = of_text("struct x { u32 a __at(0); } __size(8);").members
    (loose,) = of_text("struct x { u32 a __at(0); } __size(8) __aligned(2);").members
    assert (misplaced.align, placed.align, loose.align) == (1, 4, 1)


def test_static_expressions_see_what_was_found() -> None:
    meant = system(
        """
        pinned x86_64 { struct x { u8 a __at(3); union { u32 b __at(8); u16 c __at(8); } __at(8) __size(4); } __size(40); }
        object skb { char cb[48]; }
        require sizeof(struct x) == 40 && offsetof(struct x, a) == 3 && offsetof(struct x, c) == 8;
        require alignof(struct x) == 4 && has(struct x, b) && !has(struct x, d);
        """
    )
    assert program(meant, assigned(meant)).required is True


def test_packings_and_choices_among_members_may_be_pinned() -> None:
    block = """
        param WIDE;
        pinned x86_64 {
            packing struct x { near { u8 a __at(1); } __size(2); far { u8 a __at(6); } __size(8); }
            struct y {
            #if WIDE
                u64 a __at(0);
            #else
                u32 a __at(4);
            #endif
            } __size(8);
        }
        object skb { char cb[48]; }
        """
    meant = system(block)
    cx = meant.context
    found = []
    for arm, wide in (("near", "no"), ("far", "yes")):
        cx.memo.begin(assigned(meant, x=arm, WIDE=wide))
        layouts = [cx.layout(tagged(cx, tag)) for tag in ("x", "y")]
        found.append([(layout.size, layout.members[0].offset) for layout in layouts])
    assert found == [[(2, 8), (8, 32)], [(8, 48), (8, 0)]]


def test_members_may_be_called_as_pins_are() -> None:
    layout = of_text("struct x { u64 __size __at(0); u8 __at __at(8); } __size(16);")
    assert [(member.name, member.offset) for member in layout.members] == [
        ("__size", 0),
        ("__at", 64),
    ]
