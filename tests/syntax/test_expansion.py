"""Macros that stand for a piece of a declaration: what is put where, and what is left alone."""

from __future__ import annotations

import pytest

from cbprove.diagnostics import Source
from cbprove.syntax import tree as syntax
from cbprove.syntax.lexer import Lexer


def tokens(text: str) -> str:
    lexer = Lexer(Source("test.cbs", text))
    lexer.run()
    assert not lexer.mistakes
    return " ".join(token.text for token in lexer.tokens if token.text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#define A __packed\nA", "#define A 1 __packed"),
        ("#define A __packed __aligned(4)\n} A;", "#define A 1 } __packed __aligned ( 4 ) ;"),
        ("#define A\nA x A", "#define A 1 x"),
        ("#define A u32 a; u32 b\nA;", "#define A 1 u32 a ; u32 b ;"),
        ("#define A unsigned long\n#define B A x\nB;", "#define A 1 #define B 1 unsigned long x ;"),
        (
            "#define A __packed\n#ifdef A\n#if defined(A) && defined A\nV.A",
            "#define A 1 #ifdef A #if defined ( A ) && defined A V . A",
        ),
        ("#define A 4\nx[A]", "#define A 4 x [ A ]"),
        ("#define A B\nA", "#define A B A"),
        ("#define A sizeof(struct x)\nA", "#define A sizeof ( struct x ) A"),
        ("A\n#define A __packed\n", "A #define A 1"),
        ("#define A struct A\nA", "#define A 1 struct A"),
        ("#define A struct B\n#define B struct A\nA", "#define A 1 #define B 1 struct struct A"),
    ],
)
def test_what_is_put_where(text: str, found: str) -> None:
    assert tokens(text) == found


def test_macros_that_double_end(capsys: pytest.CaptureFixture[str]) -> None:
    lines = "".join(f"#define A{n} struct A{n - 1} A{n - 1}\n" for n in range(1, 60))
    assert len(tokens(f"#define A0 __packed\n{lines}A59").split()) < 20_000


def test_what_is_put_has_the_place_of_the_name() -> None:
    text = "#define A __packed\nx A;"
    lexer = Lexer(Source("test.cbs", text))
    lexer.run()
    (put,) = (token for token in lexer.tokens if token.text == "__packed")
    assert text[put.start : put.end] == "A"


def test_a_struct_that_only_a_pointer_is_declared_with_is_declared() -> None:
    from cbprove.syntax.parse import parse

    declared = parse(
        Source("test.cbs", "typedef struct x { u8 a; } *y; struct w { struct v { u32 c; } *p; };")
    )
    tags = [
        d.type.tag.text for d in declared if isinstance(d, syntax.TypeDeclaration) and d.type.tag
    ]
    assert tags == ["x", "v", "w"]
