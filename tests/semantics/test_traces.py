"""The bytes after each step, derived from the C by hand."""

from __future__ import annotations

import pytest

from cbprove.semantics.memory import ObjectKey, Source, Store
from cbprove.semantics.run import run
from cbprove.semantics.trace import Action, CopiedBits, StoredBits
from cbprove.system.expressions import IntType, Unary
from cbprove.system.program import Input
from tests.semantics.hand_built import (
    BIT,
    BOOL,
    FIRST,
    INT,
    S8,
    S16,
    U8,
    U16,
    U32,
    Member,
    Script,
    View,
    after,
    bytes_at,
    execute,
    inp,
    lit,
    numbers,
    op,
    program,
    to,
    val,
)

# struct s { u8 a; /* 3 bytes hole */ u32 b; }
HOLED = View("s", 8, {"a": Member(0, 8, U8), "b": Member(32, 32, U32)}, holes=((8, 24),))
# struct t { u16 f:1; u16 g:15; }: bit 0 is the least significant of byte 0 (little endian), or the
# most (big endian)
FIELDS = View(
    "t",
    2,
    {
        "f": Member(0, 1, IntType("u16:1", 1, False)),
        "g": Member(1, 15, IntType("u16:15", 15, False)),
    },
)
# union { u16 x; u8 y; } followed by u8 z and a byte of tail padding
UNION = View(
    "u",
    4,
    {"x": Member(0, 16, U16), "y": Member(0, 8, U8), "z": Member(16, 8, U8)},
    holes=((24, 8),),
)
# struct w { u8 a; u8 b; u16 c; u32 d; }
WORDS = View(
    "w",
    8,
    {
        "a": Member(0, 8, U8),
        "b": Member(8, 8, U8),
        "c": Member(16, 16, U16),
        "d": Member(32, 32, U32),
    },
)
# struct z { s8 a; s16 b; bool c; }
SIGNED = View(
    "z",
    6,
    {"a": Member(0, 8, S8), "b": Member(16, 16, S16), "c": Member(32, 8, BOOL)},
    holes=((8, 8), (40, 8)),
)


def named(store: Store, position: int) -> tuple[tuple[str, int], ...]:
    """The members through which a bit was stored, and where it is among their bits."""
    return tuple(
        (leaf.identity, position + shift)
        for leaf in store.place.leaves
        for low, end, shift in store.through(leaf)
        if low <= position < end
    )


def test_bit_fields_are_stored_bit_by_bit() -> None:
    s = Script()
    result = execute(program(s.write("a", FIELDS["f"]), s.write("b", FIELDS["g"]), size=3))
    assert after(result, s, 0) == "(a0+1,d1+7) d1 d2"
    assert after(result, s, 1) == "(a0+1,b0+7) (b7+8) d2"


def test_bit_field_values_on_little_endian() -> None:
    """f = 1 is 0x01 in byte 0; g = 0x1234 lies from bit 1 on: 0x2468 | f, low byte first."""
    s = Script()
    g = s.write("b", FIELDS["g"], value=lit(0x1234))
    result = execute(program(s.write("a", FIELDS["f"], value=lit(1)), g, size=2))
    assert numbers(result, stage=1) == [0x69, 0x24]


def test_bit_field_values_on_big_endian() -> None:
    """f = 1 is 0x80 in byte 0; g = 0x1234 takes the 15 bits below: 0x9234, high byte first."""
    s = Script()
    g = s.write("b", FIELDS["g"], value=lit(0x1234))
    result = execute(
        program(s.write("a", FIELDS["f"], value=lit(1)), g, size=2, little_endian=False)
    )
    assert numbers(result, little_endian=False, stage=1) == [0x92, 0x34]


def test_struct_assignment_leaves_padding_unspecified() -> None:
    s = Script()
    assert after(execute(program(s.write("a", HOLED.whole()))), s) == "a0 ~a1 ~a2 ~a3 a4 a5 a6 a7"


def test_every_member_stored_leaves_padding_alone() -> None:
    s = Script()
    result = execute(program(s.clear(bytes_at(0, 2)), s.write("a", HOLED.every())))
    assert after(result, s, 0) == "-- -- d2 d3 d4 d5 d6 d7"
    assert after(result, s, 1) == "a0 -- d2 d3 a4 a5 a6 a7"


