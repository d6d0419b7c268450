"""What nobody can satisfy, as a sentence with lines."""

from __future__ import annotations

from collections.abc import Iterable

from cbprove.diagnostics import Span
from cbprove.verdicts import Conflict


def sentence(conflict: Conflict) -> str:
    """`no choice satisfies P (line 71) and Q (line 73) together: ip (line 5) and gso (line 9) cannot coexist, for ...`."""
    told = f"no choice satisfies {_listed(conflict.properties)}" + " together" * (len(conflict.properties) > 1)
    if conflict.layers:
        told += f": {_listed(conflict.layers)} cannot " + ("coexist" if len(conflict.layers) > 1 else "do so alone")
    if conflict.needs:
        names, sizes = [need.view for need in conflict.needs], [str(need.bytes) for need in conflict.needs]
        told += (
            f", for {_and(names)} take at least {' + '.join(sizes)} of the {conflict.bytes} bytes of {conflict.area}"
        )
    return told + (f"; {conflict.reason}" if conflict.reason else "")


def _listed(named: Iterable[tuple[str, Span | None]]) -> str:
    return _and([f"{name} (line {span.line})" if span else name for name, span in named])


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
