"""What a witness shows is what the reference saw: values, rows, names and bytes, of every object
that is in question."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from cbprove.meaning.resolve import resolve
from cbprove.pipeline import Options, judged
from cbprove.report.scene import Scene, scene
from cbprove.report.sentences import Untrue
from cbprove.report.witness import block
from cbprove.syntax.includes import load
from cbprove.verdicts import Witness

PACKET = "object skb { char cb[8]; }"


def witness(folder: Path, written: str, name: str, **included: str) -> Witness:
    for file, text in included.items():
        (folder / f"{file}.cbs").write_text(text)
    (folder / "main.cbs").write_text(f"spec main;\n{textwrap.dedent(written)}")
    system = resolve(load(str(folder / "main.cbs")))
    report = judged(system, "main.cbs", Options(), lambda done, total: None)
    (case,) = (case for case in report.cases if case.property == name)
    assert case.finding.verdict == "refuted" and case.finding.witness is not None
    return case.finding.witness


def told(folder: Path, written: str, name: str = "p", **included: str) -> str:
    return "\n".join(block(witness(folder, written, name, **included), name))


STATION = """\
object skb { char cb[8]; }
object sta { u8 key; u8 other; }
layer m {
    view K : u8 at skb.cb[0];
    step add    { write sta.key; }
    step select { write K = sta.key; }
    step drop   { write sta.other; write sta.key = 0; }
    step tx     { read K; }
}
path p { add; select; drop; tx; }
property p: holds K == 0 || sta.key == K at tx;
"""


def test_bytes_of_another_object_have_rows_and_values(tmp_path: Path) -> None:
    assert (
        told(tmp_path, STATION)
        == """\
path p
values   sta.key = 1 at select
                        cb         sta.key
                        0       8  0
