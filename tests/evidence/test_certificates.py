"""Certificates of proofs by sources: all proofs of the specs have one, broken ones are noticed,
none proves what is not so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from cbprove import pipeline
from cbprove.design.marks import PROVED, REFUTED
from cbprove.design.problem import named
from cbprove.design.space import Options, Space
from cbprove.diagnostics import Source, SpecError
from cbprove.evidence.certificate import Certificate, Invariant, Line, Reason, Spot
from cbprove.evidence.certificate_check import check
from cbprove.evidence.certificate_find import _Finding, find, number_of
from cbprove.evidence.followed import Bits, State, Wrong
from cbprove.evidence.way_back import Facts, Walk
from cbprove.evidence.ways import Stood
from cbprove.folds import Condition
from cbprove.logic.terms import deep
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.report.reasons import reasons
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.system.program import Owned, Preserved, Program, Property, Written
from tests.brute import TooManyRuns, verdict
from tests.random.systems import text

ROOT = Path(__file__).parent.parent.parent
SPECS = [ROOT / "specs" / "gso_ipoib.cbs", *sorted((ROOT / "specs" / "cases").glob("*.cbs"))]
BY_SOURCES = (Preserved, Owned, Written)

each_spec = pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)


def meant(spec: str) -> System:
    source = Source("small.cbs", spec)
    return resolve(syntax.Tree(parse(source), (source,)))


@cache
def judged(spec: Path) -> tuple[tuple[Program, Property, int], ...]:
    """The first candidate of each proposal with each property about sources, and the mark that
    the prover gives it."""
    found = []
    with deep():
        space = Space(pipeline.meaning(str(spec)), Options())
        sectors = list(space.all_sectors())
        for proposal in space.system.proposals:
            first = {axis: values[0] for axis, values in proposal.domains.items()}
            sector = next(
                s for s in sectors if all(first[axis] == value for axis, value in s.fixed.items())
            )
            made, index = space.candidate(first), sector.index(first)
            for prop in made.properties:
                table = space.table(sector, prop.name)
                if isinstance(prop.claim, BY_SOURCES) and index not in table.settled:
                    found.append((made, prop, table.sheet.marks[index]))
    return tuple(found)


def certified(spec: Path) -> Iterator[tuple[Program, Property, Certificate]]:
    for made, prop, mark in judged(spec):
        found = find(made, prop) if mark == PROVED else None
        if found is not None:
            yield made, prop, found


@each_spec
def test_every_proof_by_sources_has_a_certificate(spec: Path) -> None:
    for made, prop, mark in judged(spec):
        found = find(made, prop)
        if mark == PROVED:
            assert found is not None, prop.name
            assert check(made, prop, found) is None
        elif mark == REFUTED:
            assert found is None, prop.name


def with_lines(whole: Certificate, claim: int, lines: tuple[Line | Invariant, ...]) -> Certificate:
    claims = list(whole.claims)
    claims[claim] = replace(claims[claim], lines=lines)
    return replace(whole, claims=tuple(claims))


OTHER = {"ends before": "starts after", "starts after": "ends before", "elsewhere": "ends before", "own": "blank",
         "blank": "own", "brought": "own", "undone": "elsewhere", "shadowed": "elsewhere", "between": "elsewhere",
         "begun": "own", "lost": "own", "never": "elsewhere"}  # fmt: skip


def spoilt(one: Line | Invariant) -> Iterator[tuple[str, Line | Invariant]]:
    """What somebody could change in a line."""
    yield "another statement", replace(one, at=(*one.at[:-1], one.at[-1] + 1))
    if isinstance(one, Invariant):
        for number, (name, low, width, want) in enumerate(one.kept):
            rest = one.kept[:number] + one.kept[number + 1 :]
            yield "a run less", replace(one, kept=rest)
            yield "a run elsewhere", replace(one, kept=(*rest, (name, low + 1, width, want)))
        return
    yield "another reason", replace(one, reason=OTHER[one.reason])  # type: ignore[arg-type]
    for near in range(0, 400, 8) if one.near is not None else ():
        yield "the other side", replace(one, reason=OTHER[one.reason], near=near)  # type: ignore[arg-type]
    if one.reason != "elsewhere":
        yield "elsewhere", replace(one, reason="elsewhere", near=None, by=None)
    yield "another place", replace(one, place=one.place + 1)
    yield "another object", replace(one, object=one.object + "'")
    yield "another end", replace(one, high=one.high + 8)
    if one.near is not None:
        yield "near by", replace(one, near=one.near - 1)
    if one.by is not None:
        yield "by another", replace(one, by=(*one.by[:-1], one.by[-1] + 1))


@each_spec
def test_what_is_changed_in_a_certificate_is_noticed(spec: Path) -> None:
    """Every line left out, said twice and changed, in each kind of certificate; a claim left
    out, and one too many."""
    seen: set[str] = set()
    for made, prop, whole in certified(spec):
        for claim, proof in enumerate(whole.claims):
            for number, line in enumerate(proof.lines):
                kind = line.reason if isinstance(line, Line) else "invariant"
                if kind in seen:
                    continue
                seen.add(kind)
                before, after = proof.lines[:number], proof.lines[number + 1 :]
                assert check(made, prop, with_lines(whole, claim, before + after)) is not None, line
                assert (
                    check(made, prop, with_lines(whole, claim, (*before, line, line, *after)))
                    is not None
                ), line
                for what, changed in spoilt(line):
                    assert (
                        check(made, prop, with_lines(whole, claim, (*before, changed, *after)))
                        is not None
                    ), what
        assert (
            check(made, prop, replace(whole, claims=(*whole.claims, whole.claims[-1]))) is not None
        )
        assert check(made, prop, replace(whole, claims=whole.claims[1:])) is not None
        assert check(made, prop, replace(whole, property=prop.name + "'")) is not None
    assert seen


def test_a_line_left_out_is_noticed_wherever_it_stands() -> None:
    made, prop, whole = next(one for one in certified(SPECS[0]) if isinstance(one[1].claim, Owned))
    for claim, proof in enumerate(whole.claims):
        for number in range(len(proof.lines)):
            left = proof.lines[:number] + proof.lines[number + 1 :]
            assert check(made, prop, with_lines(whole, claim, left)) is not None


def test_the_certificate_of_another_candidate_is_refused() -> None:
    """Roland's eight bytes at 20 behind an IPCB of 20 bytes, and behind one of 24."""
    spec = pipeline.meaning(str(SPECS[0]))
    first, other = (
        {axis: values[0] for axis, values in p.domains.items()} for p in spec.proposals[3:5]
    )
    good, bad = program(spec, first), program(spec, other)
    name = "ipcb_preserved"
    whole = find(good, named(good, name))
    assert whole is not None and check(good, named(good, name), whole) is None
    assert check(bad, named(bad, name), whole) is not None
    assert find(bad, named(bad, name)) is None


