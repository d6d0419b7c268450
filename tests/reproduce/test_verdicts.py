"""What gcc's program answers is what the prover says: every property kept and broken, and every case of the shipped specs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from programs import CLANG, agrees, answer, build, case, chosen, report, text_of, unscripted

from cbprove.reproduce.program import program
from cbprove.reproduce.script import shown

HERE = Path(__file__).parent
ALL_KINDS = str(HERE / "all_kinds.cbs")
SHIPPED = sorted((HERE.parents[1] / "specs").rglob("*.cbs"))
SPECS = [str(path) for path in SHIPPED if re.search(r"^spec ", path.read_text(encoding="utf-8"), re.MULTILINE)]
PROPERTIES = ("kept", "own", "said", "by_us", "by_them", "width", "small", "held", "apart", "straight", "fits")


@pytest.mark.parametrize("property", PROPERTIES)
def test_each_property_of_each_candidate(property: str, tmp_path: Path) -> None:
    """One file, made for the first candidate and without a witness, answers for all of them."""
    system, found = report(ALL_KINDS)
    cases = [one for one in found.cases if one.property == property]
    text = unscripted(system, property, cases[0].candidate)
    first = {one.finding.verdict: one for one in reversed(cases)}
    said = {one.id: agrees(system, kind, text, one.candidate, tmp_path) for kind, one in first.items()}
    assert all(said.values()), said


def test_a_property_that_makes_no_claim(tmp_path: Path) -> None:
    system, found = report(ALL_KINDS)
    text = text_of(ALL_KINDS, "saved/unasked")
    assert answer(build(text, tmp_path))[0] == 4
    good = next(one for one in found.cases if one.id == "all_kinds/good/kept")
    code, output = answer(build(text, tmp_path, macros=chosen(system, good.candidate)))
    assert (code, output) == (5, "unasked makes no claim of this candidate\n")


def test_what_is_said_of_a_refutation(tmp_path: Path) -> None:
    """The witness's own run, its choices, the bytes and who stored them."""
    assert answer(build(text_of(ALL_KINDS, "over/kept"), tmp_path)) == (
        1,
        "refuted: kept\n\n"
        "  path keep, arm 2 at line 36, arm 1 at line 38\n"
        "  use begins, line 26\n"
        "  after fill, S.flags: 2 of 2 bytes lost\n"
        "    cb[0..2): stored as G by meddle, line 30\n",
    )


def test_what_is_said_of_a_proof(tmp_path: Path) -> None:
    code, output = answer(build(text_of(ALL_KINDS, "good/small"), tmp_path))
    assert (code, output.split(" among ")[0]) == (0, "small: no violating run")


def test_a_candidate_that_is_excluded_does_not_compile(tmp_path: Path) -> None:
    text = text_of(ALL_KINDS, "good/kept")
    wrong = {
        "-DAT=41": "AT is 0 to 40",
        "-Dstate=state_vast": "state is one of state_wide, state_narrow",
    }
    for macro, said in wrong.items():
        assert said in str(build(text, tmp_path, macros=[macro]))


def test_another_layout_does_not_compile(tmp_path: Path) -> None:
    text = text_of(ALL_KINDS, "good/kept").replace("u32 seq;", "u64 seq;")
    said = str(build(text, tmp_path))
    assert "struct state_wide has another size here" in said
    assert "struct state_wide.sum lies elsewhere here" in said


def test_two_steps_the_other_way_round(tmp_path: Path) -> None:
    """The guest before the owner harms nobody."""
    text = text_of(ALL_KINDS, "over/kept")
    assert answer(build(text, tmp_path))[0] == 1
    keep = text[text.index("void path_keep(") :]
    keep = keep[: keep.index("\n}\n")]
    flipped = keep.replace("\tstep_fill(skb);\n", "").replace("\tstep_use(skb);", "\tstep_fill(skb);\n\tstep_use(skb);")
    assert flipped.index("step_meddle") < flipped.index("step_fill") < flipped.index("step_use")
    assert answer(build(text.replace(keep, flipped), tmp_path))[0] == 0


def test_a_run_is_looked_for_without_a_witness(tmp_path: Path) -> None:
    """Only the second arm of the second turn breaks it, for one value of many."""
    spec = tmp_path / "hidden.cbs"
    spec.write_text(
        'spec hidden "a run among many";\nobject skb { char cb[8]; }\ninput n : u16;\n'
        "layer l { view V : u8 at skb.cb[0]; view C : u16 at skb.cb[2]; step set { write V; write C = 0; } step use { read V; }\n"
        "  step hit { if (C == 1 && n == 777) { write V; } } step next { write C = C + 1; } }\n"
        "path p { set; repeat { either { next; } or { hit; } } use; }\nproperty kept: preserved V from set to use;\n"
    )
    system, found = report(str(spec))
    kept = next(one for one in found.cases if one.property == "kept")
    code, output = answer(build(unscripted(system, "kept", kept.candidate), tmp_path))
    assert (code, "n = 777" in output) == (1, True)


def test_the_same_bytes_each_time() -> None:
    assert text_of(ALL_KINDS, "over/own") == text_of(ALL_KINDS, "over/own")


def test_a_struct_that_was_found(tmp_path: Path) -> None:
    """Pinned structs, as they lie: one that a compiler lays out so, one with gaps that none would make."""
    spec = tmp_path / "found.cbs"
    spec.write_text(
        'spec found "pinned";\nobject skb { char cb[48] __aligned(8); }\npinned x86_64 "a kernel" {\n'
        "    struct odd { u8 a __at(0); u32 b __at(2); u8 f:3 __at(7, 1); u8 g:2 __at(7, 5); } __size(12);\n"
        "    struct even { u8 a __at(0); u32 b __at(4); } __size(8);\n}\n"
        "layer l { view O : struct odd at skb.cb[1]; view E : struct even at skb.cb[16]; view X : u8 at skb.cb[4];\n"
        "  step w { write O, E; } step h { write X; } step r { read O, E; } }\n"
        "path p { w; h; r; }\nproperty odd: preserved O from w to r;\nproperty even: preserved E from w to r;\n"
    )
    text = text_of(str(spec), "any/odd")
    assert "struct even {\n\tu8 a;\n\tu32 b;\n};" in text
    code, output = answer(build(text, tmp_path))
    assert (code, output.splitlines()[-1]) == (1, "    cb[4..5): stored as X by h, line 8")
    assert answer(build(text_of(str(spec), "any/even"), tmp_path))[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("path", SPECS, ids=[path.partition("/specs/")[2] for path in SPECS])
def test_every_case_of_the_shipped_specs(path: str, tmp_path: Path) -> None:
    """One file a property, compiled once for each proposal's candidate."""
    system, found = report(path)
    texts: dict[str, str] = {}
    for one in found.cases:
        if one.property not in texts or one.finding.verdict == "refuted":
            texts.setdefault(one.property, program(system, shown(system, one), Path(path).name))
    said = [(one, one.finding.verdict, texts[one.property]) for one in found.cases]
    wrong = [one.id for one, verdict, text in said if not agrees(system, verdict, text, one.candidate, tmp_path)]
    assert not wrong


@pytest.mark.slow
def test_clang_has_nothing_to_say(tmp_path: Path) -> None:
    for property in PROPERTIES:
        _, one = case(ALL_KINDS, f"over/{property}")
        made = build(text_of(ALL_KINDS, f"over/{property}"), tmp_path, CLANG)
        assert answer(made)[0] == (1 if one.finding.verdict == "refuted" else 0), property
