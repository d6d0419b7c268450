"""Conditions of `#if`, drawn at random, as gcc's preprocessor computes them."""

from __future__ import annotations

import shutil
import subprocess
from random import Random

import pytest

from cbprove.diagnostics import SpecError
from cbprove.meaning.elaborate import requirement
from tests.meaning.meaning import assigned, system

NUMBERS = ("0", "1", "7", "2u", "31", "0xffffffff", "0x7fffffffffffffff", "18446744073709551615",
           "4294967295u", "'a'", "NEG", "TOP", "ONES", "ARM")  # fmt: skip
DEFINED = "#define NEG -1\n#define TOP (1 << 31)\n#define ONES ~0u\n#define ARM (NEG ? -3 : 1u)\n"
OPERATORS = ("+", "-", "*", "/", "%", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||")


def drawn(random: Random, depth: int) -> str:
    if depth == 0:
        return random.choice(NUMBERS)
    left, right = drawn(random, depth - 1), drawn(random, random.randrange(depth))
    match random.randrange(6):
        case 0:
            return f"{random.choice('-~!+')}({left})"
        case 1:
            return f"({left} ? {right} : {drawn(random, depth - 1)})"
        case 2:
            return f"({left} {random.choice(('<<', '>>'))} {random.randrange(64)})"
        case _:
            return f"({left} {random.choice(OPERATORS)} {right})"


def of_gcc(conditions: list[str]) -> list[bool | None]:
    """Which are true; None where gcc refuses one, as for a division by zero."""
    text = DEFINED + "".join(
        f"#if {condition}\nyes{number};\n#endif\n" for number, condition in enumerate(conditions)
    )
    ran = subprocess.run(
        ["gcc", "-E", "-P", "-w", "-"], input=text, capture_output=True, text=True, check=False
    )
    kept = set(ran.stdout.split())
    lines = {int(line.split(":")[1]) for line in ran.stderr.splitlines() if "error" in line}
    first = DEFINED.count("\n") + 1
    return [
        None if first + 3 * number in lines else f"yes{number};" in kept
        for number in range(len(conditions))
    ]


def of_cbprove(condition: str) -> bool | None:
    spec = f"object o {{ char cb[8]; }}\n{DEFINED}struct s {{ u8 a;\n#if {condition}\nu8 b;\n#endif\n}};\n"
    spec += "require has(struct s, b);\n"
    meant = system(spec)
    try:
        return requirement(meant, assigned(meant)) is True
    except SpecError as error:
        assert [each.code for each in error.diagnostics] == ["CB0122"]
        return None


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not there")
@pytest.mark.parametrize("seed", range(4))
def test_conditions_are_what_gcc_makes_of_them(seed: int) -> None:
    random = Random(seed)
    conditions = [drawn(random, random.randrange(1, 5)) for _ in range(60)]
    for condition, wanted in zip(conditions, of_gcc(conditions), strict=True):
        assert of_cbprove(condition) is wanted, condition
