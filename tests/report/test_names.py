"""What witnesses call places: of other objects with their names, of unions by the arms."""

from __future__ import annotations

from pathlib import Path

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
