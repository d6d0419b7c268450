"""What somebody would try who knows how an archive is made: every hash, count and name agrees,
and the claim is false."""

from __future__ import annotations

from typing import Any

from tests.archive.kept import Kept

Record = dict[str, Any]


def verdict(record: Record, id: str) -> Any:
    return next(one for one in record["verdicts"] if one["id"] == id)


def obligation(record: Record, prop: str) -> Any:
    return next(one for one in record["obligations"] if one["states"][0]["property"] == prop)


def test_a_run_shows_nothing_of_a_candidate_where_it_breaks_nothing(kept: Kept) -> None:
    def change(record: Record) -> None:
        mixed = verdict(record, "wide/any_offset/kept")
        parts = {part["verdict"]: part for part in mixed["parts"]}
        parts["refuted"]["where"], parts["proved"]["where"] = [{"OFF": [0, 4]}], [{"OFF": [6, 12]}]
        mixed["counts"] |= {"refuted": 5, "proved": 7}

    kept.edit("wide", change)
    code, printed = kept.recheck()
    assert code == 1 and "the run on p never breaks it at abi = x86_64, OFF = 4" in printed, printed


def test_each_statement_of_a_text_must_be_what_it_states(kept: Kept) -> None:
    def change(record: Record) -> None:
        mine, other = obligation(record, "kept"), obligation(record, "own")
        mine["states"] += other["states"]
        record["obligations"].remove(other)
        for one in record["verdicts"]:
            for part in one["parts"]:
                if other["name"] in part.get("obligations", ()):
                    part["obligations"] = [mine["name"]]
        (kept.archive / "wide" / f"{other['name']}.smt2").unlink()

    kept.edit("wide", change)
    code, printed = kept.recheck()
    assert code == 1 and ".smt2: it is not what the spec states" in printed, printed
