"""How much is said, and what only the command line knows: colour, saved queries, the options of this run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cbprove.frozen import frozen
from cbprove.report.style import Paint, plain


@frozen
class Manner:
    """`verbosity`: -1 the summary alone, 0 the usual, 1 why each proof holds, 2 the queries as well.

    `queries` are the files that queries were saved in, by case; `again` the options this run was given.
    """

    paint: Paint = plain
    verbosity: int = 0
    queries: Mapping[str, str] = field(default_factory=dict)
    bound: int = 3
    resources: int = 30_000_000
    operations: int = 200_000
    seconds: float | None = None


def again(path: str, reason: str, manner: Manner) -> str:
    """The command that tries an undecided case again, with the limit raised that its reason names."""
    if manner.seconds is not None and ("timeout" in reason or "canceled" in reason):
        return f"cbprove check {path} --timeout {10 * manner.seconds:g}s"
    raised = {"bound": 4 * manner.bound, "resources": 10 * manner.resources, "operations": 10 * manner.operations}
    named = [option for option in raised if f"--{option}" in reason] or ["bound" if "turn" in reason else "resources"]
    return f"cbprove check {path} --{named[0]} {raised[named[0]]}"
