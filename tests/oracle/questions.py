"""What is asked about a struct, and the answers that cbprove.layout gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from cbprove.layout.abi import Abi
from cbprove.layout.records import Layout, lay_out
from cbprove.layout.types import Aligned, Array, Field, Record, Type


@dataclass(frozen=True)
class Question:
    """Where is the member of this path, as C writes it: `m0.m3[0].m4`?"""

    path: str
    bitfield: bool
    flexible: bool


@dataclass(frozen=True)
class Answer:
    """Bits [offset, offset + width) of the outermost struct; `align` in bytes, 0 for a
    bit-field: C gives none."""

    path: str
    offset: int
    width: int
    align: int


@dataclass(frozen=True)
class Answers:
    """All about one struct: size and alignment in bytes, members in order."""

    size: int
    align: int
    members: tuple[Answer, ...]

    def digest(self) -> str:
        """Eight hexadecimal digits that stand for these answers."""
        return sha256(str(self).encode()).hexdigest()[:8]

    def __str__(self) -> str:
        members = (f"{m.path} {m.offset}+{m.width} /{m.align}" for m in self.members)
        return "\n".join((f"size {self.size} /{self.align}", *members))


def questions(record: Record, prefix: str = "") -> Iterator[Question]:
    """One question for each named member, those of nested records included."""
    for field in record.fields:
        if field.name is not None:
            yield Question(prefix + field.name, field.bits is not None, _is_flexible(field.type))
        inner, index = _nested(field)
        if inner is not None:
            yield from questions(
                inner, f"{prefix}{field.name}{index}." if field.name is not None else prefix
            )


def answers(record: Record, abi: Abi) -> Answers:
    """The same questions answered by lay_out."""
    layout = lay_out(record, abi)
    return Answers(layout.size, layout.align, tuple(_walk(layout, "", 0)))


def _walk(layout: Layout, prefix: str, base: int) -> Iterator[Answer]:
    for member in layout.members:
        offset = base + member.offset
        if member.name is not None:
            yield Answer(
                prefix + member.name, offset, member.width, 0 if member.bitfield else member.align
            )
        inner, index = _nested(Field(member.name, member.type))
        if inner is not None:
            assert member.layout is not None
            yield from _walk(
                member.layout,
                f"{prefix}{member.name}{index}." if member.name is not None else prefix,
                offset,
            )


def _is_flexible(type_: Type) -> bool:
    return isinstance(type_, Array) and type_.count is None


def _nested(field: Field) -> tuple[Record | None, str]:
    """The record inside a field, and the index that reaches it; none inside arrays without
    elements."""
    type_, index = field.type, ""
    while not isinstance(type_, Record):
        match type_:
            case Aligned(inner, _):
                type_ = inner
            case Array(element, elements) if elements:
                type_, index = element, index + "[0]"
            case _:
                return None, ""
    return type_, index
