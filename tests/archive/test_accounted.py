"""Two accounts of what turns of a loop may store to, one from the unfolding and one from the text, say the same."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from cbprove.archive.accounted import unaccounted
from cbprove.diagnostics import Source, SpecError
from cbprove.language import elaborate, syntax
from cbprove.language.includes import load
from cbprove.language.parse import parse
from cbprove.language.resolve import resolve
from cbprove.obligations.invariants import Loops
from cbprove.system import Program
from tests.random.loops import drawn

FAULTS = sorted((Path(__file__).parents[1] / "faults").glob("loop_*.cbs"))


def amiss(program: Program) -> list[object]:
    prop = program.properties[0]
    return [one for path in program.paths for one in unaccounted(program, path, Loops(program, path, prop, 20_000))]


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_nothing_that_a_turn_stores_is_left_out(path: Path) -> None:
    assert amiss(elaborate.program(resolve(load(path)), {"abi": "x86_64"})) == []


def test_nothing_is_left_out_of_random_loops() -> None:
    for seed in range(60):
        source = Source("random.cbs", drawn(Random(seed)))
        try:
            system = resolve(syntax.Tree(parse(source), (source,)))
        except SpecError:
            continue
        assert amiss(elaborate.program(system, {"abi": "x86_64"})) == [], seed


def test_a_piece_left_out_is_noticed() -> None:
    path = next(path for path in FAULTS if path.stem == "loop_order_of_stores")
    program = elaborate.program(resolve(load(path)), {"abi": "x86_64"})
    loops = Loops(program, program.paths[0], program.properties[0], 20_000)
    _, _, low, _ = loops.pieces.pop()
    ((_, label, bit),) = unaccounted(program, program.paths[0], loops)
    assert (label, bit) == ("skb", low)
