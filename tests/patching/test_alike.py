"""What is not judged again has the verdict that it had: held against judging it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.models import models, words
from cbprove.patching.change import change, of
from cbprove.patching.judging import Job, judge
from cbprove.patching.looking import changed_anywhere
from cbprove.patching.onto import onto
from cbprove.patching.today import today
from cbprove.pipeline import Options
from cbprove.syntax.includes import load
from tests.patching.ran import cbprove

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
        asked = changed_anywhere(old.system, new.system)
        names = [p.name for p in new.system.properties if p.name not in asked]
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


# The first candidate has nothing of `foo`; as many are refuted before and after, but others.
OTHER = """spec other "an axis without a default";
abi x86_64;
param mode in { plain, other };
param AT in 0..3;
object skb per path { char cb[8]; }
struct foo { u8 a; u8 b; };
layer l {
    view F : struct foo at skb.cb[0];
    view B : u8 at skb.cb[2];
    view C : u8 at skb.cb[AT];
    step set { when mode == other { write F; } }
    step hit { write B; }
    step move { write C; }
    step use { when mode == other { read F; } }
}
path p { set; hit; use; }
path q { when mode == other { write F.b; } move; when mode == other { read F.b; } }
property kept when mode == other: preserved F from set to use in p;
property own when mode == other: owned F.b in q;
"""
PATCH = """--- a/include/net/foo.h
+++ b/include/net/foo.h
@@ -1,4 +1,5 @@ struct foo {
 struct foo {
 	u8 a;
+	u8 between;
 	u8 b;
 };
"""


def test_what_turns_at_another_candidate_than_the_first_is_told(tmp_path: Path) -> None:
    (tmp_path / "other.cbs").write_text(OTHER)
    (tmp_path / "a.patch").write_text(PATCH)
    done = cbprove(tmp_path, "diff", "--patch", "a.patch", "other.cbs")
    assert done.returncode == 1
    assert "lost: kept of other.cbs" in done.stdout
    assert "for other candidates: own of other.cbs" in done.stdout
    assert "foo.between: no step touches it but with the whole struct: set, use" in done.stdout


def _quiet(done: int, total: int) -> None:
    pass
