"""Specs with something wrong: whatever comes in, a mistake or a verdict comes out."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

from cbprove.design.judge import judge
from cbprove.design.space import Options
from cbprove.diagnostics import Source, SpecError
from cbprove.meaning.check import check
from cbprove.meaning.resolve import resolve
from cbprove.solving.solver import Limits
from cbprove.syntax.parse import parse
from cbprove.syntax.tree import Include, Tree

ROOT = Path(__file__).parents[2]
SOUND = sorted(ROOT.glob("tests/traps/*.cbs"))
MISTAKEN = sorted(ROOT.glob("tests/corpus/*/*.cbs"))
_LIMITS = Limits(resources=2_000_000, operations=20_000)
_MOST_CANDIDATES = 64


def mutated(draw: Random) -> str:
    """One of the small specs of the tests with a few things changed: half of the time words
    alone, so that it may stay one."""
    text = draw.choice(draw.choice([SOUND, SOUND, MISTAKEN])).read_text(errors="replace")
    change = draw.choice([_another_word, _another_piece])
    for _ in range(draw.randint(1, 3)):
        text = change(draw, text)
    return text


def _another_word(draw: Random, text: str) -> str:
    """A word in the place of one of its kind: a number for a number, a name for a name."""
    words = list(re.finditer(r"\w+", text))
    if not words:
        return text
    old = draw.choice(words)
    alike = [w.group() for w in words if w.group().isdigit() == old.group().isdigit()]
    new = (
        str(draw.randint(0, 40))
        if old.group().isdigit() and draw.random() < 0.5
        else draw.choice(alike)
    )
    return text[: old.start()] + new + text[old.end() :]


def _another_piece(draw: Random, text: str) -> str:
    """A few characters cut, doubled or replaced."""
    low = draw.randrange(len(text) + 1)
    high = min(len(text), low + draw.randint(1, 12))
    return (
        text[:low]
        + draw.choice(["", text[low:high] * 2, draw.choice(";{}()[]*-=.,09xé\0")])
        + text[high:]
    )


def outcome(text: str) -> str:
    """What came out: `mistakes` or `verdicts`; anything else is raised."""
    try:
        source = Source("noise.cbs", text)
        declarations = parse(source)
        if any(isinstance(d, Include) for d in declarations):
            return "left out"
        system = resolve(Tree(declarations, (source,)))
        check(system)
    except SpecError:
        return "mistakes"
    size = 1
    for axis in system.axes:
        size *= len(axis.values)
    if size > _MOST_CANDIDATES:
        return "left out"
    judge(system, Options(limits=_LIMITS, witnesses=True))
    return "verdicts"
