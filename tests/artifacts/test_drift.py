"""A spec against an artefact: what is the same, what differs, what is not there; a spec under an
artefact's layouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.artifacts.model import (
    Composite,
    Enumeration,
    Forward,
    Member,
    Number,
    Pointer,
    Typedef,
)
from cbprove.comparing.drift import document, drifted, exit_code, overlays, rebased, text
from cbprove.diagnostics import SpecError
from cbprove.meaning import elaborate
from cbprove.meaning.resolve import resolve
from cbprove.meaning.shapes import shapes
from cbprove.report.overlays import document as tables
from cbprove.report.style import plain
from cbprove.syntax.includes import load
from tests.artifacts.hand_built import U8, U16, U32, ByHand, artifact, struct, unit

AROUND = """\
spec s "a spec";
object skb { char cb[48]; }
layer l { view V : u8 at skb.cb[0]; step a { write V; } }
path p { a; }
"""


def spec(folder: Path, types: str, around: str = AROUND) -> str:
    path = folder / "s.cbs"
    path.write_text(around + types, encoding="utf-8")
    return str(path)


def states(folder: Path, types: str, *units: ByHand) -> list[tuple[str, str, str | None]]:
    return [
        (one.name, one.state, one.arm) for one in drifted(spec(folder, types), artifact(*units))
    ]


S = unit("k", struct("s", 8, ("a", U8, 0), ("b", U32, 4)))


def test_the_same(tmp_path: Path) -> None:
    assert states(tmp_path, "struct s { u8 a; __be32 b; };", S) == [("struct s", "same", None)]


@pytest.mark.parametrize(
    "body",
    [
        "u8 a; u32 c;",  # another name
        "u8 a; u32 b; u32 c;",  # more
        "u8 a;",  # less
        "u16 a; u32 b;",  # another width
        "u8 a; int b;",  # signed
        "u32 b; u8 a;",  # elsewhere
        "u8 a; u32 b; } __packed __aligned(8); struct t { u8 x;",  # a place
        "u8 a:8; u32 b;",  # a bit-field
        "u8 a[1]; u32 b;",
        "bool a; u32 b;",
    ],
)
def test_each_of_these_differs(tmp_path: Path, body: str) -> None:
    assert states(tmp_path, f"struct s {{ {body} }};", S)[0] == ("struct s", "differs", None)


def test_padding_that_grew_differs(tmp_path: Path) -> None:
    types = unit("k", struct("s", 12, ("a", U8, 0), ("b", U32, 4)))
    assert states(tmp_path, "struct s { u8 a; u32 b; };", types) == [("struct s", "differs", None)]


def test_an_alignment_alone_is_no_drift(tmp_path: Path) -> None:
    """BTF does not tell it, and no member lies elsewhere for it."""
    assert states(tmp_path, "struct s { u8 a; u32 b; } __aligned(8);", S) == [
        ("struct s", "same", None)
    ]


def test_what_wraps_an_integer_is_that_integer(tmp_path: Path) -> None:
    types = unit(
        "k",
        struct("s", 4, ("users", 4, 0)),
        Typedef("atomic_t", 5),
        struct(None, 4, ("counter", 6, 0)),
        Number("int", 4, True),
    )
    assert states(tmp_path, "struct s { atomic_t users; };", types) == [("struct s", "same", None)]
    assert states(tmp_path, "struct s { u32 users; };", types) == [("struct s", "differs", None)]


def test_pointers_enums_and_what_is_inside(tmp_path: Path) -> None:
    nodes = (
        struct("s", 24, ("p", 4, 0), ("e", 5, 8), (None, 6, 12), ("t", 7, 16)),
        Pointer(None),
        Enumeration("e", 4, False, (("A", 0),)),
        struct(None, 4, ("in", U32, 0)),
        struct("t", 8, ("x", U32, 4)),
    )
    told = (
        "struct t { u64 other; }; struct s { struct s *p; u32 e; struct { u32 in; }; struct t t; };"
    )
    assert states(tmp_path, told, unit("k", *nodes)) == [
        ("struct t", "differs", None),
        ("struct s", "same", None),
    ]


def test_packings_match_by_any_arm(tmp_path: Path) -> None:
    told = (
        "packing struct s = old { old { u8 a; }; new { u8 a; u32 b; }; }\nstruct t { struct s s; };"
    )
    types = unit("k", struct("s", 8, ("a", U8, 0), ("b", U32, 4)), struct("t", 8, ("s", 3, 0)))
    assert states(tmp_path, told, types) == [
        ("struct s", "same", "new"),
        ("struct t", "same", None),
    ]
    other = "packing struct s = old { older { u8 b; }; old { u8 a; }; }"
    (found,) = drifted(spec(tmp_path, other), artifact(S))
    assert (found.state, found.arms) == ("differs", ("older", "old"))
    assert found.diff[0].endswith("s.cbs (old)")


def test_a_packing_of_a_union(tmp_path: Path) -> None:
    node = Composite("union", "s", 4, (Member("a", U8, 0), Member("b", U32, 0)))
    told = "packing union s = a { a { u8 a; }; b { u8 a; u32 b; }; }"
    assert states(tmp_path, told, unit("k", node)) == [("union s", "same", "b")]


def test_arms_do_not_change_from_one_look_to_the_next(tmp_path: Path) -> None:
    """What elaboration remembers goes by node: none may be made for the occasion."""
    told = "packing struct s = a { a { u8 a; }; b { u8 a; u32 b; }; }\npacking struct t = c { c { u32 c; }; d { u64 d; }; }\n"
    path = spec(tmp_path, told + "struct u { struct s s; struct t t; };")
    types = artifact(
        unit("k", struct("s", 8, ("a", U8, 0), ("b", U32, 4)), struct("t", 4, ("c", U32, 0)))
    )
    first = drifted(path, types)
    assert [(one.name, one.arm, one.arms) for one in first] == [
        ("struct s", "b", ("a", "b")),
        ("struct t", "c", ("c", "d")),
        ("struct u", None, ()),
    ]
    system = resolve(load(path))
    candidate = {"abi": "x86_64", "s": "a", "t": "c"}
    looks = [
        [(one.record.tag, one.note, one.record) for one in shapes(system, [candidate])]
        for _ in range(30)
    ]
    assert all(look == looks[0] for look in looks)


def test_flavours_name_the_module(tmp_path: Path) -> None:
    one, other = unit("m1", struct("s", 4, ("a", U32, 0))), unit("m2", struct("s", 1, ("a", U8, 0)))
    told = "struct s___m1 { u32 a; }; struct s___m2 { u32 a; }; struct s { u8 a; }; struct s___m3 { u8 a; };"
    assert [state for _, state, _ in states(tmp_path, told, one, other)] == [
        "same",
        "differs",
        "same",
        "absent",
    ]


def test_exit_codes_and_what_is_said(tmp_path: Path) -> None:
    path = spec(tmp_path, "struct s { u8 a; u16 b; }; struct gone { u8 a; };")
    found = drifted(path, artifact(S))
    assert exit_code(found) == 1
    told = text("s.cbs", artifact(S), found, plain)
    assert "-\tshort unsigned int" not in told
    assert "-\tu16                        b;                    /*     2     2 */" in told
    assert "+\tunsigned int               b;                    /*     4     4 */" in told
    assert told.endswith(
        "not in k: struct gone\n\ns.cbs against k: 2 structs: 1 different, 1 not there"
    )
    assert document("s.cbs", artifact(S), found)["summary"] == {
        "same": 0,
        "differs": 1,
        "absent": 1,
    }
    assert (
        exit_code(
            drifted(
                spec(tmp_path, "struct s { u8 a; u32 b; }; struct gone { u8 a; };"), artifact(S)
            )
        )
        == 0
    )
    assert exit_code(drifted(spec(tmp_path, "struct gone { u8 a; };"), artifact(S))) == 5


def test_only_declared_is_absent(tmp_path: Path) -> None:
    assert states(tmp_path, "struct s { u8 a; };", unit("k", Forward("struct", "s"))) == [
        ("struct s", "absent", None)
    ]


def test_another_abi_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        states(tmp_path, "struct s { u8 a; };", unit("k", struct("s", 1, ("a", U8, 0)), abi="m68k"))
    assert [d.code for d in caught.value.diagnostics] == ["CB0329"]
    types = unit("k", struct("s", 6, ("a", U8, 0), ("b", U32, 2)), abi="m68k")
    told = "abi x86_64, m68k;\nstruct s { u8 a; u32 b; };"
    assert states(tmp_path, told, types) == [("struct s", "same", None)]


# --- under the layouts of an artefact -------------------------------------------------------------

VIEWS = """\
spec s "a spec";
object skb { char cb[48]; }
struct s { u8 a; u16 b; };
packing struct g = old { old { u16 x; }; new { u64 x; }; }
require sizeof(struct s) <= 44;
require sizeof(G) <= 16;
layer l { view S : struct s at skb.cb[28]; step a { write S; } }
layer m { view G : struct g at skb.cb[0]; view W : u8[1 + 1][4] at skb.cb[2]; step b { write G; } }
path p { a; b; }
"""


def test_a_spec_under_an_artefact(tmp_path: Path) -> None:
    system = rebased(spec(tmp_path, "", VIEWS), artifact(S))
    program = elaborate.program(system, {"abi": "x86_64", "g": "old"})
    assert [view.place.width for view in program.views] == [64, 16, 64]


def test_what_no_longer_fits_the_spec_is_a_mistake_of_it(tmp_path: Path) -> None:
    around = VIEWS.replace("write S;", "write S.b;")
    with pytest.raises(SpecError) as caught:
        rebased(spec(tmp_path, "", around), artifact(unit("k", struct("s", 1, ("a", U8, 0)))))
    assert [d.code for d in caught.value.diagnostics] == ["CB0103"]


def test_one_of_several_has_to_be_named(tmp_path: Path) -> None:
    units = unit("m1", struct("s", 4, ("a", U32, 0))), unit("m2", struct("s", 1, ("a", U8, 0)))
    with pytest.raises(SpecError) as caught:
        rebased(spec(tmp_path, "", VIEWS), artifact(*units))
    assert [d.code for d in caught.value.diagnostics] == ["CB0323"]
    named = rebased(
        spec(
            tmp_path,
            "",
            VIEWS.replace("struct s ", "struct s___m2 ").replace("struct s)", "struct s___m2)"),
        ),
        artifact(*units),
    )
    assert elaborate.program(named, {"abi": "x86_64", "g": "old"}).views[0].place.width == 8


def test_a_struct_that_holds_a_packing_holds_what_the_artefact_has(tmp_path: Path) -> None:
    around = VIEWS.replace("struct s { u8 a; u16 b; };", "struct s { struct g g; u8 a; };")
    types = unit("k", struct("s", 8, ("g", 4, 0), ("a", U8, 4)), struct("g", 4, ("x", U32, 0)))
    system = rebased(spec(tmp_path, "", around), artifact(types))
    for arm, width in (("old", 16), ("new", 64)):
        views = elaborate.program(system, {"abi": "x86_64", "g": arm}).views
        assert [view.place.width for view in views] == [64, width, 64]


def test_an_artefact_without_any_of_it(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        rebased(spec(tmp_path, "", VIEWS), artifact(unit("k", struct("t", 1, ("a", U8, 0)))))
    assert [d.code for d in caught.value.diagnostics] == ["CB0324"]


def test_the_table_of_overlays(tmp_path: Path) -> None:
    (block,) = tables([overlays(spec(tmp_path, "", VIEWS), None)])["tables"][0]["blocks"]
    told = {view["view"]: view for view in block["views"]}
    assert (told["S"]["at"], told["S"]["size"], told["S"]["ends"], told["S"]["beyond"]) == (
        224,
        32,
        256,
        0,
    )
    assert told["S"]["crosses"] == {"32": False, "44": False}  # it ends where the other begins
    assert [check["text"] for check in told["S"]["checks"]] == ["sizeof(struct s) <= 44"]
    assert [check["line"] for check in told["G"]["checks"]] == [6]
    assert (told["W"]["type"], told["W"]["checks"], told["W"]["shares"]) == ("u8[1 + 1][4]", [], [])


def test_the_table_under_an_artefact_has_its_sizes_and_arms(tmp_path: Path) -> None:
    types = unit(
        "k",
        struct("s", 24, ("a", U8, 0), ("b", U16, 2)),
        struct("g", 8, ("x", 5, 0)),
        Number("u64", 8, False),
    )
    (block,) = tables([overlays(spec(tmp_path, "", VIEWS), artifact(types))])["tables"][0]["blocks"]
    told = {view["view"]: view for view in block["views"]}
    assert (told["S"]["size"], told["S"]["crosses"], told["S"]["beyond"]) == (
        192,
        {"32": True, "44": True},
        32,
    )
    assert (told["G"]["size"], told["G"]["shares"], told["W"]["shares"]) == (64, ["W"], ["G"])


def test_members_of_another_struct_of_one_bit(tmp_path: Path) -> None:
    node = Composite("struct", "s", 1, (Member("a", U8, 0, bits=1), Member("b", U8, 1, bits=2)))
    assert states(tmp_path, "struct s { u8 a:1, b:2; };", unit("k", node)) == [
        ("struct s", "same", None)
    ]
    assert states(tmp_path, "struct s { u8 a:1, b:3; };", unit("k", node)) == [
        ("struct s", "differs", None)
    ]


def test_of_several_abis_the_artefacts_own_is_left(tmp_path: Path) -> None:
    """Its types are pinned, and lie on no other one; what the spec proposes for others is not
    what is asked here."""
    abis = (
        "abi s390x, x86_64, aarch64 = s390x;\n"
        "proposal here { abi = x86_64; } proposal all { abi = any; } proposal there { abi = aarch64; }\n"
        "require abi != aarch64 || sizeof(struct s) == 8;\n"
    )
    system = rebased(
        spec(
            tmp_path,
            abis + "struct s { u8 a; u32 b; };\nlayer m { view W : struct s at skb.cb[0]; }\n",
        ),
        artifact(S),
    )
    assert [p.name for p in system.proposals] == ["here", "all"]
    assert all(p.domains["abi"] == ("x86_64",) for p in system.proposals)
    assert [axis.values for axis in system.axes] == [("x86_64",)]
    assert elaborate.program(system, {"abi": "x86_64"}).views[1].place.width == 64
