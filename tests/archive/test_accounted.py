"""Two accounts of what turns of a loop may store to, one from the unfolding and one from the
text, say the same."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from cbprove.archive.stated import unaccounted
from cbprove.diagnostics import Source, SpecError
from cbprove.evidence.frames import frames
from cbprove.meaning import elaborate
from cbprove.meaning.resolve import resolve
from cbprove.obligations.invariants import Loops
from cbprove.syntax import tree as syntax
from cbprove.syntax.includes import load
from cbprove.syntax.parse import parse
from cbprove.system.program import Program
from tests.archive.test_invariants import system
from tests.random.loops import drawn

FAULTS = sorted((Path(__file__).parents[1] / "faults").glob("loop_*.cbs"))


def amiss(program: Program) -> list[object]:
    prop = program.properties[0]
    return [
        one
        for path in program.paths
        for one in unaccounted(program, path, Loops(program, path, prop, 20_000))
    ]


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_nothing_that_a_turn_stores_is_left_out(path: Path) -> None:
    assert amiss(elaborate.program(resolve(load(path)), {"abi": "x86_64"})) == []


def test_nothing_is_left_out_of_random_loops() -> None:
    for seed in range(60):
        source = Source("random.cbs", drawn(Random(seed)))
        try:
            found = resolve(syntax.Tree(parse(source), (source,)))
        except SpecError:
            continue
        assert amiss(elaborate.program(found, {"abi": "x86_64"})) == [], seed


# Everything that stores, one piece of memory each, wherever it may stand in a loop.
STORES = """\
spec stores "in a turn";
object skb { char cb[16]; }
input i : u8 in 0..1 per step;
struct padded { u8 a; u16 b; };
layer l {
    view A : u8 at skb.cb[0];
    view B : u8 at skb.cb[1];
    view C : u8 at skb.cb[2];
    view D : u8[2] at skb.cb[3];
    view E : u8[2] at skb.cb[5];
    view P : struct padded at skb.cb[8];
    view L : u8[3] at skb.cb[12];
    view Z : u8 at skb.cb[15];
    step s { write A; write P; }
    step use { read A; }
}
path p { repeat { s; clear B; copy A -> C; write D[i]; if (Z) { clear E; } repeat { write L for 2; } } use; }
path q { each n { s; write parent.B; } use; }
property asked: written A;
"""


@pytest.mark.parametrize("path", [0, 1])
def test_each_piece_left_out_is_noticed(tmp_path: Path, path: int) -> None:
    program = elaborate.program(system(tmp_path, STORES), {"abi": "x86_64"})
    part, prop = program.paths[path], program.properties[0]
    assert list(unaccounted(program, part, Loops(program, part, prop, 20_000))) == []
    pieces = Loops(program, part, prop, 20_000).pieces
    for memory in {piece[1:] for piece in pieces}:
        loops = Loops(program, part, prop, 20_000)
        loops.pieces = [piece for piece in pieces if piece[1:] != memory]
        found = list(unaccounted(program, part, loops))
        assert {bit for _, _, bit in found} == {memory[1]}
        assert len(found) == len({len(moment) for moment, *rest in pieces if tuple(rest) == memory})


def test_a_frame_is_what_statements_reach(tmp_path: Path) -> None:
    program = elaborate.program(system(tmp_path, STORES), {"abi": "x86_64"})
    outer, inner = sorted(frames(program, program.paths[0]).items(), key=lambda one: len(one[0]))
    reached = {i for low, width in ((0, 56), (64, 32), (96, 16)) for i in range(low, low + width)}
    assert outer[1] == {"skb": reached}
    assert inner[1] == {"skb": set(range(96, 112))}


def test_a_piece_left_out_is_noticed() -> None:
    path = next(path for path in FAULTS if path.stem == "loop_order_of_stores")
    program = elaborate.program(resolve(load(path)), {"abi": "x86_64"})
    loops = Loops(program, program.paths[0], program.properties[0], 20_000)
    _, _, low, _ = loops.pieces.pop()
    ((_, label, bit),) = unaccounted(program, program.paths[0], loops)
    assert (label, bit) == ("skb", low)
