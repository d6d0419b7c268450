"""Text cut into tokens: comments, annotations and line ends are gone; what a word means is left to
the parser.

Macros that stand for a piece of a declaration, put where they are named: `#define __ec_align4
__packed`.

A macro that stands for an expression is a constant of the spec, and no matter of text. One of
attributes, of a type in words or of members is none: its tokens go where its name stands, in the
same file and after its `#define`, as C does it. They have the place of that name in messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from cbprove.diagnostics import Diagnostic, Source, Span, SpecError
from cbprove.syntax.annotations import (
    DROPPED,
    DROPPED_DIRECTIVES,
    DROPPED_WITH_ARGUMENTS,
    SPELLINGS,
    words,
)
from cbprove.syntax.tables import END, EOL, Tables, tables
from cbprove.syntax.tokens import Token

MAX_DEPTH = 100
MAX_MISTAKES = 100
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")


@cache
def _pattern() -> re.Pattern[str]:
    """One expression for all of the text: blanks and comments, and then a token, the end, or
    something that is wrong.

    Comments are spelled with possessive repeats, unlike in the grammar, so that no text makes them
    slow.
    """
    grammar_tables: Tables = tables()
    signs = sorted(
        (s for s in grammar_tables.literals if not (s[0].isalpha() or s[0] in "_#")),
        key=lambda s: (-len(s), s),
    )
    long = "|".join(re.escape(sign) for sign in signs if len(sign) > 1)
    short = "".join(re.escape(sign) for sign in signs if len(sign) == 1)
    skipped = r"(?:[ \t\r\f\v]++|\\\r?\n|//[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/)*+"
    pieces = [
        rf"(?P<NAME>{grammar_tables.patterns['NAME']})",
        r"(?P<EOL>\n[ \t\r\f\v\n]*+)",
        rf"(?P<NUMBER>{grammar_tables.patterns['NUMBER']})",
        r"(?P<COMMENT>/\*)",
        f"(?P<SIGN>{long}|[{short}])",
        rf"(?P<STRING>{_possessive(grammar_tables.patterns['STRING'])})",
        rf"(?P<CHARACTER>{_possessive(grammar_tables.patterns['CHARACTER'])})",
        r"(?P<DIRECTIVE>\#[ \t]*+[A-Za-z_]*+)",
        r"(?P<END>\Z)",
        r"(?P<WRONG>[^\x00-\x7f]++|.)",
    ]
    return re.compile(f"{skipped}(?:{'|'.join(pieces)})", re.DOTALL)


def _possessive(pattern: str) -> str:
    return pattern.replace(")*", ")*+")


class Lexer:
    """Cuts one source; `tokens` ends with END, and `mistakes` holds what was wrong with the text
    itself."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens: list[Token] = []
        self.mistakes: list[Diagnostic] = []
        self._directives = {literal for literal in tables().literals if literal[0] == "#"}

    def run(self) -> None:
        """Cut the whole text."""
        tokens, text = self.tokens, self.source.text
        in_directive = skipping_line = dropping = False
        left_out = 0
        for match in _pattern().finditer(text):
            kind = match.lastgroup
            assert kind is not None
            start, end = match.span(kind)
            if start < left_out and not in_directive:
                continue
            if kind == "EOL":
                if in_directive:
                    tokens.append(Token(EOL, "", start, start))
                in_directive = skipping_line = False
            elif skipping_line:
                continue
            elif kind == "NAME":
                piece = text[start:end]
                if piece in DROPPED:
                    continue
                dropping = dropping or piece in DROPPED_WITH_ARGUMENTS
                tokens.append(Token("NAME", SPELLINGS.get(piece, piece), start, end))
            elif kind == "SIGN":
                piece = text[start:end]
                tokens.append(Token(piece, piece, start, end))
            elif kind == "DIRECTIVE":
                in_directive = self._directive(start, end)
                skipping_line = not in_directive
                left_out = _left_out(text, start)
            elif kind in ("WRONG", "COMMENT"):
                skipping_line = self._wrong(text[start:end], start)
                if kind == "COMMENT" or len(self.mistakes) >= MAX_MISTAKES:
                    break
            elif kind != "END":
                tokens.append(Token(kind, text[start:end], start, end))
        if in_directive:
            tokens.append(Token(EOL, "", len(text), len(text)))
        self._finish(dropping)

    def _finish(self, dropping: bool) -> None:
        """What needs all tokens: words that are dropped with their arguments, macros, the end."""
        if dropping:
            self.tokens = list(_without_dropped(self.tokens))
        if any(token.kind == "#define" for token in self.tokens):
            self.tokens = expanded(self.tokens)
        end = len(self.source.text)
        self.tokens.append(Token(END, "", end, end))
        self._refuse_depth()

    def _directive(self, start: int, end: int) -> bool:
        """A `#` word: whether the grammar reads the rest of its line."""
        word = "#" + self.source.text[start + 1 : end].strip()
        if word in DROPPED_DIRECTIVES:
            return False
        if word in self._directives:
            self.tokens.append(Token(word, word, start, end))
            return True
        help = (
            'spell it `include "file.cbs";`, and paste what is needed of C headers'
            if word == "#include"
            else "delete it"
        )
        self._mistake("CB0015", f"`{word}` is not read in a spec", start, end, help)
        return False

    def _wrong(self, piece: str, start: int) -> bool:
        """Report what no token begins with; whether the rest of the line cannot be read for it."""
        if piece == "/*":
            self._mistake(
                "CB0011", "this comment is never closed", start, start + 2, "add `*/` where it ends"
            )
        elif piece in "\"'":
            self._unclosed(piece, start)
            return True
        else:
            text = (
                f"`{piece}`"
                if piece.isprintable()
                else " ".join(f"U+{ord(c):04X}" for c in piece[:4])
            )
            self._mistake(
                "CB0010",
                f"{text} is not part of the language",
                start,
                start + len(piece),
                "delete it",
            )
        return False

    def _unclosed(self, quote: str, start: int) -> None:
        """Report a quote that does not end on its line, and let the rest of the line be what it
        begins."""
        end = self.source.text.find("\n", start)
        end = end if end >= 0 else len(self.source.text)
        noun, kind, text = (
            ("string", "STRING", '""') if quote == '"' else ("character constant", "NUMBER", "0")
        )
        help = f"add `{quote}` where it ends: it must end on its own line"
        self._mistake("CB0012", f"this {noun} is never closed", start, end, help)
        self.tokens.append(Token(kind, text, start, end))

    def _refuse_depth(self) -> None:
        """Refuse a text whose brackets nest too deep, whatever they mean."""
        depth = 0
        for token in self.tokens:
            if token.kind in _OPENING:
                depth += 1
                if depth > MAX_DEPTH:
                    raise too_deep(self.source, token.start, token.end)
            elif token.kind in _CLOSING:
                depth -= 1

    def _mistake(self, code: str, message: str, start: int, end: int, help: str) -> None:
        self.mistakes.append(Diagnostic(code, message, Span(self.source, start, end), help))


