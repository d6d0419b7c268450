"""What nobody can satisfy, as a sentence with lines."""

from __future__ import annotations

from collections.abc import Iterable

from cbprove.diagnostics import Span
from cbprove.report.excerpt import printable
from cbprove.verdicts import Conflict


def sentence(conflict: Conflict) -> str:
    """`no choice satisfies P (line 71) and Q (line 73) together: ip (line 5) and gso (line 9) cannot coexist, for ...`."""
    files = {span.source.name for _, span in (*conflict.properties, *(conflict.layers or ())) if span}
    several = len(files) > 1
    told = f"no choice satisfies {_listed(conflict.properties, several)}" + " together" * (len(conflict.properties) > 1)
    if conflict.layers:
        told += f": {_listed(conflict.layers, several)} cannot " + (
            "coexist" if len(conflict.layers) > 1 else "do so alone"
        )
    if conflict.needs:
        names, sizes = [need.view for need in conflict.needs], [str(need.bytes) for need in conflict.needs]
        told += (
            f", for {_and(names)} take at least {' + '.join(sizes)} of the {conflict.bytes} bytes of {conflict.area}"
        )
    return told + (f"; {conflict.reason}" if conflict.reason else "")


def _listed(named: Iterable[tuple[str, Span | None]], several: bool) -> str:
    return _and([f"{name} ({_line(span, several)})" if span else name for name, span in named])


def _line(span: Span, several: bool) -> str:
    return f"{printable(span.source.name)}:{span.line}" if several else f"line {span.line}"


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
