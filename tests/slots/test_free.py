"""`cbprove free`: free bytes by hand, and against the prover of a spec in which the view is
written out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cbprove.diagnostics import WrongUsage
from cbprove.pipeline import Options
from cbprove.report.free import Free
from cbprove.slots.free import Wanted, free
from cbprove.slots.life import Life

ROOT = Path(__file__).parents[2]

SPEC = """
spec room "two layers and a hole";
abi x86_64;
object skb per path { char cb[16] __aligned(8); }
layer first  { view A : u8[4] at skb.cb[0]; step begin { write A; } step end { read A; } }
layer second { view B : u8[4] at skb.cb[8]; step store { write B; } step look { read B; } }
layer third  { view C : u8[2] at skb.cb[14]; step early { write C; } step late { read C; } }
path one { early; begin; optionally { store; look; } end; late; }
path two { early; begin; end; late; }
property a: preserved A from begin to end;
property c: preserved C from early to late;
property nobody: owned;
"""


def ask(
    tmp_path: Path,
    text: str = SPEC,
    size: int = 1,
    align: int = 1,
    start: str | None = "begin",
    end: str | None = "end",
) -> Free:
    file = tmp_path / "room.cbs"
    file.write_text(text)
    return free(
        str(file), Wanted(None, Life(start, end), size, align), Options(), lambda done, total: None
    )


def test_bytes_that_nobody_stores_to_and_nobody_needs_are_free(tmp_path: Path) -> None:
    found = ask(tmp_path)
    assert found.runs() == [(4, 8), (12, 14)]
    assert {byte.number: byte.needed for byte in found.bytes if byte.needed} == {
        **dict.fromkeys(range(4), (("end", "first"),)),
        **dict.fromkeys((14, 15), (("late", "third"),)),
    }
    assert found.paths == ("one", "two")
    (eighth,) = (each for each in found.bytes if each.number == 8)
    assert (eighth.stores, eighth.reads) == ((("store", "second"),), (("look", "second"),))
    assert dict(eighth.on) == {"store": ("one",), "look": ("one",)}


def test_a_slot_harms_nobody(tmp_path: Path) -> None:
    """Nobody stores to [0..4) and [14..16) between the two, and others need them."""
    found = ask(tmp_path, size=4)
    assert [(slot.low, slot.kept, slot.harmed) for slot in found.slots] == [(4, True, ())]
    assert found.code == 0


def test_a_slot_that_harms_somebody_is_told_and_left(tmp_path: Path) -> None:
    text = SPEC.replace("skb.cb[8]; step store", "skb.cb[5]; step store")
    found = ask(tmp_path, text, size=5)
    assert [(slot.low, slot.harmed) for slot in found.slots] == [(9, ())]
    found = ask(tmp_path, text, size=2, align=16)
    assert (found.slots, found.movers) == ((), (("first",),))
    text = text.replace("property c:", "property odd: holds skb.cb[12] == 0 at late;\nproperty c:")
    found = ask(tmp_path, text.replace("{ early;", "{ clear skb.cb; early;"), size=2, align=4)
    assert [(slot.low, slot.harmed) for slot in found.slots] == [(12, ("odd",))]


def test_alignment_is_kept(tmp_path: Path) -> None:
    assert [(slot.low, slot.holds) for slot in ask(tmp_path, size=3, align=4).slots] == [(4, True)]
    assert ask(tmp_path, size=3, align=8).code == 1


def test_where_there_is_no_room_the_fewest_layers_are_named(tmp_path: Path) -> None:
    found = ask(tmp_path, size=10)
    assert (found.slots, found.movers, found.code) == ((), (("second",),), 1)


def test_without_steps_a_life_is_a_whole_path(tmp_path: Path) -> None:
    assert ask(tmp_path, start=None, end=None).runs() == [(4, 8), (12, 14)]


LOOP = """
spec loop "who stores in a loop is in the way of the next turn";
abi x86_64;
object skb per path { char cb[8]; }
layer a { view A : u8[2] at skb.cb[0]; step put { write A; } step get { read A; } }
layer b { view B : u8[2] at skb.cb[4]; step behind { write B; } }
path p { put; repeat { get; behind; } }
"""


def test_a_store_behind_the_reader_is_in_the_way_in_a_loop(tmp_path: Path) -> None:
    found = ask(tmp_path, LOOP, start="put", end="get")
    assert found.runs() == [(2, 4), (6, 8)]
    assert found.bytes[4].stores == (("behind", "b"),)


NEEDED = """
spec needed "who reads what lay there before";
object skb { char cb[16]; }
param AT in 0..1;
layer a { view A : u8[2] at skb.cb[0]; view S : u8[2] at skb.cb[2]; view O : u8[2] at skb.cb[4];
    step begin { read S; write A, S; } step end { read A; } }
layer b { view B : u8[2] at skb.cb[6 + AT]; view C : u8[2] at skb.cb[10]; view W : u8[4] at skb.cb[4];
    step before { write B, C, O; } step anew { write C; read C; } step after { read B, W; } }
