"""The documents are complete: nothing of the language, the command line or the tree is left out,
and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cbprove.arguments import COMMANDS
from cbprove.layout.abi import ABIS
from cbprove.report.codes import VERDICTS
from cbprove.syntax.tables import GRAMMAR, tables
from tests.docs.blocks import DOCUMENTS, ROOT

LANGUAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
PROPERTIES = (ROOT / "docs" / "properties.md").read_text(encoding="utf-8")

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def words() -> list[str]:
    """Every word that the grammar knows."""
    return sorted(word for word in tables().literals if word.strip("_#").isalpha() or "_" in word)


@pytest.mark.parametrize("word", words())
def test_the_reference_names_every_word_of_the_grammar(word: str) -> None:
    assert re.search(rf"(?<![\w#]){re.escape(word)}(?!\w)", LANGUAGE)


def properties() -> list[str]:
    rule = re.search(r"^_claim: (.*)$", Path(GRAMMAR).read_text(encoding="utf-8"), re.MULTILINE)
    assert rule
    return rule[1].split(" | ")


@pytest.mark.parametrize("name", properties())
def test_every_property_has_a_section(name: str) -> None:
    assert re.search(rf"^## `{name}\b", PROPERTIES, re.MULTILINE)


@pytest.mark.parametrize("abi", ABIS)
def test_the_reference_names_every_abi(abi: str) -> None:
    assert f"`{abi}`" in LANGUAGE


@pytest.mark.parametrize(
    "verdict", sorted({code.meaning.partition(":")[0].split()[0] for code in VERDICTS.values()})
)
def test_the_reference_names_every_verdict(verdict: str) -> None:
    assert f"**{verdict}" in LANGUAGE


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command: str) -> None:
    assert f"`{command}`" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    prose = _FENCED.sub("", document.read_text(encoding="utf-8"))
    targets = _LINK.findall(prose)
    assert [t for t in targets if "://" not in t and not (document.parent / t).exists()] == []


_NAMED = re.compile(r"\b(?:[a-z_]+/)*[a-z_]+\.py\b")
_MODULES = [
    path for folder in ("model", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
]


def test_modules_that_are_named_are_there() -> None:
    files = [f"/{path.relative_to(ROOT).as_posix()}" for path in _MODULES]
    for text in (*DOCUMENTS, *(path for path in _MODULES if path.is_relative_to(ROOT / "model"))):
        named = set(_NAMED.findall(text.read_text(encoding="utf-8")))
        missing = [name for name in named if not any(file.endswith(f"/{name}") for file in files)]
        assert missing == [], text
