"""What lies over an object and which checks a build makes of it, each with its line: for people and for programs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cbprove.frozen import frozen
from cbprove.source.accesses import Found, Laid, Sought, Unread
from cbprove.source.checks import Check, checks

SCHEMA_VERSION = 1
Named = Callable[[str], str]


@frozen
class Overlays:
    """The views over an object and the checks that name them; `unread` are files whose views may be missing."""

    object: Sought
    views: tuple[Laid, ...]
    checks: tuple[Check, ...]
    unread: tuple[Unread, ...]
    files: int


def overlays(found: Found, sought: Sought, folders: Sequence[Path]) -> Overlays:
    """What files lay over the object, and the checks of all that lies in some folders, or is one of these files."""
    views = tuple(sorted(_once(found.laid), key=lambda each: (each.file, each.line, each.start, each.type)))
    return Overlays(sought, views, checks(_files(folders), sought, views), found.unread, found.files)


def _once(laid: Sequence[Laid]) -> list[Laid]:
    """Each view of a line once, with its size where one of those who use it knows it."""
    kept: dict[tuple[str, int, str, int], Laid] = {}
    for one in laid:
        each = replace(one, file=os.path.normpath(one.file))
        key = (each.file, each.line, each.type, each.start)
        if key not in kept or kept[key].width is None:
            kept[key] = each
    return list(kept.values())


def _files(folders: Sequence[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for folder in folders:
        inside = [*folder.rglob("*.c"), *folder.rglob("*.h")] if folder.is_dir() else [folder]
        found.update(dict.fromkeys(sorted(inside)))
    return list(found)


def text(found: Overlays, named: Named) -> str:
    """Views, then checks, file by file."""
    views = [(each.type, _bytes(each), each.by, f"{named(each.file)}:{each.line}") for each in found.views]
    said = [(each.said, f"{named(each.file)}:{each.line}") for each in found.checks]
    lines = [f"over {found.object}", *_table(views), "checks", *_table(said)]
    lines += [f"{named(e.file)}: {e.errors} errors, the first: {named(e.first)}" for e in found.unread]
    types = _counted(len({each.type for each in found.views}), "struct")
    told = f"{types} in {_counted(len(views), 'place')}, {_counted(len(said), 'check')}"
    return "\n".join([*lines, f"{told}; {_counted(found.files, 'file')} read"])


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _bytes(laid: Laid) -> str:
    start, width = laid.start // 8, laid.width
    return f"[{start},..)" if width is None else f"[{start},{start + width // 8})"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [f"  {'  '.join(map(str.ljust, row, widths))}".rstrip() for row in rows] or ["  nothing"]


def document(found: Overlays, named: Named) -> dict[str, Any]:
    """The same for programs; `overlays.schema.json` is its shape."""
    return {
        "schema_version": SCHEMA_VERSION,
        "object": str(found.object),
        "views": [
            {
                "type": each.type,
                "start_bit": each.start,
                "width_bits": each.width,
                "by": each.by,
                "file": named(each.file),
                "line": each.line,
            }
            for each in found.views
        ],
        "checks": [{"said": each.said, "file": named(each.file), "line": each.line} for each in found.checks],
        "unread": [{"file": named(e.file), "errors": e.errors, "first": named(e.first)} for e in found.unread],
        "files_read": found.files,
    }
