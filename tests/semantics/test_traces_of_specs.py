"""From C text to bytes: who owns each bit after each step of small specs, worked out by hand as gcc
lays structs out.

A byte is shown as the step that stored it and the position in what that step stored; `~` is
unspecified padding, `--` blank, `.` debris. A byte with several owners lists its runs of bits.
"""

from __future__ import annotations

from itertools import groupby

from cbprove.diagnostics import Source as Text
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.semantics.memory import ObjectKey, Source
from cbprove.semantics.run import Run, run
from cbprove.syntax.parse import parse
from cbprove.syntax.tree import Tree
from tests.semantics.hand_built import Answers

SKB = ObjectKey((), 0)


def execute(text: str, abi: str = "x86_64", **answers: int) -> Run:
    source = Text("test.cbs", text)
    meant = resolve(Tree(parse(source), (source,)))
    made = program(
        meant, {**{axis.name: axis.default or axis.values[0] for axis in meant.axes}, "abi": abi}
    )
    return run(made, made.paths[0], made.properties, Answers(answers), trace=True)


def owners(result: Run, step: str, key: ObjectKey = SKB) -> str:
    """The bytes of an object when the step had ended."""
    stage = next(stage for stage in result.trace if stage.step == step)
    memory = stage.memory[key]
    return " ".join(_byte(result, memory[i : i + 8]) for i in range(0, len(memory), 8))


def _byte(result: Run, bits: tuple[Source, ...]) -> str:
    runs = [
        (owner, [s.position for s in group])
        for owner, group in groupby(bits, lambda s: _owner(result, s))
    ]
    if len(runs) == 1 and runs[0][0] in ("--", "."):
        return runs[0][0]
    first = bits[0].position
    if len(runs) == 1 and first % 8 == 0 and runs[0][1] == list(range(first, first + 8)):
        return f"{runs[0][0]}{first // 8}"
    return "|".join(o if o in ("--", ".") else f"{o}:{p[0]}..{p[-1]}" for o, p in runs)


def _owner(result: Run, source: Source) -> str:
    match source.store.kind:
        case "blank":
            return "--"
        case "debris" | "outside":
            return "."
    sign = "~" if source.store.kind == "unspecified" else ""
    return f"{sign}{result.stores[source.store].step}"


def test_struct_assignment_and_its_holes() -> None:
    """struct s: u8 at 0, hole 1, u16 at 2, u8 at 4, hole 5..7 (aligned to 4 for the u32), u32 at
    8."""
    result = execute("""
        spec t "t"; abi x86_64; object skb { char cb[12] __aligned(4); }
        struct in { u8 a; u16 b; };
        struct s { struct in i; u8 c; u32 d; };
        layer l { view V : struct s at skb.cb[0];
                  step w { write V; } step m { clear V; write V.c, V.d; } step n { write V.i; } }
        path p { w; m; n; }""")
    assert owners(result, "w") == "w0 ~w1 w2 w3 w4 ~w5 ~w6 ~w7 w8 w9 w10 w11"
    assert owners(result, "m") == "-- -- -- -- m0 -- -- -- m0 m1 m2 m3"
    assert owners(result, "n") == "n0 ~n1 n2 n3 m0 -- -- -- m0 m1 m2 m3"


BIT_FIELDS = """
    spec t "t"; abi x86_64, s390x; object skb { char cb[4]; }
    struct b { u8 x:3; u8 y:2; u16 z; };
    layer l { view V : struct b at skb.cb[0]; view raw : u8 at skb.cb[0]; view out : u8 at skb.cb[1];
              step w { write V.x = 5; } step m { write V.y = 1; } step n { write V.z = 258; }
              step o { write out = raw >> 3 & 3; } step r { write raw; } }
    path p { clear skb.cb; w; m; n; o; r; }"""


def test_bit_fields_little_endian() -> None:
    """x takes bits 0..2 from the low end, y bits 3..4: raw is 5 | 1 << 3, so that raw >> 3 & 3
    is 1. z = 0x0102."""
    result = execute(BIT_FIELDS)
    assert owners(result, "w") == "w:0..2|-- -- -- --"
    assert owners(result, "m") == "w:0..2|m:0..1|-- -- -- --"
    assert owners(result, "n") == "w:0..2|m:0..1|-- -- n0 n1"
    assert values(result, "o", little=True) == [0x0D, 1, 0x02, 0x01]
    assert owners(result, "r") == "r0 o0 n0 n1"


def test_bit_fields_big_endian() -> None:
    """x takes the top 3 bits, y the 2 below: raw is 5 << 5 | 1 << 3 = 0xa8, and raw >> 3 & 3 is
    1 too. z = 0x0102."""
    result = execute(BIT_FIELDS, "s390x")
    assert owners(result, "n") == "w:0..2|m:0..1|-- -- n0 n1"
    assert values(result, "o", little=False) == [0xA8, 1, 0x01, 0x02]


def test_a_union_and_what_is_laid_over_it() -> None:
    """union { u32 a; u8 b[2]; } at 0..4; u8 c at 4; tail 5..7 of struct u, aligned to 4."""
    result = execute("""
        spec t "t"; abi x86_64; object skb { char cb[8] __aligned(4); }
        struct u { union { u32 a; u8 b[2]; }; u8 c; };
        layer l { view V : struct u at skb.cb[0];
                  step w { write V; } step m { write V.b; } step n { write V.b[1]; } step o { write V.a; } }
        path p { w; m; n; o; }""")
    assert owners(result, "w") == "w0 w1 w2 w3 w4 ~w5 ~w6 ~w7"
    assert owners(result, "m") == "m0 m1 w2 w3 w4 ~w5 ~w6 ~w7"
    assert owners(result, "n") == "m0 n0 w2 w3 w4 ~w5 ~w6 ~w7"
    assert owners(result, "o") == "o0 o1 o2 o3 w4 ~w5 ~w6 ~w7"
    element = next(store for store in result.stores.values() if store.step == "n")
    (leaf,) = element.place.leaves
    assert element.through(leaf) == ((0, 8, 8),)


