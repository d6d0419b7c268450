"""Data flow never says of a run that breaks a property that none does; on the main spec it says
just what the prover says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cbprove.design.groups import Group, groups
from cbprove.design.marks import PROVED, REFUTED
from cbprove.design.space import Options, Space
from cbprove.meaning.resolve import resolve
from cbprove.reaching.analysis import Reaching
from cbprove.reaching.universe import universe
from cbprove.syntax.includes import load

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "specs/gso_ipoib.cbs"
SPECS = [
    *sorted((ROOT / "tests/traps").glob("*.cbs")),
    *sorted((ROOT / "specs/cases").glob("*.cbs")),
    *sorted((ROOT / "tests/faults").glob("*loop*.cbs")),
]


def _groups(space: Space) -> Iterator[Group]:
    sectors = [(sector, space.program(sector)) for sector in space.all_sectors()]
    yield from groups(space.system.axes, [one for one in sectors if one[1].required is not False])


def _marked(path: Path) -> Iterator[tuple[str, bool, int, str]]:
    """Each candidate that plain numbers do not decide: the property, whether it may break, the
    prover's mark, and its name."""
    space = Space(resolve(load(path)), Options())
    for group in _groups(space):
        flow = Reaching(group.program, universe(group.whole.free))
        for prop in space.system.properties:
            may = flow.may_break(prop.name, (1 << group.whole.size) - 1)
            for place, sector in zip(group.places, group.sectors, strict=True):
                plain = space.plain(space.program(sector), prop.name)
                marks = space.table(sector, prop.name).sheet.marks
                first, _ = group.stretch(place)
                for index in range(sector.size):
                    if not plain[index]:
                        name = f"{prop.name} at {sector.candidate(index)}"
                        yield prop.name, bool(may >> (first + index) & 1), marks[index], name


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_whatever_is_refuted_may_break(path: Path) -> None:
    for _, may, mark, name in _marked(path):
        assert may or mark != REFUTED, name


def test_on_the_main_spec_it_is_exact() -> None:
    seen = set()
    for _, may, mark, name in _marked(MAIN):
        assert may == (mark == REFUTED), name
        assert mark in (REFUTED, PROVED), name
        seen.add(mark)
    assert seen == {REFUTED, PROVED}


_TWO = """\
spec two "a small struct where a large one would not lie in the object";
object skb { char cb[8]; }
packing struct guest { small { u8 a; }; large { u32 a; u32 b; }; }
param AT in 0..7 = 0;
require AT + sizeof(struct guest) <= sizeof(skb.cb);
layer owner { view own : u8 at skb.cb[7]; step set { write own; } step get { read own; } }
layer other { view GUEST : struct guest at skb.cb[AT]; step store { write GUEST; } }
path p { set; repeat { store; } get; }
property kept: preserved own from set to get;
proposal any_of_them { guest = any; AT = any; expect kept refuted somewhere; }
"""


def test_what_only_others_have_lies_outside_for_others_alone(tmp_path: Path) -> None:
    path = tmp_path / "two.cbs"
    path.write_text(_TWO)
    found = {name: (may, mark) for prop, may, mark, name in _marked(path) if prop == "kept"}
    assert [may for may, _ in found.values()] == [mark == REFUTED for _, mark in found.values()]
    assert len(found) == 9 and sum(may for may, _ in found.values()) == 2


_OWN = """\
spec own "another's byte is the first or the second of two";
object skb { char cb[8]; }
param AT in 0..6 = 0;
layer own   { view V : u8[2] at skb.cb[AT]; step set { write V; } step get { read V; } }
layer other { view B : u8 at skb.cb[4]; step store { write B; } }
"""
_READ = f"""{_OWN}
path p {{ set; repeat {{ store; }} get; }}
property asked: owned V;
"""
# The step that ends it is called by a part that a part calls.
_CALLED = f"""{_OWN}
part inner {{ get; }}
part outer {{ repeat {{ store; }} inner; }}
path p {{ set; optionally {{ outer; }} }}
path q {{ set; store; }}
property asked: preserved V from set to get;
"""


