"""C types of run-time expressions, and the exact integers of static ones."""

from __future__ import annotations

import pytest

from cbprove.logic import terms
from cbprove.meaning.elaborate import requirement
from cbprove.system.axes import FREE, AxisValue, Free
from cbprove.system.expressions import (
    Binary,
    Constant,
    Convert,
    Expr,
    InputValue,
    IntType,
    MemberValue,
)
from cbprove.system.statements import Write
from tests.meaning.meaning import assigned, elaborated, system

TYPES = "struct m { u8 a; s16 b; u32 c; s32 d; u64 e; s64 f; bool g; u8 h:3; u32 i:32; u64 j:40; u8 k[4]; };"
BEFORE = f"object skb {{ char cb[64]; }} {TYPES} input n : u8; #define TWICE (OFF * 2)\n".replace(
    "#", "\n#"
)
PARAMS = "param OFF in 0..40 = 3; param BIG in 5000000000..5000000001 = 5000000000; param C = yes; enum { RED = 7 };"


def value(text: str, target: str = "e", abi: str = "x86_64", **chosen: AxisValue | Free) -> Write:
    spec = f"abi x86_64, i386 = x86_64; {PARAMS} {BEFORE}"
    spec += f"layer l {{ view V : struct m at skb.cb[0]; step s {{ write V.{target} = {text}; }} }}"
    (statement,) = elaborated(spec, abi=abi, **chosen).steps["s"].body
    assert isinstance(statement, Write)
    return statement


def exact(text: str, **chosen: AxisValue | Free) -> Expr:
    found = value(text, **chosen).exact_value  # type: ignore[arg-type]
    assert found is not None
    return found


def kind(type: IntType) -> tuple[int, bool]:
    return type.bits, type.signed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("V.a + V.b", (32, True)),
        ("V.a + V.c", (32, False)),
        ("V.c + V.d", (32, False)),
        ("V.d + V.f", (64, True)),
        ("V.c + V.f", (64, True)),
        ("V.e + V.f", (64, False)),
        ("V.h + V.h", (32, True)),
        ("V.i + 1", (32, False)),
        ("V.j + 1", (40, False)),
        ("V.j + V.e", (64, False)),
        ("V.g + V.g", (32, True)),
        ("-V.a", (32, True)),
        ("~V.c", (32, False)),
        ("!V.e", (32, True)),
        ("V.e == V.f", (32, True)),
        ("V.e && V.f", (32, True)),
        ("V.a << 3", (32, True)),
        ("V.e >> 3", (64, False)),
        ("V.a ? V.b : V.c", (32, False)),
        ("V.a + sizeof(V.k)", (64, False)),
        ("V.a + OFF", (32, True)),
        ("V.a + BIG", (64, True)),
        ("V.k[2]", (8, False)),
        ("n + 1", (32, True)),
        ("V.a + 0x80000000", (32, False)),
        ("V.a + 2147483648", (64, True)),
        ("V.a + 1ul", (64, False)),
    ],
)
def test_types_are_those_of_c(text: str, expected: tuple[int, bool]) -> None:
    assert kind(exact(text).type) == expected


def test_types_follow_the_abi() -> None:
    assert kind(exact("V.a + sizeof(V.k)", abi="i386").type) == (32, False)
    assert kind(exact("V.d + 1l", abi="i386").type) == (32, True)


def test_conversions_are_written_out() -> None:
    found = exact("V.a + V.c")
    assert isinstance(found, Binary)
    assert isinstance(found.left, Convert) and kind(found.left.type) == (32, False)
    assert isinstance(found.left.operand, Convert) and kind(found.left.operand.type) == (32, True)
    assert isinstance(found.left.operand.operand, MemberValue)
    assert isinstance(found.right, MemberValue)


def test_a_value_is_converted_to_its_member() -> None:
    found = value("300", "a")
    assert found.exact_value == Constant(300, IntType("int", 32, True))
    assert isinstance(found.value, Constant) and found.value.value == 44
    assert isinstance(value("V.e", "a").value, Convert)
    flag = value("2", "g").value
    assert isinstance(flag, Constant) and (flag.value, flag.type.boolean) == (1, True)
    bits = value("V.a", "h").value
    assert isinstance(bits, Convert) and bits.type.bits == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("sizeof(V.k) - 5 > 0", 1),
        ("sizeof(V.k) - 5", (1 << 64) - 1),
        ("1 << 31", -(1 << 31)),
        ("2147483647 + 1", -(1 << 31)),
        ("~0u", (1 << 32) - 1),
        ("0 && V.a", 0),
        ("C", 1),
        ("C == no", 0),
        ("abi == x86_64", 1),
        ("RED + 1", 8),
        ("TWICE", 6),
        ("OFF == 3 ? 10 : 20", 10),
        ("has(struct m, k) + has(struct m, z)", 1),
        ("offsetof(struct m, c) + alignof(u64)", 12),
        ("sizeof(u8[3]) + sizeof(n)", 4),
    ],
)
def test_constants_are_worked_out_as_c_does(text: str, expected: int) -> None:
    if "sizeof(n)" in text:
        text = text.replace("sizeof(n)", "sizeof(u8)")
    found = exact(text)
    assert isinstance(found, Constant) and found.value == expected


def test_a_free_param_is_a_literal_term() -> None:
    found = exact("V.a + OFF", OFF=FREE)
    assert isinstance(found, Binary) and found.right == Constant(
        terms.var("OFF"), IntType("int", 32, True)
    )
    twice = exact("V.a + TWICE", OFF=FREE)
    assert isinstance(twice, Binary) and isinstance(twice.right, Binary)


def test_an_input_has_its_type() -> None:
    assert exact("n") == InputValue("n", IntType("unsigned char", 8, False))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sizeof(struct s) - 5 < 0", True),
        ("-7 / 2 == -3 && -7 % 2 == -1", True),
        ("1 << 40 == 0x10000000000", True),
        ("P == b || abi == i386", True),
        ("P != b", False),
        ("C && !(C == no)", True),
        ("has(struct s, z) && offsetof(struct s, z) == 3", False),
        ("N * 2 - 1 <= 7 ? 1 : 0", True),
    ],
)
def test_static_conditions_are_exact(text: str, expected: bool) -> None:
    before = "object skb { char cb[8]; } struct s { u8 a; u16 b; }; param P in { a, b } = b; param C = yes;"
    meant = system(f"{before} param N in 0..9 = 4; require {text};")
    assert requirement(meant, assigned(meant)) is expected


def test_requirements_on_free_params_are_terms() -> None:
    meant = system(
        "object skb { char cb[8]; } param N in 0..9; require N + sizeof(u32) <= sizeof(skb.cb) && N != 2;"
    )
    required = requirement(meant, assigned(meant, N=FREE))
    assert [n for n in range(10) if terms.evaluate({"N": n}, required)[0]] == [0, 1, 3, 4]
    assert [requirement(meant, assigned(meant, N=n)) for n in (2, 3, 5)] == [False, True, False]
