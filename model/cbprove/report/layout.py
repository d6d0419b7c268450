"""Structs exactly as pahole prints them, and where the views of a proposal lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cbprove.layout.abi import Abi
from cbprove.layout.padding import holes
from cbprove.layout.records import Layout, Member, lay_out
from cbprove.layout.types import Aligned, Array, Enum, Pointer, Record, Scalar, Type
from cbprove.report import bits, bytemap, story
from cbprove.report.style import counted
from cbprove.semantics import arithmetic
from cbprove.system import Block, Clear, Copy, Expr, If, Place, Program, Read, View, Write

CACHELINE = 64
# Columns behind the first tab, as pahole aligns them: of the type, and before the comment.
_TYPE_WIDTH = 26
_COMMENT_COLUMN = 48

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


@dataclass(frozen=True)
class Shape:
    """A struct or union to print, under the name it goes by here (`struct skb_gso_cb`, with ` = v4_4` for a packing).

    `spelled` are the types of members as they were written, by member path; others are printed as DWARF calls them.
    """

    record: Record
    abi: Abi
    note: str
    spelled: Mapping[str, str]


def text(shapes: Sequence[Shape], programs: Mapping[str, Program]) -> str:
    """All structs, then for the proposals, those that look alike together, the control blocks and what layers touch."""
    maps = _together({name: control_blocks(program) for name, program in programs.items()})
    sets = _together({name: layers(program) for name, program in programs.items()})
    return "\n\n".join([*(shape(found) for found in shapes), *maps, *sets])


def _together(told: Mapping[str, list[str]]) -> list[str]:
    """What is told of each proposal, once where it is the same; the names are left out where it is so for all."""
    alike: dict[str, list[str]] = {}
    for name, lines in told.items():
        if lines:
            alike.setdefault("\n".join(lines), []).append(name)
    whole = len(alike) == 1 and len(next(iter(alike.values()))) == len(told)
    return list(alike) if whole else [f"{', '.join(names)}:\n\n{text}" for text, names in alike.items()]


def shape(found: Shape) -> str:
    """One struct as pahole prints it."""
    layout = lay_out(found.record, found.abi)
    printer = _Printer(found)
    name = f"{found.record.kind} {found.record.tag}" if found.record.tag else found.record.kind
    lines = [*([f"/* {found.note} */"] if found.note else []), f"{name} {{"]
    lines += printer.members(found.record, layout, 0, 1, "")
    lines += ["", *(f"\t{line}" for line in _totals(found.record, layout, found.abi))]
    return "\n".join([*lines, f"}}{_attributes(found.record)};"])


def _attributes(record: Record) -> str:
    packed = " __attribute__((__packed__))" if record.packed else ""
    return packed + (f" __attribute__((__aligned__({record.align})))" if record.align else "")


class _Printer:
    """Prints the members of one struct and of the untagged ones inside."""

    def __init__(self, found: Shape) -> None:
        self.abi = found.abi
        self.spelled = found.spelled

    def members(self, record: Record, layout: Layout, base: int, depth: int, path: str) -> list[str]:
        """The members with the holes between them; `base` is the struct's first bit in the outermost one."""
        before = dict(_gaps(record, layout, self.abi))
        lines: list[str] = []
        for number, member in enumerate(layout.members):
            if number in before:
                lines += _hole(before[number], depth)
            lines += self._member(member, base, depth, path)
            lines += _cacheline(base + member.offset, member.width, depth)
        return lines

    def _member(self, member: Member, base: int, depth: int, path: str) -> list[str]:
        inner, count = _element(member.type)
        name = ".".join(part for part in (path, member.name) if part)
        if isinstance(inner, Record) and inner.tag is None and member.layout is not None:
            return self._nested(inner, member, count, base, depth, name)
        type = self.spelled.get(name) or spell(member.type)
        declared = f"{member.name or ''}{count}" + (f":{member.width}" if member.bitfield else "")
        return [_line(f"{type:<{_TYPE_WIDTH - 8 * (depth - 1)}} {declared};", depth, self._comment(member, base))]

    def _nested(self, inner: Record, member: Member, count: str, base: int, depth: int, name: str) -> list[str]:
        """A struct or union without a tag is written out where it stands."""
        assert member.layout is not None
        body = self.members(inner, member.layout, base + member.offset, depth + 1, name)
        closing = f"}}{_attributes(inner)}{f' {member.name}{count}' if member.name else ''};"
        return ["\t" * depth + f"{inner.kind} {{", *body, _line(closing, depth, self._comment(member, base))]

    def _comment(self, member: Member, base: int) -> str:
        """`/* offset size */`, and for a bit-field `/* offset: bit size */` of the unit of its type."""
        first = base + member.offset
        if not member.bitfield:
            return f"/* {first // 8:>5} {member.width // 8:>5} */"
        size = lay_out(member.type, self.abi).size
        unit = first // (8 * size) * size
        return f"/* {unit:>5}:{first - 8 * unit:>2} {size:>2} */"


def _line(text: str, depth: int, comment: str) -> str:
    return "\t" * depth + f"{text:<{_COMMENT_COLUMN - 8 * (depth - 1)}} {comment}"


def _hole(gap: _Gap, depth: int) -> list[str]:
    sizes = [counted(gap.bits, "bit")] if gap.bits else []
    sizes += [counted(gap.bytes, "byte")] if gap.bytes else []
    return ["", *("\t" * depth + f"/* XXX {_plural(size)} hole, try to pack */" for size in sizes), ""]


