"""A run that ends at a claim says of it what the whole run says."""

from __future__ import annotations

import pytest

from cbprove.diagnostics import Source as Text
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.semantics.claims import Until
from cbprove.semantics.run import Run, run
from cbprove.syntax.parse import parse
from cbprove.syntax.tree import Tree
from tests.semantics.hand_built import Answers

SPEC = """
spec s "a guest from the third turn on";
abi x86_64;
object skb { char cb[8]; }
layer owner { view V : u32 at skb.cb[0]; step set { write V; } step use { read V; } }
layer guest { view W : u32 at skb.cb[2]; step hit { write W; } }
path p { set; use; repeat [5] { use; hit; } assume 0 "never"; }
property own: owned;
"""


def _run(until: Until | None) -> Run:
    source = Text("s.cbs", SPEC)
    made = program(resolve(Tree(parse(source), (source,))), {"abi": "x86_64"})
    own = [prop for prop in made.properties if prop.name == "own"]
    return run(made, made.paths[0], own, Answers({}), until=until)


@pytest.mark.parametrize(("until", "reached", "broken"), [("reached", 1, 0), ("broken", 3, 1)])
def test_a_run_that_ends_at_a_claim_begins_as_the_whole_run(
    until: Until, reached: int, broken: int
) -> None:
    whole, part = _run(None), _run(until)
    assert (whole.reached["own"], len(whole.broken["own"]), whole.ended) == (6, 4, True)
    assert (part.reached["own"], part.ended) == (reached, False)
    assert part.broken["own"] == whole.broken["own"][:broken]
    assert part.decisions == whole.decisions[: len(part.decisions)]
