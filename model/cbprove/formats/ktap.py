"""KTAP, version 1, as the kernel's tests speak: a line a verdict, diagnostics in front of it."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.formats.findings import Finding, Findings
from cbprove.report.excerpt import printable


def text(findings: Findings) -> str:
    """The document: a plan, then every verdict."""
    return "\n".join(["KTAP version 1", f"1..{len(findings.entries)}", *_lines(findings)]) + "\n"


def _lines(findings: Findings) -> Iterator[str]:
    for number, each in enumerate(findings.entries, 1):
        yield from (f"# {line}".rstrip() for line in _comments(each))
        good = each.level in ("pass", "note")
        yield f"{'ok' if good else 'not ok'} {number} {_name(each)}"


def _comments(each: Finding) -> list[str]:
    if each.level == "pass":
        return []
    return [printable(line) for part in (each.message, *each.details) for line in part.splitlines()]


def _name(each: Finding) -> str:
    """A description without the sign that begins a directive."""
    place = f"{each.place.file}:{each.place.line}" if each.place.line else ""
    title = each.title.removeprefix(place)  # a check goes by its place
    return printable(" ".join(f"{place} {title}".split())).replace("#", "-")
