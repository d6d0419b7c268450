"""Where a compiler looked for what it includes and found nothing: a file that comes to be there
hides the one that was read."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from cbprove.frozen import frozen

_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"\n]+)[>\"]", re.MULTILINE)
Said = Mapping[int, tuple[bool, str]]


@frozen
class Included:
    """An `#include`: the file and line where it stands, and the file that was read for it."""

    source: str
    line: int
    target: str


def looked(
    includes: Iterable[Included], options: Sequence[str], instead: Mapping[str, str]
) -> tuple[str, ...]:
    """The paths that were tried before those that were read, each once; `instead` has texts that
    are on no disk."""
    quoted, folders = (
        list(_folders(options, "-iquote")),
        [*_folders(options, "-I"), *_folders(options, "-isystem")],
    )
    tried: dict[str, None] = {}
    for each in includes:
        text = instead.get(each.source)
        directives = _said(text) if text is not None else _of_file(each.source)
        if each.line in directives:
            near, name = directives[each.line]
            places = [os.path.dirname(each.source), *quoted, *folders] if near else folders
            tried.update(dict.fromkeys(_before(places, name, os.path.normpath(each.target))))
    return tuple(path for path in tried if not os.path.exists(path))


def _before(places: Iterable[str], name: str, target: str) -> Iterator[str]:
    """The places in front of that where a file was found; all of them where it was found
    elsewhere."""
    for place in places:
        path = os.path.normpath(os.path.join(place, name))
        if path == target:
            return
        yield path


def _folders(options: Sequence[str], kind: str) -> Iterator[str]:
    """What options of a kind name, in one word or in the next."""
    for index, option in enumerate(options):
        if option == kind and index + 1 < len(options):
            yield options[index + 1]
        elif option.startswith(kind) and option != kind:
            yield option.removeprefix(kind)


@functools.cache
def _of_file(path: str) -> Said:
    try:
        return _said(Path(path).read_text(errors="replace"))
    except OSError:
        return {}


def _said(text: str) -> Said:
    """What each line includes, and whether in quotes."""
    by_line, line, at = dict[int, tuple[bool, str]](), 1, 0
    for match in _DIRECTIVE.finditer(text):
        line += text.count("\n", at, match.start(1))
        at = match.start(1)
        by_line[line] = (match[1] == '"', match[2])
    return by_line
