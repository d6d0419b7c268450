"""What the layers of a program read and write, without order."""

from __future__ import annotations

from cbprove.language.accesses import inner_blocks
from cbprove.semantics import arithmetic
from cbprove.system import Block, Clear, Copy, Expr, If, Program, Read, Write


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
    for statement in body:
        match statement:
            case Read(_, places):
                reads.update(dict.fromkeys(place.text for place in places))
            case Write(_, places, value):
                writes.update(dict.fromkeys(place.text for place in places))
                _read_by(value, reads)
            case Clear(_, places):
                writes.update(dict.fromkeys(place.text for place in places))
            case Copy(_, origin, target):
                reads.setdefault(origin.text)
                writes.setdefault(target.text)
            case If(_, condition):
                _read_by(condition, reads)
        for block in inner_blocks(statement):
            _touched(block, reads, writes)


def _read_by(expr: Expr | None, reads: dict[str, None]) -> None:
    if expr is not None:
        reads.update(dict.fromkeys(place.text for place in arithmetic.members(expr)))
