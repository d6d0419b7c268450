"""The runtime in C, cut into declarations: those that a program needs, in an order that C accepts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files

_WORD_OR_TEXT = re.compile(r'"(?:\\.|[^"\\])*"|\b[A-Za-z_]\w*\b')
_ASIDE = re.compile(r'"(?:\\.|[^"\\])*"|/\*.*?\*/', re.DOTALL)
_WORD = re.compile(r"\b[A-Za-z_]\w*\b")
_FUNCTION = re.compile(r"(?:static [^;={]*?)\b(\w+)\(")
_HEADING = "/* --- "
_MAYBE = "CB_MAYBE"


@dataclass(frozen=True)
class Piece:
    """One declaration, macro or function: the names that it gives, and its lines. A heading gives none."""

    names: tuple[str, ...]
    lines: tuple[str, ...]
    function: bool = False

    @property
    def heading(self) -> bool:
        return not self.names

    def words(self, sure: bool = False) -> frozenset[str]:
        """What it mentions; with `sure` only what it does under every candidate."""
        return words(self.lines, sure)

    def prototype(self) -> str:
        """The head of a function, as a declaration."""
        head = next(line for line in self.lines if line.startswith("static "))
        return head[: head.index(")") + 1].replace(f"{_MAYBE} ", "") + ";"


def words(lines: Iterable[str], sure: bool = False) -> frozenset[str]:
    """The names in C text, outside of strings and comments; with `sure` not those between `#if` and `#endif`."""
    kept, depth = [], 0
    for line in lines:
        depth -= line.startswith("#endif")
        if not (sure and depth):
            kept.append(line)
        depth += line.startswith("#if")
    return frozenset(_WORD.findall(_ASIDE.sub(" ", "\n".join(kept))))


def fragment(name: str, axes: Collection[str]) -> tuple[Piece, ...]:
    """The pieces of a file of the runtime; a name of its own that -D may define is changed."""

    def renamed(word: re.Match[str]) -> str:
        return f"cb_{word[0]}_" if word[0] in axes else word[0]

    text = files("cbprove.reproduce").joinpath("c", f"{name}.c").read_text("utf-8")
    return tuple(pieces(_WORD_OR_TEXT.sub(renamed, text).splitlines()))


def pieces(lines: Iterable[str]) -> Iterator[Piece]:
    """C text cut where a declaration ends; a comment above one belongs to it."""
    held: list[str] = []
    for line in lines:
        if not held and not line:
            continue
        held.append(line)
        if line.startswith(_HEADING) or _ends(held):
            yield _piece(tuple(held))
            held = []


def _ends(held: list[str]) -> bool:
    first = next((line for line in held if not line.startswith("/*")), "")
    last = _ASIDE.sub("", held[-1]).rstrip()
    if first.startswith("#"):
        return not last.endswith("\\")
    code = _ASIDE.sub(" ", "\n".join(held))
    return bool(first) and code.count("{") == code.count("}") and last.endswith((";", "}"))


def _piece(lines: tuple[str, ...]) -> Piece:
    code = _ASIDE.sub(" ", "\n".join(lines)).strip()
    if not code:
        return Piece((), lines)
    if code.startswith("#define"):
        return Piece((_WORD.findall(code)[1],), lines)
    if code.startswith("enum"):
        return Piece(tuple(_WORD.findall(code)[1:]), lines)
    called = _FUNCTION.match(code)
    if called:
        return Piece((called[1],), lines, code.endswith("}"))
    if code.startswith(("struct", "union")):
        return Piece((_WORD.findall(code)[1],), lines)
    declared = re.sub(r"\{.*\}", "", code.split("=")[0].rstrip("; \n"), flags=re.DOTALL)
    return Piece((_WORD.findall(re.sub(r"\[.*?\]", "", declared))[-1],), lines)


class Cut:
    """What is left of a program: what `main` needs, near and far. The machinery is behind what calls it."""

    def __init__(
        self, prelude: Iterable[Piece], front: tuple[list[Piece], ...], machinery: list[Piece], main: list[str]
    ) -> None:
        all = [*prelude, *(piece for some in front for piece in some), *machinery]
        self.names, self.sure = _needed(all, words(main)), _needed(all, words(main, sure=True), sure=True)
        self.prelude = self._kept(prelude)
        self.front = tuple(self._kept(some) for some in front)
        self.machinery = self._kept(machinery)

    def maybe(self) -> bool:
        """Whether there is a function or variable that only some candidates use."""
        some = (self.prelude, *self.front, self.machinery)
        return any(_MAYBE in line for pieces in some for piece in pieces for line in piece.lines)

    def prototypes(self) -> list[str]:
        """Of the machinery that is spoken of before it."""
        early = {word for some in (self.prelude, *self.front) for piece in some for word in piece.words()}
        return [piece.prototype() for piece in self.machinery if piece.function and piece.names[0] in early]

    def _kept(self, all: Iterable[Piece]) -> list[Piece]:
        """No heading stays without what it heads."""
        found: list[Piece] = []
        for piece in all:
            if piece.heading:
                found = [*(found[:-1] if found and found[-1].heading else found), piece]
            elif any(name in self.names for name in piece.names):
                found.append(piece if piece.names[0] in self.sure else _maybe(piece))
        return found[:-1] if found and found[-1].heading else found


def _needed(all: Iterable[Piece], words: Collection[str], sure: bool = False) -> frozenset[str]:
    """The names of pieces that these words need, near and far."""
    known: dict[str, list[Piece]] = {}
    for piece in all:
        for name in piece.names:
            known.setdefault(name, []).append(piece)
    found: set[str] = set()
    todo = [word for word in words if word in known]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [word for piece in known[name] for word in piece.words(sure) if word in known and word not in found]
    return frozenset(found)


def _maybe(piece: Piece) -> Piece:
    lines = (line.replace("static ", f"static {_MAYBE} ", int(line.startswith("static "))) for line in piece.lines)
    return replace(piece, lines=tuple(lines))


def printed(some: Iterable[Piece]) -> Iterator[str]:
    """Their lines; an empty one around what is longer than a line."""
    before: Piece | None = None
    for piece in some:
        long = piece.function and len(piece.lines) > 1
        after = before is not None and before.function and len(before.lines) > 1
        if before is not None and (
            long or after or piece.heading or before.heading or piece.function != before.function
        ):
            yield ""
        yield from piece.lines
        before = piece
    if before is not None:
        yield ""