def test_one_union_arm_leaves_the_rest_of_the_other() -> None:
    s = Script()
    result = execute(program(s.write("a", UNION.whole()), s.write("b", UNION["y"]), size=4))
    assert after(result, s, 0) == "a0 a1 a2 ~a3"
    assert after(result, s, 1) == "b0 a1 a2 ~a3"
    store = result.stores[result.trace[0].memory[FIRST][0].store]
    assert named(store, 3) == (("u.x", 3), ("u.y", 3))
    assert named(store, 9) == (("u.x", 9),)
    assert named(result.stores[result.trace[1].memory[FIRST][0].store], 3) == (("u.y", 3),)


def test_overlapping_memmove_up_and_down() -> None:
    s = Script()
    up, down = s.copy(bytes_at(0, 4), bytes_at(2, 4)), s.copy(bytes_at(2, 4), bytes_at(0, 4))
    result = execute(program(s.write("a", bytes_at(2, 1)), up, down))
    assert after(result, s, 0) == "d0 d1 a0 d3 d4 d5 d6 d7"
    assert after(result, s, 1) == "d0 d1 d0 d1 a0 d3 d6 d7"
    assert after(result, s, 2) == "d0 d1 a0 d3 a0 d3 d6 d7"


def test_clear_blanks_padding_too() -> None:
    s = Script()
    result = execute(
        program(s.write("a", bytes_at(0, 8)), s.clear(HOLED["a"]), s.clear(HOLED.whole()))
    )
    assert after(result, s, 1) == "-- a1 a2 a3 a4 a5 a6 a7"
    assert after(result, s, 2) == "-- -- -- -- -- -- -- --"


def test_clone_has_the_bytes_and_then_its_own() -> None:
    s = Script()
    made = s.make("clone", "n")
    on = s.on("n", s.write("b", bytes_at(1, 1)))
    result = execute(
        program(s.write("a", bytes_at(0, 2)), made, on, s.write("c", bytes_at(0, 1)), size=3)
    )
    clone = ObjectKey((made.uid,), 0)
    assert after(result, s, 2) == "a0 a1 d2"
    assert after(result, s, 3, clone) == after(result, s, 2, clone) == "a0 b0 d02"
    assert after(result, s, 3) == "c0 a1 d2"


def test_new_object_is_debris() -> None:
    s = Script()
    made = s.make("new", "n")
    result = execute(program(made, s.on("n", s.write("b", bytes_at(1, 1))), size=2))
    assert after(result, s, -1, ObjectKey((made.uid,), 0)) == "d0 b0"
    assert after(result, s) == "d0 d1"


def test_save_and_restore_carry_padding_and_sources() -> None:
    s = Script()
    stack = bytes_at(0, 8, "stack")
    body = (
        s.write("a", HOLED.whole()),
        s.copy(HOLED.whole(), stack),
        s.write("b", bytes_at(2, 4)),
        s.copy(stack, HOLED.whole()),
    )
    result = execute(program(*body, objects={"stack": 8}))
    assert after(result, s, 1, ObjectKey((), 1)) == "a0 ~a1 ~a2 ~a3 a4 a5 a6 a7"
    assert after(result, s, 2) == "a0 ~a1 b0 b1 b2 b3 a6 a7"
    assert after(result, s, 3) == "a0 ~a1 ~a2 ~a3 a4 a5 a6 a7"
    assert result.cost == 16


def test_bool_is_stored_as_0_or_1() -> None:
    """A bool stored as an arbitrary value has one free bit: the byte read raw is 0 or 1 whatever
    the oracle says."""
    for little in (True, False):
        s = Script()
        copy = s.write("b", WORDS["a"], value=val(bytes_at(4, 1)))
        prog = program(s.write("a", SIGNED["c"]), copy, little_endian=little)
        result = execute(prog, {"bit": 1})
        assert numbers(result, little)[0] == 1
        assert [key[0] for key, _ in result.decisions] == ["bit"]


