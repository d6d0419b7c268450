"""Names, numbers and texts of a spec as C."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from cbprove.system.expressions import IntType

# What C, the headers and the programs themselves use.
_WORDS = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long "
    "register restrict return short signed sizeof static struct switch typedef union unsigned "
    "void volatile while "
    "asm typeof main offsetof memset memcpy memmove printf NULL EOF stdin stdout stderr linux "
    "unix bool true "
    "false kunit test run other witness kept first lost broken beyond bits index remove rename puts"
)
_TAKEN = frozenset(_WORDS.split(" "))
_SUFFIXES = {
    "int": "",
    "unsigned int": "U",
    "long": "L",
    "unsigned long": "UL",
    "long long": "LL",
    "unsigned long long": "ULL",
}
_SMALL = 10
WIDTH = 100
_LITERAL = re.compile(r'"(?:\\.|[^"\\])*"')
_NO_BREAK = "\0"  # in place of a space that no line may end at


def identifier(name: str) -> str:
    """A name of the spec as a C identifier: one that is taken gets an underscore."""
    return f"{name}_" if name in _TAKEN else name


def words(lines: list[str]) -> frozenset[str]:
    """The identifiers in lines of C."""
    return frozenset(re.findall(r"[A-Za-z_]\w*", "\n".join(lines)))


def number(value: int) -> str:
    """A plain integer: small ones as they are, the others in hexadecimal."""
    if value < 0:
        return f"-{-value}" if value > -(1 << 63) else "(-0x7fffffffffffffff - 1)"
    return str(value) if value < _SMALL else hex(value)


def literal(value: int, type: IntType) -> str:
    """A constant of a type, in brackets where a sign or a cast stands before it."""
    suffix = _SUFFIXES.get(type.name)
    if suffix is None:
        return (
            f"({'unsigned long' if type.name == 'pointer' else type.name.partition(':')[0]}){value}"
        )
    if value < 0:
        least = value == -(1 << (type.bits - 1))
        return f"(-{-value - 1}{suffix} - 1)" if least else f"(-{-value}{suffix})"
    return f"{value}{suffix}"


def comment(text: str) -> str:
    """Text that may stand in a C comment."""
    return " ".join(text.replace("*/", "* /").replace("/*", "/ *").split())


def quoted(text: str) -> str:
    """A C string without anything that printf would take for its own."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return '"' + escaped.replace("??", "?" + "\\?") + '"'


def joined(parts: Iterable[str]) -> list[str]:
    """Short statements, as many on a line as there is room for."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + 1 + len(part) <= WIDTH:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines


def wrapped(text: str, before: str = "", width: int = WIDTH, indent: str = "\t") -> list[str]:
    """A long line broken at spaces, but for those in a C string, what follows indented by
    `indent`; `before` stands before each line."""
    lines = textwrap.wrap(
        _LITERAL.sub(lambda literal: literal[0].replace(" ", _NO_BREAK), text),
        width - 7 * len(before),
        initial_indent=before,
        subsequent_indent=before + indent,
        break_long_words=False,
        break_on_hyphens=False,
        expand_tabs=False,
        replace_whitespace=False,
    )
    return [line.replace(_NO_BREAK, " ") for line in lines]