path p { before; repeat [1..3] { begin; } anew; end; after; }
"""


def test_who_needs_a_byte_is_asked_of_every_reader_behind_the_store(tmp_path: Path) -> None:
    """A is read at the end and S by the first step in its next turn; B is read behind the life,
    wherever its axis, which has no default, puts it; W reads what is another's, all of its bytes;
    C is stored anew before anybody reads it, and is in the way of the new member instead."""
    found = ask(tmp_path, NEEDED, start="begin", end="end")
    assert found.runs() == [(9, 10), (12, 16)]
    needed = {byte.number: tuple(step for step, _ in byte.needed) for byte in found.bytes}
    assert needed == {
        **dict.fromkeys((0, 1), ("end",)),
        **dict.fromkeys((2, 3), ("begin",)),
        **dict.fromkeys(range(4, 9), ("after",)),
        **dict.fromkeys(range(9, 16), ()),
    }
    assert stored(found)[10] == ("anew",)


def test_what_no_run_reads_is_needed_by_nobody(tmp_path: Path) -> None:
    never = SPEC.replace("step late { read C; }", "step late { if (1 > 2) { read C; } }")
    assert ask(tmp_path, never).runs() == [(4, 8), (12, 16)]


READ_OTHERWISE = """
spec otherwise "what `owned` of the view does not speak of";
object skb per path { char cb[16]; }
object stack { u8 saved[2]; }
input n : u8 in 0..2;
layer a { view A : u8 at skb.cb[0]; view B : u8[2] at skb.cb[2]; view C : u8 at skb.cb[6];
    view D : u8 at skb.cb[8]; view E : u8 at skb.cb[10]; view F : u8 at skb.cb[12];
    step set { write A, D, F; write B[n]; write E = 1; }
    step begin { }
    step carry { copy A -> stack.saved for 1; }
    step lane { read B[n]; }
    step longer { read D for 2; }
    step sure { assume E == 1 "it was set"; }
    step own { read F; } }
path p { set; begin; carry; lane; longer; sure; own; }
"""


def test_what_no_property_of_a_view_speaks_of_is_needed_too(tmp_path: Path) -> None:
    """Carried by a copy, through an index that may leave the view, beyond it, looked at alone."""
    found = ask(tmp_path, READ_OTHERWISE, start="begin", end=None)
    needed = {byte.number: tuple(step for step, _ in byte.needed) for byte in found.bytes}
    assert {number: steps for number, steps in needed.items() if steps} == {
        0: ("carry",),
        **dict.fromkeys((2, 3, 4), ("lane",)),
        **dict.fromkeys((8, 9), ("longer",)),
        10: ("sure",),
        12: ("own",),
    }


def test_a_condition_of_a_path_reads(tmp_path: Path) -> None:
    text = READ_OTHERWISE.replace("carry; lane; longer; sure; own;", "if (E == 1) { own; }")
    found = ask(tmp_path, text, start="begin", end=None)
    needed = {byte.number: tuple(step for step, _ in byte.needed) for byte in found.bytes}
    assert {number: steps for number, steps in needed.items() if steps} == {
        10: ("p",),
        12: ("own",),
    }


EMPTY = """
spec empty "a part that does nothing, at one choice of an axis";
object skb per path { char cb[4]; }
param mode in { plain, other };
layer a { view A : u8 at skb.cb[0]; step set { write A; } step use { read A; } step rest { } }
part here { when mode == other { rest; } }
path p { when mode == plain { set; here; use; } when mode == other { rest; here; } }
"""


def test_a_life_may_begin_behind_a_part_that_does_nothing(tmp_path: Path) -> None:
    found = ask(tmp_path, EMPTY, start="here", end=None)
    assert (found.runs(), found.bytes[0].needed) == ([(1, 4)], (("use", "a"),))
    assert ask(tmp_path, EMPTY, start="set", end="here").runs() == [(1, 4)]


OPEN = """
spec open "a store that one choice of an axis puts over all bytes, and one that leaves all";
object skb per path { char cb[4]; }
param AT in 0..3;
param KIND in { all, one, none };
require KIND != none || AT < 2;
layer a { view V : u8[4] at skb.cb[0]; view W : u8 at skb.cb[AT]; step begin { } step end { }
    step store { when KIND == all && AT == 0 { write V; } when KIND == none && AT > 1 { write V; } } }