@pytest.mark.parametrize("text", [_READ, _CALLED], ids=["read", "called"])
def test_each_byte_of_what_is_read_counts(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bytes.cbs"
    path.write_text(text)
    marked = [(may, mark) for prop, may, mark, _ in _marked(path) if prop == "asked"]
    assert [may for may, _ in marked] == [mark == REFUTED for _, mark in marked]
    assert [at for at, (may, _) in enumerate(marked) if may] == [3, 4]


_BY = """\
spec by "whose stores they are, from turn to turn";
object skb { char cb[8]; }
layer l {
    view N : u8 at skb.cb[0];
    view X : u8 at skb.cb[1];
    view Y : u8 at skb.cb[2];
    step zero { write N = 0; write X; }
    step at_once { write Y; read Y; }
    step count { read N; write N = 1; }
    step get { read parent.X; }
    step set { write parent.X; }
}
path p { zero; at_once; repeat { count; } each segment { get; set; } }
property counted: written N by zero, count;
property taken: written X by zero, set;
property early: written Y by at_once;
proposal any_of_them { expect taken refuted; expect early refuted; }
"""


def test_a_run_of_an_earlier_turn_has_ended_on_what_is_there_still(tmp_path: Path) -> None:
    path = tmp_path / "by.cbs"
    path.write_text(_BY)
    # The count of the turn before is in the history of the packet. What `set` stored there ran on
    # another segment, whose history ended with it. What `at_once` stores is in none before it ends.
    assert {prop: (may, mark) for prop, may, mark, _ in _marked(path)} == {
        "counted": (False, PROVED),
        "taken": (True, REFUTED),
        "early": (True, REFUTED),
        "fits": (False, PROVED),
    }


_CLONED = """\
spec cloned "whose history a run is in, where a clone was made meanwhile";
object skb per path { char cb[8]; }
object stack { u8 kept[4]; }
layer l {
    view V : u8 at stack.kept[0];
    view W : u8 at stack.kept[1];
    view X : u8 at skb.cb[0];
    step on_packet { write V; }
    step around { write W; clone inner; on inner { read V; } write W; }
    step get { read V; }
    step get_around { read W; }
    step mark { write X; }
    step look { read X; }
}
path after { clone c; on_packet; on c { get; } }
path before { on_packet; clone c; on c { get; } }
path turns { each segment { on_packet; get; } get; }
path meanwhile { clone c; around; get_around; on c { get_around; } }
path carried { mark; clone c; copy X -> stack.kept[2]; copy stack.kept[2] -> X; on c { look; } look; }
property run_after: written V by on_packet in after;
property run_before: written V by on_packet in before;
property of_a_turn: written V by on_packet in turns;
property of_turns: written V by on_packet in get;
property own: written W by around in meanwhile;
property anywhere: written X by mark in carried;
proposal any_of_them {
    expect run_after refuted; expect of_a_turn refuted; expect of_turns refuted; expect own refuted;
}
"""


def test_a_run_is_in_no_history_of_what_was_made_before_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "cloned.cbs"
    path.write_text(_CLONED)
    assert {prop: (may, mark) for prop, may, mark, _ in _marked(path)} == {
        "run_after": (True, REFUTED),
        "run_before": (False, PROVED),
        "of_a_turn": (True, REFUTED),
        "of_turns": (True, REFUTED),
        "own": (True, REFUTED),
        "anywhere": (False, PROVED),
        "fits": (False, PROVED),
    }


_NARROWED = f"""{_OWN}
layer later {{ step first {{ read V; }} step second {{ read V; }} }}
path p {{ set; first; repeat {{ store; }} second; }}
property asked: owned V in second;
"""


def test_what_one_step_may_read_another_may_not(tmp_path: Path) -> None:
    path = tmp_path / "narrowed.cbs"
    path.write_text(_NARROWED)
    marked = [(may, mark) for prop, may, mark, _ in _marked(path) if prop == "asked"]
    assert [at for at, (may, _) in enumerate(marked) if may] == [3, 4]
    assert [may for may, _ in marked] == [mark == REFUTED for _, mark in marked]
