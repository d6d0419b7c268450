"""How long an access can be, from types and inputs: never less than any run's, since
certificates rest on it."""

from __future__ import annotations

from itertools import product

from cbprove.evidence.lengths import ENDLESS, longest
from cbprove.meaning.elaborate import program
from cbprove.semantics.run import run
from cbprove.system.program import Program, Step
from cbprove.system.statements import Clear
from tests.evidence.test_certificates import meant

HEAD = """spec lengths "how long";
object skb { char cb[64]; }
struct s {{ u8 len; s8 less; u16 wide; }};
input n : u8 in 1..5;
input m : s8 in -1..3;
layer a {{ view S : struct s at skb.cb[0]; step st {{ clear S for {}; }} }}
path p {{ st; }}
"""
HEAD = HEAD.replace("{ char cb[64]; }", "{{ char cb[64]; }}")

LONGEST = {
    "7": 7,
    "n": 5,
    "n + 3": 8,
    "n * 2": 10,
    "n - 1": 4,
    "n - 2": ENDLESS,
    "m": ENDLESS,
    "m + 1": 4,
    "n * m": ENDLESS,
    "S.len": 255,
    "S.less": ENDLESS,
    "S.wide": 65535,
    "S.len * 4": 1020,
    "n ? 3 : 9": 9,
    "n - 1u": 4,
    "n - 2u": 2**32 - 1,
    "n % 3": ENDLESS,
}


def test_lengths() -> None:
    for length, most in LONGEST.items():
        made = program(meant(HEAD.format(length)), {"abi": "x86_64"})
        assert longest(made, _length(made)) == most, length


def test_no_run_is_longer() -> None:
    for length in LONGEST:
        made = program(meant(HEAD.format(length)), {"abi": "x86_64"})
        most = longest(made, _length(made))
        for n, m, bits in product((1, 2, 5), (-1, 0, 3), (0, 1)):
            found = run(made, made.paths[0], (), _Fixed(n, m, bits))
            assert max(moved.bytes for moved in found.moved) <= most, (length, n, m)


def _length(made: Program):  # type: ignore[no-untyped-def]
    step: Step = made.steps["st"]
    (statement,) = step.body
    assert isinstance(statement, Clear)
    return statement.length


class _Fixed:
    def __init__(self, n: int, m: int, bits: int) -> None:
        self.values = {"n": n, "m": m}
        self.bits = bits

    def choose(self, key: tuple[object, ...], low: int, high: int | None) -> int:
        return self.values[str(key[1])] if key[0] == "input" else self.bits