# --- none for what is not so ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_no_certificate_for_what_enumeration_refutes(seed: int) -> None:
    try:
        system = meant(text(seed))
        candidates = [dict(zip((a.name for a in system.axes), values, strict=True))
                      for values in list(product(*(a.values for a in system.axes)))[:2]]  # fmt: skip
        programs = [program(system, candidate) for candidate in candidates]
    except SpecError:
        return
    for made in programs:
        for prop in made.properties:
            if (
                isinstance(prop.claim, BY_SOURCES)
                and prop.applies is not False
                and made.required is not False
            ):
                found = find(made, prop)
                if found is not None:
                    assert check(made, prop, found) is None
                    try:
                        assert verdict(made, prop, 2, 2_000).verdict != "refuted", prop.name
                    except TooManyRuns:
                        continue


# --- reasons, each in the least system that has it ------------------------------------------------

HEAD = """spec small "small";
abi x86_64;
object skb   { char cb[8]; }
object stack { u16 saved; u16 kept; }
input f : u8 in 0..1;
layer owner {
    view V : u16 at skb.cb[2];
    step set { write V; } step wipe { clear V; } step use { read V; }
}
layer guest {
    view LOW : u16 at skb.cb[0]; view HIGH : u16 at skb.cb[4]; view OVER : u32 at skb.cb[0];
    step low { write LOW; } step high { write HIGH; } step over { write OVER; }
}
struct two { u16 a; u16 b; };
layer third { view P : struct two at skb.cb[2]; step pa { write P.a; } step pb { write P.b; } step both { read P; } }
"""

