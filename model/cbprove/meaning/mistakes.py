"""Mistakes as they are reported: in the order of their places, each once, each with help."""

from __future__ import annotations

from collections.abc import Iterable

from cbprove.diagnostics import Diagnostic, Source
from cbprove.frozen import replace

# Of these, one name is one mistake, however often it is used.
_NAMES = frozenset(("CB0101", "CB0102", "CB0104", "CB0105", "CB0106", "CB0108", "CB0109"))


def tidy(diagnostics: Iterable[Diagnostic], sources: tuple[Source, ...]) -> tuple[Diagnostic, ...]:
    """In the order of their places, each mistake once; a name that is not known counts once for
    the whole spec."""
    order = {source.name: number for number, source in enumerate(sources)}

    def place(diagnostic: Diagnostic) -> tuple[int, int]:
        if diagnostic.span is None:
            return (-1, 0)
        return (order.get(diagnostic.span.source.name, len(order)), diagnostic.span.start)

    first: dict[object, Diagnostic] = {}
    for diagnostic in sorted(diagnostics, key=place):
        span = diagnostic.span
        at = None if span is None or diagnostic.code in _NAMES else (span.source.name, span.start)
        first.setdefault((diagnostic.code, diagnostic.message, at), _helped(diagnostic))
    return tuple(first.values())


def _helped(diagnostic: Diagnostic) -> Diagnostic:
    return diagnostic if diagnostic.help else replace(diagnostic, help=_help(diagnostic.code))


def _help(code: str) -> str:
    from cbprove.meaning.codes import CODES, WARNINGS  # a long table, for those who make mistakes

    return {**CODES, **WARNINGS}[code].help


def too_deep() -> Diagnostic:
    """What is said of declarations that need more levels than there are."""
    return Diagnostic("CB0168", "declarations lean on each other too deeply", None, _help("CB0168"))
