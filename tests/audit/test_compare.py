"""A spec against a record written by hand: every kind of difference, and what is none."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType

import jsonschema
import pytest

from cbprove.audit.compare import Audited, audited, with_joins
from cbprove.audit.record import Record, load
from cbprove.audit.rendering import document, summary, unmodelled
from cbprove.audit.rendering import text as told
from cbprove.audit.writing import save, text
from cbprove.diagnostics import WrongUsage
from cbprove.pipeline import candidates_to_audit
from cbprove.source.accesses import Access, Kind, Place, Read, Sought, Unread

SCHEMA = Path(__file__).parents[2] / "model/cbprove/audit/audit.schema.json"
SPEC = """spec tiny "one layer";
object skb {{ char cb[16]; u32 mark; }}
struct parm {{ u32 iif; u16 flags; u16 most; }};
layer ip {{
    view P : struct parm at skb.cb[0];
    {steps}
}}
path all {{ {calls} }}
"""
PLACES = {"iif": (0, 32), "flags": (32, 16), "most": (48, 16), "": (0, 64)}


def access(kind: Kind, member: str, line: int = 7, to: str = "") -> Access:
    start, width = PLACES[member]
    return Access(kind, Place("skb", "parm", member, start, width), line, (), to)


def record(**functions: list[Access]) -> Record:
    reads = {
        name: (Read(name, f"net/{name}.c", 3, tuple(found)),) for name, found in functions.items()
    }
    return Record(
        kernel="linux 6.1.192",
        object=Sought("sk_buff", "cb"),
        functions=MappingProxyType(reads),
        others=MappingProxyType({"net/core/dev.c": ("other", "rcv"), "net/x.c": ("third",)}),
        absent=("gone",),
        hashes=MappingProxyType({"net/rcv.c": "ab" * 32}),
        unread=(Unread("net/bad.c", 2, "net/bad.c:1: unknown type"),),
        calls=(),
    )


def audit(folder: Path, held: Record, steps: str, calls: str = "rcv;") -> Audited:
    (folder / "tiny.cbs").write_text(SPEC.format(steps=steps, calls=calls))
    ((path, program),) = candidates_to_audit([str(folder / "tiny.cbs")], None).items()
    found = audited(path, program, held)
    assert found is not None
    return with_joins(found, program, held)


def differences(
    folder: Path, held: Record, steps: str, calls: str = "rcv;"
) -> list[tuple[str, str]]:
    return [(each.what, each.message) for each in audit(folder, held, steps, calls).differences]


BOTH = [access("read", "flags"), access("write", "flags")]


@pytest.mark.parametrize(
    ("accesses", "step", "expected"),
    [
        (BOTH, "step rcv { read P.flags; write P.flags; }", []),
        (BOTH, "step rcv { write P.flags = P.flags | 1; }", []),
        (
            BOTH,
            "step rcv { read P.flags; }",
            [("missing", "rcv() stores parm.flags, step `rcv` does not")],
        ),
        ([access("copy from", "")], "step rcv { read P.iif, P.flags, P.most; }", []),
        (
            [access("clear", "")],
            "step rcv { clear P.iif; clear P.most; }",
            [("missing", "rcv() stores parm, of which bytes [4,6), step `rcv` does not")],
        ),
        (
            BOTH,
            "step rcv { write P.flags; }",
            [("missing", "rcv() reads parm.flags, step `rcv` does not")],
        ),
        ([access("write", "flags")], "step rcv { clear P.flags; }", []),
        (
            [access("clear", ""), access("write", "flags")],
            "step rcv { clear P; }",
            [("missing", "rcv() stores parm.flags, step `rcv` does not")],
        ),
        ([], "step rcv { read P.iif; }", [("extra", "step `rcv` reads `P.iif`, rcv() does not")]),
        ([], 'step rcv { assume P.iif < 3 "it is small"; }', []),
        ([], "step rcv { write skb.mark; }", []),
        (BOTH, 'step rcv without P.flags "nobody asks" { }', []),
        (
            [],
            'step rcv without P.flags "nobody asks" { }',
            [("idle", "step `rcv` leaves out `P.flags`, which its functions do not touch")],
        ),
        (
            BOTH,
            "step rcv { write P.flags; read P.flags; }",
            [("order", "the source reads `P.flags` before it stores it, step `rcv` afterwards")],
        ),
        (BOTH, "step rcv { either { write P.flags; } or { read P.flags; } }", []),
        (
            [access("escape", "flags", to="told")],
            "step rcv { read P.flags; }",
            [
                (
                    "escape",
                    "rcv() hands parm.flags to told(): what is done there, step `rcv` does not say",
                )
            ],
        ),
        ([access("escape", "flags", to="told")], "step rcv { read P.flags; write P.flags; }", []),
    ],
)
def test_one_step(
    tmp_path: Path, accesses: list[Access], step: str, expected: list[tuple[str, str]]
) -> None:
    assert differences(tmp_path, record(rcv=accesses), step) == expected


def test_a_function_that_is_not_there(tmp_path: Path) -> None:
    assert differences(tmp_path, record(), "step rcv of gone { }") == [
        ("stale", "step `rcv` stands for gone(), which is not in linux 6.1.192")
    ]
    assert differences(tmp_path, record(), "step rcv { }") == [
        ("stale", "step `rcv` stands for rcv(), of which the record of linux 6.1.192 says nothing")
    ]
    assert differences(tmp_path, record(), "step rcv of gone when 1 == 2 { }") == [
        ("stale", "step `rcv` stands for no function in linux 6.1.192")
    ]
    assert differences(tmp_path, record(), 'step rcv of nothing "a program" { read P; }') == []


def test_several_functions_are_one_step(tmp_path: Path) -> None:
    held = record(one=[access("read", "iif")], two=[access("write", "iif")])
    assert (
        differences(tmp_path, held, "step rcv of one with two { read P.iif; write P.iif; }") == []
    )
    assert len(differences(tmp_path, held, "step rcv of one, two { read P.iif; }")) == 1


def test_only_steps_that_paths_run_count(tmp_path: Path) -> None:
    found = audit(tmp_path, record(rcv=[]), "step rcv { } step later of gone { }")
    assert (found.steps, found.clean) == (1, True)
    assert not audit(
        tmp_path, record(rcv=[]), "step rcv { } step later of gone { }", "optionally { later; }"
    ).clean


def test_what_is_said(tmp_path: Path) -> None:
    held = record(rcv=BOTH)
    clean = audit(tmp_path, held, 'step rcv without P.flags "nobody asks" { }')
    assert summary(clean) == "model audited against linux 6.1.192: 1 step, 1 left out with reasons"
    faulty = audit(tmp_path, held, "step rcv { read P.flags; }")
    assert summary(faulty) == "model not as linux 6.1.192: 1 difference in 1 step"
    assert unmodelled([faulty], held) == {"net/core": ["other"], "net": ["third"]}
    said = told([faulty], held, all_others=True)
    assert "    net/rcv.c:7: rcv() stores parm.flags, step `rcv` does not\n" in said
    assert "not modelled: 2 functions\n  net/core: 1: other\n  net: 1: third\n" in said
    assert "net/bad.c: 2 errors, the first: net/bad.c:1: unknown type" in said
    made = document([faulty], held)
    jsonschema.validate(made, json.loads(SCHEMA.read_text()))
    assert made["specs"][0]["differences"][0]["source"] == "net/rcv.c:7"


def test_a_record_comes_back(tmp_path: Path) -> None:
    held = record(rcv=[*BOTH, access("escape", "", to="told")], two=[])
    path = str(tmp_path / "6.1.json")
    save(path, held)
    back = load(path)
    assert text(back) == text(held)
    assert [each.kind for each in back.functions["rcv"][0].accesses] == ["read", "write", "escape"]
    assert (back.kernel, back.object, back.absent, back.unread) == (
        held.kernel,
        held.object,
        held.absent,
        held.unread,
    )


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"schema": 1}', '{"schema": 1, "kernel": 3, "object": 7}', "\xff"]
)
def test_what_is_no_record(tmp_path: Path, content: str) -> None:
    (tmp_path / "no.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(WrongUsage, match=r"is no record of an audit"):
        load(tmp_path / "no.json")
    with pytest.raises(WrongUsage, match="cannot be read"):
        load(tmp_path / "none.json")


PARTS = """step first of rcv without P "second" {{ {first} }}
    step second of rcv without P "first" {{ {second} }}"""


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("read P.flags;", "write P.flags;", []),
        ("read P.flags;", "clear P.flags;", []),
        ("read P.flags;", "", ["first stores", "second stores"]),
        ("", "write P.flags;", ["first reads", "second reads"]),
    ],
)
def test_a_whole_view_is_left_out_to_other_steps_of_the_function(
    tmp_path: Path, first: str, second: str, expected: list[str]
) -> None:
    found = differences(
        tmp_path, record(rcv=BOTH), PARTS.format(first=first, second=second), "first; second;"
    )
    rest = "; it leaves out all of `P`, which is for what other steps of rcv() do"
    assert [each for each in found if each[0] == "missing"] == [
        ("missing", f"rcv() {verb} parm.flags, step `{step}` does not{rest}")
        for step, verb in map(str.split, expected)
    ]


def test_a_whole_view_hides_nothing_where_no_other_step_is(tmp_path: Path) -> None:
    steps = 'step rcv without P "nobody asks" { read P.flags; }'
    found = differences(tmp_path, record(rcv=BOTH), steps)
    assert [what for what, _ in found] == ["missing"]
    other = 'step rcv without P "another" { read P.flags; } step send { write P.flags; }'
    assert [what for what, _ in differences(tmp_path, record(rcv=BOTH, send=[]), other)] == [
        "missing"
    ]
