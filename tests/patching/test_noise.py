"""Patches with noise in them are read, or refused as mistakes; never a fault of ours."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cbprove.diagnostics import SpecError
from cbprove.patching.change import change
from cbprove.patching.onto import onto
from cbprove.syntax.includes import load

ROOT = Path(__file__).parents[2]
PATCHES = sorted((ROOT / "specs" / "changes").glob("*.patch")) + sorted(
    (ROOT / "specs" / "changes").glob("*.mbox")
)
SIGNS = [
    b"{",
    b"}",
    b";",
    b"\n",
    b"+",
    b"-",
    b" ",
    b"(",
    b")",
    b",",
    b":",
    b"[",
    b"/*",
    b"*/",
    b"#if X\n",
    b"struct ",
    b"\0",
    b"\xff",
    b"@@",
]


def noisy(data: bytes, draw: random.Random) -> bytes:
    lines = data.split(b"\n")
    for _ in range(draw.randint(1, 4)):
        kind, at = draw.randrange(5), draw.randrange(len(lines))
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, draw.choice(lines))
        elif kind == 2:
            place = draw.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + draw.choice(SIGNS) + lines[at][place:]
        elif kind == 3:
            other = draw.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif lines[at][:1] in b"+- ":
            lines[at] = draw.choice([b"+", b"-", b" "]) + lines[at][1:]
        lines = lines or [b""]
    return b"\n".join(lines)


@pytest.mark.parametrize("seed", range(120))
def test_noise_is_read_or_refused(seed: int) -> None:
    draw = random.Random(seed)
    data = noisy(draw.choice(PATCHES).read_bytes(), draw)
    tree = load(str(ROOT / "specs" / "linux" / "udp_7_2.cbs"))
    try:
        onto(tree, change(data, "p"), "the model")
    except SpecError as error:
        assert all(mistake.message for mistake in error.diagnostics)
