"""SARIF 2.1.0: results with places, a run that shows each as a code flow, fingerprints that
outlive a line number."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

from cbprove.formats.findings import Finding, Findings, Place
from cbprove.report.codes import READING, VERDICTS
from cbprove.report.version import VERSION

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_WORDS = {
    "ask": "the answer to a question is not the expected one",
    "build-check": "a check at build time does not hold any more",
    "view-beyond": "a view ends behind its control block",
    "view-across": "a view reaches across the border to other state",
    "struct": "a struct of a control block lies otherwise",
    "untouched": "a member that no step touches",
    "unjudged": "a spec that could not be judged",
}


def text(findings: Findings) -> str:
    """The document."""
    return json.dumps(document(findings), indent=2, ensure_ascii=False) + "\n"


def document(findings: Findings) -> dict[str, Any]:
    """The log as plain data: one run, a result for each finding that is not as it should be."""
    rules = list(dict.fromkeys(each.rule for each in findings.failures))
    driver = {"name": "cbprove", "version": VERSION, "rules": [_rule(rule) for rule in rules]}
    results = [_result(each, rules.index(each.rule)) for each in findings.failures]
    invocation = {
        "executionSuccessful": findings.code not in (2, 70),
        "exitCode": findings.code,
        "commandLine": findings.command,
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: str) -> dict[str, Any]:
    code = {**READING, **VERDICTS}.get(rule)
    words = code.meaning.splitlines()[0] if code else _WORDS.get(rule, rule)
    out: dict[str, Any] = {"id": rule, "shortDescription": {"text": words}}
    if code is not None:
        out |= {"fullDescription": {"text": code.meaning}, "help": {"text": code.help}}
    return out


def _result(each: Finding, index: int) -> dict[str, Any]:
    out: dict[str, Any] = {
        "ruleId": each.rule,
        "ruleIndex": index,
        "level": each.level,
        "message": {"text": "\n".join([each.message, *each.details])},
        "partialFingerprints": {"cbprove/v1": each.fingerprint},
    }
    if each.place.file:
        out["locations"] = [_location(each.place)]
    if each.flow:
        steps = [{"location": _location(place)} for place in each.flow]
        out["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return out


def _location(place: Place) -> dict[str, Any]:
    region = {"region": {"startLine": place.line}} if place.line else {}
    message = {"message": {"text": place.text}} if place.text else {}
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, **region},
        **message,
    }


def _uri(path: str) -> str:
    """A path as a reference: relative ones stay so."""
    return f"file://{quote(path)}" if os.path.isabs(path) else quote(os.path.normpath(path))
