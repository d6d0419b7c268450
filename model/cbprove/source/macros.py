"""Macros that convert an address to a pointer to a struct, by the text of files: the compiler says where they are used."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from cbprove.frozen import frozen

_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(((?:.*\\\n)*.*)$", re.MULTILINE)
_CAST = re.compile(r"\b(?:struct|union)\s+(\w+)\s*\*\s*\)|\b(\w+)\s*\(")

_WORD = re.compile(r"[A-Za-z_]\w*")


@frozen
class Macro:
    """Where a macro stands; the structs that it converts to, and what it calls or expands."""

    name: str
    file: str
    line: int
    types: frozenset[str]
    words: frozenset[str]


class Macros:
    """Those of all files that were added; it only grows."""

    def __init__(self) -> None:
        self.known: dict[str, list[Macro]] = {}
        self.seen: set[str] = set()

    def add_file(self, path: str) -> None:
        """A header or source file; again is no work."""
        if path in self.seen:
            return
        self.seen.add(path)
        try:
            text = Path(path).read_text(errors="replace")
        except OSError:
            return
        at = line = 0
        for match in _MACRO.finditer(text):
            line += text.count("\n", at, match.start())
            at = match.start()
            self._add(match[1], path, line + 1, match[2])

    def _add(self, name: str, path: str, line: int, body: str) -> None:
        found = list(_CAST.finditer(body))
        types = frozenset(each[1] for each in found if each[1])
        words = frozenset(each[2] for each in found if each[2])
        if types or words:
            self.known.setdefault(name, []).append(Macro(name, path, line, types, words))

    def used(self, said: str, type: str, files: Collection[str]) -> Macro | None:
        """The macro of some files by which a statement converts to a struct, None where it does so itself."""
        if re.search(rf"\b(?:struct|union)\s+{re.escape(type)}\s*\*", said):
            return None
        words = dict.fromkeys(_WORD.findall(said))
        return next(filter(None, (self.converting(word, type, files) for word in words)), None)

    def converting(self, name: str, type: str, files: Collection[str], depth: int = 4) -> Macro | None:
        """The macro of some files that converts to a struct: the one of a name, or one that it expands."""
        for macro in self.known.get(name, ()):
            if macro.file in files:
                if type in macro.types:
                    return macro
                inner = (self.converting(each, type, files, depth - 1) for each in sorted(macro.words) if depth)
                if (found := next(filter(None, inner), None)) is not None:
                    return found
        return None
