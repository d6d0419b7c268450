"""The body of a struct as pieces: members and the braces around them, cut out of text that may
be a part of it only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from cbprove.frozen import frozen, replace

_TOKEN = re.compile(r'[A-Za-z_]\w*|\d\w*|"(?:\\.|[^"\\\n])*"|\S')
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_OPEN = re.compile(r"/\*.*\Z", re.DOTALL)
_STARRED = re.compile(r"\s*\*(?:\s|$)")  # of a comment of which neither end is there
_GROUP = ("struct_group", "struct_group_attr", "struct_group_tagged")
_DROPPED = re.compile(
    r"__cacheline_group_(?:begin|end)(?:_aligned)?\([^)]*\)|__private\b|__rcu\b|__percpu\b|\bconst\b"
)
_DECLARATOR = re.compile(
    r"^(?P<base>.*?)(?P<stars>[\s*]*)(?P<name>\b[A-Za-z_]\w*)?\s*(?P<arrays>(?:\[[^\]]*\]\s*)*)(?::\s*(?P<bits>[^:]+?))?\s*"
    r"(?P<attributes>(?:__\w+(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\s*)*)$",
    re.DOTALL,
)
ATTRIBUTE = r"\b__\w+\s*(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?"
_POINTER = re.compile(r"\(\s*\*+\s*(\w+)")
_BITMAP = re.compile(r"^DECLARE_BITMAP\s*\(\s*(\w+)")


@frozen
class Piece:
    """A member, or a brace. `name` is the member's, for a closing brace that of the nested struct;
    `text` is as written.

    `under` are the `#if` lines that it stands under.
    """

    kind: Literal["member", "open", "close"]
    name: str
    text: str
    under: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same piece on two sides, whatever its type."""
        if self.kind == "open":
            return self.kind, "union" if self.text.startswith("union") else "struct"
        return self.kind, self.name or ("" if self.kind == "close" else spelled(self.text))


def pieces(lines: tuple[str, ...], macros: Mapping[str, str]) -> tuple[Piece, ...]:
    """The pieces of some lines from inside of a struct; names of `macros` are replaced by their
    values."""
    pieces_read: list[Piece] = []
    under: list[str] = []
    text: list[str] = []
    for line in uncommented(lines):
        directive = re.match(r"\s*#\s*(\w+)\s*(.*)", line)
        if directive is None:
            text.append(line)
            continue
        pieces_read += (
            [replace(each, under=tuple(under)) for each in _cut("\n".join(text), macros)]
            if _whole(text)
            else []
        )
        text = [] if _whole(text) else text
        _conditions(under, directive[1], directive[2].strip())
    pieces_read += [replace(each, under=tuple(under)) for each in _cut("\n".join(text), macros)]
    return tuple(pieces_read)


def uncommented(lines: tuple[str, ...]) -> list[str]:
    """The lines without comments, also those of one that began or ends outside."""
    text = "\n".join(lines)
    end, begin = text.find("*/"), text.find("/*")
    if end >= 0 and not 0 <= begin < end:
        text = "\n" * text.count("\n", 0, end) + text[end + 2 :]
    text = _OPEN.sub(_blank, _COMMENT.sub(_blank, text))
    return ["" if _STARRED.match(line) else line for line in text.split("\n")]


def behind_brace(text: str) -> tuple[str, ...]:
    """The attributes that stand behind the brace of a struct."""
    return tuple(re.sub(r"\s", "", match[0]) for match in re.finditer(ATTRIBUTE, text))


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n") or " "


def _whole(text: list[str]) -> bool:
    """Whether no declaration is open at the end of these lines."""
    return not text or re.search(r"(?:[;{}]|\A)\s*\Z", "\n".join(text)) is not None


def _conditions(under: list[str], word: str, condition: str) -> None:
    if word in ("if", "ifdef", "ifndef"):
        under.append(f"{word} {condition}")
    elif word in ("else", "elif") and under:
        under[-1] = f"{word} of {under[-1]}"
    elif word == "endif" and under:
        under.pop()


def _cut(text: str, macros: Mapping[str, str]) -> Iterator[Piece]:
    return _Cutter(_TOKEN.findall(_DROPPED.sub(" ", text)), macros).all()


