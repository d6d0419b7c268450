"""The head of a program, and its candidate: what -D chooses, and the ABI, which is the compiler's."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.layout.abi import ABIS
from cbprove.reproduce import shapes
from cbprove.reproduce.script import Shown
from cbprove.reproduce.spelling import comment, identifier
from cbprove.system import Axis, AxisValue, System

_EXIT_CODES = """ *
 * Exit code 1: a run breaks the property, and is told.
 *           0: none of those that were tried does: every choice of arms and of turns (a loop without end has up to
 *              CB_TURNS more than it must), and values at their edges. That is no proof: `cbprove certify` keeps that.
 *           4: no run reaches what the property claims.
 *           5: it makes no claim of this candidate.
 * A candidate that the spec excludes does not compile, nor does one that this compiler lays out otherwise.
 */"""


def preamble(kunit: bool, runs: bool, maybe: bool) -> Iterator[str]:
    """What is included, and the numbers that -D may set."""
    headers = ("kunit/test.h", "linux/string.h", "linux/types.h") if kunit else ("stddef.h", "stdio.h", "string.h")
    yield from (f"#include <{header}>" for header in headers)
    yield from ["", f"#define CB_PRINT(...) {'pr_cont' if kunit else 'printf'}(__VA_ARGS__)"]
    if maybe:
        yield "#define CB_MAYBE __attribute__((unused))\t/* some candidates do without */"
    if runs:
        yield from ["#ifndef CB_TURNS", "#define CB_TURNS 3\t\t/* of a loop without end */", "#endif"]
        yield from [
            "#ifndef CB_RUNS",
            "#define CB_RUNS 2000\t/* of a path, before chance picks as many more */",
            "#endif",
        ]


def head(system: System, shown: Shown, title: str, path: str, kunit: bool, wraps: bool) -> Iterator[str]:
    """What this is, how it is compiled, and what the exit code means."""
    yield f"/* {comment(shown.id)}: {shown.verdict}"
    if title:
        yield f" * {comment(title)}"
    yield " *"
    yield f" * From {comment(path)}, by cbprove reproduce. C11, with the attributes of gcc and clang:"
    yield " *"
    if kunit:
        yield " *     a KUnit test case, to be built with a kernel that has CONFIG_KUNIT; it was not run in one"
    else:
        yield f" *     cc -std=c11 {'-fwrapv ' if wraps else ''}-Wall -Wextra repro.c -o repro && ./repro"
    yield from _choices(system, shown)
    yield from _EXIT_CODES.splitlines()


def _choices(system: System, shown: Shown) -> Iterator[str]:
    free = [axis for axis in system.axes if axis.name != "abi" and len(axis.values) > 1]
    if not free:
        return
    yield from [" *", " * The candidate is chosen by macros:", " *"]
    for axis in free:
        chosen = shown.candidate[axis.name]
        if isinstance(axis.values, range):
            yield f" *     -D{axis.name}={chosen}    {axis.values[0]} to {axis.values[-1]}"
        else:
            others = ", ".join(f"{axis.name}_{value}" for value in axis.values if value != chosen)
            yield f" *     -D{axis.name}={axis.name}_{chosen}    or {others}"


def candidate(system: System, shown: Shown) -> Iterator[str]:
    """Macros that say which candidate it is, and refuse one that the spec does not have."""
    yield from ["/* --- the candidate ---- */", "", "#define CB_CAT_(a, b) a##b", "#define CB_CAT(a, b) CB_CAT_(a, b)"]
    yield from [
        "#define CB_NUM(axis) CB_CAT(CB_NUM_, axis)",
        "#define CB_IS(axis, value) (CB_NUM(axis) == CB_NUM_##axis##_##value)",
        "",
    ]
    for axis in system.axes:
        if axis.name == "abi":
            yield from _abi(axis, shown)
        elif isinstance(axis.values, range):
            yield from _ranged(axis, axis.values, shown)
        else:
            yield from _named(axis, shown)
    tests = [
        f"{identifier(name)} == {value}" if isinstance(value, int) else shapes.is_axis(name, value)
        for name, value in shown.candidate.items()
        if not (name == "abi" and _one_abi(system))
    ]
    if shown.script is not None:
        yield f"#define CB_SHOWN ({' && '.join(tests) or '1'})\t/* the case's candidate */"
        yield ""


def _one_abi(system: System) -> bool:
    return all(len(axis.values) == 1 for axis in system.axes if axis.name == "abi")


def _abi(axis: Axis, shown: Shown) -> Iterator[str]:
    """The compiler's own, where the spec speaks of it; else the layouts and the byte order must be the shown one's."""
    default = str(shown.candidate["abi"])
    big = " || ".join(shapes.is_axis("abi", str(value)) for value in axis.values if _is_big(value)) or "0"
    if len(axis.values) == 1:
        yield f"#if __BYTE_ORDER__ == __ORDER_{'LITTLE' if _is_big(axis.values[0]) else 'BIG'}_ENDIAN__"
        yield from [f'#error "the spec is about {axis.values[0]}"', "#endif", ""]
        return
    yield from (f"#define CB_NUM_abi_{value} {number}" for number, value in enumerate(axis.values, 1))
    for number, value in enumerate(axis.values):
        yield f"#{'el' if number else ''}if {ABIS[str(value)].macro}"
        yield f"#define abi abi_{value}"
    yield from ["#else", f"#define abi abi_{default}", "#endif"]
    yield from [f"#if ({big}) != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)"]
    yield from [f'#error "the spec is about {", ".join(map(str, axis.values))}"', "#endif", ""]


def _is_big(value: AxisValue) -> bool:
    return ABIS[str(value)].endianness == "big"


def _ranged(axis: Axis, values: range, shown: Shown) -> list[str]:
    name = identifier(axis.name)
    default = [f"#ifndef {name}", f"#define {name} {shown.candidate[axis.name]}", "#endif"]
    check = f"#if {name} < {values[0]} || {name} > {values[-1]}"
    return [*default, check, f'#error "{name} is {values[0]} to {values[-1]}"', "#endif", ""]


def _named(axis: Axis, shown: Shown) -> list[str]:
    name = axis.name
    numbers = [f"#define CB_NUM_{name}_{value} {number}" for number, value in enumerate(axis.values, 1)]
    default = [f"#ifndef {name}", f"#define {name} {name}_{shown.candidate[name]}", "#endif"]
    check = [
        f"#if CB_NUM({name}) == 0",
        f'#error "{name} is one of {", ".join(f"{name}_{v}" for v in axis.values)}"',
        "#endif",
    ]
    return [*numbers, *default, *check, ""]
