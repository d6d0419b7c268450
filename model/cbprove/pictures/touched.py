"""What the layers of a program read and write, without order."""

from __future__ import annotations

from cbprove import folds
from cbprove.system import Block, Program


def layers(program: Program) -> list[str]:
    """For each layer, the places that its steps read and write, in order of first use."""
    names = list(dict.fromkeys(step.layer for step in program.steps.values()))
    width = max((len(name) for name in names), default=0)
    lines = []
    for name in names:
        reads: dict[str, None] = {}
        writes: dict[str, None] = {}
        for step in program.steps.values():
            if step.layer == name:
                _touched(step.body, reads, writes)
        lines.append(f"{name:<{width}}  reads   {', '.join(reads) or 'nothing'}")
        lines.append(f"{'':<{width}}  writes  {', '.join(writes) or 'nothing'}")
    return lines


def _touched(body: Block, reads: dict[str, None], writes: dict[str, None]) -> None:
    for statement in folds.within(body):
        for touch in folds.touches(statement):
            into = reads if touch.kind in ("read", "copy from") else writes
            into.setdefault(touch.place.text)
        for expr in folds.evaluated(statement):
            reads.update(dict.fromkeys(place.text for place in folds.members(expr)))
