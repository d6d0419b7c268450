"""What witnesses call places: of other objects with their names, of unions by the arms."""

from __future__ import annotations

from pathlib import Path

from cbprove.pipeline import Options, check
from cbprove.report import text
from cbprove.report.style import Manner
from tests.report.test_truth import told

SPEC = """
object skb { char cb[32]; }
input i : u8 in 0..8;
struct hdr { u16 a; u16 b; };
struct two { union { struct hdr h4; struct hdr h6; }; u32 x; };
struct wide { u8 of_a_long_name, of_another_long_name; };
layer l {
    view T : struct two at skb.cb[0];
    view W : u8[8] at skb.cb[24];
    view LONG : struct wide at skb.cb[8];
    step begin { write T.*; }
    step end { }
    step above { write parent.T.x; }
    step index { write W[i]; }
    step both { read LONG.of_a_long_name, W[0]; }
}
path made  { begin; clone c; on c { above; } write c.T.h4; read c.T.x; end; }
path arm   { write T.h4; read T.h6; }
path whole { write T.h4; write T.x; read T; }
path past  { index; }
path many  { both; }
property in_made:  preserved T.x from begin to end in made;
property of_clone: written T by above in made;
property in_arm:   owned in arm;
property in_whole: owned in whole;
property in_past:  fits W in past;
property in_many:  written in many;
"""


def test_a_place_of_another_object_is_told_with_it(tmp_path: Path) -> None:
    assert "writes parent.T.x" in told(tmp_path, SPEC, "in_made")
    assert "reads  c.T.x" in told(tmp_path, SPEC, "of_clone")
    assert "c.T.x = two.x, stored by begin" in told(tmp_path, SPEC, "of_clone")


def test_arms_of_a_union_are_told_apart(tmp_path: Path) -> None:
    assert "T.h6 = T.h4, stored by the path" in told(tmp_path, SPEC, "in_arm")
    assert "T.{h6.a, h6.b} = T.h4, stored by the path" in told(tmp_path, SPEC, "in_whole")


def test_names_are_joined_as_c_joins_them(tmp_path: Path) -> None:
    assert "1 byte behind it, from W[i] on" in told(tmp_path, SPEC, "in_past")
    assert "reads LONG.of_a_long_name, W[0]" in told(tmp_path, SPEC, "in_many")


ASSUMED = """
object skb { char cb[8]; }
input n : u8;
layer l { view V : u8 at skb.cb[0]; step set { write V; } step end { read V; } }
path low  { set; assume n < 3 "small"; clear skb.cb for n; end; }
path high { set; assume n > 5 "large"; clear skb.cb for 1; end; }
property kept: preserved V from set to end in high;
"""


def test_a_refutation_names_the_assumptions_of_its_own_path(tmp_path: Path) -> None:
    (tmp_path / "main.cbs").write_text(f"spec main;\n{ASSUMED}")
    report = check(str(tmp_path / "main.cbs"), Options(), lambda done, total: None)
    (case,) = (case for case in report.cases if case.property == "kept")
    shown = text.block(report, case, Manner())
    assert "assuming n > 5: large" in shown and "small" not in shown


TURNS = """
object skb { char cb[8]; }
layer l { view V : u8 at skb.cb[0]; step set { write V; } step end { read V; } }
path fixed { set; repeat [2] { write V; } end; }
path free  { set; repeat { write V; } end; }
property fixed: preserved V from set to end in fixed;
property free:  preserved V from set to end in free;
"""


def test_turns_that_every_run_has_are_no_choice(tmp_path: Path) -> None:
    assert "choices" not in told(tmp_path, TURNS, "fixed")
    assert "repeat: 1 turn" in told(tmp_path, TURNS, "free")
