"""`file:line: refuted: ...`, one line a finding: what editors jump to and CI greps."""

from __future__ import annotations

from cbprove.formats.findings import Finding, Findings
from cbprove.report.excerpt import printable


def text(findings: Findings) -> str:
    """The lines of all that is not as it should be."""
    return "".join(f"{_line(each)}\n" for each in findings.failures)


def _line(each: Finding) -> str:
    place = f"{printable(each.place.file)}:{each.place.line}: " if each.place.line else ""
    message = " ".join(each.message.split())
    level = f"{each.level}: " if each.rule.startswith("CB0") or each.level == "note" else ""
    return f"{place}{level}{printable(message)}"
