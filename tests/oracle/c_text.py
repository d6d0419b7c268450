"""Types written as C, and structs as a C file whose two sections hold the compiler's answers about
them.

`.cbprove.numbers` holds `unsigned int`s: for each struct its size, its alignment, and for each
member that is no bit-field its offset, its size and its alignment, in bytes. `.cbprove.bits` holds,
for each bit-field in order, its struct with this one field all ones and every other bit zero;
nothing lies between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from cbprove.layout.types import Aligned, Array, Enum, Field, Pointer, Record, Scalar, Type
from tests.oracle.questions import Question, questions

NUMBERS = ".cbprove.numbers"
BITS = ".cbprove.bits"


@dataclass
class Writer:
    """Collects the typedefs that types need before they can be named."""

    lines: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def struct(self, tag: str, record: Record) -> None:
        """Define a record under a tag."""
        self.lines.append(f"{self._record(record, tag)};")

    def declare(self, type_: Type, declarator: str) -> str:
        """A declaration of a name with a type, without its semicolon."""
        match type_:
            case Array(element, elements):
                return self.declare(
                    element, f"{declarator}[{'' if elements is None else elements}]"
                )
            case Pointer(to):
                return f"{to} *{declarator}"
            case Scalar(name):
                return f"{name} {declarator}"
            case Enum():
                return f"{self._enum(type_)} {declarator}"
            case Aligned(inner, align):
                return f"{self._typedef(inner, align)} {declarator}"
            case Record():
                return f"{self._record(type_, type_.tag or '')} {declarator}"

    def _typedef(self, type_: Type, align: int) -> str:
        name = f"t{next(self.numbers)}"
        self.lines.append(f"typedef {self.declare(type_, name)} __attribute__((aligned({align})));")
        return name

    def _enum(self, enum: Enum) -> str:
        number = next(self.numbers)
        attribute = "__attribute__((packed)) " if enum.packed else ""
        return f"enum {attribute}{{ e{number}_low = {enum.low}, e{number}_high = {enum.high} }}"

    def _record(self, record: Record, tag: str) -> str:
        fields = " ".join(self._field(field) for field in record.fields)
        return f"{record.kind} {tag} {{ {fields} }}{_attributes(record)}"

    def _field(self, field: Field) -> str:
        width = "" if field.bits is None else f" : {field.bits}"
        return f"{self.declare(field.type, field.name or '')}{width}{_attributes(field)};"


def _attributes(of: Field | Record) -> str:
    names = ["packed"] * of.packed + [f"aligned({of.align})"] * (of.align is not None)
    return f" __attribute__(({', '.join(names)}))" if names else ""


def definitions(records: Sequence[Record]) -> str:
    """The C that defines these records under the tags x0, x1 and so on."""
    writer = Writer()
    for index, record in enumerate(records):
        writer.struct(f"x{index}", record)
    return "\n".join(writer.lines)


def questionnaire(records: Sequence[Record]) -> str:
    """The C that, after the definitions of these records, answers every question about them."""
    numbers: list[str] = []
    bits: list[tuple[str, str]] = []
    for index, record in enumerate(records):
        name = f"{record.kind} x{index}"
        numbers += [f"sizeof({name})", f"_Alignof({name})"]
        for question in questions(record):
            if question.bitfield:
                bits.append((name, question.path))
            else:
                numbers += _number_texts(name, question)
    return "\n".join((_numbers_text(numbers), _bits_text(bits), ""))


def _number_texts(name: str, question: Question) -> list[str]:
    member = f"((({name} *)0)->{question.path})"
    size = "0" if question.flexible else f"sizeof {member}"
    return [f"__builtin_offsetof({name}, {question.path})", size, f"__alignof__ {member}"]


def _numbers_text(numbers: list[str]) -> str:
    return f'const unsigned int numbers[] __attribute__((section("{NUMBERS}"))) = {{ {", ".join(numbers)} }};'


def _bits_text(bits: list[tuple[str, str]]) -> str:
    members = " ".join(f"{name} f{index};" for index, (name, _) in enumerate(bits))
    values = ", ".join(f".f{index}.{path} = -1" for index, (_, path) in enumerate(bits))
    return (
        f"const struct {{ {members} char end; }} __attribute__((packed)) bits "
        f'__attribute__((section("{BITS}"), aligned(1))) = {{ {values} }};'
    )
