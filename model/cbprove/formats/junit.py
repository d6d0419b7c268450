"""JUnit's XML: a test case for each verdict, as CI servers list them."""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree import ElementTree as Xml

from cbprove.formats.findings import Finding, Findings

# What XML 1.0 has no sign for.
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(findings: Findings) -> str:
    """The document, a suite for each file."""
    root = Xml.Element("testsuites", name="cbprove")
    for file, group in groupby(findings.entries, key=lambda each: each.place.file):
        _suite(root, file, list(group))
    Xml.indent(root)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"
    )


def _suite(root: Xml.Element, file: str, group: list[Finding]) -> None:
    failed = [each for each in group if each.level in ("error", "warning")]
    errors = [each for each in failed if each.rule.startswith("CB0")]
    counts = {"tests": len(group), "failures": len(failed) - len(errors), "errors": len(errors)}
    numbers = {name: str(number) for name, number in counts.items()}
    suite = Xml.SubElement(root, "testsuite", {"name": _clean(file or "cbprove"), **numbers})
    for each in group:
        place = {"file": _clean(file), "line": str(each.place.line)} if each.place.line else {}
        case = Xml.SubElement(
            suite,
            "testcase",
            {"classname": _clean(file or "cbprove"), "name": _clean(each.title), **place},
        )
        if each in failed:
            kind = "error" if each in errors else "failure"
            element = Xml.SubElement(
                case, kind, {"message": _clean(each.message), "type": each.rule}
            )
            element.text = _clean("\n".join(each.details)) or None


def _clean(text: str) -> str:
    return _NO_XML.sub("?", text)
