"""The views over control blocks before and after a patch, without a verdict."""

from __future__ import annotations

from cbprove.comparing.overlays import Difference, difference
from cbprove.meaning.sizes import sized
from cbprove.patching.change import Change
from cbprove.patching.onto import onto
from cbprove.patching.today import Today, today
from cbprove.report.overlays import Table, table
from cbprove.syntax.includes import load


def overlays(spec: str, whole_change: Change) -> Difference:
    """A spec on both sides of a change; all is alike where it has nothing of that. Raises
    SpecError."""
    tree = load(spec)
    each = onto(tree, whole_change, spec)
    old, new = (
        today(side, False) for side in ((each.old, each.new) if each is not None else (tree, tree))
    )
    titles = (
        spec,
        whole_change.titles[0]
        if len(whole_change.titles) == 1 and whole_change.titles[0]
        else "with the patch",
    )
    if each is not None and each.reverse:
        titles = (f"{spec} before the patch", "as it stands")
    return difference(titles, _table(spec, old), _table(spec, new))


def _table(spec: str, side: Today) -> Table:
    return table(spec, None, side.program, sized(side.whole, side.first))