SAVED = "copy V -> stack.saved; over; write stack.kept; copy stack.saved -> V;"
PRESERVED = "property kept: preserved V from set to use;"
CASES = {
    "ends before": (
        "set; low; use;",
        PRESERVED,
        ["LOW ends at 2 (line 11) and V starts at 2 (line 7)"],
    ),
    "starts after": (
        "set; high; use;",
        PRESERVED,
        ["V ends at 4 (line 7) and HIGH starts at 4 (line 11)"],
    ),
    "undone": (
        "set; copy V -> stack.saved; over; copy stack.saved -> V; use;",
        PRESERVED,
        ["what is stored to OVER (line 12) is undone by the copy in line 16"],
    ),
    "own": ("low; set; use;", "property kept: owned;", ["V is read as written (line 8)"]),
    "blank": ("wipe; use;", "property kept: owned;", ["V is read as cleared (line 8)"]),
    "shadowed": (
        "pb; over; pa; both;",
        "property kept: owned P;",
        [
            "P is read as written (line 15)",
            "what is stored to OVER (line 12) is stored over again in line 15",
        ],
    ),
    "elsewhere": (
        "set; copy V -> stack.saved; use;",
        "property kept: owned;",
        ["V is read as written (line 8)"],
    ),
    "beside": (
        f"set; {SAVED} use;",
        PRESERVED,
        [
            "stack.saved ends at 2 (line 4) and stack.kept starts at 2 (line 4)",
            "what is stored to OVER (line 12) is undone by the copy in line 16",
        ],
    ),
    "never": (
        "set; if (f) { over; } if (!f) { use; }",
        PRESERVED,
        ["the condition in line 16 comes out otherwise where that in line 16 lets the run pass"],
    ),
    "begun": ("over; set; use;", PRESERVED, []),
    "lost": (
        "repeat { over; use; } set; use;",
        PRESERVED,
        ["no set has ended where OVER is stored to (line 12)"],
    ),
    "brought": (
        "set; copy V -> stack.saved; repeat { over; copy stack.saved -> V; } use;",
        PRESERVED,
        [
            "what is stored to OVER (line 12) is undone by the copy in line 16",
            "stack.saved is kept in every turn of the loop in line 16",
        ],
    ),
}


def test_every_reason_has_a_case() -> None:
    assert set(get_args(Reason)) <= set(CASES) | {"between"}


@pytest.mark.parametrize("reason", CASES)
def test_reasons(reason: str) -> None:
    path, prop, told = CASES[reason]
    made = program(meant(f"{HEAD}path p {{ {path} }}\n{prop}\n"), {"abi": "x86_64"})
    found = find(made, named(made, "kept"))
    assert found is not None and check(made, named(made, "kept"), found) is None
    lines = [line for proof in found.claims for line in proof.lines]
    assert reason == "beside" or reason in {line.reason for line in lines if isinstance(line, Line)}
    assert [
        line.strip().removeprefix("holds because ").removeprefix("and ")
        for line in reasons(made, "kept")
    ] == told


def test_what_is_lost_before_a_since_names_its_step() -> None:
    made = program(
        meant(
            f"{HEAD}path p {{ wipe; use; low; set; use; }}\nproperty kept: written V since low;\n"
        ),
        {"abi": "x86_64"},
    )
    assert "no low has ended where V is stored to (line 8)" in "\n".join(reasons(made, "kept"))


class Liar(_Finding):
    """Says whatever lets a claim pass: that loops keep what is followed after them, and that no
    condition is met."""

    def never(self, at: Spot, arm: int, own: Condition, facts: Facts) -> Spot | None:
        if facts:
            self._write(Line(at, arm, "", 0, 0, "never", by=facts[0][0]))
        return facts[0][0] if facts else None

    def kept(self, walk: Walk, loop: Stood, at: Spot, state: State) -> Bits:
        self._write(
            Invariant(
                at, tuple((bit.object, bit.at, 1, number_of(bit)) for bit in sorted(state.bits))
            )
        )
        return state.bits


def lied(made: Program, prop: Property) -> Certificate:
    """All that a liar can say before somebody stops it."""
    liar = Liar(made, False)
    with suppress(Wrong):
        Walk(made, prop, liar).claims()
    return Certificate(prop.name, tuple(liar.claims))


BY_OWNER = "property kept: written V by owner;"
LOSING = {
    "stored_over": ("set; over; use;", PRESERVED),
    "in_a_later_turn": ("set; repeat { use; over; }", PRESERVED),
    "in_one_of_two_arms": ("set; either { over; } or { low; } use;", PRESERVED),
    "in_the_turn_before_last": (
        "set; repeat [1..] { copy V -> stack.saved; over; } copy stack.saved -> V; use;",
        PRESERVED,
    ),
    "the_bytes_of_a_new_object": ("set; new n; on n { use; }", PRESERVED),
    "remembered_on_another_object": ("set; clone c; on c { set; } copy c.V -> V; use;", PRESERVED),
    "moved_by_a_byte": (
        "set; copy V -> stack.saved; over; copy stack.saved -> skb.cb[3] for 2; use;",
        PRESERVED,
    ),
    "cleared_in_between": ("set; wipe; use;", PRESERVED),
    "lost_where_the_step_may_have_ended": ("optionally { set; } over; use;", PRESERVED),
    "lost_in_the_turn_before_last": ("repeat { over; use; set; }", PRESERVED),
    "lost_of_a_clone": ("set; each c { over; use; }", PRESERVED),
    "the_same_condition": ("set; if (f) { over; } if (f) { use; }", PRESERVED),
    "a_length_that_may_be_short": ("over; write V for f + 1; use;", "property kept: owned;"),
    "no_turn_at_all": ("repeat [0..] { set; } use;", BY_OWNER),
    "not_yet_ended": ("self;", BY_OWNER),
    "by_somebody_else": ("set; high; mine; use;", BY_OWNER),
    "blank_is_nobodys": ("wipe2; use;", BY_OWNER),
    "never_stored": ("use;", "property kept: owned;"),
    "a_loop_that_another_claim_came_through": (
        "repeat [1..] { set; } use; peek;",
        "property kept: owned;",
    ),
}


