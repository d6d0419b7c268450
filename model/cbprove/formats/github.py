"""Workflow commands of GitHub Actions: annotations on the lines of a change."""

from __future__ import annotations

from cbprove.formats.findings import Finding, Findings

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def text(findings: Findings) -> str:
    """A line for each annotation."""
    return "".join(f"{_command(each)}\n" for each in findings.failures)


def _command(each: Finding) -> str:
    place = (
        [f"file={_value(each.place.file)}", f"line={each.place.line}"] if each.place.line else []
    )
    properties = ",".join([*place, f"title={_value(each.rule)}"])
    return (
        f"::{_LEVELS[each.level]} "
        f"{properties}::{_data(chr(10).join([each.message, *each.details]))}"
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
