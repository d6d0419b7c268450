"""Specs with mistakes of meaning: each file of the corpus gets exactly the diagnostics beside it,
word for word.

After a change of wording, `python tests/meaning/test_mistakes.py` writes the answers anew: read the
diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.meaning.check import check
from cbprove.meaning.codes import CODES
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load

CORPUS = Path(__file__).parents[1] / "corpus" / "meaning"


def said(diagnostic: Diagnostic) -> str:
    """A diagnostic as the corpus writes it."""
    place = f"{diagnostic.span.line}:{diagnostic.span.column} " if diagnostic.span else ""
    lines = [f"{place}{diagnostic.code} {diagnostic.message}"]
    lines.extend(
        f"    note {note.span.line}:{note.span.column} {note.message}" for note in diagnostic.notes
    )
    if diagnostic.help:
        lines.append(f"    help {diagnostic.help}")
    return "\n".join(lines)


def mistakes(path: Path) -> tuple[Diagnostic, ...]:
    try:
        check(resolve(load(path)))
    except SpecError as error:
        return error.diagnostics
    return ()


def answer(path: Path) -> str:
    return "".join(said(diagnostic) + "\n" for diagnostic in mistakes(path))


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.cbs")), ids=lambda path: path.stem)
def test_a_mistake_is_told_as_expected(path: Path) -> None:
    assert answer(path) == path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.cbs")), ids=lambda path: path.stem)
def test_messages_have_the_house_style(path: Path) -> None:
    found = mistakes(path)
    places = [d.span.start for d in found if d.span is not None]
    assert places == sorted(places)
    for diagnostic in found:
        assert diagnostic.code in CODES
        for text in (diagnostic.message, diagnostic.help):
            assert not text[:1].isupper()
            assert not text.endswith(".")


def test_every_code_has_a_file_that_shows_it() -> None:
    answers = "".join(path.read_text(encoding="utf-8") for path in CORPUS.glob("*.expected"))
    assert [code for code in CODES if code.startswith("CB01") and code not in answers] == []


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_an_example_that_makes_it(code: str, tmp_path: Path) -> None:
    example = CODES[code].example
    path = tmp_path / "example.cbs"
    path.write_text(f"spec example;\n{example}\n", encoding="utf-8")
    assert not example or [d.code for d in mistakes(path)][:1] == [code], answer(path)


def write_answers() -> None:
    for path in sorted(CORPUS.glob("*.cbs")):
        path.with_suffix(".expected").write_text(answer(path), encoding="utf-8")


if __name__ == "__main__":
    write_answers()