def _plural(size: str) -> str:
    """pahole says `1 bytes`."""
    return size if size.endswith("s") else size + "s"


@dataclass(frozen=True)
class _Gap:
    """What is left free: bits to the end of the unit that a bit-field began, then whole bytes."""

    bits: int
    bytes: int


def _gaps(record: Record, layout: Layout, abi: Abi) -> Iterator[tuple[int, _Gap]]:
    """The gaps by the number of the member they stand before; the last is behind all of them. A union has none."""
    if record.kind == "union":
        return
    starts = {run.offset: run.width for run in holes(layout)}
    members = layout.members
    for number in range(1, len(members) + 1):
        last = members[number - 1]
        end = last.offset + last.width
        width = starts.get(end, 0)
        if width:
            unit = 8 * lay_out(last.type, abi).size if last.bitfield else 8
            loose = min(width, -end % unit)
            yield number, _Gap(loose, (width - loose) // 8)


def _cacheline(first: int, width: int, depth: int) -> list[str]:
    """Where a line of the cache ends, as pahole marks it."""
    end = first + width
    line = end // (8 * CACHELINE)
    if depth > 1 or not width or line == first // (8 * CACHELINE):
        return []
    past = end // 8 - line * CACHELINE
    ago = f" was {past} bytes ago" if past else ""
    return [f"\t/* --- cacheline {line} boundary ({line * CACHELINE} bytes){ago} --- */"]


def _totals(record: Record, layout: Layout, abi: Abi) -> Iterator[str]:
    members = layout.members
    yield f"/* size: {layout.size}, cachelines: {-(-layout.size // CACHELINE)}, members: {len(members)} */"
    gaps = dict(_gaps(record, layout, abi))
    tail = gaps.pop(len(members), None)
    loose = [gap.bits for gap in gaps.values() if gap.bits]
    whole = [gap.bytes for gap in gaps.values() if gap.bytes]
    if gaps:
        told = [f"sum members: {sum(m.width for m in members if not m.bitfield) // 8}"]
        told += [f"holes: {len(whole)}", f"sum holes: {sum(whole)}"] if whole else []
        yield f"/* {', '.join(told)} */"
    if loose:
        fields = sum(m.width for m in members if m.bitfield)
        yield f"/* sum bitfield members: {fields} bits, bit holes: {len(loose)}, sum bit holes: {sum(loose)} bits */"
    if tail is not None and tail.bytes:
        yield f"/* padding: {tail.bytes} */"
    if tail is not None and tail.bits:
        yield f"/* bit_padding: {tail.bits} bits */"
    if layout.size % CACHELINE:
        yield f"/* last cacheline: {layout.size % CACHELINE} bytes */"


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
        case Pointer(to):
            return f"{to} *"
        case Enum(tag):
            return f"enum {tag}" if tag else "enum"
        case Record(kind, tag):
            return f"{kind} {tag}" if tag else kind
        case Aligned(inner, _):
            return spell(inner)
        case other:
            return str(other)


# --- control blocks ---------------------------------------------------------------------------------------


def control_blocks(program: Program) -> list[str]:
    """Each array of each object that views lie in, with a row of letters for each view."""
    lines: list[str] = []
    for owner in program.objects:
        for area, low, high in owner.areas:
            views = [view for view in program.views if _in(view.place, owner.name, program, low, high)]
            if views:
                lines += ["", f"{owner.name}.{area}, {bits.amount(high - low)}", *_map(area, (low, high), views)]
    return lines[1:]


def _in(place: Place, name: str, program: Program, low: int, high: int) -> bool:
    first = program.objects[0].name
    own = name if name != first else "."
    return place.object in (own, name) and place.bound == (low, high)


def _map(area: str, bound: tuple[int, int], views: Sequence[View]) -> list[str]:
    window = bytemap.window(area, bound, [])
    width = max(len(view.name) for view in views)
    layers = max(len(view.layer) for view in views)
    taken: list[str] = []
    lines = [" " * (width + layers + 6) + bytemap.ruler(window)]
    for view in views:
        letter = bytemap.letter_for(view.name, taken)
        taken.append(letter)
        cells = "".join(_cell(view.place, byte, letter) for byte in window.bytes())
        low = view.place.low
        assert isinstance(low, int)
        extent = bits.span(low - bound[0], low + view.place.width - bound[0])
        lines.append(f"  {view.name:<{width}}  {view.layer:<{layers}}  {cells}  {extent}")
    return lines


def _cell(place: Place, byte: int, letter: str) -> str:
    """The letter for a member's byte, in lower case for padding; a dot outside the view."""
    assert isinstance(place.low, int)
    first = 8 * byte - place.low
    if first + 8 <= 0 or first >= place.width:
        return "."
    covered = any(leaf.offset < first + 8 and first < leaf.offset + leaf.width for leaf in place.leaves)
    return letter if covered else "-"


# --- what layers touch ------------------------------------------------------------------------------------


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
        for block in story.blocks(statement):
            _touched(block, reads, writes)


def _read_by(expr: Expr | None, reads: dict[str, None]) -> None:
    if expr is not None:
        reads.update(dict.fromkeys(place.text for place in arithmetic.members(expr)))
