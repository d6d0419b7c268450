"""What lies over an object and which checks a build makes of it, each with its line: for people and
for programs.

Checks that a build makes of an object's size and of what lies over it, by the text of files:
configurations that leave one out are no matter.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from cbprove.frozen import frozen, replace
from cbprove.source.accesses import Laid, Sought, Sweep, Unread
from cbprove.source.mentions import bodies
from cbprove.source.rendering import complaint

SCHEMA_VERSION = 1
Named = Callable[[str], str]


@frozen
class Overlays:
    """The views over an object and the checks that name them; `unread` are files whose views may
    be missing."""

    object: Sought
    views: tuple[Laid, ...]
    checks: tuple[Check, ...]
    unread: tuple[Unread, ...]
    files: int


def overlays(sweep_result: Sweep, target: Sought, folders: Sequence[Path]) -> Overlays:
    """What files lay over the object, and the checks of all that lies in some folders, or is one
    of these files."""
    views = tuple(
        sorted(
            _once(sweep_result.laid), key=lambda each: (each.file, each.line, each.start, each.type)
        )
    )
    return Overlays(
        target,
        views,
        checks(_files(folders), target, views),
        sweep_result.unread,
        sweep_result.files,
    )


def _once(views_laid: Sequence[Laid]) -> list[Laid]:
    """Each view of a line once, with its size where one of those who use it knows it."""
    by_place: dict[tuple[str, int, str, int], Laid] = {}
    for view in views_laid:
        each = replace(view, file=os.path.normpath(view.file))
        key = (each.file, each.line, each.type, each.start)
        if key not in by_place or by_place[key].width is None:
            by_place[key] = each
    return list(by_place.values())


def _files(folders: Sequence[Path]) -> list[Path]:
    by_file: dict[Path, None] = {}
    for folder in folders:
        inside = [*folder.rglob("*.c"), *folder.rglob("*.h")] if folder.is_dir() else [folder]
        by_file.update(dict.fromkeys(sorted(inside)))
    return list(by_file)


def text(overlays_read: Overlays, named: Named) -> str:
    """Views, then checks, file by file."""
    views = [
        (each.type, _bytes(each), each.by, f"{named(each.file)}:{each.line}")
        for each in overlays_read.views
    ]
    checks_said = [(each.said, f"{named(each.file)}:{each.line}") for each in overlays_read.checks]
    lines = [f"over {overlays_read.object}", *_table(views), "checks", *_table(checks_said)]
    lines += [complaint(each, named) for each in overlays_read.unread]
    types = _counted(len({each.type for each in overlays_read.views}), "type")
    summary = f"{types} in {_counted(len(views), 'place')}, {_counted(len(checks_said), 'check')}"
    return "\n".join([*lines, f"{summary}; {_counted(overlays_read.files, 'file')} read"])


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _bytes(view_laid: Laid) -> str:
    start, width = view_laid.start // 8, view_laid.width
    return f"[{start},..)" if width is None else f"[{start},{start + width // 8})"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [f"  {'  '.join(map(str.ljust, row, widths))}".rstrip() for row in rows] or ["  nothing"]


def document(overlays_read: Overlays, named: Named) -> dict[str, Any]:
    """The same for programs; `overlays.schema.json` is its shape."""
    return {
        "schema_version": SCHEMA_VERSION,
        "object": str(overlays_read.object),
        "views": [
            {
                "type": each.type,
                "start_bit": each.start,
                "width_bits": each.width,
                "by": each.by,
                "file": named(each.file),
                "line": each.line,
            }
            for each in overlays_read.views
        ],
        "checks": [
            {"said": each.said, "file": named(each.file), "line": each.line}
            for each in overlays_read.checks
        ],
        "unread": [
            {"file": named(e.file), "errors": e.errors, "first": named(e.first)}
            for e in overlays_read.unread
        ],
        "files_read": overlays_read.files,
    }


_ASSERTIONS = frozenset(
    (
        *("BUILD_BUG_ON", "BUILD_BUG_ON_MSG", "BUILD_BUG_ON_ZERO", "BUILD_ASSERT"),
        *("compiletime_assert", "static_assert", "_Static_assert"),
    )
)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)((?:.*\\\n)*.*)$", re.MULTILINE)
_STRUCT = re.compile(r"\b(?:struct|union)\s+(\w+)(?:\s*\*\s*(\w+))?")
_WORD = re.compile(r"[A-Za-z_]\w*")
_BRACKET = re.compile(r"[()]")
_NO_TYPES = ("return", "else", "do")


@frozen
class Check:
    """A check: what is said there, spaces aside, the file and the line where it begins."""

    file: str
    line: int
    said: str


class Wanted:
    """Which checks are about the object: those that name its member, what is laid over it, or
    what lays it there."""

    def __init__(self, target: Sought, views_laid: Sequence[Laid]) -> None:
        member = re.escape(target.member)
        either_form = rf"(?:->|\.)\s*{member}\b|\b{re.escape(target.record)}\s*,\s*{member}\b"
        self.object = re.compile(either_form if member else rf"\b{re.escape(target.record)}\b")
        self.types = frozenset(each.type for each in views_laid)
        self.words = {each.by for each in views_laid}

    def names(self, text_said: str, locals: Collection[str] = ()) -> bool:
        """Whether a piece of C names them; `locals` are variables that point to what is laid
        there."""
        if self.object.search(text_said) or not self.types.isdisjoint(
            match[1] for match in _STRUCT.finditer(text_said)
        ):
            return True
        words = set(_WORD.findall(text_said))
        return not (self.words.isdisjoint(words) and words.isdisjoint(locals))

    def learn(self, texts: Sequence[str]) -> None:
        """Macros that are numbers of the object, as how much of it is left to others."""
        bare = [
            (match[1], match[2])
            for text in texts
            for match in _MACRO.finditer(text)
            if match[2][:1].isspace()
        ]
        while fresh := {name for name, body in bare if name not in self.words and self.names(body)}:
            self.words |= fresh


def checks(files: Sequence[Path], target: Sought, views_laid: Sequence[Laid]) -> tuple[Check, ...]:
    """The checks of some files, in order: assertions, and calls of what hands its argument to
    one."""
    names_wanted = Wanted(target, views_laid)
    names_wanted.learn([text for text in map(_text, files) if names_wanted.object.search(text)])
    checks_found: set[Check] = set()
    names_known, fresh = set[str](), _ASSERTIONS
    while fresh:
        names_known |= fresh
        handing: set[str] = set()
        for file in files:
            text = _text(file)
            if any(name in text for name in fresh):
                checks_found.update(_checks_in(str(file), text, fresh, names_wanted))
                handing.update(_handing(text, fresh, names_wanted))
        fresh = frozenset(handing - names_known)
    return tuple(sorted(checks_found, key=lambda each: (each.file, each.line, each.said)))


def _text(file: Path) -> str:
    """What is no comment, each line where it was."""
    return _COMMENT.sub(
        lambda match: " " + "\n" * match[0].count("\n"), file.read_text(errors="replace")
    )


def _checks_in(
    file: str, text: str, names: Collection[str], names_wanted: Wanted
) -> Iterator[Check]:
    for name, start, end in _calls(text, names):
        if name not in _ASSERTIONS or names_wanted.names(
            text[start:end], _pointers(text, start, names_wanted)
        ):
            text_said = re.sub(r"\\\n", " ", text[start:end])
            yield Check(file, text.count("\n", 0, start) + 1, " ".join(text_said.split()))


def _pointers(text: str, start: int, names_wanted: Wanted) -> set[str]:
    """Variables of the function up to there that point to what is laid over the object."""
    near = text[text.rfind("\n}", 0, start) + 1 : start]
    return {
        match[2] for match in _STRUCT.finditer(near) if match[2] and match[1] in names_wanted.types
    }


def _calls(text: str, names: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Where functions or macros of some names are called, and not defined or declared."""
    for match in re.finditer(rf"\b({'|'.join(sorted(names))})\s*\(", text):
        before = text[: match.start()].rstrip(" \t\n*")[-20:]
        word = re.search(r"\w+$", before)
        if (
            word is None
            or word[0] in _NO_TYPES
            or (match[1] in _ASSERTIONS and word[0] != "define")
        ):
            yield match[1], match.start(), _closed(text, match.end())


