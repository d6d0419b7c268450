"""What is not judged again has the verdict that it had: held against judging it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.models import models, words
from cbprove.patching.change import change, of
from cbprove.patching.judging import Job, judge
from cbprove.patching.looking import changed
from cbprove.patching.onto import onto
from cbprove.patching.today import today
from cbprove.pipeline import Options
from cbprove.syntax.includes import load

CHANGES = Path(__file__).parents[2] / "specs" / "changes"


@pytest.mark.slow
def test_verdicts_that_are_not_asked_again_are_the_same() -> None:
    patch = "qdisc_skb_cb.patch"
    model = models()[-1]
    known = words(model.specs)
    whole = of(change((CHANGES / patch).read_bytes(), patch), known.tags, known.macros)
    skipped = 0
    for spec in model.specs:
        made = onto(load(spec), whole, model.title)
        assert made is not None
        old, new = today(made.old, what_if=False), today(made.new, what_if=False)
        names = [
            p.name for p in new.system.properties if p.name not in changed(old.program, new.program)
        ]
        skipped += len(names)
        before, after = (
            [
                case.verdict
                for found in judge([Job(spec, side.system, n, Options()) for n in names], _quiet)
                for case in found
            ]
            for side in (old, new)
        )
        assert before == after
    assert skipped > 5


def _quiet(done: int, total: int) -> None:
    pass