def too_deep(source: Source, start: int, end: int) -> SpecError:
    """The one mistake of a text that nests too deep: nothing else is looked at."""
    help = "split it up: pieces of a path can be parts of their own, and constants can have names"
    return SpecError(
        (Diagnostic("CB0005", f"nested deeper than {MAX_DEPTH}", Span(source, start, end), help),)
    )


_NEVER = re.compile(r"\#[ \t]*if[ \t]+0[ \t]*(?://[^\n]*|/\*[^*\n]*\*/[ \t]*)?\r?\n")
_LINE = re.compile(r"^[ \t]*\#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b", re.MULTILINE)


def _left_out(text: str, start: int) -> int:
    """Where the lines end that a `#if 0` at `start` leaves out, whatever they say; 0 if there are
    none.

    What follows is its `#elif`, `#else` or `#endif`.
    """
    never = _NEVER.match(text, start)
    if never is None:
        return 0
    depth = 0
    for line in _LINE.finditer(text, never.end()):
        word = line.group(1)
        if depth == 0 and word in ("elif", "else", "endif"):
            return line.start()
        depth += word.startswith("if")
        depth -= word == "endif"
    return 0


def _without_dropped(tokens: list[Token]) -> Iterator[Token]:
    """The tokens without the annotations that take arguments, and without those arguments."""
    rest = iter(tokens)
    for token in rest:
        if token.kind != "NAME" or token.text not in DROPPED_WITH_ARGUMENTS:
            yield token
            continue
        after = next(rest, None)
        if after is None or after.kind != "(":
            if after is not None:
                yield after
            continue
        depth = 1
        while depth and (inside := next(rest, None)) is not None:
            depth += (inside.kind == "(") - (inside.kind == ")")


# What begins a declaration or an attribute, and no expression.
_DECLARING = words(
    "struct union enum char short int long signed unsigned __int128 __packed __aligned "
    "__attribute__ ____cacheline_aligned"
)
_MOST = 10_000  # tokens that the macros of one file may add: they may name each other, each twice


def expanded(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with such macros expanded; of their `#define`s it is kept that the name is
    defined."""
    macros: dict[str, tuple[Token, ...]] = {}
    result: list[Token] = []
    room = [_MOST]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "#define":
            end = next((n for n in range(at, len(tokens)) if tokens[n].kind == EOL), len(tokens))
            line = tokens[at:end]
            if _is_text(line, macros):
                macros[line[1].text] = tuple(line[2:])
                result += [*line[:2], _one(line[1])]
            else:
                result += line
            at = end
            continue
        if token.kind == "NAME" and token.text in macros and not _is_asked(result):
            result += _put(token, token.text, macros, room, ())
        else:
            result.append(token)
        at += 1
    return result


def _is_text(line: Sequence[Token], macros: Mapping[str, object]) -> bool:
    """Whether a `#define` stands for no expression: nothing at all, a piece of a declaration, or
    another such macro."""
    if len(line) < 2 or line[1].kind != "NAME":
        return False
    name, body = line[1], line[2:]
    if not body:
        return True
    if body[0].kind == "(" and body[0].start == name.end:
        return False  # it has parameters
    first = body[0].text
    return first in _DECLARING or first in macros or any(token.kind in (";", "{") for token in body)


def _one(name: Token) -> Token:
    """`1`, where a macro is defined that is no constant."""
    return Token("NUMBER", "1", name.start, name.end)


def _is_asked(before: Sequence[Token]) -> bool:
    """Whether the next name is only asked for: `#ifdef X`, `defined X`, `defined(X)`, or a
    member `.X`."""
    last = [token.text for token in before[-2:]]
    return last[-1:] in (["#ifdef"], ["#ifndef"], ["defined"], ["."]) or last == ["defined", "("]


def _put(
    at: Token,
    name: str,
    macros: Mapping[str, tuple[Token, ...]],
    room: list[int],
    within: tuple[str, ...],
) -> Iterator[Token]:
    """What a macro stands for, at the place of its name; in itself it is a name like any other."""
    for token in macros[name]:
        if room[0] <= 0:
            return
        room[0] -= 1
        if token.kind == "NAME" and token.text in macros and token.text not in (*within, name):
            yield from _put(at, token.text, macros, room, (*within, name))
        else:
            yield Token(token.kind, token.text, at.start, at.end)
