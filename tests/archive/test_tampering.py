"""Whatever is changed in an archive or in its spec, recheck says where and what."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from cbprove.archive.record import Obligation
from cbprove.archive.stated import Statements
from cbprove.archive.text import read
from cbprove.design.sectors import Division
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load
from tests.archive.kept import Kept

Record = dict[str, Any]
Change = Callable[[Record], None]


def verdict(record: Record, id: str) -> Any:
    return next(one for one in record["verdicts"] if one["id"] == id)


def part(record: Record, id: str, word: str) -> Any:
    return next(one for one in verdict(record, id)["parts"] if one["verdict"] == word)


def run_of(record: Record) -> Any:
    return part(record, "wide/any_offset/kept", "refuted")["run"]


def state(record: Record, prop: str, by: str) -> Any:
    return next(
        s
        for o in record["obligations"]
        for s in o["states"]
        if (s["property"], s["by"]) == (prop, by)
    )


def wide(change: Change) -> Callable[[Kept], object]:
    return lambda kept: kept.edit("wide", change)


def loops(change: Change) -> Callable[[Kept], object]:
    return lambda kept: kept.edit("loops", change)


def replaced(spec: str, old: str, new: str) -> Callable[[Kept], object]:
    def change(kept: Kept) -> None:
        file = kept.root / f"{spec}.cbs"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return change


def obligation(kept: Kept, prop: str) -> str:
    record = kept.record("wide")
    name: str = next(o["name"] for o in record["obligations"] if o["states"][0]["property"] == prop)
    return name


def number_in_text(kept: Kept) -> None:
    file = kept.archive / "wide" / f"{obligation(kept, 'kept')}.smt2"
    file.write_text(file.read_text().replace("Int 0)", "Int 8)", 1))


def number_in_text_and_all_hashes(kept: Kept) -> None:
    name = obligation(kept, "kept")
    text = (kept.archive / "wide" / f"{name}.smt2").read_text()
    assert "Int 0)" in text
    kept.rewrite("wide", name, text.replace("Int 0)", "Int 8)", 1))


def emptied_text_and_all_hashes(kept: Kept) -> None:
    kept.rewrite("wide", obligation(kept, "kept"), "(set-logic ALL)\n(assert false)\n(check-sat)\n")


def swapped_texts(kept: Kept) -> None:
    one, other = (
        kept.archive / "wide" / f"{obligation(kept, prop)}.smt2" for prop in ("kept", "own")
    )
    text = one.read_text()
    one.write_text(other.read_text())
    other.write_text(text)


def swapped_obligations(record: Record) -> None:
    one, other = (part(record, f"wide/any_offset/{prop}", "proved") for prop in ("kept", "own"))
    one["obligations"], other["obligations"] = other["obligations"], one["obligations"]


def planted(kept: Kept) -> None:
    """A false claim of all candidates, its text as the spec states it, all hashes and counts as
    they would be."""
    false = Obligation(
        "sources", "broken", "kept", {"abi": "x86_64"}, ({"OFF": (0, 12)},), loose=True
    )
    name = kept.rewrite(
        "wide", obligation(kept, "kept"), statements(kept, "wide").state(false).text
    )

    def change(record: Record) -> None:
        own = next(o for o in record["obligations"] if o["name"] == name)
        own["states"][0]["where"] = [{"OFF": [0, 12]}]
        mixed = verdict(record, "wide/any_offset/kept")
        mixed["parts"] = [p for p in mixed["parts"] if p["verdict"] != "refuted"]
        part(record, "wide/any_offset/kept", "proved")["where"] = [
            {"OFF": [0, 4]},
            {"OFF": [6, 12]},
        ]
        mixed |= {"verdict": "proved", "counts": {"excluded": 1, "proved": 12}}

    kept.edit("wide", change)


def statements(kept: Kept, spec: str) -> Statements:
    system = resolve(load(kept.root / f"{spec}.cbs"))
    return Statements(Division(system))


def fewer_turns(kept: Kept) -> None:
    """Loops with a HI followed for one turn, though loops without one are followed as far as the
    scope says."""
    kept.edit("loops", lambda record: state(record, "even", "values").update(known=1))
    restate_even(kept)


def more_turns(kept: Kept) -> None:
    """Loops followed for more turns than the command asks for."""

    def change(record: Record) -> None:
        state(record, "even", "values").update(turns=9)
        verdict(record, "loops/now/even").update(scope=9)

    kept.edit("loops", change)
    restate_even(kept)


def restate_even(kept: Kept) -> None:
    for name, (_, states) in read(
        (kept.archive / "loops" / "record.json").read_text()
    ).obligations.items():
        if states[0].property == "even":
            kept.rewrite("loops", name, statements(kept, "loops").state(states[0]).text)


def idle(kept: Kept) -> None:
    """One more obligation, a true one, that no verdict names."""
    asked = Obligation(
        "sources", "broken", "kept", {"abi": "x86_64"}, ({"OFF": (6, 12)},), loose=True
    )
    text = statements(kept, "wide").state(asked).text
    digest = sha256(text.encode()).hexdigest()
    (kept.archive / "wide" / f"{digest[:16]}.smt2").write_text(text)

    def change(record: Record) -> None:
        states = [{**state(record, "kept", "sources"), "where": [{"OFF": [6, 12]}]}]
        record["obligations"].append({"name": digest[:16], "sha256": digest, "states": states})

    kept.edit("wide", change)


def proved_by_the_other_sector(record: Record) -> None:
    mine, other = verdict(record, "sides/close/kept"), part(record, "sides/apart/kept", "proved")
    mine |= {"verdict": "proved", "counts": {"proved": 1}}
    mine["parts"] = [{**other, "fixed": mine["parts"][0]["fixed"]}]


def planted_invariant(kept: Kept) -> None:
    """An invariant with one piece too many, its texts as the spec states them, all hashes as
    they would be."""
    kept.edit("loops", wrong_piece)
    for name, (_, states) in read(
        (kept.archive / "loops" / "record.json").read_text()
    ).obligations.items():
        if states[0].property == "zeroed":
            kept.rewrite("loops", name, statements(kept, "loops").state(states[0]).text)


def claimed_for_all(record: Record) -> None:
    mixed = verdict(record, "wide/any_offset/kept")
    mixed["parts"] = [p for p in mixed["parts"] if p["verdict"] != "refuted"]
    part(record, "wide/any_offset/kept", "proved")["where"] = [{"OFF": [0, 4]}, {"OFF": [6, 12]}]
    mixed |= {"verdict": "proved", "counts": {"excluded": 1, "proved": 12}}


def first_refuted_now_proved(record: Record) -> None:
    mine = verdict(record, "wide/first/kept")
    mine |= {"verdict": "proved", "counts": {"proved": 1}}
    mine["parts"][0]["verdict"] = "proved"


def last_proved_now_refuted(record: Record) -> None:
    mine = verdict(record, "wide/last/kept")
    mine |= {"verdict": "refuted", "counts": {"refuted": 1}}
    mine["parts"][0]["verdict"] = "refuted"
    del mine["parts"][0]["obligations"], mine["parts"][0]["certificates"]


def last_proved_now_excluded(record: Record) -> None:
    mine = verdict(record, "wide/last/kept")
    mine |= {"verdict": "excluded", "counts": {"excluded": 1}}
    mine["parts"] = [
        {"verdict": "excluded", "fixed": {"abi": "x86_64"}, "where": [{"OFF": [12, 12]}]}
    ]


def vacuous_now_proved(record: Record) -> None:
    mine = verdict(record, "wide/last/nowhere")
    mine |= {"verdict": "proved", "counts": {"proved": 1}}
    mine["parts"][0]["verdict"] = "proved"


def swapped_verdicts(record: Record) -> None:
    record["verdicts"][:2] = record["verdicts"][1::-1]


def another_name(record: Record) -> None:
    record["obligations"][0]["name"] = "0" * 16


def dropped_piece(record: Record) -> None:
    """The invariant without one of its pieces, in the proof and in its step."""
    for by in ("values", "step"):
        state(record, "zeroed", by)["invariant"]["p"].pop()


def wrong_piece(record: Record) -> None:
    """The invariant says that another member, which every turn changes, stays as it was."""
    for by in ("values", "step"):
        pieces = state(record, "zeroed", by)["invariant"]["p"]
        pieces.append([pieces[0][0], [0, ""], 0, 16])


def dropped_step(record: Record) -> None:
    verdict(record, "loops/now/zeroed")["parts"][0]["obligations"].pop()


def mark_of_version(record: Record) -> None:
    record["versions"]["cbprove"] = "9.9"


def delete(*names: str) -> Callable[[Kept], object]:
    return lambda kept: (kept.archive.joinpath(*names)).unlink()


def add(*names: str) -> Callable[[Kept], object]:
    def change(kept: Kept) -> None:
        kept.archive.joinpath(*names).parent.mkdir(exist_ok=True)
        kept.archive.joinpath(*names).write_text("what is this?\n")

    return change


def renamed(kept: Kept) -> None:
    (kept.archive / "wide").rename(kept.archive / "broad")
    index(
        kept,
        lambda found: next(one for one in found["specs"] if one["folder"] == "wide").update(
            folder="broad"
        ),
    )


def add_text(name: str, old: str, new: str) -> Callable[[Kept], object]:
    def change(kept: Kept) -> None:
        file = kept.archive / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return change


def index(kept: Kept, change: Change) -> None:
    file = kept.archive / "index.json"
    found = json.loads(file.read_text())
    change(found)
    file.write_text(json.dumps(found))


# What is done, the exit code, and what recheck says.
WAYS: dict[str, tuple[Callable[[Kept], object], int, str]] = {
    # --- the spec ---
    "spec: a member moved": (
        replaced("wide", "A : u32 at skb.cb[0]", "A : u32 at skb.cb[1]"),
        1,
        "wide.cbs: its sha256",
    ),
    "spec: a comment added": (
        replaced("wide", "param OFF", "/* at */ param OFF"),
        1,
        "wide: 0 of 12 verdicts",
    ),
    "spec: gone": (lambda kept: (kept.root / "wide.cbs").unlink(), 2, "wide.cbs` does not exist"),
    "spec: a mistake": (replaced("wide", "read A", "read C"), 2, "wide.cbs: the spec of"),
    "spec: another name": (
        replaced("wide", "spec wide", "spec broad"),
        1,
        "declares the spec broad",
    ),
    # --- files ---
    "a record missing": (
        delete("wide", "record.json"),
        2,
        "proofs/wide/record.json: it cannot be read",
    ),
    "a file too many": (
        add("wide", "note.txt"),
        1,
        "proofs/wide/note.txt: the record does not list it",
    ),
    "a folder too many": (
        add("old", "record.json"),
        1,
        "proofs/old/record.json: the index does not list it",
    ),
    "the index is no JSON": (add("index.json"), 2, "index.json: it is not JSON"),
    "the index of another schema": (
        lambda k: index(k, lambda i: i.update(schema_version=9)),
        2,
        "schema_version is 9",
    ),
    "the index without a spec": (
        lambda k: index(k, lambda i: i["specs"].pop(0)),
        1,
        "the index does not list it",
    ),
    "the index with a folder twice": (
        lambda k: index(k, lambda i: i["specs"].insert(0, {**i["specs"][0], "sha256": "0" * 64})),
        2,
        'index.json: it lists "loops" twice',
    ),
    "the index with a field of nobody": (
        lambda k: index(k, lambda i: i.update(note="")),
        2,
        "index.json: a field is amiss: note is not known",
    ),
    "the index with a field twice": (
        add_text("index.json", '"specs": ', '"specs": [], "specs": '),
        2,
        'index.json: an object has the field "specs" twice',
    ),
    "the index with another hash": (
        lambda k: index(k, lambda i: i["specs"][0].update(sha256="0" * 64)),
        1,
        "record.json: its sha256 is",
    ),
    "a record moved": (
        lambda k: shutil.move(k.archive / "wide", k.archive / "broad"),
        2,
        "wide/record.json: it cannot",
    ),
    "a folder renamed, in the index too": (
        renamed,
        1,
        "broad/record.json: it is about another spec",
    ),
    "a text missing": (
        lambda k: delete("wide", f"{obligation(k, 'own')}.smt2")(k),
        2,
        ".smt2: it cannot be read",
    ),
    # --- texts ---
    "text: a number": (number_in_text, 1, ".smt2: its sha256 is"),
    "text: a number, all hashes redone": (
        number_in_text_and_all_hashes,
        1,
        "it is not what the spec states: line",
    ),
    "text: made trivial, all hashes redone": (
        emptied_text_and_all_hashes,
        1,
        "it is not what the spec states: line 1",
    ),
    "texts swapped": (swapped_texts, 1, ".smt2: its sha256 is"),
    "text: a false claim planted, all redone": (planted, 1, "cvc5 can satisfy it"),
    # --- the record as a whole ---
    "record: a byte": (
        lambda k: k.edit("wide", lambda r: None, sealed=False),
        1,
        "record.json: its sha256 is",
    ),
    "record: another schema": (
        wide(lambda r: r.update(schema_version=2)),
        2,
        "its schema_version is 2, not 1",
    ),
    "record: a field more": (wide(lambda r: r.update(trusted=True)), 2, "trusted is not known"),
    "record: a field less": (wide(lambda r: r.pop("limits")), 2, "limits is missing"),
    "record: a word for a number": (
        wide(lambda r: r["limits"].update(bound="3")),
        2,
        '"3" is no int',
    ),
    "record: the version": (wide(mark_of_version), 2, "it is of cbprove 9.9, this is"),
    "record: the solver's line": (
        wide(lambda r: r["versions"].pop("z3")),
        1,
        "versions are of cbprove, not of",
    ),
    "record: the command": (
        wide(lambda r: r.update(command="true")),
        1,
        "its command should be `cbprove certify wide.cbs`",
    ),
    "record: the limits": (wide(lambda r: r["limits"].update(bound=9)), 1, "its command should be"),
    "record: a hash of the spec": (
        wide(lambda r: r["inputs"][0].update(sha256="0" * 64)),
        1,
        "wide.cbs: its sha256 is",
    ),
    "record: a file that is not included": (
        wide(lambda r: r["inputs"].append({"path": "other.cbs", "sha256": "0" * 64})),
        1,
        "other.cbs: the record says that the spec includes it",
    ),
    # --- proposals ---
    "an assumption dropped": (
        wide(lambda r: r["proposals"][0].update(assumptions=[])),
        1,
        "record.json: the assumptions of proposal any_offset",
    ),
    "a candidate set changed": (
        wide(lambda r: r["proposals"][0]["candidates"].update(OFF="0..3")),
        1,
        "record.json: the candidates of proposal any_offset",
    ),
    "a proposal dropped": (
        wide(lambda r: r["proposals"].pop()),
        1,
        "its proposals are not those of the spec",
    ),
    # --- verdicts ---
    "a verdict's word": (
        wide(lambda r: verdict(r, "wide/any_offset/kept").update(verdict="proved")),
        1,
        "wide/any_offset/kept: its parts are mixed, the record says proved",
    ),
    "a verdict dropped": (
        wide(lambda r: r["verdicts"].pop()),
        1,
        "wide/last/fits: there is no verdict in the record",
    ),
    "a verdict twice": (
        wide(lambda r: r["verdicts"].append(r["verdicts"][0])),
        1,
        "its verdicts are not in the order",
    ),
    "verdicts swapped": (wide(swapped_verdicts), 1, "its verdicts are not in the order"),
    "a verdict of nothing": (
        wide(lambda r: r["verdicts"][0].update(id="wide/any_offset/all")),
        1,
        "wide/any_offset/all: the spec has no such verdict",
    ),
    "counts": (
        wide(lambda r: verdict(r, "wide/any_offset/kept")["counts"].update(proved=12)),
        1,
        "wide/any_offset/kept: its parts count",
    ),
    "refuted made proved": (
        wide(first_refuted_now_proved),
        1,
        "wide/first/kept: it rests on obligations",
    ),
    "proved made refuted": (
        wide(last_proved_now_refuted),
        1,
        "wide/last/kept: the run on p never breaks it",
    ),
    "proved made excluded": (
        wide(last_proved_now_excluded),
        1,
        "wide/last/kept: abi = x86_64, OFF = 12 is not excluded",
    ),
    "vacuous made proved": (wide(vacuous_now_proved), 1, "wide/last/nowhere: no run is given"),
    "proved for all candidates": (
        wide(claimed_for_all),
        1,
        "wide/any_offset/kept: it rests on obligations that are",
    ),
    "a part without its candidates": (
        wide(lambda r: part(r, "wide/any_offset/kept", "refuted").update(where=[])),
        1,
        "wide/any_offset/kept: a part without candidates",
    ),
    "a part with fewer candidates": (
        wide(lambda r: part(r, "wide/any_offset/kept", "refuted").update(where=[{"OFF": [0, 2]}])),
        1,
        "wide/any_offset/kept: its parts are not the candidates of the proposal",
    ),
    "a part of another sector": (
        wide(lambda r: part(r, "wide/first/kept", "refuted").update(fixed={"abi": "m68k"})),
        1,
        "wide/first/kept: there is no region with there is no sector abi = m68k",
    ),
    # --- runs ---
    "a choice of the witness": (
        wide(lambda r: run_of(r)["decisions"].__setitem__(1, [["arm", [6]], 1])),
        1,
        "wide/any_offset/kept: the run on p never breaks it",
    ),
    "a choice that is not met": (
        wide(lambda r: run_of(r)["decisions"].append([["arm", [99]], 0])),
        1,
        "wide/any_offset/kept: the run on p decides something else",
    ),
    "a witness dropped": (
        wide(lambda r: part(r, "wide/any_offset/kept", "refuted").pop("run")),
        1,
        "wide/any_offset/kept: no run is given",
    ),
    "a run where nothing is reached": (
        wide(lambda r: part(r, "wide/last/nowhere", "vacuous").update(run=run_of(r))),
        1,
        "wide/last/nowhere: a run shows nothing",
    ),
    "obligations of a refutation": (
        wide(lambda r: part(r, "wide/first/kept", "refuted").update(obligations=["0" * 16])),
        1,
        "wide/first/kept: obligations show nothing",
    ),
    "a reason for a proof": (
        wide(lambda r: part(r, "wide/last/kept", "proved").update(reason="it is plain")),
        1,
        "wide/last/kept: a reason is given",
    ),
    "a run of placement": (
        wide(lambda r: part(r, "wide/last/fits", "proved").update(run=run_of(r))),
        1,
        "wide/last/fits: a run shows nothing where claims are about placement",
    ),
    "a reaching run on no path": (
        wide(lambda r: part(r, "wide/last/kept", "proved")["run"].update(path="q")),
        1,
        "wide/last/kept: the run on q never reaches",
    ),
    "a reaching run that ends early": (
        wide(
            lambda r: part(r, "wide/last/kept", "proved")["run"].update(
                decisions=[[["input", "n"], 3]]
            )
        ),
        1,
        "wide/last/kept: the run on p never reaches",
    ),
    # --- obligations ---
    "obligations swapped": (
        wide(swapped_obligations),
        1,
        "it rests on obligations that are about something else",
    ),
    "an obligation's name": (wide(another_name), 2, "0000000000000000.smt2: it cannot be read"),
    "an obligation's hash": (
        wide(lambda r: r["obligations"][0].update(sha256="0" * 64)),
        1,
        "the record says 000000",
    ),
    "an obligation's region": (
        wide(lambda r: state(r, "kept", "sources").update(where=[{"OFF": [4, 12]}])),
        1,
        ".smt2: it is not what the spec states",
    ),
    "the obligation of another sector": (
        lambda kept: kept.edit("sides", proved_by_the_other_sector),
        1,
        "sides/close/kept: it rests on obligations that are about something else",
    ),
    "an obligation that is idle": (idle, 1, ".smt2: no verdict rests on it"),
    "an obligation with its conditions": (
        wide(lambda r: state(r, "own", "sources").update(loose=False)),
        1,
        ".smt2: it is not what the spec states",
    ),
    "an obligation's claim": (
        wide(lambda r: state(r, "nowhere", "sources").update(claim="broken")),
        1,
        "wide/last/nowhere: it rests on obligations that are about something else",
    ),
    "an obligation of no property": (
        wide(lambda r: state(r, "kept", "sources").update(property="safe")),
        1,
        "it rests on obligations that are about something else",
    ),
    "an obligation that nothing needs": (
        wide(lambda r: part(r, "wide/last/kept", "proved").update(obligations=[])),
        1,
        "wide/last/kept: it rests on obligations that the record does not have",
    ),
    "a limit left out": (
        wide(lambda r: r["limits"].pop("resources")),
        2,
        "record.json: a field is amiss: resources is missing",
    ),
    "nothing said of an audit": (
        wide(lambda r: r.pop("models")),
        2,
        "record.json: a field is amiss: models is missing",
    ),
    "candidates twice": (
        wide(lambda r: state(r, "kept", "sources")["where"].append({"OFF": [6, 12]})),
        2,
        "record.json: candidates are listed as",
    ),
    "a statement twice": (
        wide(lambda r: r["obligations"][0]["states"].append(r["obligations"][0]["states"][0])),
        2,
        "record.json: an obligation states",
    ),
    "an input twice": (
        wide(lambda r: r["inputs"].append({**r["inputs"][0], "sha256": "0" * 64})),
        2,
        'record.json: inputs names "wide.cbs" twice',
    ),
    "an obligation twice": (
        wide(lambda r: r["obligations"].insert(0, {**r["obligations"][0], "sha256": "0" * 64})),
        2,
        "record.json: obligations says something twice",
    ),
    "a certificate twice": (
        wide(lambda r: r["certificates"].insert(0, {**r["certificates"][0], "sha256": "0" * 64})),
        2,
        "record.json: certificates says something twice",
    ),
    "a decision twice": (
        wide(lambda r: run_of(r)["decisions"].insert(0, run_of(r)["decisions"][0])),
        2,
        "record.json: a run decides",
    ),
    "a bounded proof called one of all runs": (
        loops(lambda r: verdict(r, "loops/now/even").update(scope="every run")),
        1,
        "loops/now/even: its scope is 3, the record says every run",
    ),
    "a bounded proof of more turns": (
        loops(
            lambda r: (
                state(r, "even", "values").update(turns=9),
                verdict(r, "loops/now/even").update(scope=9),
            )[0]
        ),
        1,
        ".smt2: it is not what the spec states",
    ),
    "a bounded proof of more turns than were asked for, all redone": (
        more_turns,
        1,
        "loops/now/even: its scope is 9, but",
    ),
    "a bounded proof that follows fewer turns, all redone": (
        fewer_turns,
        1,
        "loops/now/even: loops with a HI of up to",
    ),
    "an invariant without a piece": (
        loops(dropped_piece),
        1,
        ".smt2: it is not what the spec states",
    ),
    "an invariant of another piece": (
        loops(wrong_piece),
        1,
        ".smt2: it is not what the spec states",
    ),
    "an invariant that is none, all redone": (planted_invariant, 1, "cvc5 can satisfy it"),
    "an invariant without its step": (
        loops(dropped_step),
        1,
        "loops/now/zeroed: it rests on obligations that are",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_changed_archive_is_caught_and_named(kept: Kept, way: str) -> None:
    change, code, said = WAYS[way]
    change(kept)
    assert (found := kept.recheck())[0] == code, found[1]
    assert said in found[1], found[1]


def test_the_untouched_archive_is_confirmed(kept: Kept) -> None:
    code, printed = kept.recheck()
    assert (code, printed.splitlines()[-1].split(": ")[1]) == (
        0,
        "3 specs, 22 of 22 verdicts confirmed by cvc5",
    )
