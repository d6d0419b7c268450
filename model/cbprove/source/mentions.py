"""Which functions can touch the object at all, by their text: macros and functions that mention its
member, and those that mention them. Reading trees of all others would be most of the work.

Macros that convert an address to a pointer, by the text of files: the compiler says where they are
used.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from cbprove.frozen import frozen
from cbprove.source.accesses import Sought

_WORD = re.compile(r"[A-Za-z_]\w*")
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)((?:.*\\\n)*.*)$", re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:.*\\\n)*.*$", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_BRACE = re.compile(r"[{}]|\n(?=\})")
_BRACES = re.compile(r"[{}]")
_DECLARED = re.compile(r"(\w+)\s*(?:\[[^][]*\]\s*)*(?:__\w+(?:\([^()]*\))?\s*)*[;,]")
_STATEMENT = re.compile(r"\b(?:if|else|for|while|do|switch)\b|:\s*$")
_NO_FUNCTIONS = frozenset(("if", "for", "while", "switch", "return", "sizeof", "__aligned"))
_CALLED = re.compile(r"(\w+)[ \t]*\(|[()]")


@frozen
class Definition:
    """The text of a macro or function, as the words in it."""

    name: str
    words: frozenset[str]
    itself: bool  # whether it names the object's member


class Mentions:
    """Names that can lead to the object, over all texts that were added; it only grows."""

    def __init__(self, target: Sought) -> None:
        self.sought = target
        self.members = frozenset((target.member,)) if target.member else frozenset()
        self.object = self._object()
        self.touching: set[str] = set()
        self.users: dict[str, set[str]] = defaultdict(set)
        self.seen: set[str] = set()
        self.texts: dict[str, str] = {}

    def _object(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, sorted(self.members)))
        return re.compile(
            rf"(?:->|\.)\s*(?:{names})\b" if names else rf"\b{re.escape(self.sought.record)}\b"
        )

    def add_file(self, path: str, text: str | None = None) -> None:
        """A header or source file, as it stands or with another text; again is no work."""
        if path not in self.seen:
            self.seen.add(path)
            if text is not None:
                self.texts[path] = text
            try:
                self.add(
                    self.texts[path]
                    if path in self.texts
                    else Path(path).read_text(errors="replace")
                )
            except OSError:
                return

    def add(self, text: str) -> None:
        if not beside(text, self.sought) <= self.members:
            self.members |= beside(text, self.sought)
            self.object, is_new, self.seen = self._object(), sorted(self.seen), set()
            for each in is_new:
                self.add_file(each)
        self._learn(definition for definition in definitions(text, self.object))
        if not self.sought.member:
            declared = re.findall(rf"\b{re.escape(self.sought.record)}\b[\s*]+(\w+)", text)
            self._spread(list(declared))

    def _learn(self, definitions_read: Iterable[Definition]) -> None:
        fresh = []
        for each in definitions_read:
            for word in each.words:
                self.users[word].add(each.name)
            if each.itself or not self.touching.isdisjoint(each.words):
                fresh.append(each.name)
        self._spread(fresh)

    def _spread(self, names: list[str]) -> None:
        while names:
            name = names.pop()
            if name not in self.touching:
                self.touching.add(name)
                names.extend(self.users.get(name, ()))

    def in_text(self, text: str) -> bool:
        """Whether a piece of C may touch the object."""
        return self.object.search(text) is not None or not self.touching.isdisjoint(
            _WORD.findall(text)
        )


def beside(text: str, target: Sought) -> frozenset[str]:
    """The members of the union without a name that holds the one that is sought, where a text
    declares them."""
    head = (
        re.search(rf"\bstruct\s+{re.escape(target.record)}\s*\{{", text) if target.member else None
    )
    if head is None:
        return frozenset()
    record = _COMMENT.sub(" ", text[head.end() : _end(text, head.end())])
    for union in re.finditer(r"\bunion\s*\{", record):
        inside = record[union.end() : _end(record, union.end())]
        names = frozenset(_DECLARED.findall(inside))
        if target.member in names and record[union.end() + len(inside) + 1 :].lstrip().startswith(
            (";", "__")
        ):
            return names
    return frozenset()


def _end(text: str, start: int) -> int:
    """Where the brace closes that was opened in front."""
    depth = 1
    for match in _BRACES.finditer(text, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return len(text)


def definitions(text: str, itself: re.Pattern[str]) -> Iterable[Definition]:
    """Macros and functions, by brackets alone; `}` at the left edge ends a body where a
    configuration leaves some out."""
    for name, body in bodies(text):
        yield Definition(
            name, frozenset(_WORD.findall(body)) - {name}, itself.search(body) is not None
        )


def bodies(text: str) -> Iterable[tuple[str, str]]:
    """The names of macros and functions with their texts, comments left out; a function can have
    several texts."""
    bare = _COMMENT.sub(" ", text)
    for macro in _MACRO.finditer(bare):
        yield macro[1], macro[2]
    before: list[str] = []
    for head, body in _bodies(_DIRECTIVE.sub("", bare)):
        inside = _inside(head, body)
        for name in before:
            yield name, inside
        heads = _heads(head) if body else []
        for name in heads:
            yield name, body
        before = heads or before


def _inside(head: str, body: str) -> str:
    """What still belongs to the function before, where a configuration closes its brackets
    twice: all of a statement, of a function what stands in front of its head."""
    declared = head.rpartition(";")[2]
    statement = _STATEMENT.search(declared) is not None or declared.count(")") > declared.count("(")
    indented = re.match(r"\s*\n[ \t]+(?:\S|$)", declared) is not None
    return body if statement or indented else head[: head.rfind("}") + 1]


def _bodies(text: str) -> Iterable[tuple[str, str]]:
    """What stands in front of each outermost bracket, and all of it; at the end what no bracket
    closes."""
    start = depth = opened = 0
    for match in _BRACE.finditer(text):
        if match[0] == "{":
            opened = match.start() if depth == 0 else opened
            depth += 1
        elif match[0] == "\n":
            depth = min(depth, 1)
        elif depth:
            depth -= 1
            if depth == 0:
                yield text[start:opened], text[start : match.end()]
                start = match.end()
    yield (text[start:opened], text[start:]) if depth else (text[start:], "")


def _heads(head: str) -> list[str]:
    """The words before an opening bracket, outermost, in the last declaration before a body: its
    name, and attributes."""
    depth, heads = 0, []
    for match in _CALLED.finditer(head.rpartition(";")[2]):
        if match[1] and depth == 0:
            heads.append(match[1])
        depth += -1 if match[0] == ")" else 1
    return [
        name for name in heads if not name.startswith("__attribute") and name not in _NO_FUNCTIONS
    ]


_FUNCTION_LIKE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(((?:.*\\\n)*.*)$", re.MULTILINE)
_CAST = re.compile(r"\b(?:struct|union)\s+(\w+)\s*\*\s*\)|\b(\w+)\s*\(")
# A conversion to a pointer to a word: (void **)
_WORDS = re.compile(r"\(\s*((?:\w+\s+)*\w+(?:\s*\*)*)\s*\*\s*\)")


@frozen
class Macro:
    """Where a macro stands; what it converts to pointers to, and what it calls or expands."""

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
        for match in _FUNCTION_LIKE.finditer(text):
            line += text.count("\n", at, match.start())
            at = match.start()
            self._add(match[1], path, line + 1, match[2])

    def _add(self, name: str, path: str, line: int, body: str) -> None:
        casts = list(_CAST.finditer(body))
        types = frozenset(each[1] for each in casts if each[1]) | {
            _spelled(each) for each in _WORDS.findall(body)
        }
        words = frozenset(each[2] for each in casts if each[2])
        if types or words:
            self.known.setdefault(name, []).append(Macro(name, path, line, types, words))

    def used(self, text_said: str, type: str, files: Collection[str]) -> Macro | None:
        """The macro of some files by which a statement converts to a struct, None where it does
        so itself."""
        if re.search(rf"\b(?:struct|union)\s+{re.escape(type)}\s*\*", text_said) or type in map(
            _spelled, _WORDS.findall(text_said)
        ):
            return None
        words = dict.fromkeys(_WORD.findall(text_said))
        return next(filter(None, (self.converting(word, type, files) for word in words)), None)

    def converting(
        self, name: str, type: str, files: Collection[str], depth: int = 4
    ) -> Macro | None:
        """The macro of some files that converts to a struct: the one of a name, or one that it
        expands."""
        for macro in self.known.get(name, ()):
            if macro.file in files:
                if type in macro.types:
                    return macro
                inner = (
                    self.converting(each, type, files, depth - 1)
                    for each in sorted(macro.words)
                    if depth
                )
                if (converting := next(filter(None, inner), None)) is not None:
                    return converting
        return None


def _spelled(type: str) -> str:
    """A type as a compiler spells it."""
    words = re.findall(r"\w+|\*", type)
    stars = "".join(each for each in words if each == "*")
    return " ".join(
        filter(None, (*(each for each in words if each != "*" and each not in _QUALIFIERS), stars))
    )


_QUALIFIERS = ("const", "volatile", "struct", "union")
