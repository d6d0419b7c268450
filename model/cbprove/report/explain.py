"""A code at length, offline: what it means, what helps, and the least spec that shows it."""

from __future__ import annotations

import textwrap
from difflib import get_close_matches

from cbprove.meaning.codes import CODES, WARNINGS, Code
from cbprove.report.codes import NAMES, READING, VERDICTS


def explain(asked: str) -> str | None:
    """All that is known of a code, or of a verdict by its name; None if there is no such code."""
    key = NAMES.get(asked.lower(), asked.upper())
    found = _all().get(key)
    return None if found is None else "\n\n".join(_parts(key, found))


def listing() -> str:
    """Every code with the first line of its meaning."""
    lines = [f"{key}  {code.meaning.splitlines()[0]}" for key, code in sorted(_all().items())]
    return "\n".join(lines)


def nearest(asked: str) -> str:
    """What may have been meant, empty if nothing is near."""
    close = get_close_matches(asked.upper(), _all(), 1, 0.6)
    return close[0] if close else ""


def _all() -> dict[str, Code]:
    return {**READING, **CODES, **WARNINGS, **VERDICTS}


def _parts(key: str, code: Code) -> list[str]:
    parts = [f"{key}: {code.meaning}", f"help: {code.help}"]
    if code.example:
        parts.append("for example\n\n" + textwrap.indent(code.example.strip("\n"), "    "))
    return parts
