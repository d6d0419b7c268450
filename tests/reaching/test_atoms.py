"""Which atoms a place covers, and which a store to it changes: what is kept for places that lie
alike is what each has by itself."""

from __future__ import annotations

from pathlib import Path

from cbprove.design.groups import groups
from cbprove.design.space import Options, Space
from cbprove.folds import touches, within
from cbprove.pipeline import meaning
from cbprove.reaching.atoms import Atoms
from cbprove.reaching.universe import universe
from cbprove.system.expressions import Place

# `W` and `W.*` lie alike, but one leaves its padding as it was; `S` lies in the other object where
# `V` lies in this one, which is cut otherwise.
SPEC = """spec atoms "places that lie alike"; abi x86_64;
object skb { char cb[16] __aligned(8); }
object stack { u8 kept[16]; }
param OFF in 0..4;
packing struct s { gap { u8 a; u16 b; }; full { u16 a; u16 b; }; }
layer a {
    view V : u8[4] at skb.cb[0]; view S : u8[4] at stack.kept[0]; view B : u8 at skb.cb[2];
    step set { write V; write S; write B; } step use { read V, S; }
}
layer b { view W : struct s at skb.cb[OFF]; step members { write W.*; } step whole { write W; clear W; } }
path p { set; members; whole; use; }
property kept: preserved V from set to use;
"""


def _atoms(tmp_path: Path) -> tuple[Atoms, list[Place]]:
    file = tmp_path / "atoms.cbs"
    file.write_text(SPEC)
    space = Space(meaning(str(file)), Options())
    sectors = [(sector, space.program(sector)) for sector in space.all_sectors()]
    (group,) = groups(space.system.axes, sectors)
    atoms = Atoms(group.program, universe(group.whole.free))
    bodies = [step.body for step in group.program.steps.values()]
    return atoms, [
        touch.place for body in bodies for each in within(body) for touch in touches(each)
    ]


def _covered(atoms: Atoms, place: Place) -> dict[tuple[int, int], int]:
    """By bit of the object and bit of the place, where the one is the other."""
    covered: dict[tuple[int, int], int] = {}
    for each in atoms.covered(place, 0, place.width):
        low = atoms.low(atoms.kind(place), each.atom)
        for position, candidates in each.positions:
            for bit in range(atoms.width(atoms.kind(place), each.atom)):
                covered[low + bit, position + bit] = candidates
    return covered


def test_a_place_covers_its_own_bits(tmp_path: Path) -> None:
    atoms, places = _atoms(tmp_path)
    assert len({(place.low, place.width) for place in places}) < len(set(places))
    for place in places:
        lows = atoms.universe.values(place.low).items()
        expected = {
            (low + bit, bit): candidates for low, candidates in lows for bit in range(place.width)
        }
        assert _covered(atoms, place) == expected, place.text


def test_a_store_changes_what_it_writes(tmp_path: Path) -> None:
    atoms, places = _atoms(tmp_path)
    for place in places:
        for blank in (False, True):
            bits = {bit for low, width in place.padding for bit in range(low, low + width)}
            written = range(place.width) if blank else bits | place.covered
            expected: dict[int, int] = {}
            for (bit, position), candidates in _covered(atoms, place).items():
                if position in written:
                    expected[bit] = expected.get(bit, 0) | candidates
            changed = {
                atoms.low(atoms.kind(place), atom) + bit: candidates
                for atom, candidates in atoms.reached(place, blank)
                for bit in range(atoms.width(atoms.kind(place), atom))
            }
            assert changed == expected, (place.text, blank)
