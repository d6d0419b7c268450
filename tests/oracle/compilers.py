"""The C compilers asked, one for each ABI; their output is read, never run."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

from cbprove.layout.abi import Abi
from cbprove.layout.types import Record
from tests.oracle.c_text import BITS, NUMBERS, definitions, questionnaire
from tests.oracle.elf import sections
from tests.oracle.questions import Answer, Answers, Question, questions

COMMANDS = {
    "x86_64": ("x86_64-linux-gnu-gcc",),
    "i386": ("x86_64-linux-gnu-gcc", "-m32"),
    "aarch64": ("aarch64-linux-gnu-gcc",),
    "arm": ("arm-linux-gnueabi-gcc",),
    "s390x": ("s390x-linux-gnu-gcc",),
    "m68k": ("m68k-linux-gnu-gcc",),
    "riscv64": ("riscv64-linux-gnu-gcc",),
    "ppc64le": ("powerpc64le-linux-gnu-gcc",),
}
FLAGS = (
    "-std=gnu11",
    "-funsigned-char",
    "-w",
    "-Wno-packed-bitfield-compat",
    "-O0",
    "-pipe",
    "-x",
    "c",
    "-c",
)


def installed(abi: Abi) -> bool:
    """Whether this machine has the compiler of an ABI."""
    return shutil.which(COMMANDS[abi.name][0]) is not None


def version(abi: Abi) -> str:
    """The compiler's own version, such as 12.2.0."""
    command = (*COMMANDS[abi.name], "-dumpfullversion")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def ask(records: Sequence[Record], abi: Abi, text: str | None = None) -> list[Answers]:
    """The compiler's answers about each record; `text` is the C that defines them as x0, x1,
    ..., if there is one."""
    text = definitions(records) if text is None else text
    contents = sections(_compile(f"{text}\n{questionnaire(records)}", abi))
    numbers = array("I", contents[NUMBERS])
    if abi.endianness == "big":
        numbers.byteswap()
    values = iter(numbers)
    bits = iter(contents[BITS])
    return [_answers(record, values, bits, abi) for record in records]


def _compile(text: str, abi: Abi) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "object.o")
        subprocess.run(
            (*COMMANDS[abi.name], *FLAGS, "-o", str(target), "-"), input=text.encode(), check=True
        )
        return target.read_bytes()


def _answers(record: Record, numbers: Iterator[int], bits: Iterator[int], abi: Abi) -> Answers:
    size, align = next(numbers), next(numbers)
    members = (_answer(question, size, numbers, bits, abi) for question in questions(record))
    return Answers(size, align, tuple(members))


def _answer(
    question: Question, size: int, numbers: Iterator[int], bits: Iterator[int], abi: Abi
) -> Answer:
    if question.bitfield:
        offset, width = _run(bytes(next(bits) for _ in range(size)), abi)
        return Answer(question.path, offset, width, 0)
    return Answer(question.path, 8 * next(numbers), 8 * next(numbers), next(numbers))


def _run(data: bytes, abi: Abi) -> tuple[int, int]:
    """First bit and width of the one run of ones, counted as cbprove.layout counts."""
    number = int.from_bytes(data, abi.endianness)
    low, high = (number & -number).bit_length() - 1, number.bit_length()
    assert number == (1 << high) - (1 << low), f"not one run of bits: {data.hex()}"
    return (low, high - low) if abi.endianness == "little" else (8 * len(data) - high, high - low)