@pytest.mark.parametrize("case", LOSING)
def test_no_certificate_of_what_is_refuted(case: str) -> None:
    path, prop = LOSING[case]
    head = HEAD.replace(
        "step over {",
        "step mine { write HIDE; } step peek { read HIDE; } step wipe2 { clear HIDE; } step over {",
    )
    head = head.replace("view OVER", "view HIDE : u16 at skb.cb[2]; view OVER")
    head = head.replace("step use {", "step self { write V; read V; } step use {")
    made = program(meant(f"{head}path p {{ {path} }}\n{prop}\n"), {"abi": "x86_64"})
    kept = named(made, "kept")
    assert verdict(made, kept, 2).verdict == "refuted"
    assert find(made, kept) is None
    assert check(made, kept, lied(made, kept)) is not None


PAST = """spec past "accesses that pass their area, and the object";
object skb { char cb[4]; u16 mark; char end[2]; }
input less : u8 in 0..4;
input more : u8 in 0..5;
input back : s8 in -2..1;
layer a {
    view V : u8[4] at skb.cb[0]; view BIG : u8[6] at skb.cb[0]; view E : u8[2] at skb.end[0]; view OUT : u8[4] at skb.end[0];
    step set { write skb.mark; } step use { read skb.mark; }
    step wipe { clear BIG; } step low { clear E[back]; } step some { clear V for more; } step copied { copy OUT -> BIG for 6; }
    step none { clear V for less; } step put { write V; clear E; } step take { read OUT; }
    step few { clear OUT; read OUT for more; }
}
"""
MARK = "property kept: preserved skb.mark from set to use;"
PASSING = {
    "by_a_view": ("set; wipe; use;", MARK),
    "by_an_index": ("set; low; use;", MARK),
    "by_a_length": ("set; some; use;", MARK),
    "by_a_length_in_a_loop": ("set; repeat { some; } use;", MARK),
    "into_the_target_of_a_copy": ("set; copied; use;", MARK),
    "read_outside": ("put; take;", "property kept: written;"),
    "read_outside_for_a_length": ("few;", "property kept: written;"),
    "kept_outside": ("put; take; put;", "property kept: preserved OUT from take to put;"),
}


@pytest.mark.parametrize("case", PASSING)
def test_no_certificate_where_an_access_passes_its_area(case: str) -> None:
    path, prop = PASSING[case]
    made = program(meant(f"{PAST}path p {{ {path} }}\n{prop}\n"), {"abi": "x86_64"})
    kept = named(made, "kept")
    assert verdict(made, kept, 2).verdict == "refuted"
    assert find(made, kept) is None
    assert check(made, kept, lied(made, kept)) is not None


def test_a_length_that_stays_in_the_area_has_a_certificate() -> None:
    for loop in ("none;", "repeat { none; }"):
        made = program(meant(f"{PAST}path p {{ set; {loop} use; }}\n{MARK}\n"), {"abi": "x86_64"})
        found = find(made, named(made, "kept"))
        assert found is not None and check(made, named(made, "kept"), found) is None


def test_a_claim_in_cases() -> None:
    """One of two conditions is always met; neither alone tells that V was written."""
    spec = f"{HEAD}path p {{ if (f) {{ set; }} if (!f) {{ set; }} use; }}\nproperty kept: written V by owner;\n"
    made = program(meant(spec), {"abi": "x86_64"})
    prop = named(made, "kept")
    found = find(made, prop)
    assert found is not None and check(made, prop, found) is None
    assert len(found.claims) == 4 and {len(proof.given) for proof in found.claims} == {2}
    told = " ".join(line.strip() for line in reasons(made, "kept"))
    assert (
        told
        == "holds because V is read as written (line 8) and this is so however the conditions in line 16 come out"
    )
    for number in range(4):
        assert (
            check(
                made,
                prop,
                replace(found, claims=found.claims[:number] + found.claims[number + 1 :]),
            )
            is not None
        )