def _closed(text: str, start: int) -> int:
    """Behind the bracket that closes one just opened."""
    depth = 1
    for match in _BRACKET.finditer(text, start):
        depth += 1 if match[0] == "(" else -1
        if depth == 0:
            return match.end()
    return len(text)


def _handing(text: str, names: Collection[str], names_wanted: Wanted) -> Iterator[str]:
    """Functions and macros that check a number they are given against the object."""
    for name, body in bodies(text):
        calls_said = [body[start:end] for _, start, end in _calls(body, names)]
        of_object = any(
            each.partition("(")[0] not in _ASSERTIONS or names_wanted.names(each)
            for each in calls_said
        )
        numbers = _numbers(name, body) if of_object else []
        if any(
            re.search(rf"\b{each}\b(?!\s*\)?\s*(?:->|\.))", call_text)
            for each in numbers
            for call_text in calls_said
        ):
            yield name


def _numbers(name: str, body: str) -> list[str]:
    """The names of what a function or macro takes and is no pointer, by its text."""
    head = re.match(r"\(", body) or re.search(rf"\b{name}\s*\(", body)
    if head is None:
        return []
    listed = body[head.end() : _closed(body, head.end()) - 1].split(",")
    return [
        words[-1] for words in (_WORD.findall(each) for each in listed if "*" not in each) if words
    ]
