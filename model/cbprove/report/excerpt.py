"""A diagnostic as rustc draws one: the message, the place, the line with a caret under the word,
what would help."""

from __future__ import annotations

from cbprove.diagnostics import Diagnostic, Note, Span
from cbprove.report.style import Paint, plain

TAB = 4
# A line longer than this (columns) is shown around its caret only.
LONGEST = 140
_BEFORE = 40
_NEAR = 1_000  # characters


def diagnostic(mistake: Diagnostic, paint: Paint = plain, word: str = "error") -> str:
    """One mistake in full, with its notes; with another word, a warning."""
    title = paint(f"{word}[{mistake.code}]", "bad" if word == "error" else "strong") + paint(
        f": {printable(mistake.message)}", "strong"
    )
    gutter = _gutter(mistake)
    lines = [title]
    if mistake.span is not None:
        lines += _excerpt(mistake.span, gutter, "^", "bad", paint)
    if mistake.help:
        if mistake.span is not None:
            lines.append(paint(" " * gutter + " |", "faint"))
        lines.append(paint(" " * gutter + " = ", "faint") + "help: " + printable(mistake.help))
    for note in mistake.notes:
        lines += _note(note, gutter, paint)
    return "\n".join(lines)


def diagnostics(mistakes: tuple[Diagnostic, ...], paint: Paint = plain, word: str = "error") -> str:
    """All mistakes, an empty line between them."""
    return "\n\n".join(diagnostic(mistake, paint, word) for mistake in mistakes)


def location(span: Span) -> str:
    """`file:line:column`."""
    return f"{printable(span.source.name)}:{span.line}:{span.column}"


def printable(text: str) -> str:
    """The text without characters that would move a terminal's cursor or hide themselves."""
    return "".join(_visible(character) for character in text)


def _gutter(mistake: Diagnostic) -> int:
    spans = [mistake.span, *(note.span for note in mistake.notes)]
    return max((len(str(span.line)) for span in spans if span is not None), default=1)


def _note(note: Note, gutter: int, paint: Paint) -> list[str]:
    title = paint("note", "strong") + f": {printable(note.message)}"
    return [title, *_excerpt(note.span, gutter, "-", "strong", paint)]


def _excerpt(span: Span, gutter: int, sign: str, role: str, paint: Paint) -> list[str]:
    number = span.line
    text = span.source.line(number)
    start = span.column - 1
    end = min(start + span.end - span.start, len(text))
    excerpt, column, width = _fitted(text, start, end)
    bar = paint(" " * gutter + " |", "faint")
    caret = " " * column + sign * max(1, width)
    return [
        paint(" " * gutter + "--> ", "faint") + location(span),
        bar,
        paint(f"{number:>{gutter}} |", "faint") + (f" {excerpt}" if excerpt else ""),
        f"{bar} " + paint(caret, "bad" if role == "bad" else "strong"),
    ]


def _fitted(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The line as shown, and the column and width (columns) of its part [start, end) there."""
    # Of a line of a million characters only those near the caret are looked at: it may have as many
    # mistakes.
    before = _drawn(text[max(0, start - _NEAR) : start], 0)
    marked = _drawn(text[start : min(end, start + _NEAR)], _width(before))
    after = _drawn(text[end : end + _NEAR], _width(before) + _width(marked))
    if _width(before) + _width(marked) + _width(after) > LONGEST:
        before = before if _width(before) <= _BEFORE else "..." + before[3 - _BEFORE :]
        room = LONGEST - _width(before)
        marked, after = marked[:room], after[: max(0, room - len(marked) - 3)] + "..."
    return (before + marked + after).rstrip(), _width(before), _width(marked)


def _drawn(text: str, column: int) -> str:
    """Tabs as spaces to the next stop, control characters as pictures."""
    if text.isascii() and text.isprintable():
        return text
    drawn = []
    for character in text:
        piece = " " * (TAB - column % TAB) if character == "\t" else _visible(character)
        drawn.append(piece)
        column += _width(piece)
    return "".join(drawn)


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code < 0x7F:
        return character
    from unicodedata import category  # few texts have more than ASCII

    return "�" if category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character


def _width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return len(text) if text.isascii() else sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    from unicodedata import combining, east_asian_width

    if combining(character):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