def test_memcpy_memset_and_memmove_by_length() -> None:
    result = execute("""
        spec t "t"; abi x86_64; object skb { char cb[8] __aligned(4); } object stack { u8 room[8]; }
        struct s { u8 a; u16 b; u32 c; };
        input n : u8 in 0..8;
        layer l { view V : struct s at skb.cb[0];
                  step w { write V for 5; } step c { clear V.b for n; } step s { copy V -> stack.room for n; }
                  step m { copy skb.cb[0] -> skb.cb[1] for 6; } step r { copy stack.room -> skb.cb[4] for 3; } }
        path p { w; c; s; m; r; }""", input=3)  # fmt: skip
    assert owners(result, "w") == "w0 w1 w2 w3 w4 . . ."
    assert owners(result, "c") == "w0 w1 -- -- -- . . ."
    assert owners(result, "s", ObjectKey((), 1)) == "w0 w1 -- . . . . ."
    assert owners(result, "m") == "w0 w0 w1 -- -- -- . ."
    assert owners(result, "r") == "w0 w0 w1 -- w0 w1 -- ."
    assert result.cost == 3 + 3 + 6 + 3


def test_narrowing_promotions_and_bool() -> None:
    """s8 a = 200 is -56; int -56 + u8 250 is 194; u16 of -56 is 0xffc8; bool of 256 is 1; u8 of
    0x1fe is 0xfe."""
    result = execute("""
        spec t "t"; abi x86_64; object skb { char cb[8]; }
        struct s { s8 a; u8 b; u16 c; bool d; u8 e; u16 f; };
        layer l { view V : struct s at skb.cb[0];
                  step w { write V.a = 200; write V.b = 250; write V.c = V.a; write V.d = 256; write V.e = 0x1fe;
                           write V.f = V.a + V.b; } }
        path p { w; }""")
    assert values(result, "w", little=True) == [200, 250, 0xC8, 0xFF, 1, 0xFE, 194, 0]


def test_comparisons_take_the_usual_conversions() -> None:
    """-1 < 1u is false, and (u8) 255 == -1 is, but (s8) -1 == -1 is true; 0xffffffff + 1 is 0 as
    an unsigned int."""
    result = execute("""
        spec t "t"; abi x86_64; object skb { char cb[8]; }
        struct s { u8 a; s8 b; u8 r[6]; };
        layer l { view V : struct s at skb.cb[0];
                  step w { write V.a = 255; write V.b = -1; write V.r[0] = -1 < 1u; write V.r[1] = V.a == -1;
                           write V.r[2] = V.b == -1; write V.r[3] = 0xffffffff + 1 == 0; write V.r[4] = -7 / 2 + 10;
                           write V.r[5] = V.a << 24 < 0; } }
        path p { w; }""")
    assert values(result, "w", little=True) == [255, 255, 0, 0, 1, 1, 7, 1]


def values(result: Run, step: str, little: bool) -> list[int]:
    """The bytes of the first object when the step had ended, as numbers."""
    memory = next(stage for stage in result.trace if stage.step == step).memory[SKB]
    bits = [0 if s.store.kind == "blank" else result.values[s] for s in memory]
    rows = [bits[i : i + 8] for i in range(0, len(bits), 8)]
    return [sum(bit << (i if little else 7 - i) for i, bit in enumerate(row)) for row in rows]


def test_a_name_made_under_when_ends_with_its_block() -> None:
    """The `n` of the path gets B, the `n` of the block A; each is told from the other by when it
    was made."""
    result = execute("""
        spec t "t"; abi x86_64; param CONFIG_X = yes; object skb { char cb[2]; }
        layer l { view A : u8 at skb.cb[0]; view B : u8 at skb.cb[1]; step a { write A; } step b { write B; } }
        path p { clone n; when CONFIG_X { clone n; on n { a; } } on n { b; } }
    """)
    outer, inner = [key for key in result.trace[-1].memory if key != SKB]
    assert (owners(result, "b", outer), owners(result, "b", inner)) == (". b0", "a0 .")


def test_members_are_read_as_c_comes_to_them() -> None:
    """A is 1, so `A || B` reads A alone and `A && C` both; of `B ? A : C` B is read, which is 0,
    then C."""
    result = execute("""
        spec t "t"; abi x86_64; object skb { char cb[4]; }
        layer l {
            view A : u8 at skb.cb[0]; view B : u8 at skb.cb[1]; view C : u8 at skb.cb[2]; view D : u8 at skb.cb[3];
            step set { write A = 1; write B = 0; write C = 2; }
            step use { write D = (A || B) + (A && C) + (B ? A : C) + 0 * C; }
        }
        path p { set; use; }
    """)
    (stage,) = [stage for stage in result.trace if stage.step == "use"]
    assert [
        action.place.text for action in stage.actions if action.place and action.kind == "read"
    ] == [
        "A",
        "A",
        "C",
        "B",
        "C",
        "C",
    ]
    assert [look.place.text for look in result.looks] == ["A", "A", "C", "B", "C", "C"]