add     writes sta.key  ........   S
select  writes K        K.......   s
drop    writes sta.key  k.......   S
tx      reads  K            `K == 0 || sta.key == K` is false
                            K = 1: cb[0..1), stored by select
                            sta.key = 0: sta.key[0..1), stored by drop
                        S sta.key  K K  . never stored"""
    )


def test_a_false_condition_names_its_bytes_in_the_document(tmp_path: Path) -> None:
    found = scene(witness(tmp_path, STATION, "p"), "p")
    assert found is not None
    assert [(lost.object, lost.area, lost.low, lost.high) for lost in found.lost()] == [
        ("skb", "cb", 0, 8),
        ("sta", "key", 0, 8),
    ]


def _with_value(shown: Scene, value: int) -> Scene:
    looks = tuple(replace(look, value=value) for look in shown.first.looks)
    return replace(shown, claims=(replace(shown.first, looks=looks),))


def test_values_that_make_the_condition_true_are_a_fault_of_ours(tmp_path: Path) -> None:
    found = scene(witness(tmp_path, STATION, "p"), "p")
    assert found is not None
    with pytest.raises(Untrue, match="is true of the values shown"):
        _with_value(found, 1).check()


def test_bits_that_do_not_lie_there_are_a_fault_of_ours(tmp_path: Path) -> None:
    found = scene(witness(tmp_path, STATION, "p"), "p")
    assert found is not None
    looks = tuple(replace(look, low=look.low + 8 * (look.low == 0)) for look in found.first.looks)
    with pytest.raises(Untrue, match="do not lie there"):
        replace(found, claims=(replace(found.first, looks=looks[:1]),)).check()


def test_the_choice_that_decides_what_is_lost_is_told(tmp_path: Path) -> None:
    shown = told(
        tmp_path,
        f"""\
        {PACKET}
        struct parm {{ u16 flags; u16 mtu; u32 hash; }};
        layer l {{
            view P : struct parm at skb.cb[0];
            step fill   {{ write P; }}
            step mangle {{ if (P.flags & 1) {{ write P.mtu; }} else {{ write P.hash; }} }}
            step use    {{ read P; }}
        }}
        path p {{ fill; optionally {{ use; }} mangle; use; }}
        property p: preserved P from fill to use;
        """,
    )
    assert "values   P.flags = 0 at mangle" in shown
    assert "mangle  writes P.hash" in shown
    assert "4 of 8 bytes lost: cb[4..8)" in shown
    assert "P.hash = parm.hash, stored by mangle" in shown
    assert "choices  line 9 optionally" not in shown


def test_what_was_copied_in_has_the_row_of_who_stored_it(tmp_path: Path) -> None:
    shown = told(
        tmp_path,
        f"""\
        {PACKET}
        object stack {{ u8 saved[2]; }}
        layer l {{
            view V : u8[2] at skb.cb[0];
            step fill   {{ write V; }}
            step meddle {{ write stack.saved; }}
            step use    {{ read V; }}
        }}
        path p {{ fill; meddle; copy stack.saved -> V; use; }}
        property p: preserved V from fill to use;
        """,
    )
    assert "meddle  writes stack.saved       vv......" in shown
    assert "(path)  copies stack.saved to V  SS......" in shown
    assert "V = stack.saved, stored by meddle" in shown
    assert "V V  S stack.saved  . never stored" in shown


def test_a_row_is_labelled_by_the_statements_that_hit(tmp_path: Path) -> None:
    shown = told(
        tmp_path,
        f"""\
        {PACKET}
        struct s {{ u8 a; u8 b; u8 c; }};
        layer l {{
            view S : struct s at skb.cb[0];
            view T : struct s at skb.cb[2];
            step fill   {{ write S; }}
            step meddle {{ write S.a; clear T.c; write T.a; }}
            step use    {{ read S.c; }}
        }}
        path p {{ fill; meddle; use; }}
        property p: preserved S.c from fill to use;
        """,
    )
    assert "meddle  writes T.a  sssttS" not in shown
    assert "meddle  writes T.a  sst" not in shown
    assert "meddle  writes T.a  SsT.0..." in shown


def test_a_store_of_the_step_that_reads_has_its_row(tmp_path: Path) -> None:
    shown = told(
        tmp_path,
        f"""\
        {PACKET}
        layer l {{
            view A : u8 at skb.cb[0];
            view B : u8 at skb.cb[0];
            step fill {{ write A; }}
            step use  {{ write B; read A; write A; }}
        }}
        path p {{ fill; use; }}
        property p: owned A;
        """,
    )
    assert "use   writes B  B......." in shown
    assert "use   reads  A      1 of 1 byte not its own: cb[0..1)" in shown


def test_all_members_that_break_in_a_step_are_named(tmp_path: Path) -> None:
    shown = told(
        tmp_path,
        f"""\
        {PACKET}
        object flow {{ u16 id; }}
        layer l {{
            view A : u8 at skb.cb[0];
            step fill {{ write A; }}
            step use  {{ read A; read flow.id; read skb.cb[4]; }}
        }}
        path p {{ fill; use; }}
        property p: written;
        """,
    )
    assert "3 of 3 bytes never written: flow.id[0..2), cb[4..5)" in shown
    assert "use  reads flow.id, skb.cb[4]" in shown
    assert "flow.id, skb.cb[4]: never stored" in shown


def test_members_that_were_stored_over_alike_are_told_together(tmp_path: Path) -> None:
    shown = told(
        tmp_path,
        f"""\
        {PACKET}
        struct s {{ u8 a; u8 b; u8 c; }};
        layer l {{
            view S : struct s at skb.cb[0];
            view T : u16 at skb.cb[0];
            step fill   {{ write S; }}
            step meddle {{ write T; }}
            step use    {{ read S.a, S.b, S.c; }}
        }}
        path p {{ fill; meddle; use; }}
        property p: owned;
        """,
    )
    assert "2 of 2 bytes not its own: cb[0..2)" in shown
    assert "S.{a, b} = T, stored by meddle" in shown or "S.{a, b} = T" in shown


def test_a_name_is_said_to_be_given_up_or_shared(tmp_path: Path) -> None:
    layer = "layer l { view A : u8 at skb.cb[0]; step fill { write A; } }"
    given = told(
        tmp_path,
        f"{PACKET} {layer} path p {{ share tap; on tap {{ consume; fill; }} }} property p: lent;",
    )
    shared = told(tmp_path, f"{PACKET} {layer} path p {{ share tap; fill; }} property p: lent;")
    assert "A is touched by a name that was given up" in given
    assert "A is stored to while another name of its object lives" in shared


def test_bits_are_told_in_words(tmp_path: Path) -> None:
    shown = told(
        tmp_path,
        f"""\
        {PACKET}
        struct s {{ u8 pad; u8 low:3, mid:4, high:1; }};
        struct t {{ u16 all; }};
        layer l {{
            view S : struct s at skb.cb[0];
            view T : struct t at skb.cb[0];
            step fill   {{ write T; }}
            step meddle {{ write S.mid; }}
            step use    {{ read T; }}
        }}
        path p {{ fill; meddle; use; }}
        property p: preserved T from fill to use;
        """,
    )
    assert "4 of 16 bits lost: cb byte 1 bits 3 to 6" in shown
    assert "T.all byte 1 bits 3 to 6 = s.mid, stored by meddle" in shown


def test_lines_name_their_file_where_there_is_more_than_one(tmp_path: Path) -> None:
    shown = told(
        tmp_path,
        """\
        include "layers.cbs";
        path p { fill; either { use; } or { meddle; use; } }
        property p: preserved A from fill to use;
        """,
        layers=f"""\
        {PACKET}
        layer l {{
            view A : u8 at skb.cb[0];
            step fill   {{ write A; }}
            step meddle {{ clear A; }}
            step use    {{ read A; }}
        }}
        """,
    )
    assert "main.cbs:3 either: arm 2" in " ".join(shown.split())
    assert "A: cleared by meddle" in shown