def test_bytes_stored_over_a_bool_may_be_anything() -> None:
    """memcpy knows no bool: all bits of the byte are free."""
    s = Script()
    copy = s.write("b", WORDS["a"], value=val(bytes_at(4, 1)))
    result = execute(program(s.write("a", SIGNED["c"], length=lit(1)), copy), {"bit": 1})
    assert numbers(result)[0] == 255


def test_bool_from_an_int_asks_whether_it_is_0() -> None:
    s = Script()
    result = execute(program(s.write("a", SIGNED["c"], value=lit(256))))
    assert numbers(result)[4] == 1
    result = execute(program(s.write("a", SIGNED["c"], value=lit(256)), little_endian=False))
    assert numbers(result, little_endian=False)[4] == 1


def test_write_for_a_length_covers_padding_and_stops() -> None:
    s = Script()
    result = execute(
        program(s.write("a", HOLED.whole(), length=lit(3)), s.clear(HOLED["a"], length=lit(2)))
    )
    assert after(result, s, 0) == "a0 a1 a2 d3 d4 d5 d6 d7"
    assert after(result, s, 1) == "-- -- a2 d3 d4 d5 d6 d7"
    store = result.stores[result.trace[0].memory[FIRST][0].store]
    assert named(store, 7) == (("s.a", 7),)
    assert named(store, 8) == ()


def test_copy_for_a_length_goes_beyond_the_place() -> None:
    s = Script()
    result = execute(
        program(s.write("a", bytes_at(0, 4)), s.copy(HOLED["a"], bytes_at(4, 1), length=lit(3)))
    )
    assert after(result, s) == "a0 a1 a2 a3 a0 a1 a2 d7"


def test_length_known_at_run_time() -> None:
    s = Script()
    n = Input("n", INT, 0, 4, per_step=False)
    clear = s.clear(bytes_at(0, 4), length=inp("n"))
    for length, bytes_ in enumerate(
        ("d0 d1 d2 d3", "-- d1 d2 d3", "-- -- d2 d3", "-- -- -- d3", "-- -- -- --")
    ):
        result = execute(program(clear, size=4, inputs=(n,)), {("input", "n"): length})
        assert after(result, s) == bytes_


def test_narrowing_keeps_the_low_bits() -> None:
    """u8 a = 0x1234; u16 c = 0x12345; in memory order 0x2345 is 45 23, and 23 45 on big endian."""
    for little, c in ((True, [0x45, 0x23]), (False, [0x23, 0x45])):
        s = Script()
        body = (
            s.write("a", WORDS["a"], value=lit(0x1234)),
            s.write("b", WORDS["c"], value=lit(0x12345)),
        )
        assert numbers(execute(program(*body, little_endian=little)), little)[:4] == [
            0x34,
            None,
            *c,
        ]


def test_sign_extension() -> None:
    """s8 a = 0x80 reads as -128; as u32 that is 0xffffff80, as s16 0xff80."""
    s = Script()
    target = View("q", 4, {"q": Member(0, 32, U32)}, base=8, bound=(0, 128))
    body = (
        s.write("a", SIGNED["a"], value=lit(0x80)),
        s.write("b", SIGNED["b"], value=to(INT, val(SIGNED["a"]))),
        s.write("c", target["q"], value=to(INT, val(SIGNED["a"]))),
    )
    result = execute(program(*body, size=12))
    assert numbers(result) == [
        0x80,
        None,
        0x80,
        0xFF,
        None,
        None,
        None,
        None,
        0x80,
        0xFF,
        0xFF,
        0xFF,
    ]


def test_signed_bit_field_reads_negative() -> None:
    """int f:3 = 7 reads as -1, so that u16 c = f is 0xffff."""
    for type in (IntType("int:3", 3, True), INT):
        s = Script()
        field = View("b", 1, {"f": Member(0, 3, type)})
        body = (
            s.write("a", field["f"], value=lit(7)),
            s.write("b", WORDS["c"], value=to(INT, val(field["f"]))),
        )
        assert numbers(execute(program(*body)))[2:4] == [0xFF, 0xFF]