class _Cutter:
    """Walks over tokens; parentheses of a `struct_group` count as braces."""

    def __init__(self, tokens: list[str], macros: Mapping[str, str]) -> None:
        self.tokens = [macros.get(token, token) for token in tokens]
        self.at = 0
        self.groups: list[str] = []

    def all(self) -> Iterator[Piece]:
        start = self.at
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token in _GROUP:
                yield self._group()
            elif token == "enum":
                self._skip_enum()
                continue
            elif token == "{":
                yield Piece("open", "", " ".join(self.tokens[start : self.at]))
                self.groups.append("{")
                self.at += 1
            elif token == "}":
                yield self._close()
            elif token == ")" and self.groups[-1:] == ["("]:
                self.groups.pop()
                self.at += 1
                self._skip_to_end()
                yield Piece("close", "", ")")
            elif token in ("(", "["):
                self._skip_parentheses()
                continue
            elif token == ";":
                yield from members(self.tokens[start : self.at])
                self.at += 1
            else:
                self.at += 1
                continue
            start = self.at

    def _group(self) -> Piece:
        start = self.at
        commas = {"struct_group": 1}.get(self.tokens[start], 2)
        while self.at < len(self.tokens) and commas:
            commas -= self.tokens[self.at] == ","
            self.at += 1
        self.groups.append("(")
        return Piece("open", "", " ".join(self.tokens[start : self.at]))

    def _close(self) -> Piece:
        if self.groups:
            self.groups.pop()
        start = self.at
        self._skip_to_end()
        behind = self.tokens[start + 1 : self.at - 1]
        name = next(
            (
                token
                for token in behind
                if re.match(r"[A-Za-z_]", token) and not token.startswith("__")
            ),
            "",
        )
        return Piece("close", name, _joined(self.tokens[start : self.at - 1]))

    def _skip_to_end(self) -> None:
        """Behind the next `;`."""
        while self.at < len(self.tokens) and self.tokens[self.at] != ";":
            self.at += 1
        self.at += 1

    def _skip_enum(self) -> None:
        """Over the braces of an enum, whose constants are no members."""
        self.at += 1
        if self.tokens[self.at : self.at + 1] != ["{"]:
            self.at += 1
        if self.tokens[self.at : self.at + 1] == ["{"]:
            while self.at < len(self.tokens) and self.tokens[self.at] != "}":
                self.at += 1
            self.at += 1

    def _skip_parentheses(self) -> None:
        depth = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            depth += (token in "([") - (token in ")]")
            self.at += 1
            if not depth:
                return


def members(tokens: list[str]) -> Iterator[Piece]:
    """The members of one declaration, each with its whole type."""
    text = _joined(tokens)
    if not tokens:
        return
    special = _BITMAP.match(text) or (
        _POINTER.search(text) if "(" in tokens and "*" in tokens else None
    )
    if special:
        yield Piece("member", special[1], text)
        return
    parts = _apart(text)
    first = _DECLARATOR.match(parts[0])
    base = first["base"].strip() if first else ""
    for number, part in enumerate(parts):
        match = _DECLARATOR.match(part)
        name = (match["name"] or "") if match else ""
        if number == 0 and not base:  # `int : 3`: a type, and no name
            base, name = name, ""
        member_text = part if number == 0 else f"{base} {part}"
        yield Piece("member", name, " ".join(member_text.split()))


def _apart(text: str) -> list[str]:
    """Declarators between commas that stand in no parentheses."""
    depth, parts = 0, [""]
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _joined(tokens: list[str]) -> str:
    text = " ".join(tokens)
    return (
        re.sub(r"\s*([\[\](),:])\s*", r"\1", text)
        .replace("* ", "*")
        .replace("]__", "] __")
        .replace(")__", ") __")
    )


_ALIKE = {
    **{f"__{sign}{width}": f"{sign}{width}" for sign in "us" for width in (8, 16, 32, 64)},
    **{f"uint{width}_t": f"u{width}" for width in (8, 16, 32, 64)},
    "unsigned char": "u8",
    "unsigned short": "u16",
    "short unsigned int": "u16",
    "unsigned int": "u32",
    "unsigned": "u32",
    "int": "s32",
    "_Bool": "bool",
}
_LONGEST_FIRST = re.compile(
    r"\b(?:" + "|".join(sorted(map(re.escape, _ALIKE), key=len, reverse=True)) + r")\b"
)


def spelled(text: str) -> str:
    """A declaration with one spelling for one type."""
    return re.sub(r"\s+", "", _LONGEST_FIRST.sub(lambda match: _ALIKE[match[0]], text))
