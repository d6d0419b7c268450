"""The sections of ELF files of both classes and byte orders, and of what is wrong with them."""

from __future__ import annotations

import struct
from typing import Literal

import pytest

from cbprove.artifacts.files import elf
from cbprove.diagnostics import SpecError
from cbprove.layout.abi import ABIS
from tests.artifacts.reading import mistake

PROGBITS, NOBITS = 1, 8
Section = tuple[str, int, bytes]


def made(
    sections: list[Section],
    word: int = 64,
    order: Literal["little", "big"] = "little",
    machine: int = 62,
    many: bool = False,
) -> bytes:
    """An ELF file: header, contents, table of sections. With `many` the first section has the
    counts, as for 65,280 of them."""
    mark, letter = "<" if order == "little" else ">", "I" if word == 32 else "Q"
    names = b"\0" + b"".join(name.encode() + b"\0" for name, _, _ in sections) + b".shstrtab\0"
    head = 52 if word == 32 else 64
    body, entries, name = b"", [], 1
    for title, kind, data in (*sections, (".shstrtab", 3, names)):
        entries.append((name, kind, 0, 0, head + len(body), len(data), 0))
        body, name = body + data, name + len(title) + 1
    first = (0, 0, 0, 0, 0, len(entries) + 1, len(entries)) if many else (0,) * 7
    shape = mark + f"II{letter}{letter}{letter}{letter}I" + ("III" if word == 32 else "IQQ")
    table = b"".join(struct.pack(shape, *entry, 0, 0, 0) for entry in (first, *entries))
    counts = (
        (struct.calcsize(shape), 0, 0xFFFF)
        if many
        else (struct.calcsize(shape), len(entries) + 1, len(entries))
    )
    ident = (
        b"\x7fELF" + bytes((1 if word == 32 else 2, 1 if order == "little" else 2, 1)) + bytes(9)
    )
    rest = struct.pack(
        mark + f"HHI{letter}{letter}{letter}IHHHHHH",
        1,
        machine,
        1,
        0,
        0,
        head + len(body),
        0,
        head,
        0,
        0,
        *counts,
    )
    return ident + rest + body + table


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("word", "order", "machine", "abi"),
    [
        (64, "little", 62, "x86_64"),
        (32, "little", 3, "i386"),
        (64, "little", 183, "aarch64"),
        (32, "little", 40, "arm"),
        (64, "big", 22, "s390x"),
        (32, "big", 4, "m68k"),
        (64, "little", 243, "riscv64"),
        (64, "little", 21, "ppc64le"),
        (64, "big", 21, None),
        (32, "little", 62, None),
    ],
)
def test_machines(
    word: int, order: Literal["little", "big"], machine: int, abi: str | None, many: bool
) -> None:
    file = elf.read(
        made(
            [(".text", PROGBITS, b"code"), (".BTF", PROGBITS, b"types")], word, order, machine, many
        ),
        "x",
    )
    assert file.section(".BTF") == b"types" and file.section(".none") is None
    assert file.abi is (ABIS[abi] if abi else None)
    assert (file.order, file.word, file.machine) == (order, word // 8, machine)


def test_a_section_without_bytes_is_none() -> None:
    file = elf.read(made([(".BTF", NOBITS, b"not there"), (".debug_info", PROGBITS, b"")]), "x")
    assert file.section(".BTF") is None and file.section(".debug_info") is None


def test_the_first_of_two_sections_of_a_name_counts() -> None:
    assert (
        elf.read(made([(".BTF", PROGBITS, b"a"), (".BTF", PROGBITS, b"b")]), "x").section(".BTF")
        == b"a"
    )


def test_an_object_without_sections() -> None:
    data = made([])
    assert elf.read(data[:0x28] + bytes(8) + data[0x30:], "x").section(".BTF") is None


def test_a_section_past_the_end() -> None:
    data = made([(".BTF", PROGBITS, b"types")])
    at = data.index(struct.pack("<Q", 5))
    with pytest.raises(SpecError) as error:
        elf.read(data[:at] + struct.pack("<Q", 5_000) + data[at + 8 :], "x").section(".BTF")
    assert mistake(error)[:2] == ("CB0302", "the section `.BTF` lies past the end of the file")


DATA = made([(".BTF", PROGBITS, b"types")])


@pytest.mark.parametrize(
    "data",
    [
        DATA[:40],
        DATA[:-1],
        DATA[:4] + b"\x03" + DATA[5:],
        DATA[:5] + b"\x00" + DATA[6:],
        DATA[:0x28] + b"\xff" * 8 + DATA[0x30:],
        DATA[:0x3A] + b"\x08\0" + DATA[0x3C:],
        DATA[:0x3E] + b"\x09\0" + DATA[0x40:],
    ],
    ids=["header", "table", "class", "order", "place of table", "size of entries", "names"],
)
def test_broken_headers(data: bytes) -> None:
    with pytest.raises(SpecError) as error:
        elf.read(data, "x")
    assert mistake(error)[:2] == ("CB0302", "the headers of `x` are no sound ELF")
