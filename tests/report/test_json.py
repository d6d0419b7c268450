"""The document: its schema, its stability, and what a program finds in it."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema
import pytest

from cbprove.diagnostics import Diagnostic, Note, Source, Span
from cbprove.properties.placement import Misplaced
from cbprove.report.json import document, schema, text
from cbprove.verdicts import Finding, Witness
from tests.report import reports

SAVED = {"gso_ipoib/roland/hwaddr_preserved": "queries/x.smt2"}
SPAN = Span(Source("a.cbs", "one\ntwo\n"), 4, 7)
MISTAKE = Diagnostic("CB0103", "no such member", SPAN, "spell it", (Note("declared here", SPAN),))


def valid(found: object) -> bool:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(found, schema())
    return True


def test_document(golden: Callable[[str, str], None]) -> None:
    golden("every.json", text([reports.EVERY], (), SAVED).rstrip("\n"))


@pytest.mark.parametrize("reports_", [[], [reports.EVERY], [reports.EVERY, reports.report()]])
def test_meets_the_schema(reports_: list[object]) -> None:
    assert valid(document(reports_, (), SAVED))  # type: ignore[arg-type]


def test_mistakes_meet_the_schema() -> None:
    found = document([], (MISTAKE, Diagnostic("CB0001", "not there", None)))
    assert valid(found)
    assert found["diagnostics"][0]["location"] == {"file": "a.cbs", "line": 2, "column": 1}
    assert found["diagnostics"][1]["location"] is None


def test_no_diagnostics_without_mistakes() -> None:
    assert "diagnostics" not in document([reports.EVERY])


def test_witness() -> None:
    witness = document([reports.EVERY])["cases"][0]["witness"]
    assert witness["path"] == ["local", "transmit, segment 1"]
    assert witness["steps"] == ["ip_rcv", "ipoib_hard_header", "skb_segment", "ipoib_start_xmit"]
    assert witness["lost"] == [{"object": "skb", "area": "cb", "bytes": [32, 42]}]


def test_misplaced_witness() -> None:
    misplaced = Witness(
        {},
        reports.program(reports.PRESERVED),
        "",
        None,
        Misplaced(True, "A", "shares bytes with B"),
    )
    case = reports.case("apart", "refuted", finding=Finding("refuted", witness=misplaced))
    found = document([reports.report(case)])
    assert valid(found)
    assert found["cases"][0]["witness"]["misplaced"] == {
        "subject": "A",
        "reason": "shares bytes with B",
    }


def test_scope() -> None:
    scopes = [case["scope"] for case in document([reports.EVERY])["cases"]]
    assert scopes == ["every run"] * 4 + [{"turns": 3}, "every run"]


def test_unknown_names_its_query() -> None:
    case = document([reports.EVERY], (), SAVED)["cases"][3]
    assert (case["verdict"], case["query"]) == ("unknown", "queries/x.smt2")
    assert "30000000" in case["reason"]


def test_summary() -> None:
    assert document([reports.EVERY])["summary"] == {
        "proved": 2,
        "refuted": 2,
        "mixed": 0,
        "vacuous": 1,
        "unknown": 1,
        "excluded": 0,
        "unexpected": 4,
    }


def test_same_input_same_bytes() -> None:
    assert text([reports.EVERY], (), SAVED) == text([reports.EVERY], (), SAVED)


def test_no_path_of_this_machine() -> None:
    assert "/home" not in text([reports.EVERY], (), SAVED) and "/tmp" not in text(
        [reports.EVERY], (), SAVED
    )


def test_is_json() -> None:
    assert json.loads(text([reports.EVERY], (MISTAKE,), SAVED))["schema_version"] == 1
