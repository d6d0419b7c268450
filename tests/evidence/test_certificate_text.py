"""Certificates as text: what is written is read back, what is changed is no text of a
certificate or another certificate."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove import pipeline
from cbprove.evidence.certificate import Certificate
from cbprove.evidence.certificate_check import check
from cbprove.evidence.certificate_find import find
from cbprove.evidence.certificate_text import Unreadable, read, written
from cbprove.meaning.elaborate import program
from cbprove.system.program import Owned, Preserved, Program, Written
from tests.evidence.test_certificates import SPECS, certified, each_spec
from tests.evidence.test_lost import made_of

SPEC = """\
spec told "nearly all that a certificate may say";
include "shared.cbs";
object skb { char cb[48]; }
object stack { u8 saved[4]; }
input n : u8;
struct pair { u16 x; u16 y; };
layer a {
    view A : u32 at skb.cb[0];
    view C : struct pair at skb.cb[8];
    step set { clear A; write C; }
    step use { read A; read C.x; }
}
path p {
    set;
    if (n >= 3) { hit; }
    copy A -> stack.saved; hit; copy stack.saved -> A;
    repeat { over; over; }
    if (n < 3) { each segment { use; } }
}
property kept: preserved A, C from set to use;
"""

SHARED = """\
layer b {
    view B : u8 at skb.cb[0];
    view D : u8[4] at skb.cb[4];
    step hit { write B; }
    step over { write D; clear D; }
}
"""

TEXT = """\
certificate of kept

claim 0 at 18/2>18/3 on p: step use
  18/2 keeps skb[0, 32) as 0 skb[64, 96) as 32: each
  17 keeps skb[0, 32) as 0 skb[64, 96) as 32: repeat
  17>17/3>i2:5/2 skb[32, 64) between: clear D
  17>17/3>i2:5 skb[32, 64) between: write D
  17>17/2>i2:5/2 skb[32, 64) between: clear D
  17>17/2>i2:5 skb[32, 64) between: write D
  16/3 skb[0, 32) brought: copy stack.saved -> A
  16/2>i2:4 skb[0, 8) undone by 16/3: write B
  16 stack[0, 32) brought: copy A -> stack.saved
  15 arm 0 never by 18: if
  14 skb[0, 0) begun: step set
"""


@pytest.fixture
def told(tmp_path: Path) -> tuple[Program, Certificate, str]:
    (tmp_path / "shared.cbs").write_text(SHARED)
    (tmp_path / "told.cbs").write_text(SPEC)
    made = program(pipeline.meaning(str(tmp_path / "told.cbs")), {"abi": "x86_64"})
    found = find(made, made.properties[0])
    assert found is not None and check(made, made.properties[0], found) is None
    return made, found, written(made, found)


def test_the_text(told: tuple[Program, Certificate, str]) -> None:
    assert told[2] == TEXT


def test_what_is_written_is_read_back(told: tuple[Program, Certificate, str]) -> None:
    made, found, text = told
    assert read(made, text) == found


@each_spec
def test_certificates_of_specs_are_read_back(spec: Path) -> None:
    for made, _, found in certified(spec):
        assert read(made, written(made, found)) == found


@pytest.mark.parametrize(
    "path", ["wipe; low; repeat { wipe; } use;", "repeat { write V; use; } low; use;"]
)
def test_what_lies_in_no_object_is_read_back(path: str) -> None:
    made = made_of(path, "preserved V from low to use")
    found = find(made, made.properties[0])
    assert found is not None and check(made, made.properties[0], found) is None
    assert "(" in written(made, found)
    assert read(made, written(made, found)) == found


@pytest.mark.parametrize("spec", [SPECS[0]])
def test_every_line_counts(spec: Path) -> None:
    """A text without one of its lines, with a word more, or with a number changed stands for no
    certificate or for another."""
    made, prop, found = next(certified(spec))
    lines = written(made, found).splitlines()
    for number, line in enumerate(lines):
        digit = next((c for c in reversed(line.partition(": ")[0]) if c.isdigit()), None)
        others = [
            "",
            line + " ",
            " " + line,
            line.replace(digit, str(9 - int(digit))) if digit else line + "!",
        ]
        for other in others if line else ["x"]:
            text = "\n".join([*lines[:number], other, *lines[number + 1 :]]) + "\n"
            try:
                assert check(made, prop, read(made, text)) is not None
            except Unreadable as wrong:
                assert str(wrong).startswith("line ")


def test_other_properties_have_no_certificate() -> None:
    """What they claim hangs on events that the walk does not look for: a certificate without
    claims would say nothing."""
    made = program(pipeline.meaning(str(SPECS[0])), candidate())
    others = [
        prop for prop in made.properties if not isinstance(prop.claim, Preserved | Owned | Written)
    ]
    assert {prop.name for prop in others} >= {"widths", "gso_aligned", "fits"}
    for prop in others:
        assert find(made, prop) is None
        assert (
            check(made, prop, Certificate(prop.name, ()))
            == f"{prop.name} is not about where bits come from"
        )


def candidate() -> dict[str, str | int]:
    system = pipeline.meaning(str(SPECS[0]))
    return {axis: values[0] for axis, values in system.proposals[0].domains.items()}
