"""Which facts about a loop are an invariant, asked of the formula that says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cbprove.design.asking import ask
from cbprove.design.induction import invariant
from cbprove.logic.terms import Bool, and_, eq
from cbprove.meaning import elaborate
from cbprove.obligations.cells import Cells
from cbprove.obligations.facts import Extent, Fact, FactKind, Facts, decided, supposed
from cbprove.obligations.plan import Plan
from cbprove.obligations.unfold import unfold
from cbprove.solving.solver import Limits
from tests.archive.test_invariants import system

SPEC = """\
spec kept "what turns keep";
object o {{ char cb[8]; }}
input x : u8 in 0..1;
layer l {{
    view F : u8 at o.cb[0];
    view G : u8 at o.cb[1];
    view H : u8 at o.cb[2];
    view K : u8 at o.cb[3];
    step init {{ write F = 1; write G = 5; write H = 0; write K = 0; }}
    step use  {{ read F; }}
}}
path p {{ {} use; }}
property asked: holds F == 1 at use;
"""
F, G, H = ((((0, ""), low, 8)) for low in (0, 8, 16))
TURNS = "init; repeat { either { write F = 1; } or { write F = 2; } write G; }"
TAGGED = "init; copy H -> G; repeat { either { write G; write F = 2; } or { copy H -> G; write F = 1; } }"
DELAYED = "copy K -> H; write G; write F = 2; copy G -> K;"
BY_COPIES = (
    f"init; copy H -> G; repeat {{ either {{ {DELAYED} }} or {{ copy H -> G; write F = 1; }} }}"
)
UNTOUCHED = "repeat { write F = 1; }"
ENTERED = "if (x) { init; repeat { either { write F = 1; } or { write F = 2; } } }"


class Loop:
    """The only loop of a path, cut, with what its turns leave alone taken as left alone."""

    def __init__(self, tmp_path: Path, body: str) -> None:
        program = elaborate.program(system(tmp_path, SPEC.format(body)), {"abi": "x86_64"})
        prop, self.limits = program.properties[0], Limits()
        plan = Plan(cut=True, heads=invariant(program, prop, self.limits).heads)
        self.cells = Cells(program.little_endian)
        self.unfolding = unfold(program, program.paths[0], (prop,), plan, self.cells)

    def fact(
        self, kind: FactKind, extent: Extent, numbers: Sequence[int] = (), **more: Any
    ) -> Fact:
        (moment,) = self.unfolding.followed
        return Fact(moment=moment, kind=kind, extent=extent, numbers=tuple(numbers), **more)

    def keeps(self, *facts: Fact) -> bool:
        known = Facts(self.unfolding, self.cells)
        known.check(facts)
        return not self.can_be(known.step(facts))

    def can_be(self, formula: Bool) -> bool:
        return ask(formula, decided(self.unfolding, self.cells), self.limits).result == "sat"


@pytest.mark.parametrize(
    ("body", "kind", "extent", "numbers", "kept"),
    [
        (TURNS, "one of", F, (1, 2), True),
        (TURNS, "one of", F, (1,), False),
        (TURNS, "one of", F, (2,), False),
        (TURNS, "between", F, (1, 2), True),
        (TURNS, "between", F, (0, 1), False),
        (TURNS, "between", F, (2, 9), False),
        (TURNS, "one of", G, (5,), False),
        (TURNS, "one of", H, (0,), True),
        (UNTOUCHED, "one of", H, (0,), False),
    ],
)
def test_numbers_that_turns_keep(
    tmp_path: Path, body: str, kind: FactKind, extent: Extent, numbers: tuple[int, ...], kept: bool
) -> None:
    loop = Loop(tmp_path, body)
    assert loop.keeps(loop.fact(kind, extent, numbers)) == kept


@pytest.mark.parametrize(
    ("body", "tag", "kept"), [(TAGGED, 2, True), (TAGGED, 1, False), (BY_COPIES, 2, False)]
)
def test_what_is_stored_only_beside_a_tag(tmp_path: Path, body: str, tag: int, kept: bool) -> None:
    """What is copied may be, two turns later, what the other arm stored; it is not where no turn
    stores to it."""
    loop = Loop(tmp_path, body)
    assert (
        loop.keeps(loop.fact("stored only if", F, (tag,), other=G, label="fresh G by a path"))
        == kept
    )


def test_facts_say_nothing_of_runs_that_do_not_come_to_the_loop(tmp_path: Path) -> None:
    """Where x is 0, F is anything at the end."""
    loop = Loop(tmp_path, ENTERED)
    fact = loop.fact("one of", F, (1, 2))
    assert loop.keeps(fact)
    area, low, width = F
    last = loop.cells.read(
        loop.unfolding, loop.cells.values, low, width, area, len(loop.unfolding.operations)
    )
    assert loop.can_be(and_(*supposed(loop.unfolding, loop.cells, (fact,)), eq(last, 7)))
