"""Programs: statements under an assignment, what is shared between assignments, and what a
system says of its axes."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from cbprove.diagnostics import SpecError
from cbprove.meaning.check import check
from cbprove.meaning.elaborate import condition, program
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.syntax.includes import load
from cbprove.system.axes import FREE
from cbprove.system.program import Fits, Owned, Preserved, Where, Written
from cbprove.system.statements import (
    Block,
    Call,
    Copy,
    Each,
    Either,
    If,
    Make,
    On,
    Read,
    Repeat,
    When,
    Write,
)
from tests.meaning.meaning import assigned, elaborated, system

GSO = Path(__file__).parent / "specs" / "gso.cbs"
OBJECT = "object skb { char cb[48]; } object stack { u8 saved[4]; }"
LAYER = "layer l { view V : u8[4] at skb.cb[0]; step a { write V; } step b { read V; } }"


def every(meant: System) -> list[dict[str, int | str]]:
    names = [axis.name for axis in meant.axes]
    return [
        dict(zip(names, chosen, strict=True))
        for chosen in product(*(tuple(a.values) for a in meant.axes))
    ]


def uids(body: Block) -> list[int]:
    found = []
    for statement in body:
        found.append(statement.uid)
        match statement:
            case Each() | Repeat() | On():
                found += uids(statement.body)
            case Either():
                found += [uid for arm in statement.arms for uid in uids(arm)]
            case If():
                found += uids(statement.then) + uids(statement.otherwise)
    return found


def test_a_program_is_the_same_from_a_fresh_system() -> None:
    meant = resolve(load(GSO))
    check(meant)
    chosen = every(meant)[::97]
    for assignment in [*chosen, *reversed(chosen)]:
        assert program(meant, assignment) == program(resolve(load(GSO)), assignment)


def test_what_does_not_depend_on_an_axis_is_one_object() -> None:
    meant = resolve(load(GSO))
    first = program(meant, assigned(meant, SKB_GSO_CB_OFFSET=3))
    other = program(meant, assigned(meant, SKB_GSO_CB_OFFSET=4))
    assert first.steps["ip_rcv"] is other.steps["ip_rcv"]
    assert first.paths[0] is other.paths[0]
    assert first.steps["skb_segment"] is not other.steps["skb_segment"]
    assert program(meant, assigned(meant, SKB_GSO_CB_OFFSET=3)) is first


def test_the_whole_example_elaborates_with_its_offset_free() -> None:
    meant = resolve(load(GSO))
    made = program(meant, assigned(meant, SKB_GSO_CB_OFFSET=FREE))
    assert [path.name for path in made.paths] == ["forward", "local"]
    assert list(made.parts) == ["transmit"]
    assert [p.name for p in made.properties] == [
        "hwaddr_preserved",
        "ipcb_preserved",
        "reads_own_bytes",
        "fits",
    ]


def test_uids_are_unique_and_the_same_under_every_assignment() -> None:
    meant = resolve(load(GSO))
    known: dict[int, object] = {}
    for assignment in every(meant)[::61]:
        made = program(meant, assignment)
        bodies = [p.body for p in (*made.paths, *made.parts.values())]
        bodies += [step.body for step in made.steps.values()]
        numbers = [uid for body in bodies for uid in uids(body)]
        assert len(numbers) == len(set(numbers))
        for body in bodies:
            for statement in body:
                assert known.setdefault(statement.uid, statement.span) == statement.span


def test_when_leaves_out_what_is_not_of_the_candidate() -> None:
    text = f"{OBJECT} {LAYER} param rescue in {{ none, save }}; "
    text += "path p { when rescue == save { copy V -> stack.saved; } "
    text += "else { when rescue == none { a; b; } } }"
    assert [type(s) for s in elaborated(text, rescue="save").paths[0].body] == [Copy]
    assert [type(s) for s in elaborated(text, rescue="none").paths[0].body] == [Call, Call]


def test_turns_have_their_defaults() -> None:
    body = elaborated(
        f"{OBJECT} path p {{ each x {{ }} repeat {{ }} each y [..3] {{ }} repeat [2] {{ }} repeat [4..] {{ }} }}"
    )
    assert [(s.low, s.high) for s in body.paths[0].body if isinstance(s, Each | Repeat)] == [
        (1, None),
        (0, None),
        (1, 3),
        (2, 2),
        (4, None),
    ]


def test_a_step_without_a_body_reads_and_writes_what_its_layer_declares() -> None:
    text = (
        f"{OBJECT} layer l {{ view V : u8[4] at skb.cb[0]; reads V; writes V[0], V[1]; step s; }}"
    )
    read, write = elaborated(text).steps["s"].body
    assert isinstance(read, Read) and isinstance(write, Write) and read.uid != write.uid
    assert [p.text for p in (*read.places, *write.places)] == ["V", "V[0]", "V[1]"]


def test_objects_named_otherwise_than_the_current_one() -> None:
    text = f"{OBJECT} {LAYER} path p {{ each x {{ read parent.V, parent.skb.cb[1]; "
    text += "clone y; copy V -> y.V; on y { read skb.cb; } } }"
    (each,) = elaborated(text).paths[0].body
    assert isinstance(each, Each)
    read, _, copy, _ = each.body
    assert isinstance(read, Read) and isinstance(copy, Copy)
    assert [p.object for p in read.places] == ["..", ".."]
    assert (copy.origin.object, copy.target.object) == (".", "y")


def test_steps_of_one_name_are_told_apart_by_their_layers() -> None:
    text = f"{OBJECT} layer a {{ step rcv {{ }} step one {{ }} }} layer b {{ step rcv {{ }} }} "
    text += "path p { a.rcv; b.rcv; one; a.one; }"
    made = elaborated(text)
    assert list(made.steps) == ["a.rcv", "one", "b.rcv"]
    assert [s.name for s in made.paths[0].body if isinstance(s, Call)] == [
        "a.rcv",
        "b.rcv",
        "one",
        "one",
    ]


def test_where_and_by_say_layers_as_their_steps() -> None:
    text = f"{OBJECT} {LAYER} path p {{ a; }} property x: owned in l, p; "
    text += "property y: written V by l, a; property z: written;"
    x, y, z, _ = elaborated(text).properties
    assert x.where == Where(frozenset({"p"}), frozenset({"a", "b"}))
    assert isinstance(y.claim, Written) and y.claim.by == {"a", "b"}
    assert isinstance(z.claim, Written) and z.claim.by is None


def test_a_property_makes_no_case_where_its_condition_is_false() -> None:
    text = f"{OBJECT} packing struct g {{ old {{ u8 a; }}; new {{ u8 a; u8 csum; }}; }} "
    text += "layer l { view V : struct g at skb.cb[0]; "
    text += "step a { write V; } step b { read V; } } property csum when has(struct g, csum): preserved V.csum from a to b;"
    old, new = (elaborated(text, g=v).properties[0] for v in ("old", "new"))
    assert (old.applies, new.applies) == (False, True)
    assert isinstance(new.claim, Preserved) and new.claim.members[0].path == "csum"


def test_a_spec_that_says_what_must_fit_gets_no_implicit_fits() -> None:
    made = elaborated(f"{OBJECT} {LAYER} property inside: fits;")
    assert [(p.name, type(p.claim)) for p in made.properties] == [("inside", Fits)]
    for less in ("inside: fits V", "inside: fits in l", "inside when abi == x86_64: fits"):
        made = elaborated(f"{OBJECT} {LAYER} property {less};")
        assert [(p.name, type(p.claim)) for p in made.properties] == [
            ("inside", Fits),
            ("fits", Fits),
        ], less
    plain = system(f"{OBJECT} {LAYER} property own: owned;")
    assert [(p.name, p.span is None) for p in plain.properties] == [("own", False), ("fits", True)]
    assert isinstance(
        elaborated(f"{OBJECT} {LAYER} property own: owned;").properties[0].claim, Owned
    )


def test_axes_defaults_and_proposals() -> None:
    text = f"{OBJECT} abi x86_64, s390x = s390x; param P in 2..5; param Q in {{ a, b, c }} = b; param R; "
    text += "packing struct g { only { u8 a; }; }"
    text += "proposal one { P = 3; R = any; } proposal two { P in 3..4; Q in { c, a }; R = no; abi = any; }"
    meant = system(text)
    assert [(a.name, a.kind, a.default) for a in meant.axes] == [
        ("abi", "abi", "s390x"),
        ("P", "param", None),
        ("Q", "param", "b"),
        ("R", "param", None),
        ("g", "packing", "only"),
    ]
    one, two = meant.proposals
    assert dict(one.domains) == {
        "abi": ("s390x",),
        "P": range(3, 4),
        "Q": ("b",),
        "R": ("no", "yes"),
        "g": ("only",),
    }
    assert dict(two.domains)["P"] == range(3, 5) and dict(two.domains)["Q"] == ("a", "c")
    assert dict(two.domains)["abi"] == ("x86_64", "s390x")


def test_a_spec_without_proposals_has_one_of_everything() -> None:
    (only,) = system(f"{OBJECT} param P in 2..5;").proposals
    assert (only.name, dict(only.domains)) == ("any", {"abi": ("x86_64",), "P": range(2, 6)})


def test_an_ask_ranges_over_what_it_asks_for_and_what_its_condition_mentions() -> None:
    text = f"{OBJECT} param P in 2..5; param Q in {{ a, b }} = b; param R in 0..1 = 0; "
    text += "param S in 0..9 = 4;\n#define LOW (R < 1)\n"
    text += "ask q: P such that fits given LOW && Q == a; expect exactly { P = 3; P = 2 + 2; };"
    meant = system(text)
    (ask,) = meant.asks
    assert dict(ask.domains) == {
        "abi": ("x86_64",),
        "P": range(2, 6),
        "Q": ("a", "b"),
        "R": range(2),
        "S": range(4, 5),
    }
    assert ask.rows == ((3,), (4,)) and ask.given == 0
    truths = [condition(meant, 0, assigned(meant, R=r, Q=q)) for r in (0, 1) for q in ("a", "b")]
    assert truths == [True, False, False, False]


def test_expectations_keep_their_conditions() -> None:
    text = f"{OBJECT} {LAYER} param P in 0..3; property own: owned; proposal x {{ P = any; expect own proved when P > 1, "
    text += "refuted otherwise, fits proved up to 3, own refuted somewhere; }"
    first, second, third = system(text).proposals[0].expectations
    assert (first.property, first.verdict, first.condition, first.otherwise) == (
        "own",
        "proved",
        0,
        "refuted",
    )
    assert (second.turns, third.somewhere) == (3, True)


def test_mistakes_of_excluded_candidates_do_not_count() -> None:
    text = f"{OBJECT} param n in 0..6; require n < 4; layer l {{ view V : u8[4] at skb.cb[0]; step s {{ read V[n]; }} }}"
    meant = system(text)
    check(meant)
    assert program(meant, assigned(meant, n=5)).required is False
    loose = system(text.replace("require n < 4;", ""))
    program(loose, assigned(loose, n=3))
    for run in (lambda: check(loose), lambda: program(loose, assigned(loose, n=5))):
        with pytest.raises(SpecError) as error:
            run()
        assert {d.code for d in error.value.diagnostics} == {"CB0130"}


def test_a_when_block_that_makes_names_stands_by_itself() -> None:
    text = """
        object skb { char cb[4]; } param X in { a, b };
        layer l { view V : u8 at skb.cb[0]; step s { read V; } }
        path p { when X == a { s; } else { clone n; on n { s; } } s; }
    """
    (path,) = elaborated(text, X="a").paths
    assert [type(statement) for statement in path.body] == [Call, Call]
    (path,) = elaborated(text, X="b").paths
    first, _ = path.body
    assert isinstance(first, When)
    assert [type(statement) for statement in first.body] == [Make, On]