path p { begin; store; end; }
"""


def test_a_choice_that_leaves_no_byte_free_counts(tmp_path: Path) -> None:
    """No less where as many choices of another axis are; those that are excluded do not."""
    assert ask(tmp_path, OPEN).runs() == []
    assert ask(tmp_path, OPEN.replace("KIND == all &&", "KIND == all && AT == 1 &&")).runs() == [
        (0, 4)
    ]


@pytest.mark.parametrize("at", range(13))
def test_the_answer_is_that_of_the_view_written_out(tmp_path: Path, at: int) -> None:
    from cbprove.pipeline import check

    layer = f"layer new {{ view N : u8[4] at skb.cb[{at}]; step put {{ write N; }} step get {{ read N; }} }}\n"
    text = SPEC.replace("begin; ", "begin; put; ").replace("end; late", "get; end; late")
    file = tmp_path / "written.cbs"
    file.write_text(text + layer + "property kept: preserved N from put to get;\n")
    report = check(str(file), Options(), lambda done, total: None)
    proved = {case.property: case.verdict == "proved" for case in report.cases}
    found = ask(tmp_path)
    assert all(proved.values()) == all(found.bytes[at + i].free for i in range(4))


@pytest.mark.parametrize(
    ("start", "end", "size", "message"),
    [
        ("nobody", "end", 1, "there is no step and no part `nobody`"),
        ("end", "begin", 1, "no path comes from `end` to `begin`"),
        ("begin", "end", 17, "`skb.cb` has 16 bytes"),
    ],
)
def test_what_makes_no_sense_is_said(
    tmp_path: Path, start: str, end: str, size: int, message: str
) -> None:
    with pytest.raises(WrongUsage, match=message):
        ask(tmp_path, size=size, start=start, end=end)


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "room.cbs").write_text(SPEC)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    command = [
        sys.executable,
        "-m",
        "cbprove",
        "free",
        "room.cbs",
        "--from",
        "begin",
        "--to",
        "end",
        "--bytes",
        "4",
    ]
    ran = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (
        "fit at [4..8): proved for every run with a view there, and nobody else loses anything"
        in ran.stdout
    )
    assert "  free  ####....####..##\n" in ran.stdout
    assert "[14..16)  not free\n  needed by late (third)\n" in ran.stdout
    told = json.loads(
        subprocess.run(
            [*command, "--format", "json"], cwd=tmp_path, env=environment, capture_output=True
        ).stdout
    )
    assert (told["free"], told["slots"][-1]["holds"]) == ([[4, 8], [12, 14]], True)


OTHERS = """
spec others "objects of one size, steps of one name, lengths and indexes";
object beside { u8 big[16]; }
object skb per path { char cb[16]; u8 head[8]; u8 tail[2]; }
input n : u8 in 0..12;
input i : u8 in 0..3;
layer first  { step mark { write skb.cb[12]; } step look { read skb.cb[12]; } step other { write beside.big[3]; } }
layer second { view I : u8[4] at skb.cb[8]; step mark { write skb.cb[13]; } step index { write I[i]; }
    step some { clear skb.cb for n - 10 > 0 ? 2 : 1; } step past { write skb.head for n; } }
part inner { second.mark; }
path p { first.mark; other; inner; index; some; past; look; }
"""


def stored(found: Free) -> dict[int, tuple[str, ...]]:
    return {byte.number: tuple(step for step, _ in byte.stores) for byte in found.bytes}


def test_who_stores_is_told_by_objects_and_as_far_as_lengths_and_indexes_go(tmp_path: Path) -> None:
    found = ask(tmp_path, OTHERS, start="first.mark", end="look")
    expected = {0: ("some",), 1: ("some",), 13: ("second.mark",)}
    expected |= dict.fromkeys(range(8, 12), ("index",))
    assert stored(found) == {byte: expected.get(byte, ()) for byte in range(16)}
    assert found.runs() == [(2, 8), (14, 16)]


@pytest.mark.parametrize("end", ["look", "first.look"])
def test_a_step_may_be_named_with_its_layer_there_and_here(tmp_path: Path, end: str) -> None:
    text = OTHERS.replace("past; look;", "past; first.look;")
    assert ask(tmp_path, text, start="first.mark", end=end).runs() == [(2, 8), (14, 16)]


def test_who_stores_past_its_own_area_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "tail.cbs").write_text(OTHERS)
    wanted = Wanted("skb.tail", Life("first.mark", "look"), 1, 1)
    found = free(str(tmp_path / "tail.cbs"), wanted, Options(), lambda done, total: None)
    assert (found.runs(), stored(found)) == ([], {0: ("past",), 1: ("past",)})


def test_a_control_block_is_an_array_of_bytes(tmp_path: Path) -> None:
    """Not the largest member that is used directly."""
    text = SPEC.replace("__aligned(8); }", "__aligned(8); u64 hash[4]; u16 mark; }")
    assert ask(tmp_path, text).block == "skb.cb"
    wanted = Wanted("skb.mark", Life("begin", "end"), 1, 1)
    with pytest.raises(WrongUsage, match="there is no control block"):
        free(str(tmp_path / "room.cbs"), wanted, Options(), lambda done, total: None)


def test_a_property_that_is_broken_anyway_is_not_harmed(tmp_path: Path) -> None:
    found = ask(tmp_path, OTHERS, start="first.mark", end="look")
    assert [(slot.low, slot.harmed) for slot in found.slots] == [(2, ())], (
        "`fits` was broken before"
    )
