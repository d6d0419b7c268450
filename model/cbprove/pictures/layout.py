"""The structs of a spec as pahole prints them, and where the views of a proposal lie.

What the layers of a program read and write, without order.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from cbprove import folds
from cbprove.layout.records import Layout, Member, align_of, attributes, lay_out
from cbprove.layout.types import Aligned, Array, Enum, Field, Pointer, Record, Scalar, Type
from cbprove.meaning.shapes import Shape
from cbprove.pictures import blocks, pahole
from cbprove.pictures.holes import Entry, Outline
from cbprove.system.program import Program
from cbprove.system.statements import Block

_WIDTH = 100
# The kernel writes what DWARF calls by its long name; pahole prints DWARF's.
_DWARF = {
    "unsigned short": "short unsigned int",
    "short": "short int",
    "unsigned long": "long unsigned int",
    "long": "long int",
    "unsigned long long": "long long unsigned int",
    "long long": "long long int",
    "_Bool": "bool",
    "__int128": "__int128",
    "unsigned __int128": "__int128 unsigned",
}


def text(shapes: Sequence[Shape], programs: Mapping[str, Program], left_out: int = 0) -> str:
    """For the proposals, those that look alike together, the control blocks; the structs; what
    layers touch.

    Of structs that are `left_out` it says how to see them.
    """
    maps = _together({name: blocks.of_program(program) for name, program in programs.items()})
    sets = _together({name: touched_by_layers(program) for name, program in programs.items()})
    noun = (
        "struct that no view has: --all shows it"
        if left_out == 1
        else "structs that no view has: --all shows them"
    )
    rest = [f"{left_out} more {noun}"] if left_out else []
    return "\n\n".join([*maps, *(shape(struct) for struct in shapes), *sets, *rest])


def _together(by_name: Mapping[str, list[str]]) -> list[str]:
    """What is told of each proposal, once where it is the same; the names are left out where it
    is so for all."""
    alike: dict[str, list[str]] = {}
    for name, lines in by_name.items():
        if lines:
            alike.setdefault("\n".join(lines), []).append(name)
    is_uniform = len(alike) == 1 and len(next(iter(alike.values()))) == len(by_name)
    return (
        list(alike)
        if is_uniform
        else [f"{', '.join(names)}:\n\n{text}" for text, names in alike.items()]
    )


def shape(struct: Shape) -> str:
    """One struct as pahole prints it."""
    layout = lay_out(struct.record, struct.abi)
    note = f"/* {struct.note} */\n" if struct.note else ""
    return note + pahole.printed(_outline(struct, struct.record, layout, ""))


def _outline(struct: Shape, record: Record, layout: Layout, path: str) -> Outline:
    packed, align = attributes(record, struct.abi)
    fields = [field for field in record.fields if field.name is not None or field.bits is None]
    entries = [_entry(struct, *each, path) for each in zip(layout.members, fields, strict=True)]
    return Outline(
        kind=record.kind,
        tag=record.tag,
        size=layout.size,
        entries=tuple(entries),
        align=align,
        packed=packed,
    )


def _entry(owner: Shape, member: Member, field: Field, path: str) -> Entry:
    inner, count = _element(member.type)
    name = ".".join(part for part in (path, member.name) if part)
    size, natural = lay_out(member.type, owner.abi).size, align_of(member.type, owner.abi)
    bits = member.width if member.bitfield else None
    type = owner.spelled.get(name) or spell(member.type)
    declarator = f"{member.name or ''}{count}"
    below = None
    if isinstance(inner, Record) and member.layout is not None:
        below = _outline(owner, inner, member.layout, name)
    written = below if below is not None and below.tag is None else None
    struct = below if below is not None and below.kind == "struct" and not count else None
    return Entry(
        name=member.name,
        prefix="",
        type=type,
        declarator=declarator,
        offset=member.offset,
        size=size,
        bits=bits,
        natural=natural,
        align=field.align,
        inner=written,
        brackets=count,
        struct=struct,
    )


def _element(type: Type) -> tuple[Type, str]:
    """The type of an element, and the brackets behind the name."""
    match type:
        case Array(element, count):
            inner, rest = _element(element)
            return inner, f"[{'' if count is None else count}]{rest}"
        case Aligned(inner, _) if isinstance(inner, Array | Record):
            return _element(inner)
        case _:
            return type, ""


def spell(type: Type) -> str:
    """A type's name as DWARF has it, arrays by their element."""
    match _element(type)[0]:
        case Scalar(name):
            return _DWARF.get(name, name)
        case Pointer(target):
            return f"{target} *"
        case Enum(tag):
            return f"enum {tag}" if tag else "enum"
        case Record(kind, tag):
            return f"{kind} {tag}" if tag else kind
        case Aligned(inner, _):
            return spell(inner)
        case other:
            return str(other)


def touched_by_layers(program: Program) -> list[str]:
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
        lines += _listed(f"{name:<{width}}  reads   ", reads)
        lines += _listed(f"{'':<{width}}  writes  ", writes)
    return lines


def _listed(head: str, places: Mapping[str, None]) -> list[str]:
    """Places behind a head, as many lines as they take."""
    lines = textwrap.wrap(
        ", ".join(places) or "nothing", _WIDTH - len(head), break_long_words=False
    )
    return [(head if at == 0 else " " * len(head)) + line for at, line in enumerate(lines)]


def _touched(body: Block, reads: dict[str, None], writes: dict[str, None]) -> None:
    for statement in folds.within(body):
        for touch in folds.touches(statement):
            into = reads if touch.kind in ("read", "copy from") else writes
            into.setdefault(touch.place.text)
        for expr in folds.evaluated(statement):
            reads.update(dict.fromkeys(place.text for place in folds.members(expr)))
