"""Enumerators and macros drawn at random: values and types of what is made of them, as gcc has
them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest

from cbprove.diagnostics import SpecError
from cbprove.system.expressions import Constant, Expr
from cbprove.system.statements import Write
from tests.meaning.meaning import elaborated

VALUES = ("0", "5", "-1", "1 << 31", "0x7fffffff", "0x80000000", "0xffffffff", "-1U", "~0UL", "5000000000",
          "0x100000000", "-0x80000000L - 1", "1UL << 63", "~0", "'a'")  # fmt: skip
OPERATORS = ("+", "-", "*", "&", "|", "^", "<", "<=", ">", "==", "%", "/")


def enumeration(random: Random) -> str:
    names = "ABCD"[: random.randint(1, 4)]
    items = []
    for number, name in enumerate(names):
        before = names[random.randrange(number)] if number else "3"
        made = (
            f" = {random.choice(VALUES)}",
            f" = {before} {random.choice('+-*')} 1",
            f" = -{before}",
            "",
        )
        items.append(name + random.choices(made, (6, 2, 1, 2))[0])
    return f"enum e {{ {', '.join(items)} }};\n#define M ({names[-1]} {random.choice('+-')} 1)\n"


def expression(random: Random, names: list[str], depth: int) -> str:
    if depth == 0:
        return random.choice([*names, *names, "M", "1", "2u"])
    left = expression(random, names, depth - 1)
    match random.randrange(6):
        case 0:
            return f"{random.choice('-~!')}({left})"
        case 1:
            return f"({left} ? {expression(random, names, depth - 1)} : {expression(random, names, depth - 1)})"
    operator = random.choice(OPERATORS)
    right = random.choice(("3", "7u")) if operator in "%/" else expression(random, names, depth - 1)
    return f"({left} {operator} {right})"


def of_gcc(folder: Path, declared: str, expressions: list[str]) -> list[tuple[int, int]] | None:
    """Each expression as 64 bits and its size; None where gcc refuses the enum."""
    prints = "".join(
        f'printf("%lld %d\\n", (long long)({e}), (int)sizeof({e}));\n' for e in expressions
    )
    (folder / "e.c").write_text(
        f"#include <stdio.h>\n{declared}int main(void) {{ {prints} return 0; }}\n"
    )
    command = ["gcc", "-std=gnu11", "-fwrapv", "-funsigned-char", "-w", "e.c", "-o", "e"]
    if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
        return None
    lines = subprocess.run(["./e"], cwd=folder, capture_output=True, text=True, check=True).stdout
    return [(int(value), int(size)) for value, size in map(str.split, lines.splitlines())]


def of_cbprove(declared: str, expression: str) -> Expr:
    spec = f"object o {{ u64 x; }}\n{declared}layer l {{ step s {{ write o.x = {expression}; }} }}"
    (statement,) = elaborated(spec).steps["s"].body
    assert isinstance(statement, Write) and statement.exact_value is not None
    return statement.exact_value


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not there")
@pytest.mark.parametrize("seed", range(25))
def test_enumerators_are_what_gcc_makes_of_them(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    declared = enumeration(random)
    names = [name for name in "ABCD" if f" {name}" in declared.split("}")[0]]
    expressions = [expression(random, names, random.randrange(3)) for _ in range(12)]
    wanted = of_gcc(tmp_path, declared, expressions)
    for text, (value, size) in zip(expressions, wanted or (), strict=wanted is not None):
        try:
            found = of_cbprove(declared, text)
        except SpecError as error:  # gcc only warns of an enum that no type holds
            assert [each.code for each in error.diagnostics] == ["CB0131"]
            return
        assert isinstance(found, Constant) and isinstance(found.value, int)
        assert (found.value - value) % (1 << 64) == 0, (declared, text, found, value)
        assert found.type.bits == 8 * size, (declared, text, found, size)


@pytest.mark.parametrize(("count", "size"), [(1, 1), (256, 1), (257, 2)])
def test_a_packed_enum_is_as_large_as_its_last_constant(count: int, size: int) -> None:
    """As gcc has it: the constants count on from 0."""
    names = ", ".join(f"E{number}" for number in range(count))
    text = f"""spec e; abi x86_64; object skb {{ char cb[48]; }}
enum e {{ {names} }} __packed;
layer l {{ view V : u8 at skb.cb[sizeof(enum e)]; step s {{ write V; }} }} path p {{ s; }}
"""
    made = elaborated(text)
    assert [place.low for place in (view.place for view in made.views)] == [8 * size]
