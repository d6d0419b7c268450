"""Specs with mistakes of spelling: each file of the corpus gets exactly the diagnostics beside it,
word for word.

After a change of wording, `python tests/syntax/test_syntax_errors.py` writes the answers anew: read
the diff.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from cbprove.diagnostics import Diagnostic, Source, SpecError
from cbprove.syntax.parse import parse

CORPUS = Path(__file__).parents[1] / "corpus" / "syntax"
EVERYTHING = Path(__file__).parent / "specs" / "everything.cbs"


def said(diagnostic: Diagnostic) -> str:
    """A diagnostic as the corpus writes it."""
    assert diagnostic.span is not None
    lines = [
        f"{diagnostic.span.line}:{diagnostic.span.column} {diagnostic.code} {diagnostic.message}"
    ]
    lines.extend(
        f"    note {note.span.line}:{note.span.column} {note.message}" for note in diagnostic.notes
    )
    return "\n".join([*lines, f"    help {diagnostic.help}"])


def mistakes(text: str) -> tuple[Diagnostic, ...]:
    try:
        parse(Source("test.cbs", text))
    except SpecError as error:
        return error.diagnostics
    return ()


def answer(path: Path) -> str:
    return "".join(
        said(diagnostic) + "\n" for diagnostic in mistakes(path.read_text(encoding="utf-8"))
    )


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.cbs")), ids=lambda path: path.stem)
def test_a_mistake_is_told_as_expected(path: Path) -> None:
    assert answer(path) == path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.cbs")), ids=lambda path: path.stem)
def test_messages_have_the_house_style(path: Path) -> None:
    for diagnostic in mistakes(path.read_text(encoding="utf-8")):
        for text in (diagnostic.message, diagnostic.help):
            assert text
            assert not text[0].isupper() or text.startswith("U+")
            assert not text.endswith(".")
        assert re.fullmatch(r"CB00\d\d", diagnostic.code)


NESTED = {
    "parentheses": "require " + "(" * 5000 + "1" + ")" * 5000 + ";",
    "negations": "require " + "!" * 5000 + "1;",
    "a sum": "require " + "1 + " * 5000 + "1;",
    "conditionals": "require " + "1 ? 1 : " * 5000 + "1;",
    "blocks": "path x " + "{ optionally " * 5000,
    "else ifs": "path x { if (1) { }" + " else if (1) { }" * 5000 + "}",
    "pointers": "struct x { int " + "*" * 5000 + "p; };",
    "dimensions": "struct x { int a" + "[1]" * 5000 + "; };",
    "dimensions of a view": "layer l { view v : u8" + "[1]" * 5000 + " at b; }",
    "conditions": "struct x {\n" + "#if 1\n" * 500 + "#endif\n" * 500 + "};",
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED.keys())
def test_deep_nesting_is_refused(text: str) -> None:
    (only,) = mistakes(text)
    assert (only.code, only.message) == ("CB0005", "nested deeper than 100")


def test_nesting_up_to_the_limit_is_read() -> None:
    assert not mistakes("require " + "(" * 99 + "1" + ")" * 99 + ";")
    assert not mistakes("require " + "1 + " * 100 + "1;")


def mutated(text: str, rng: random.Random) -> str:
    """The text with a few of its words lost, doubled, moved or replaced."""
    words = re.findall(r'\s+|\w+|"[^"\n]*"|[^\w\s]', text)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at, other = rng.randrange(len(words)), rng.randrange(len(words))
        match rng.randrange(4):
            case 0:
                words[at] = ""
            case 1:
                words[at] += words[other]
            case 2:
                words[at], words[other] = words[other], words[at]
            case _:
                words[at] = rng.choice(
                    ["{", "}", "(", ";", '"', "/*", "#if X", "#endif\n", "\\\n", "\x01", "é"]
                )
    return "".join(words)


@pytest.mark.parametrize("seed", range(20))
def test_no_text_makes_the_parser_stumble(seed: int) -> None:
    rng = random.Random(seed)
    original = EVERYTHING.read_text(encoding="utf-8")
    for _ in range(10):
        text = mutated(original, rng)
        for diagnostic in mistakes(text):
            assert diagnostic.span is not None
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_spec(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        assert mistakes("".join(chr(rng.randrange(1, 0x250)) for _ in range(200)))


def test_one_lost_semicolon_is_one_mistake() -> None:
    """Whichever `;` or `}` at the end of a line is lost, nothing that follows is blamed twice."""
    text = EVERYTHING.read_text(encoding="utf-8")
    for match in re.finditer(
        r"(?<=\w);\n(?=    +(read|write|clear|expect|view|step|u16|int))", text
    ):
        found = mistakes(text[: match.start()] + text[match.start() + 1 :])
        assert [one.code for one in found] == ["CB0021"], text[: match.start()].count("\n") + 1


if __name__ == "__main__":
    for spec in sorted(CORPUS.glob("*.cbs")):
        spec.with_suffix(".expected").write_text(answer(spec), encoding="utf-8")


def test_a_number_may_be_so_long_and_no_longer() -> None:
    texts = [f"spec s; param P in 0..{'9' * digits};" for digits in (1_000, 1_001)]
    assert [[m.code for m in mistakes(text)] for text in texts] == [[], ["CB0013"]]


@pytest.mark.parametrize("blank", ["\u2003", "\x1c", "\x85"])
def test_what_only_python_calls_a_blank_is_no_part_of_the_language(blank: str) -> None:
    assert [m.code for m in mistakes(f"spec s;\n{blank}object skb {{ char cb[8]; }}\n")] == [
        "CB0010"
    ]
