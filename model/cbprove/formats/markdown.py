"""Markdown, as comments on a change are written: a heading, a list of findings, drawings in
fences."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.formats.findings import Finding, Findings

_SIGNS = {"error": "**", "warning": "*", "note": "", "pass": ""}


def text(findings: Findings) -> str:
    """The document."""
    return "\n".join(_lines(findings)) + "\n"


def _lines(findings: Findings) -> Iterator[str]:
    yield f"### cbprove: {_plain(findings.subject)}"
    yield ""
    if not findings.failures:
        yield "Nothing is worse." if findings.entries else "Nothing to say."
    for each in findings.failures:
        yield from _finding(each)
    yield ""
    yield f"`{findings.command}`"


def _finding(each: Finding) -> Iterator[str]:
    sign = _SIGNS[each.level]
    place = f" (`{each.place.file}:{each.place.line}`)" if each.place.line else ""
    yield f"- {sign}{_plain(' '.join(each.message.split()))}{sign}{place}"
    if each.details:
        yield ""
        yield "  ```text"
        yield from (f"  {line}".rstrip() for line in each.details)
        yield "  ```"
        yield ""


def _plain(text: str) -> str:
    """Text without signs that mean something in Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)
