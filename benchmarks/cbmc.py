"""The same workloads as C for CBMC: one run, the axes nondeterministic, an assertion for each
property and candidate."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchmarks.verdicts import Verdicts, key
from benchmarks.workloads import SIX, Candidate, Copy, Operation, Packing, Store, Workload, path

_TOLD = re.compile(r"^\[\S+\] line \d+ (\w+) at (\S+): (SUCCESS|FAILURE)$", re.MULTILINE)

_HEAD = """\
unsigned nondet_unsigned(void);
unsigned char nondet_byte(void);
unsigned char cb[48], saved[20];
"""


def verdicts(output: str) -> Verdicts:
    """What CBMC proved; it must have said something."""
    found: Verdicts = {}
    for name, candidate, told in _TOLD.findall(output):
        proved = found.setdefault(name, set())
        if told == "SUCCESS":
            proved.add(candidate)
    return found


def gso(workload: Workload, packings: tuple[Packing, ...] = SIX) -> str:
    """Segments that write every member of some packing at some offset."""
    writes = "".join(_writes(number, packing) for number, packing in enumerate(packings))
    fits = "".join(f" || (pack == {n} && offset + {p.size} <= 48)" for n, p in enumerate(packings))
    body = f"""\
    unsigned char ip[20], hw[20];
    _Bool ip_kept = 1, hw_kept = 1;
    __CPROVER_assume(0{fits});
    for (unsigned i = 0; i < 28; i++) cb[i] = nondet_byte();
    for (unsigned i = 0; i < 20; i++) ip[i] = cb[i] = nondet_byte();
    for (unsigned i = 0; i < 20; i++) hw[i] = cb[28 + i] = nondet_byte();
    for (unsigned segment = 0; segment < {workload.segments}; segment++) {{
{writes}    }}
    for (unsigned i = 0; i < 20; i++) {{ ip_kept &= cb[i] == ip[i]; hw_kept &= cb[28 + i] == hw[i]; }}
"""
    names = {packing.name: number for number, packing in enumerate(packings)}
    chosen = (
        (c, f"pack == {names[c[0][1]]} && offset == {c[1][1]}") for c in workload.candidates()
    )
    return _program(
        "unsigned pack = nondet_unsigned(), offset = nondet_unsigned();",
        body,
        _asserts(workload, chosen),
    )


def _writes(number: int, packing: Packing) -> str:
    stores = "".join(f" cb[offset + {byte}] = nondet_byte();" for byte in packing.covered)
    return f"        if (pack == {number}) {{{stores} }}\n"


def long_path(steps: int) -> str:
    """Every operation as a statement of its own; what moves is taken from the workload at two
    offsets."""
    workload = path(steps)
    first, second, *_ = workload.candidates()
    pairs = zip(workload.operations(first), workload.operations(second), strict=True)
    lines = [_statement(one, other) for one, other in list(pairs)[1:]]
    body = f"""\
    unsigned char hw[20];
    _Bool kept = 1;
    __CPROVER_assume(offset <= 40);
    for (unsigned i = 0; i < 20; i++) hw[i] = cb[28 + i] = nondet_byte();
{"".join(lines)}    for (unsigned i = 0; i < 20; i++) kept &= cb[28 + i] == hw[i];
"""
    chosen = ((candidate, f"offset == {candidate[0][1]}") for candidate in workload.candidates())
    return _program("unsigned offset = nondet_unsigned();", body, _asserts(workload, chosen))


def _statement(at_none: Operation, at_one: Operation) -> str:
    """An operation in C, from what it does at offsets 0 and 1."""
    match at_none, at_one:
        case Copy(source), _:
            pair = "cb[28 + i] = saved[i]" if source == 48 else "saved[i] = cb[28 + i]"
            return f"    for (unsigned i = 0; i < 20; i++) {pair};\n"
        case Store(places, maybe), Store(moved):
            offset = "offset + " if places != moved else ""
            stores = "".join(f" cb[{offset}{at}] = nondet_byte();" for at in places)
            return f"    {'if (nondet_byte()) ' if maybe else ''}{{{stores} }}\n"
    raise AssertionError(at_none)


def _asserts(workload: Workload, chosen: Iterable[tuple[Candidate, str]]) -> str:
    return "".join(
        f'    __CPROVER_assert(!({where}) || {name}, "{name} at {key(candidate)}");\n'
        for candidate, where in chosen
        for name in workload.properties
    )


def _program(axes: str, body: str, asserts: str) -> str:
    return f"{_HEAD}\nint main(void)\n{{\n    {axes}\n{body}{asserts}    return 0;\n}}\n"
