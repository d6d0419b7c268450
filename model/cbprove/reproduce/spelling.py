"""Names and numbers of a spec as C: what cannot be written so is refused with its place."""

from __future__ import annotations

from typing import NoReturn

from cbprove.diagnostics import Diagnostic, Span, SpecError

_KEYWORDS = (
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while main asm typeof "
    "offsetof memset memcpy strcmp strlen strncmp strchr printf NULL EOF stdin stdout stderr bool true false linux unix"
)
_TAKEN = frozenset(_KEYWORDS.split(" "))


def identifier(name: str) -> str:
    """A spec's name as a C identifier: one that C or this program uses for itself gets an underscore."""
    return f"{name}_" if name in _TAKEN or name.startswith(("cb_", "CB_")) else name


def refuse(what: str, span: Span) -> NoReturn:
    """There is no C for it; raises SpecError."""
    help = "the witness itself is shown by `cbprove check`"
    raise SpecError((Diagnostic("CB0340", f"{what} cannot be written as C", span, help),))


def literal(number: int) -> str:
    """An exact integer as a C constant of long long; C has no literal for the least of them."""
    if not -(1 << 63) <= number < 1 << 64:
        raise OverflowError(number)
    if number >= 1 << 63:
        return f"{number}ULL"
    return f"(-{-number - 1}LL - 1)" if number == -(1 << 63) else f"{number}LL" if number >= 0 else f"(-{-number}LL)"


def quoted(text: str) -> str:
    """A C string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + escaped.replace("??", "?" + "\\?") + '"'


def comment(text: str) -> str:
    """Text that may stand in a C comment."""
    return text.replace("*/", "* /").replace("/*", "/ *")


def line(span: Span) -> int:
    """The line of the spec's text, from 1."""
    return span.source.text.count("\n", 0, span.start) + 1


def where(span: Span) -> str:
    """The file, without its folder, and the line, as a comment."""
    return f"/* {comment(span.source.name.rpartition('/')[2])}:{line(span)} */"
