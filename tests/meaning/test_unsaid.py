"""What a spec leaves unsaid is told once, in order, where it stands; nothing is told of what
included files declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.diagnostics import Diagnostic
from cbprove.meaning.codes import WARNINGS
from cbprove.meaning.resolve import resolve
from cbprove.syntax.includes import load
from tests.meaning.meaning import system

SKB = "object skb { char cb[8]; }\n"
LAYER = "layer l { view V : u8 at skb.cb[0]; step s { read V; } step t { write V; } }\n"


def told(text: str) -> list[str]:
    return [said(warning) for warning in system(SKB + text).warnings]


def said(warning: Diagnostic) -> str:
    assert warning.span is not None
    return f"{warning.code} {warning.span.source.text[warning.span.start : warning.span.end]}"


@pytest.mark.parametrize("code", WARNINGS)
def test_every_warning_has_an_example_that_brings_it_alone(code: str) -> None:
    assert [warning.code for warning in system(WARNINGS[code].example).warnings] == [code]


@pytest.mark.parametrize("code", WARNINGS)
def test_warnings_have_the_house_style(code: str) -> None:
    for warning in system(WARNINGS[code].example).warnings:
        for text in (warning.message, warning.help):
            assert text and not text[:1].isupper() and not text.endswith(".")


# A spec behind SKB, and what is told of it.
TOLD = {
    "all is used": (f"{LAYER} path p {{ t; s; }}", []),
    "a step": (f"{LAYER} path p {{ s; }}", ["CB0402 t"]),
    "a step and a view that only it names": (
        "layer l { view V : u8 at skb.cb[0]; step s { read V; } step t { } } path p { t; }",
        ["CB0403 V", "CB0402 s"],
    ),
    "parts, one called by another that is not": (
        "part a { b; } part b { } path p { }",
        ["CB0402 a", "CB0402 b"],
    ),
    "a part called by a part": ("part a { b; } part b { } path p { a; }", []),
    "a step in one side of a when": (
        f"param P; {LAYER} path p {{ when P {{ s; }} else {{ t; }} }}",
        [],
    ),
    "views of a step without a body": (
        "layer l { view V : u8 at skb.cb[0]; view W : u8 at skb.cb[1]; reads V; writes W; step s; } path p { s; }",
        [],
    ),
    "what a layer only says that it reads": (
        "layer l { view V : u8 at skb.cb[0]; reads V; step s { } } path p { s; }",
        ["CB0403 V"],
    ),
    "a view under another": (
        "layer l { view V : u8[4] at skb.cb[0]; view W : u8 at V[1]; step s { read W; } } path p { s; }",
        [],
    ),
    "a view in a size, a property, a made object": (
        "layer l { view A : u8 at skb.cb[0]; view B : u8 at skb.cb[1]; view C : u8 at skb.cb[2]; step s { } }\n"
        "require sizeof(A) == 1; property q: aligned B; path p { s; each t { clear t.C; } }",
        [],
    ),
    "without a path, steps but no views": (LAYER, ["CB0402 s", "CB0402 t"]),
    "an input": (
        "input n : u8; input m : u8 in 0..7; path p { clear skb.cb for n; }",
        ["CB0404 m"],
    ),
    "an input as an index, in a property, an assumption": (
        "input i : u8 in 0..7; input j : u8; input k : u8; layer l { step s { } }\n"
        'path p { read skb.cb[i]; assume j < 3 "few"; s; } property q: holds k < 5 at s;',
        [],
    ),
    "a clone": ("path p { clone a; on a { } clone b; new c; write c.cb[0]; }", ["CB0405 b"]),
    "a clone of a turn": ("path p { repeat { clone a; } clone a; on a { } }", ["CB0405 a"]),
    "said to be unused": (
        "layer l { view V unused : u8 at skb.cb[0]; step s unused { } step t unused; reads skb.cb; }\n"
        'part q unused "title" { } input n unused : u8; path p { clone c unused; new d unused; }',
        [],
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_is_told(case: str) -> None:
    text, wanted = TOLD[case]
    assert told(text) == wanted


def test_unused_is_a_name_like_any_other() -> None:
    assert (
        told("layer l { view unused : u8 at skb.cb[0]; step s { read unused; } } path p { s; }")
        == []
    )


def test_nothing_is_told_of_what_an_included_file_declares(tmp_path: Path) -> None:
    shared = "layer l { view V : u8 at skb.cb[0]; step s { read V; } step t { write V; } } part q { } input n : u8;"
    (tmp_path / "shared.cbs").write_text(SKB + shared, encoding="utf-8")
    spec = tmp_path / "spec.cbs"
    spec.write_text(
        'spec one;\ninclude "shared.cbs";\npart mine { }\npath p { s; }', encoding="utf-8"
    )
    assert [said(warning) for warning in resolve(load(spec)).warnings] == ["CB0402 mine"]
