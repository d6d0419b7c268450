"""Structs pinned where lay_out puts them, and pinned structs as the text of a spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from cbprove.layout.abi import Abi
from cbprove.layout.pins import is_padding
from cbprove.layout.records import Layout, lay_out
from cbprove.layout.types import Aligned, Array, Field, Record, Type
from tests.oracle.c_text import Writer


def pinned(type_: Type, abi: Abi, aligned: bool = True) -> Type:
    """The same type with every record in it pinned where it lies; `aligned` states the
    alignments too."""
    match type_:
        case Array(element, count):
            return Array(pinned(element, abi, aligned), count)
        case Aligned(inner, align):
            return Aligned(pinned(inner, abi, aligned), align)
        case Record():
            layout = lay_out(type_, abi)
            fields = tuple(_fields(type_, layout, abi, aligned))
            return replace(
                type_, fields=fields, size=layout.size, align=layout.align if aligned else None
            )
        case _:
            return type_


def _fields(record: Record, layout: Layout, abi: Abi, aligned: bool) -> Iterator[Field]:
    members = iter(layout.members)
    for each in record.fields:
        if is_padding(each):
            yield each
        else:
            yield replace(each, type=pinned(each.type, abi, aligned), at=next(members).offset)


Placed = tuple[int, int, tuple[tuple[object, ...], ...]]


def placed(layout: Layout) -> Placed:
    """All that a layout says of places and alignments: a layout without the types that it was
    made from."""
    return (
        layout.size,
        layout.align,
        tuple(
            (m.name, m.offset, m.width, m.bitfield, m.align, placed(m.layout) if m.layout else None)
            for m in layout.members
        ),
    )


@dataclass
class PinWriter(Writer):
    """Writes records with their pins; one with a tag that stands inside another is defined on
    its own, once."""

    base: int = 0
    defined: set[str] = field(default_factory=set)

    def struct(self, tag: str, record: Record) -> None:
        if tag not in self.defined:
            self.defined.add(tag)
            outer, self.base = self.base, 0
            super().struct(tag, record)
            self.base = outer

    def _typedef(self, type_: Type, align: int) -> str:
        outer, self.base = self.base, 0
        name = super()._typedef(type_, align)
        self.base = outer
        return name

    def _record(self, record: Record, tag: str) -> str:
        if record.tag is not None and record.tag not in self.defined:
            self.struct(record.tag, record)
        if record.tag is not None and record.tag != tag:
            return f"{record.kind} {record.tag}"
        return f"{super()._record(record, tag)} __size({record.size})"

    def _field(self, field: Field) -> str:
        outer = self.base
        self.base += field.at or 0
        byte, bit = divmod(self.base, 8)
        pin = "" if field.at is None else f" __at({byte}, {bit})" if bit else f" __at({byte})"
        text = super()._field(field).removesuffix(";") + f"{pin};"
        self.base = outer
        return text


def text(records: Sequence[Record], abi: Abi) -> str:
    """A `pinned` block of these records, those without a tag under the tags x0, x1 and so on."""
    writer = PinWriter()
    for number, record in enumerate(records):
        writer.struct(record.tag or f"x{number}", record)
    return "\n".join([f'pinned {abi.name} "somewhere" {{', *writer.lines, "}"])
