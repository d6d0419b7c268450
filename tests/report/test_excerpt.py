"""Diagnostics drawn: rustc's shape, carets under words whatever stands before them."""

from __future__ import annotations

from cbprove.diagnostics import Diagnostic, Note, Source, Span
from cbprove.report.excerpt import LONGEST, diagnostic, diagnostics, location


def at(text: str, word: str, name: str = "a.cbs") -> Span:
    start = text.index(word)
    return Span(Source(name, text), start, start + len(word))


def drawn(text: str, word: str, help: str = "") -> list[str]:
    return diagnostic(Diagnostic("CB0103", "no such member", at(text, word), help)).splitlines()


def test_shape() -> None:
    text = "layer ip {\n    read IPCB.falgs;\n}\n"
    assert (
        "\n".join(drawn(text, "falgs", "did you mean `flags`?"))
        == """\
error[CB0103]: no such member
 --> a.cbs:2:15
  |
2 |     read IPCB.falgs;
  |               ^^^^^
  |
  = help: did you mean `flags`?"""
    )


def test_notes_follow_with_dashes() -> None:
    text = "\n" * 8 + "view V;\nview V;\n"
    first, second = Span(Source("a.cbs", text), 8, 14), Span(Source("a.cbs", text), 16, 22)
    told = diagnostic(
        Diagnostic("CB0110", "declared twice", second, notes=(Note("first declared here", first),))
    )
    assert (
        told
        == """\
error[CB0110]: declared twice
  --> a.cbs:10:1
   |
10 | view V;
   | ^^^^^^
note: first declared here
  --> a.cbs:9:1
   |
 9 | view V;
   | ------"""
    )


def test_without_a_place() -> None:
    assert diagnostic(Diagnostic("CB0001", "`x.cbs` does not exist", None, "check the path")) == (
        "error[CB0001]: `x.cbs` does not exist\n  = help: check the path"
    )


def test_caret_after_tabs() -> None:
    lines = drawn("\tread\tX;\n", "X")
    assert lines[3:] == ["1 |     read    X;", "  |             ^"]


def test_caret_after_wide_characters() -> None:
    lines = drawn("/* 日本 */ X;\n", "X")
    assert lines[4].index("^") == len("1 | /* ") + 4 + len(" */ ")


def test_combining_characters_take_no_column() -> None:
    lines = drawn("e\u0301e\u0301 X;\n", "X")
    assert lines[4] == "  |    ^"


def test_span_of_several_lines_ends_with_the_first() -> None:
    lines = drawn("step a {\n  read X;\n}\n", "step a {\n  read X;\n}")
    assert lines[3:] == ["1 | step a {", "  | ^^^^^^^^"]


def test_empty_span_has_a_caret() -> None:
    assert diagnostic(
        Diagnostic("CB0007", "no `spec` line", Span(Source("a.cbs", "x\n"), 0, 0))
    ).endswith("| ^")


def test_end_of_the_file_has_a_caret() -> None:
    span = Span(Source("a.cbs", "x\n"), 2, 2)
    assert diagnostic(Diagnostic("CB0020", "more expected", span)).endswith("2 |\n  | ^")


def test_long_lines_are_cut_around_the_caret() -> None:
    lines = drawn("a " * 500 + "WRONG" + " b" * 500, "WRONG")
    shown, carets = lines[3].removeprefix("1 | "), lines[4].removeprefix("  | ")
    assert len(shown) <= LONGEST and shown.startswith("...") and shown.endswith("...")
    assert shown[carets.index("^") :].startswith("WRONG")


def test_a_line_of_a_million_characters_is_cut_as_any_other() -> None:
    far = "a;\t" * 300_000
    *_, shown, caret = drawn(f"{far}word{far}", "word")
    first = caret.index("^")
    assert shown[first : first + 4] == "word" and caret.count("^") == 4
    assert shown[first - 8 : first] == "a;  a;  " and len(shown) <= LONGEST + 10


def test_control_characters_are_pictures() -> None:
    lines = drawn("\x1b[2J X;\n", "X")
    assert lines[3] == "1 | ␛[2J X;"


def test_location() -> None:
    assert location(at("a\nbc\n", "c")) == "a.cbs:2:2"


def test_several_stand_apart() -> None:
    one = Diagnostic("CB0001", "a", None)
    assert diagnostics((one, one)) == "error[CB0001]: a\n\nerror[CB0001]: a"