@pytest.mark.parametrize(("byte", "read"), [(0, 0), (1, 1), (2, 7), (255, 7)])
def test_a_byte_read_as_bool_is_0_or_1_or_undefined(byte: int, read: int) -> None:
    """A bool that lies over a byte of 2 has no defined value: it is whatever is decided, 7 here."""
    s = Script()
    body = (
        s.write("a", bytes_at(4, 1), value=lit(byte)),
        s.write("b", WORDS["a"], value=to(INT, val(SIGNED["c"]))),
    )

    class Seven:
        def choose(self, key: object, low: int, high: int | None) -> int:
            return 7 if (low, high) == (0, 255) else low

    made = program(*body)
    assert numbers(run(made, made.paths[0], made.properties, Seven(), trace=True))[0] == read


def test_promotion_to_int_before_a_sum() -> None:
    """u8 200 + u8 100 is the int 300, and 44 in a u8; ~(u8)0 is -1 and its half, by >>, still
    is."""
    s = Script()
    a, b = to(INT, val(WORDS["a"])), to(INT, val(WORDS["b"]))
    body = (
        s.write("a", WORDS["a"], value=lit(200)),
        s.write("b", WORDS["b"], value=lit(100)),
        s.write("c", WORDS["c"], value=op("+", a, b)),
        s.write("d", WORDS["d"], value=op(">>", Unary("~", to(INT, lit(0, U8)), INT), lit(1))),
        s.write("e", WORDS["b"], value=op("+", a, b)),
    )
    assert numbers(execute(program(*body))) == [200, 44, 300 & 255, 1, 255, 255, 255, 255]


def test_wraparound() -> None:
    """0xffffffffu + 1 is 0; INT_MAX + 1 is INT_MIN, whose half is -0x40000000; u16 0xffff + 1 is
    0x10000 as an int."""
    s = Script()
    body = (
        s.write("a", WORDS["d"], value=op("+", lit(0xFFFFFFFF, U32), lit(1, U32), U32)),
        s.write("b", WORDS["d"], value=op("/", op("+", lit(0x7FFFFFFF), lit(1)), lit(2))),
        s.write(
            "c", WORDS["c"], value=op(">>", op("+", to(INT, lit(0xFFFF, U16)), lit(1)), lit(8))
        ),
    )
    result = execute(program(*body))
    assert numbers(result, stage=0)[4:] == [0, 0, 0, 0]
    assert numbers(result, stage=1)[4:] == [0, 0, 0, 0xC0]
    assert numbers(result, stage=2)[2:4] == [0, 1]


def test_division_truncates_towards_zero() -> None:
    """-7 / 2 is -3 and -7 % 2 is -1; 7 / -2 is -3 and 7 % -2 is 1."""
    s = Script()
    body = tuple(
        s.write("a", bytes_at(at, 1), value=op(sign, lit(left), lit(right)))
        for at, (sign, left, right) in enumerate(
            (("/", -7, 2), ("%", -7, 2), ("/", 7, -2), ("%", 7, -2))
        )
    )
    assert numbers(execute(program(*body, size=4))) == [253, 255, 253, 1]


def test_comparison_after_conversion() -> None:
    """-1 < 1u is false: -1 becomes 0xffffffff. -1 < 1 is true."""
    s = Script()
    body = (
        s.write("a", bytes_at(0, 1), value=op("<", to(U32, lit(-1)), lit(1, U32))),
        s.write("b", bytes_at(1, 1), value=op("<", lit(-1), lit(1))),
    )
    assert numbers(execute(program(*body, size=2))) == [0, 1]


def test_element_chosen_by_an_input() -> None:
    s = Script()
    i = Input("i", INT, 0, 3, per_step=False)
    body = (s.write("a", bytes_at(2, 1, index="i")), s.clear(bytes_at(0, 1, index="i")))
    result = execute(program(*body, inputs=(i,)), {("input", "i"): 3})
    assert after(result, s) == "d0 d1 d2 -- d4 a0 d6 d7"
    assert result.decisions == ((("input", "i"), 3),)


