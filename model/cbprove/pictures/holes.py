"""What is free in a struct, and what its size and places give away, as pahole counts them."""

from __future__ import annotations

from typing import Literal

from cbprove.frozen import frozen


@frozen
class Outline:
    """A struct or union as it is printed. `size` and `align` are in bytes.

    `align` is the attribute to print, if any, and `packed` whether it says so itself; None leaves
    both for inference.
    """

    kind: Literal["struct", "union"]
    tag: str | None
    size: int
    entries: tuple[Entry, ...]
    align: int | None = None
    packed: bool | None = None

    @property
    def natural(self) -> int:
        """The alignment (bytes) that its members have if nothing is packed."""
        return max((entry.natural for entry in self.entries), default=1)


@frozen
class Choices:
    """An enumeration without a tag, written out where it stands. `size` is in bytes."""

    size: int
    values: tuple[tuple[str, int], ...]


@frozen
class Entry:
    """A member.

    `prefix` and `type` stand before the column of names, `declarator` in it (`cb[48]`,
    `(*f)(int)`); the prefix counts as part of the type's width. `offset` is in bits from the start
    of the struct that lists it, `size` in bytes that of its type, `bits` the width of a bit-field;
    `natural` is the alignment of its type and `align` the attribute to print, in bytes. `inner` is
    written out where it stands; `brackets` follow the closing brace of an array of such, `star` of
    a pointer to one. `struct` is what it is, where it is declared as a struct of some tag: pahole
    tells the padding inside.
    """

    name: str | None
    prefix: str
    type: str
    declarator: str
    offset: int
    size: int
    bits: int | None = None
    natural: int = 1
    align: int | None = None
    inner: Outline | Choices | None = None
    brackets: str = ""
    star: bool = False
    struct: Outline | None = None

    @property
    def byte(self) -> int:
        """The byte that it is said to be at: for a bit-field, the first of the unit of its type."""
        unit = 8 * self.size if self.bits is not None and self.size else 8
        return self.offset // unit * unit // 8

    @property
    def end(self) -> int:
        """The bit behind its last one."""
        return self.offset + (8 * self.size if self.bits is None else self.bits)


@frozen
class Gaps:
    """What is free: bytes and bits behind each member (first: before all of them), then at the
    end."""

    bytes: tuple[int, ...]
    bits: tuple[int, ...]
    padding: int
    bit_padding: int


def is_packed(outline: Outline) -> bool:
    """Whether a struct must have been `__packed__`, as far as offsets and size can tell."""
    if outline.packed is not None:
        return outline.packed
    if outline.kind == "union":
        return False
    free = gaps(outline)
    if free.padding or any(free.bytes):
        return False
    if any(entry.byte % entry.natural for entry in outline.entries):
        return True
    return outline.size % outline.natural != 0 or (outline.natural != 1 and outline.align == 1)


class _Units:
    """Where the unit of the bit-fields being read ends, in bits; a wider type, or a field beyond
    it, begins another."""

    def __init__(self, size: int) -> None:
        self.inside = False
        self.end = 8 * size
        self.width = 0

    def read(self, entry: Entry) -> None:
        self.inside = entry.bits is not None
        if not self.inside:
            self.width, self.end = 0, entry.end
        elif entry.end > self.end or 8 * entry.size > self.width:
            self.width = 8 * entry.size
            self.end = 8 * entry.byte + self.width
            self.end += self.width if entry.end > self.end else 0


def gaps(outline: Outline) -> Gaps:
    """The holes between the members of a struct, and its padding."""
    unit, end = _Units(outline.size), 0
    whole_bytes: list[int] = []
    loose: list[int] = []
    for entry in outline.entries:
        bits, start = 0, entry.offset
        if unit.inside:
            stop = min(start, unit.end)
            bits, end = stop - end, stop
        if entry.bits is None:
            bytes = start // 8 - end // 8
        else:
            aligned = 8 * entry.byte
            bytes = entry.byte - end // 8 if end < aligned <= start else 0
            end = aligned if end < aligned <= start else end
            bits += start - end
        whole_bytes.append(bytes)
        loose.append(bits)
        end = entry.end
        unit.read(entry)
    last = min(8 * outline.size, unit.end) if unit.inside else end
    return Gaps(tuple(whole_bytes), tuple(loose), outline.size - last // 8, last - end)
