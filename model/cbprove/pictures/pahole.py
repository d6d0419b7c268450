"""Structs and unions to the letter as pahole 1.24 prints them, whoever says where their members
lie.

What pahole marks is defined by what it does, and is kept here as it is, surprises included: where a
bit-field's unit ends, that a cache line is announced before the member that begins in it, how wide
columns are at each depth. tests/artifacts compares every struct of a kernel with the tool itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.frozen import frozen, replace
from cbprove.pictures.holes import Choices, Entry, Gaps, Outline, gaps, is_packed

CACHELINE = 64
# Columns that pahole gives to a type and to a name behind it; a type has 8 less for each struct
# around it.
TYPE_COLUMNS, _NAME, _NAME_IN_UNION = 26, 23, 21


def printed(outline: Outline, typedef: str = "") -> str:
    """The whole of it, with the closing lines of sums for a struct, and the name that a typedef
    gives it."""
    width = (
        _NAME
        if outline.kind == "struct" and not typedef
        else _NAME_IN_UNION
        if not typedef
        else _NAME
    )
    return _Printer(width).whole(outline, f" {typedef}" if typedef else "") + ";"


def enumerated(choices: Choices, tag: str | None, typedef: str = "") -> str:
    """An enumeration by itself."""
    body = _choices(choices, "")
    head = f"enum {tag}" if tag else "enum"
    return f"{head}{body.removeprefix('enum')}{f' {typedef}' if typedef else ''};"


@frozen
class _At:
    """Where the printer is: depth in tabs, the first byte of the struct printed, the columns left
    for a type.

    `in_union` says that a union is around it.
    """

    depth: int
    base: int
    columns: int
    in_union: bool = False

    @property
    def tabs(self) -> str:
        return "\t" * self.depth


class _Printer:
    """Prints one type; keeps the line of the cache that the last member began in."""

    def __init__(self, names: int) -> None:
        self.names = names
        self.line = 0

    def whole(self, outline: Outline, typedef: str) -> str:
        head = f"{outline.kind} {outline.tag}" if outline.tag else outline.kind
        if outline.kind == "union":
            return f"{head} {{\n{self._arms(outline, _At(1, 0, TYPE_COLUMNS))}}}{typedef}"
        packed = is_packed(outline)
        at = _At(1, 0, TYPE_COLUMNS)
        attributes = _attributes(outline, packed, typedef)
        return f"{head} {{\n{self._members(outline, at)}\n{_totals(outline, at)}}}{attributes}"

    # --- bodies -----------------------------------------------------------------------------------

    def _arms(self, union: Outline, at: _At) -> str:
        first, text = self.line, ""
        for entry in union.entries:
            forced = entry.star is False and not entry.brackets and union.size % entry.natural != 0
            text += at.tabs + self._member(entry, replace(at, in_union=True), "[0]", forced) + "\n"
            self.line = first
        return text

    def _members(self, struct: Outline, at: _At) -> str:
        free = gaps(struct)
        uneven = bool(free.padding or any(free.bytes))
        text = _before(free, at)
        seam = _Seam(free)
        for number, entry in enumerate(struct.entries):
            text += seam.before(number, entry, self, at)
            flexible = number and number == len(struct.entries) - 1 and not at.in_union
            forced = uneven and not entry.brackets and entry.byte % entry.natural != 0
            text += at.tabs + self._member(entry, at, "[]" if flexible else "[0]", forced) + "\n"
            text += seam.after(number, entry, at)
        return text

    # --- members ----------------------------------------------------------------------------------

    def _member(self, entry: Entry, at: _At, empty: str, packed: bool) -> str:
        offset = entry.byte + at.base
        boundary = self._boundary(offset, at)
        if entry.inner is not None:
            return boundary + self._written_out(entry, at, offset, empty, packed)
        declarator = entry.declarator.replace("[]", empty)
        text = f"{self.declared(entry, at)} {declarator}{_width(entry)}{_aligned(entry.align)};"
        room = at.columns + self.names - len(text)
        return f"{boundary}{text}{' ' * max(room, 1)}{_comment(entry, offset)}"

    def declared(self, entry: Entry, at: _At) -> str:
        """The type, as wide as its column; C pads to the absolute value of a width below zero."""
        width = at.columns - len(entry.prefix)
        return entry.prefix + entry.type.ljust(abs(width))

    def _written_out(self, entry: Entry, at: _At, offset: int, empty: str, packed: bool) -> str:
        """A struct, union or enumeration without a tag."""
        inner = entry.inner
        assert inner is not None
        name = f" {entry.name}" if entry.name else ""
        if entry.brackets or entry.star or entry.prefix:
            # Here the name is the inner type's to tell, in front of the attribute of its alignment.
            head = (" *" if entry.star else "") + name
            body = self._body(inner, at, offset, entry, packed=packed, name=head)
            behind = entry.brackets.replace("[0]", empty)
            return f"{entry.prefix}{body}{behind}{_aligned(entry.align)}; {_comment(entry, offset)}"
        body = self._body(inner, at, offset, entry, packed=packed, name="")
        # What pahole takes for the width of the closing line leaves the attribute of alignment out.
        attribute = isinstance(inner, Outline) and _PACKED in body.rpartition("}")[2]
        width = (
            len(_aligned(entry.align))
            + (len(entry.name) if entry.name else -1)
            + (28 if attribute else 0)
        )
        room = abs(at.columns + self.names - width - 3)
        return f"{body}{name}{_width(entry)}{_aligned(entry.align)};{' ' * max(room, 1)}{_comment(entry, offset)}"

    def _body(
        self, inner: Outline | Choices, at: _At, offset: int, entry: Entry, packed: bool, name: str
    ) -> str:
        if isinstance(inner, Choices):
            return _choices(inner, at.tabs) + name
        columns = at.columns - 8 - (8 if entry.star else 0) - len(entry.prefix)
        below = _At(at.depth + 1, 0 if entry.star else offset, columns, at.in_union)
        if inner.kind == "union":
            return f"union {{\n{self._arms(inner, below)}{at.tabs}}}{name}"
        packed = is_packed(inner) or (packed and inner.packed is None)
        body = self._members(inner, below)
        # Behind a qualifier pahole forgets that it is inside of another struct, and tells the sums.
        sums = f"\n{_totals(inner, below)}" if entry.prefix else ""
        return f"struct {{\n{body}{sums}{at.tabs}}}{_attributes(inner, packed, name)}"

    def _boundary(self, offset: int, at: _At) -> str:
        line, past = divmod(offset, CACHELINE)
        if line <= self.line:
            return ""
        self.line = line
        ago = f" was {_many(past, 'byte')} ago" if past else ""
        return f"/* --- cacheline {line} boundary ({line * CACHELINE} bytes){ago} --- */\n{at.tabs}"


class _Seam:
    """What stands between two members: holes, and how bit-fields share their units."""

    def __init__(self, free: Gaps) -> None:
        self.free = free
        self.open = bool(free.bytes and (free.bytes[0] or free.bits[0]))
        self.last: Entry | None = None
        self.last_size = 0

    def before(self, number: int, entry: Entry, printer: _Printer, at: _At) -> str:
        text = ""
        last = self.last
        if last is not None and self.last_size:
            if self.free.bits[number] and entry.bits is not None:
                text += self._forced(entry, last, number, printer, at)
            text += self._combined(entry, last, at)
        if self.open:
            text, self.open = text + "\n", False
        return text

    def _forced(self, entry: Entry, last: Entry, number: int, printer: _Printer, at: _At) -> str:
        """The unnamed bit-field that must have made the hole."""
        moved = last.byte != entry.byte
        note = f"\n{at.tabs}/* Force alignment to the next boundary: */\n" if moved else ""
        inner = entry.inner
        type = (
            _choices(inner, at.tabs) if isinstance(inner, Choices) else printer.declared(entry, at)
        )
        return f"{note}{at.tabs}{type} :{0 if moved else self.free.bits[number]};\n"

    def _combined(self, entry: Entry, last: Entry, at: _At) -> str:
        moved = entry.byte - last.byte
        if moved < 0 or (moved == 0 and last.bits is None and entry.bits is not None):
            return self._note(at, "Bitfield combined with previous fields")
        return (
            self._note(at, "Bitfield combined with next fields")
            if 0 < moved < self.last_size
            else ""
        )

    def _note(self, at: _At, words: str) -> str:
        begun, self.open = self.open, True
        return f"{'' if begun else chr(10)}{at.tabs}/* {words} */\n"

    def after(self, number: int, entry: Entry, at: _At) -> str:
        """The holes behind a member, and the padding inside of it."""
        following = number + 1
        whole_and_loose, loose = (
            (self.free.bytes[following], self.free.bits[following])
            if following < len(self.free.bytes)
            else (0, 0)
        )
        lines = []
        padding = gaps(entry.struct).padding if entry.struct else 0
        lines += [f"last struct has {_many(padding, 'byte')} of padding"] if padding > 0 else []
        lines += [f"{_many(loose, 'bit')} hole, try to pack"] if loose else []
        lines += (
            [f"{_many(whole_and_loose, 'byte')} hole, try to pack"] if whole_and_loose > 0 else []
        )
        self._remember(entry)
        if not lines:
            return ""
        self.open = True
        return "\n" + "".join(f"{at.tabs}/* XXX {words} */\n" for words in lines)

    def _remember(self, entry: Entry) -> None:
        last = self.last
        moved = last is None or not self.last_size or last.byte != entry.byte
        if moved or (last is not None and last.bits is None and entry.bits is not None):
            self.last_size = entry.size
        self.last = entry


def _before(free: Gaps, at: _At) -> str:
    """A hole in front of the first member."""
    if not free.bytes:
        return ""
    lines = [f"{_many(free.bits[0], 'bit')}"] if free.bits[0] else []
    lines += [f"{_many(free.bytes[0], 'byte')}"] if free.bytes[0] else []
    return "".join(
        ("\n" if not n else "") + f"{at.tabs}/* XXX {t} hole, try to pack */\n"
        for n, t in enumerate(lines)
    )


_PACKED = " __attribute__((__packed__))"


def _attributes(outline: Outline, packed: bool, name: str = "") -> str:
    """Both where both are known; what is inferred to be packed has no alignment told, which was
    inferred as well."""
    return (
        (_PACKED if packed else "")
        + name
        + ("" if packed and outline.packed is None else _aligned(outline.align))
    )


def _aligned(align: int | None) -> str:
    return f" __attribute__((__aligned__({align})))" if align else ""


def _choices(inner: Choices, tabs: str) -> str:
    widest = max((len(name) for name, _ in inner.values), default=0)
    lines = "".join(f"{tabs}\t{name:<{widest}} = {value},\n" for name, value in inner.values)
    return f"enum {{\n{lines}{tabs}}}{_PACKED if inner.size != 4 else ''}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _width(entry: Entry) -> str:
    return "" if entry.bits is None else f":{entry.bits}"


def _comment(entry: Entry, offset: int) -> str:
    """`/* offset size */`, and for a bit-field `/* offset: bit size */` of the unit of its type."""
    if entry.bits is None:
        return f"/* {offset:>5} {entry.size:>5} */"
    return f"/* {offset:>5}:{entry.offset - 8 * entry.byte:>2} {entry.size:>2} */"


def _totals(struct: Outline, at: _At) -> str:
    return "".join(f"{at.tabs}/* {line} */\n" for line in _sums(struct, at.base))


def _sums(struct: Outline, base: int) -> Iterator[str]:
    free = gaps(struct)
    entries = struct.entries
    bytes = sum(entry.size for entry in entries if entry.bits is None)
    fields = sum(entry.bits for entry in entries if entry.bits is not None)
    holes, loose = [n for n in free.bytes if n], [n for n in free.bits if n]
    lines = -(-struct.size // CACHELINE) if entries else 0
    yield f"size: {struct.size}, cachelines: {lines}, members: {len(entries)}"
    if (sum(holes) > 0 or sum(loose) > 0) and bytes:
        yield f"sum members: {bytes}" + (
            f", holes: {len(holes)}, sum holes: {sum(holes)}" if sum(holes) > 0 else ""
        )
    if (sum(holes) > 0 or sum(loose) > 0) and fields:
        text = (
            f", bit holes: {len(loose)}, sum bit holes: {sum(loose)} bits"
            if loose
            else f" ({fields // 8} bytes)"
        )
        yield f"sum bitfield members: {fields} bits{text}"
    if free.padding > 0:
        yield f"padding: {free.padding}"
    inside = [n for n in (gaps(entry.struct).padding for entry in entries if entry.struct) if n > 0]
    if inside:
        yield f"paddings: {len(inside)}, sum paddings: {sum(inside)}"
    if free.bit_padding > 0:
        yield f"bit_padding: {free.bit_padding} bits"
    yield from _forced(entries, free)
    last = (base + struct.size) % CACHELINE
    if last:
        yield f"last cacheline: {last} bytes"


def _forced(entries: tuple[Entry, ...], free: Gaps) -> Iterator[str]:
    numbers = [number for number, entry in enumerate(entries) if entry.align]
    holes = [free.bytes[number] for number in numbers if free.bytes[number]]
    if numbers:
        text = f", forced holes: {len(holes)}, sum forced holes: {sum(holes)}" if holes else ""
        yield f"forced alignments: {len(numbers)}{text}"