def test_access_beyond_its_area_touches_the_neighbours() -> None:
    """The control block is bytes 2..5 of 8: what lies around it in the object is stored to and
    carried from."""
    s = Script()
    bound = (16, 48)
    body = (
        s.write("a", bytes_at(4, 4, bound=bound)),
        s.clear(bytes_at(0, 3, bound=bound)),
        s.copy(bytes_at(5, 2, bound=bound), bytes_at(1, 2, bound=bound)),
    )
    result = execute(program(*body))
    assert after(result, s, 0) == "d0 d1 d2 d3 a0 a1 a2 a3"
    assert after(result, s, 1) == "-- -- -- d3 a0 a1 a2 a3"
    assert after(result, s, 2) == "-- a1 a2 d3 a0 a1 a2 a3"


def test_outside_of_the_object_there_is_nothing() -> None:
    """What is stored before the first and behind the last of 8 bytes is lost; what is carried
    from there is nobody's."""
    s = Script()
    lane = Input("i", S8, -2, 3, per_step=False)
    body = (
        s.write("a", bytes_at(6, 4)),
        s.write("b", bytes_at(0, 3, index="i")),
        s.copy(bytes_at(7, 3), bytes_at(3, 3)),
    )
    result = execute(program(*body, inputs=(lane,)), {("input", "i"): -2})
    assert after(result, s, 0) == "d0 d1 d2 d3 d4 d5 a0 a1"
    assert after(result, s, 1) == "b2 d1 d2 d3 d4 d5 a0 a1"
    assert after(result, s, 2) == "b2 d1 d2 a1 !8 !9 a0 a1"


def test_what_lies_outside_is_another_at_another_moment() -> None:
    """Nothing is known of it: a store there is lost, and the world goes on."""
    s = Script()
    out = bytes_at(7, 2)
    first, again = s.copy(out, bytes_at(0, 2)), s.copy(out, bytes_at(2, 2))
    result = execute(program(first, again))
    bits = result.trace[-1].memory[result.trace[-1].object]
    assert bits[0] == bits[16]  # the last byte of the object
    assert bits[8].store != bits[24].store


def test_each_turn_cuts_from_the_object_before_the_loop() -> None:
    s = Script()
    mark = s.write("b", bytes_at(1, 1))
    turn = s.write("c", bytes_at(0, 1, ".."))
    loop = s.each("seg", 1, 2, mark, turn)
    result = execute(program(s.write("a", bytes_at(0, 1)), loop, size=2), {"turns": 2})
    first, second = ObjectKey((loop.uid, 0), 0), ObjectKey((loop.uid, 1), 0)
    assert after(result, s, -1, first) == "a0 b0"
    assert after(result, s, -1, second) == "c0 b0"
    assert after(result, s) == "c0 d1"
    assert result.trace[-1].memory[first][8].store.moment == (loop.uid, 0, mark.uid)
    assert result.trace[-1].memory[second][8].store.moment == (loop.uid, 1, mark.uid)


def test_struct_copied_one_byte_askew_keeps_positions() -> None:
    s = Script()
    result = execute(program(s.write("a", HOLED["b"]), s.copy(bytes_at(4, 3), bytes_at(1, 3))))
    assert after(result, s) == "d0 a0 a1 a2 a0 a1 a2 a3"


def test_bits_of_a_flag_byte() -> None:
    """u8 x:1, y:1 over one byte: writing y = 1 makes it 2 on little endian, 0x40 on big endian."""
    flags = View("f", 1, {"x": Member(0, 1, BIT), "y": Member(1, 1, BIT)})
    for little, number in ((True, 2), (False, 0x40)):
        s = Script()
        prog = program(
            s.clear(bytes_at(0, 1)),
            s.write("a", flags["y"], value=lit(1)),
            size=1,
            little_endian=little,
        )
        assert numbers(execute(prog), little) == [number]


def test_what_was_done_to_memory_is_kept_in_order() -> None:
    """A store, a copy of its bytes, and no record where none is asked for."""
    s = Script()
    body = program(s.write("a", WORDS["c"]), s.copy(WORDS["c"], bytes_at(4, 2)), size=8)
    stored, copied = (each for each in execute(body).effects if not isinstance(each, Action))
    assert isinstance(stored, StoredBits) and isinstance(copied, CopiedBits)
    assert (stored.low, stored.bits) == (16, tuple(range(16, 32)))
    assert (copied.low, copied.origin_low, copied.bits) == (32, 16, tuple(range(32, 48)))
    assert copied.sources == tuple(Source(stored.store.key, i) for i in range(16))
