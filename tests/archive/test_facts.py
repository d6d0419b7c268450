"""Facts about values that a proof rests on are kept in its record, and shown by an obligation of
their own."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cbprove import pipeline
from cbprove.design.induction import invariant, strengthened
from cbprove.design.problem import named
from cbprove.meaning.elaborate import program
from cbprove.solving.solver import Limits
from tests.archive.kept import Kept, cbprove

SPEC = """\
spec facts "one or two";
object o { char cb[8]; }
layer l {
    view F : u8 at o.cb[0];
    step init { write F = 1; }
    step turn { either { write F = 1; } or { write F = 2; } }
    step use  { read F; }
}
path p { init; repeat { turn; } use; }
property small: holds F == 1 || F == 2 at use;
"""
State = dict[str, Any]


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    root = tmp_path_factory.mktemp("facts")
    (root / "facts.cbs").write_text(SPEC)
    with contextlib.chdir(root):
        code, printed = cbprove("certify", "facts.cbs", "-o", "proofs")
    assert code == 0, printed
    return Kept(root)


def by(record: dict[str, Any], kind: str) -> State:
    return next(
        s for o in record["obligations"] for s in o["states"] if s["by"] == kind and s.get("facts")
    )


def test_the_record_says_what_every_turn_keeps(certified: Kept) -> None:
    record = json.loads((certified.archive / "facts" / "record.json").read_text())
    (fact,) = by(record, "values")["facts"]["p"]
    assert fact == {
        "moment": fact["moment"],
        "kind": "one of",
        "extent": [[0, ""], 0, 8],
        "numbers": [1, 2],
    }
    assert by(record, "facts")["facts"] == {"p": [fact]}
    with contextlib.chdir(certified.root):
        assert cbprove("recheck", "proofs")[0] == 0


def number(state: State) -> None:
    state["facts"]["p"][0]["numbers"] = [1]


def elsewhere(state: State) -> None:
    state["facts"]["p"][0]["extent"] = [[0, ""], 8 * 1000, 8]


def of_no_loop(state: State) -> None:
    state["facts"]["p"][0]["moment"] = [1000]


def without_a_partner(state: State) -> None:
    state["facts"]["p"][0]["kind"] = "equal"


def left_out(state: State) -> None:
    state["facts"]["p"] = []


@pytest.mark.parametrize("change", [number, elsewhere, of_no_loop, without_a_partner, left_out])
@pytest.mark.parametrize("kinds", [("values",), ("facts",), ("values", "facts")])
def test_a_changed_fact_is_refused(
    certified: Kept, tmp_path: Path, change: Callable[[State], None], kinds: tuple[str, ...]
) -> None:
    shutil.copytree(certified.root, tmp_path / "copy")
    kept = Kept(tmp_path / "copy")

    def edit(record: dict[str, Any]) -> None:
        for kind in kinds:
            change(by(record, kind))

    kept.edit("facts", edit)
    with contextlib.chdir(kept.root):
        code, printed = cbprove("recheck", "proofs")
    assert code in (1, 2), printed


def test_facts_that_are_kept_can_be_true_together(tmp_path: Path) -> None:
    """Facts of a loop that leaves nothing were supposed where it is entered: 0..0 and 1..255 of
    one byte were kept, and anything followed from them."""
    spec = tmp_path / "nothing_left.cbs"
    spec.write_text(
        """spec n "a turn stores what lay there"; object skb { char cb[2]; }
        layer o { view W : u8 at skb.cb[0]; step set { write W = 3; } }
        path p { write W = 3; each n1 { repeat { set; } } } property own: lent;"""
    )
    meant = pipeline.meaning(str(spec))
    made = program(meant, {axis.name: axis.values[0] for axis in meant.axes})
    prop = named(made, "own")
    for stronger in strengthened(made, prop, invariant(made, prop, Limits()), Limits()):
        for facts in stronger.facts.values():
            ranges = [(f.moment, f.extent, f.numbers) for f in facts if f.kind == "between"]
            for moment, extent, (low, high) in ranges:
                others = [n for m, e, n in ranges if (m, e) == (moment, extent)]
                assert all(low <= last and first <= high for first, last in others)
