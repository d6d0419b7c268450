"""specs/cases/README.md is what the cases say, and the headers of the cases agree with their
specs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.specs.cases_table import CASES, KEYS, README, UNWRITTEN, header, kind, report, text

each_case = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)


@each_case
def test_the_header_has_its_facts_and_the_page_shows_them(path: Path) -> None:
    head = header(path)
    page = README.read_text(encoding="utf-8").replace("`", "")
    keys = [key for key, _ in head.facts]
    assert keys == sorted(keys, key=KEYS.index)
    assert keys.count("year") == 1 and {"fix", "passed all along"} <= set(keys)
    assert re.fullmatch(r"\d{4}( \(.+\))?", head.all("year")[0])
    row = next(line for line in page.splitlines() if f"]({path.name}) {head.title} |" in line)
    assert row.startswith(f"| {head.year} |")
    assert all(
        value in row for key in ("fix", "CVE", "passed all along") for value in head.all(key)
    )


@each_case
def test_a_case_is_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    facts = [line for line in lines if line.strip() and not line.startswith(("/*", " *", "//"))]
    assert len(lines) >= 30 and len(facts) <= 80


@each_case
def test_each_check_that_passed_is_a_require_of_the_spec(path: Path) -> None:
    sources = " ".join(" ".join(each.text for each in report(path).inputs).split())
    assert [check for check in header(path).checks if f"{check};" not in sources] == []


@each_case
def test_a_check_for_unwritten_memory_is_content_where_the_header_says_so(path: Path) -> None:
    said = any(value.startswith(UNWRITTEN) for value in header(path).all("passed all along"))
    wrong = {case.proposal for case in report(path).cases if case.verdict == "refuted"}
    found = {(kind(case), case.verdict) for case in report(path).cases if case.proposal in wrong}
    assert not said or ("written", "proved") in found


def test_the_page_is_what_the_cases_say() -> None:
    assert README.read_text(encoding="utf-8") == text(), (
        "run: python -m tests.specs.cases_table --write"
    )
