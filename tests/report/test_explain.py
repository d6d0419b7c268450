"""Codes at length: every one that can be met is known, and every example shows what it claims
to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cbprove.commands.explain import explain, listing, nearest
from cbprove.diagnostics import SpecError
from cbprove.report.codes import NAMES, READING
from cbprove.syntax.includes import load

PACKAGE = Path(__file__).parents[2] / "model" / "cbprove"


@pytest.mark.parametrize("code", [key for key, entry in READING.items() if entry.example])
def test_example_shows_its_code(code: str, tmp_path: Path) -> None:
    file = tmp_path / "a.cbs"
    file.write_text(f'spec example "";\n{READING[code].example}\n')
    with pytest.raises(SpecError) as caught:
        load(file)
    assert code in [mistake.code for mistake in caught.value.diagnostics]


def test_every_code_in_the_source_is_explained() -> None:
    texts = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    used = {code for text in texts for code in re.findall(r'"(CB\d{4})"', text)}
    assert used and all(explain(code) for code in used)


def test_verdicts_go_by_their_names() -> None:
    assert set(NAMES) == {
        "proved",
        "refuted",
        "unknown",
        "vacuous",
        "mixed",
        "excluded",
        "proved up to n turns",
    }


def test_unknown_code() -> None:
    assert explain("CB9999") is None
    assert nearest("CB2O01") == "CB2001"


def test_listing_has_a_line_a_code() -> None:
    assert re.search(r"^CB2001  refuted: ", listing(), re.M)


def test_claims_go_by_their_words() -> None:
    from cbprove.report.claims import CLAIMS

    grammar = (PACKAGE / "syntax" / "grammar.lark").read_text(encoding="utf-8")
    assert all(f'"{word}"' in grammar for word in CLAIMS)
    assert (explain("Preserved") or "").startswith("preserved: what one step left is intact")
    assert nearest("preservd") == "preserved"
