"""Macros that stand for a piece of a declaration, put where they are named: `#define __ec_align4 __packed`.

A macro that stands for an expression is a constant of the spec, and no matter of text. One of attributes, of a type in words
or of members is none: its tokens go where its name stands, in the same file and after its `#define`, as C does it. They have the
place of that name in messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cbprove.syntax.annotations import words
from cbprove.syntax.tables import EOL
from cbprove.syntax.tokens import Token

# What begins a declaration or an attribute, and no expression.
_DECLARING = words(
    "struct union enum char short int long signed unsigned __int128 __packed __aligned __attribute__ ____cacheline_aligned"
)
_MOST = 10_000  # tokens that the macros of one file may add: they may name each other, each twice


def expanded(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with such macros expanded; of their `#define`s it is kept that the name is defined."""
    macros: dict[str, tuple[Token, ...]] = {}
    found: list[Token] = []
    room = [_MOST]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "#define":
            end = next((n for n in range(at, len(tokens)) if tokens[n].kind == EOL), len(tokens))
            line = tokens[at:end]
            if _is_text(line, macros):
                macros[line[1].text] = tuple(line[2:])
                found += [*line[:2], _one(line[1])]
            else:
                found += line
            at = end
            continue
        if token.kind == "NAME" and token.text in macros and not _is_asked(found):
            found += _put(token, token.text, macros, room, ())
        else:
            found.append(token)
        at += 1
    return found


def _is_text(line: Sequence[Token], macros: Mapping[str, object]) -> bool:
    """Whether a `#define` stands for no expression: nothing at all, a piece of a declaration, or another such macro."""
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
    """Whether the next name is only asked for: `#ifdef X`, `defined X`, `defined(X)`, or a member `.X`."""
    last = [token.text for token in before[-2:]]
    return last[-1:] in (["#ifdef"], ["#ifndef"], ["defined"], ["."]) or last == ["defined", "("]


def _put(
    at: Token, name: str, macros: Mapping[str, tuple[Token, ...]], room: list[int], within: tuple[str, ...]
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
