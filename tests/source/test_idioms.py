"""Each file of `idioms/` is a test: behind each line stands what it does to `sk_buff.cb`, in
order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("clang.cindex")

from cbprove.source.accesses import Sought
from cbprove.source.mentions import Mentions
from cbprove.source.reading import read_file
from cbprove.source.rendering import bits
from cbprove.source.units import Flags

IDIOMS = sorted(Path(__file__).parent.joinpath("idioms").glob("*.c"))
FLAGS = Flags(("-x", "c", "--target=x86_64-linux-gnu", "-std=gnu11", "-w"))


def expected(text: str) -> list[tuple[int, str]]:
    """Line and access, as the comments say."""
    return [
        (number, access)
        for number, line in enumerate(text.splitlines(), 1)
        if (match := re.search(r"// ((?:read|write|clear|copy|escape) .*)$", line)) is not None
        for access in match[1].split("; ")
    ]


@pytest.mark.parametrize("path", IDIOMS, ids=lambda path: path.stem)
def test_a_line_does_what_its_comment_says(path: Path) -> None:
    sought = Sought("sk_buff", "cb")
    answer = read_file(str(path), FLAGS, sought, Mentions(sought))
    assert answer.unread is None
    found = [
        (each.line, f"{each.kind} {each.place} {bits(each.place)}")
        for function in answer.functions
        for each in function.accesses
    ]
    assert found == expected(path.read_text())


def test_there_are_files() -> None:
    assert len(IDIOMS) >= 25
    assert (
        sum(not expected(path.read_text()) for path in IDIOMS) == 1
    )  # `not_the_object`, where there is nothing to see
